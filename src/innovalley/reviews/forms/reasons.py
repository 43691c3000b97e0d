"""Forms that ask for a reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """A reason that someone will read."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )


class DeclineForm(ReasonForm):
    """Why an expert declines."""

    is_conflict = forms.BooleanField(
        label=_("I have a conflict of interest with this item"),
        help_text=_("It is then kept, so that you are not asked about it again."),
        required=False,
    )

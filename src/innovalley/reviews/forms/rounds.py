"""The settings and the minutes of a round."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovalley.reviews.forms.reasons import ReasonForm
from innovalley.reviews.models import (
    Blindness,
    Round,
    Rubric,
)
from innovalley.reviews.subjects import all_subjects


class RoundForm(forms.Form):
    """The settings of a round."""

    title_zh = forms.CharField(label=_("Title"), max_length=120)
    title_en = forms.CharField(label=_("English title"), max_length=160, required=False)
    subject_type = forms.ChoiceField(label=_("What is reviewed"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Round.Kind.choices)
    rubric = forms.ModelChoiceField(label=_("Rubric"), queryset=Rubric.objects.all())
    blind = forms.ChoiceField(label=_("Blindness"), choices=Blindness.choices, initial=Blindness.DOUBLE)
    panel_size = forms.IntegerField(label=_("Experts a panel"), min_value=1, max_value=30, initial=5)
    max_load = forms.IntegerField(label=_("Reviews an expert at most"), min_value=1, max_value=500, initial=8)
    min_load = forms.IntegerField(
        label=_("Reviews an expert at least"), min_value=0, max_value=500, initial=0
    )
    per_organisation = forms.IntegerField(
        label=_("Experts of one organisation in a panel at most"), min_value=1, required=False, initial=1
    )
    finance = forms.IntegerField(
        label=_("Finance experts a panel at least"), min_value=0, initial=1, required=False
    )
    outside_percent = forms.IntegerField(
        label=_("Share from outside the province"), min_value=0, max_value=100, initial=0, required=False
    )
    in_field = forms.IntegerField(
        label=_("Experts of the item's own field at least"), min_value=0, initial=0, required=False
    )
    years = forms.IntegerField(
        label=_("Years for which former ties count"), min_value=0, max_value=20, initial=3
    )
    objective = forms.ChoiceField(label=_("Objective"), choices=Round.Objective.choices)
    closes_at = forms.DateTimeField(
        label=_("Reviews are due by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
    )
    chair_email = forms.EmailField(
        label=_("Chair (e-mail address of the account)"), required=False,
        help_text=_("Sees the progress and, without own conflicts, the results."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds: Any = self.fields["subject_type"]
        kinds.choices = [(each.type, each.label) for each in all_subjects()]

    @classmethod
    def of(cls, round: Round) -> RoundForm:
        """The form as the round stands."""
        needs = {(each["attribute"], each.get("value", "")): each for each in round.needs}
        initial = {
            name: getattr(round, name)
            for name in (
                "title_zh", "title_en", "subject_type", "kind", "rubric", "blind", "panel_size", "max_load", "min_load",
                "objective",
            )
        }  # fmt: skip
        return cls(
            initial={
                **initial,
                "per_organisation": round.group_limits.get("org"),
                "finance": needs.get(("kind", "finance"), {}).get("count", 0),
                "outside_percent": needs.get(("outside", ""), {}).get("percent", 0),
                "in_field": needs.get(("field", ""), {}).get("count", 0),
                "years": round.windows.get("organisation", 3),
                "closes_at": timezone.localtime(round.closes_at) if round.closes_at else None,
                "chair_email": round.chair.email if round.chair else "",
            }
        )

    def clean_chair_email(self) -> Any:
        from innovalley.accounts.models import User

        typed = self.cleaned_data["chair_email"]
        if not typed:
            return None
        user = User.objects.filter(email__iexact=typed, is_active=True).first()
        if user is None:
            raise forms.ValidationError(gettext("There is no account with this address."))
        return user

    def clean_closes_at(self) -> dt.datetime | None:
        at: dt.datetime | None = self.cleaned_data["closes_at"]
        if at is not None and at <= timezone.now():
            raise forms.ValidationError(gettext("This time is past already."))
        return at

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("min_load", 0) > given.get("max_load", 500):
            self.add_error("min_load", gettext("This is more than the most."))
        return given

    def settings(self) -> dict[str, Any]:
        """What create_round and update_round take."""
        given = self.cleaned_data
        needs = []
        if given["finance"]:
            needs.append({"attribute": "kind", "value": "finance", "count": given["finance"]})
        if given["outside_percent"]:
            needs.append({"attribute": "outside", "percent": given["outside_percent"]})
        if given["in_field"]:
            needs.append({"attribute": "field", "count": given["in_field"]})
        columns = (
            "title_zh", "title_en", "kind", "rubric", "blind", "panel_size", "max_load", "min_load", "objective",
            "closes_at",
        )  # fmt: skip
        return {
            **{name: given[name] for name in columns},
            "group_limits": {"org": given["per_organisation"]} if given["per_organisation"] else {},
            "needs": needs,
            "windows": dict.fromkeys(("organisation", "joint_work", "declared"), given["years"]),
            "chair": given["chair_email"],
        }


class MinutesForm(forms.Form):
    """The minutes of a panel's meeting."""

    minutes = forms.CharField(
        label=_("Minutes"), max_length=20000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )


class ResumeForm(ReasonForm):
    """Until when, and why, a closed round opens again."""

    closes_at = forms.DateTimeField(
        label=_("Reviews are due by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_closes_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["closes_at"]
        if at <= timezone.now():
            raise forms.ValidationError(gettext("This time is past already."))
        return at

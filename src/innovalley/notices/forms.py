"""Forms of this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovalley.notices import kinds
from innovalley.notices.actions import MAX_EVIDENCE


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; its value is a list."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file, checked as Django checks one."""
        return [super(FilesField, self).clean(each, initial) for each in data or []]


class ObjectionForm(forms.Form):
    """An objection as anyone writes it. `token` names the opened form, so that it is kept once."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=60)
    organisation = forms.CharField(label=gettext_lazy("Organisation"), max_length=120, required=False)
    contact = forms.CharField(
        label=gettext_lazy("Telephone or e-mail"),
        max_length=120,
        help_text=gettext_lazy("Seen by the programme office only, which may ask back."),
    )
    reason = forms.CharField(
        label=gettext_lazy("What you object to, and why"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    files = FilesField(
        label=gettext_lazy("Evidence"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("Up to 5 files: PDF, DOCX, XLSX, PPTX, PNG, JPEG, ZIP, TXT or CSV."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def clean_files(self) -> list[UploadedFile]:
        """Not too many."""
        files: list[UploadedFile] = self.cleaned_data["files"]
        if len(files) > MAX_EVIDENCE:
            raise forms.ValidationError(_("No more than %(most)s files.") % {"most": MAX_EVIDENCE})
        return files


class OutcomeForm(forms.Form):
    """Why an objection is decided so, or a notice withdrawn."""

    outcome = forms.CharField(
        label=gettext_lazy("Reason and outcome"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, is_required: bool = True, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].help_text = help_text
        if not is_required:
            del self.fields["outcome"]


class ChoicesForm(forms.Form):
    """How each kind of notification shall come."""

    def __init__(self, *args: Any, chosen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds.all_kinds():
            self.fields[kind.name] = forms.ChoiceField(
                label=kind.label,
                choices=[(channel.value, channel.label) for channel in kind.channels()],
                initial=chosen.get(kind.name, kind.default),
            )

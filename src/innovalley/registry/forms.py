"""What the office fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from innovalley.registry.importing.runs import kinds
from innovalley.registry.importing.tables import MAX_BYTES, MAX_ROWS, UnreadableError, check_size


class UploadForm(forms.Form):
    """A table to import: of which kind it is, the file, and what to do with rows that the registry has."""

    kind = forms.ChoiceField(
        label=_("What the table lists"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what the table lists.")},
    )
    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _("XLSX or CSV (UTF-8 or GBK), up to {megabytes} MB and {rows} rows."),
            megabytes=MAX_BYTES // (1024 * 1024),
            rows=MAX_ROWS,
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        allow_empty_file=True,  # `clean_file` says it in the words of all other faults of a file
        error_messages={"required": _("Please choose a file.")},
    )
    skip_existing = forms.BooleanField(
        label=_("Skip rows that the registry already has"),
        help_text=_("They are left as they are. Otherwise each of them is reported as a problem."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        choices = [(name, kind.title) for name, kind in kinds().items()]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        """The file, when its size is one that can be imported; it is read by the dry run."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            check_size(file.size or 0)
        except UnreadableError as error:
            raise forms.ValidationError(str(error)) from None
        return file

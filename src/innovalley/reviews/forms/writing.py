"""What an expert fills in about an item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovalley.reviews.actions.reviewing import GivenMark
from innovalley.reviews.forms.numbers import number_of, shown
from innovalley.reviews.models import (
    Criterion,
    Review,
)

CONFIDENCE = [
    (5, _("5 – my own field of work")),
    (4, _("4 – I know the field well")),
    (3, _("3 – I can judge it")),
    (2, _("2 – parts of it lie outside my field")),
    (1, _("1 – an educated guess")),
]


class MarkField(forms.CharField):
    """A value on the scale of a criterion; None when empty."""

    def __init__(self, criterion: Criterion, **options: Any) -> None:
        self.criterion = criterion
        widget = forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 10, "class": "mark-input"}
        )
        super().__init__(required=False, label=criterion.name, widget=widget, **options)

    def clean(self, value: Any) -> Decimal | None:
        typed = super().clean(value)
        if not typed:
            return None
        number = number_of(typed)
        if number is None or not self.criterion.is_on_scale(number):
            raise forms.ValidationError(
                gettext("“%(name)s” takes %(low)s to %(high)s in steps of %(step)s.")
                % {
                    "name": self.criterion.name,
                    "low": shown(self.criterion.minimum),
                    "high": shown(self.criterion.maximum),
                    "step": shown(self.criterion.step),
                }
            )
        return number


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """The three inputs of one criterion."""

    criterion: Criterion
    value: BoundField
    is_not_applicable: BoundField
    reason: BoundField
    missing: str


class ReviewForm(forms.Form):
    """A review under a rubric: for each criterion a value or “not applicable”, and a reason."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    confidence = forms.TypedChoiceField(
        label=_("How sure are you?"),
        choices=CONFIDENCE,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    comment_applicant = forms.CharField(
        label=_("Comment for the applicant"),
        help_text=_("They will read it without your name. Do not write who you are."),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    comment_office = forms.CharField(
        label=_("Comment for the office only"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, criteria: Sequence[Criterion], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.criteria = list(criteria)
        self.missing: set[str] = set()
        for each in self.criteria:
            self.fields[f"mark_{each.pk}"] = MarkField(each)
            self.fields[f"na_{each.pk}"] = forms.BooleanField(label=_("Not applicable"), required=False)
            self.fields[f"reason_{each.pk}"] = forms.CharField(
                label=_("Reason"),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @classmethod
    def of(cls, review: Review, criteria: Sequence[Criterion]) -> ReviewForm:
        """The form as the review stands."""
        initial: dict[str, Any] = {
            "version": review.version,
            "confidence": review.confidence,
            "comment_applicant": review.comment_applicant,
            "comment_office": review.comment_office,
        }
        for mark in review.marks.all():
            initial[f"mark_{mark.criterion_id}"] = shown(mark.value)
            initial[f"na_{mark.criterion_id}"] = mark.is_not_applicable
            initial[f"reason_{mark.criterion_id}"] = mark.reason
        return cls(criteria, initial=initial)

    def content(self) -> dict[str, Any]:
        """What save_review takes; after validation."""
        return {
            name: self.cleaned_data[name] for name in ("confidence", "comment_applicant", "comment_office")
        }

    def marks(self) -> dict[int, GivenMark]:
        """What save_review takes; after validation."""
        return {
            each.pk: GivenMark(
                value=None if self.cleaned_data[f"na_{each.pk}"] else self.cleaned_data[f"mark_{each.pk}"],
                is_not_applicable=self.cleaned_data[f"na_{each.pk}"],
                reason=self.cleaned_data[f"reason_{each.pk}"],
            )
            for each in self.criteria
        }

    def say_missing(self, missing: Sequence[str]) -> None:
        """Puts what a submission needs at its fields."""
        self.missing = set(missing)
        for each in self.criteria:
            if str(each.pk) not in self.missing:
                continue
            given = self.marks()[each.pk]
            if given.value is None and not given.is_not_applicable:
                self.add_error(f"mark_{each.pk}", gettext("A mark is missing, or “not applicable”."))
            elif not given.reason.strip():
                self.add_error(f"reason_{each.pk}", gettext("The reason is missing."))
        if "confidence" in self.missing:
            self.add_error("confidence", gettext("Please say how sure you are."))
        if "marks" in self.missing:
            self.add_error(None, gettext("Nothing is marked. If you cannot judge it, abstain with a reason."))

    def rows(self) -> Iterator[CriterionRow]:
        """The criteria with their inputs, in order."""
        for each in self.criteria:
            yield CriterionRow(
                each,
                self[f"mark_{each.pk}"],
                self[f"na_{each.pk}"],
                self[f"reason_{each.pk}"],
                "missing" if str(each.pk) in self.missing else "",
            )

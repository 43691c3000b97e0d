"""What experts and officers fill in."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models import Field, Organisation, Person
from innovalley.reviews.actions.reviewing import GivenMark
from innovalley.reviews.models import (
    Blindness,
    Criterion,
    Declaration,
    ExpertKind,
    ExpertProfile,
    Review,
    Round,
    Rubric,
)
from innovalley.reviews.subjects import all_subjects

CONFIDENCE = [
    (5, _("5 – my own field of work")),
    (4, _("4 – I know the field well")),
    (3, _("3 – I can judge it")),
    (2, _("2 – parts of it lie outside my field")),
    (1, _("1 – an educated guess")),
]


def number_of(typed: str) -> Decimal | None:
    """A decimal as people type it, fullwidth digits too; None when it is none."""
    try:
        value = Decimal(unicodedata.normalize("NFKC", typed).strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def shown(value: Decimal | None) -> str:
    """A decimal without needless zeros: 8, 7.5."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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


class PartyField(forms.CharField):
    """A person or an organisation, chosen by number from a list of suggestions, or by the exact name."""

    def __init__(self, model: Any, **options: Any) -> None:
        self.model = model
        super().__init__(max_length=160, required=False, **options)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value).strip()
        if not typed:
            return None
        rows = list(self.model.objects.filter(merged_into=None, name_zh=typed)[:2])
        rows = rows or list(self.model.objects.filter(merged_into=None, name_en__iexact=typed)[:2])
        if len(rows) != 1:
            raise forms.ValidationError(
                gettext("There is no one called that.") if not rows else gettext("Several are called that.")
            )
        return rows[0]


class DeclarationForm(forms.Form):
    """A tie of an expert."""

    kind = forms.ChoiceField(label=_("Kind of tie"), choices=Declaration.Kind.choices)
    person = PartyField(Person, label=_("With the person"), help_text=_("The full name, as in the registry."))
    organisation = PartyField(Organisation, label=_("Or with the organisation"))
    until = forms.DateField(
        label=_("Ended on"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty while it lasts."),
    )  # fmt: skip
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if (
            "person" in given
            and "organisation" in given
            and bool(given["person"]) == bool(given["organisation"])
        ):
            raise forms.ValidationError(gettext("Please name either a person or an organisation."))
        return given


class AffiliationForm(forms.Form):
    """A former or second organisation of an expert."""

    employer = PartyField(Organisation, label=_("Organisation"))
    left_on = forms.DateField(
        label=_("Left on"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty while you still work there."),
    )  # fmt: skip

    def clean_employer(self) -> Organisation:
        found: Organisation | None = self.cleaned_data["employer"]
        if found is None:
            raise forms.ValidationError(gettext("Please name the organisation."))
        return found


class ExpertForm(forms.Form):
    """An expert of the pool."""

    kinds = forms.MultipleChoiceField(
        label=_("Can judge"), choices=ExpertKind.choices, widget=forms.CheckboxSelectMultiple
    )
    fields_of = forms.ModelMultipleChoiceField(
        label=_("Fields"),
        queryset=Field.objects.all(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    is_outside = forms.BooleanField(label=_("From outside the province"), required=False)
    max_load = forms.IntegerField(label=_("Reviews a round at most"), min_value=1, required=False)
    is_active = forms.BooleanField(label=_("Takes part"), required=False, initial=True)

    @classmethod
    def of(cls, profile: ExpertProfile) -> ExpertForm:
        """The form as the pool knows the expert."""
        return cls(
            initial={
                "kinds": profile.kinds,
                "fields_of": profile.fields.all(),
                "is_outside": profile.is_outside,
                "max_load": profile.max_load,
                "is_active": profile.is_active,
            }
        )


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


class CriterionForm(forms.Form):
    """One line of a rubric; a line without a name is left out."""

    name_zh = forms.CharField(label=_("Name of the criterion"), max_length=60, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=100, required=False)
    weight = forms.DecimalField(
        label=_("Weight"), max_digits=6, decimal_places=3, min_value=Decimal("0.001"), required=False
    )
    maximum = forms.DecimalField(
        label=_("Highest mark"),
        max_digits=6,
        decimal_places=2,
        min_value=Decimal("0.01"),
        initial=10,
        required=False,
    )
    step = forms.DecimalField(
        label=_("Step"),
        max_digits=6,
        decimal_places=2,
        min_value=Decimal("0.01"),
        initial=Decimal("0.5"),
        required=False,
    )
    help_zh = forms.CharField(label=_("What to look at"), max_length=400, required=False)
    levels = forms.CharField(
        label=_("What marks mean"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, such as “8 excellent: better than anything known”."),
    )  # fmt: skip

    def clean_levels(self) -> list[dict[str, str]]:
        levels = []
        for line in self.cleaned_data["levels"].splitlines():
            value, _space, meaning = line.strip().partition(" ")
            if not line.strip():
                continue
            number = number_of(value)
            if number is None or not meaning.strip():
                raise forms.ValidationError(
                    gettext("Each line begins with a mark: “%(line)s” does not.") % {"line": line}
                )
            levels.append({"value": shown(number), "zh": meaning.strip(), "en": ""})
        return levels

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("name_zh") and not given.get("weight") and "weight" not in self.errors:
            self.add_error("weight", gettext("A weight is missing."))
        if given.get("weight") and not given.get("name_zh"):
            self.add_error("name_zh", gettext("A name is missing."))
        return given

    def columns(self) -> dict[str, Any] | None:
        """Columns of a criterion; None for an empty line."""
        given = self.cleaned_data
        if not given.get("name_zh"):
            return None
        names = ("name_zh", "name_en", "help_zh", "weight", "levels")
        found = {name: given[name] for name in names}
        found["maximum"] = given["maximum"] or Decimal(10)
        found["step"] = given["step"] or Decimal("0.5")
        return found


class RubricFormSet(forms.BaseFormSet):
    """The lines of a rubric: their weights sum to 100."""

    def clean(self) -> None:
        if any(form.errors for form in self.forms):
            return
        total = sum((columns["weight"] for columns in self.columns()), Decimal(0))
        if total != 100:
            raise forms.ValidationError(
                gettext("The weights sum to %(total)s; they have to sum to 100.") % {"total": shown(total)}
            )

    def columns(self) -> list[dict[str, Any]]:
        """Of the lines that are not empty."""
        return [columns for form in self.forms if (columns := form.columns()) is not None]


CriteriaForms: Any = forms.formset_factory(CriterionForm, formset=RubricFormSet, extra=0, max_num=20)


class RubricForm(forms.Form):
    """The title of a rubric."""

    title_zh = forms.CharField(label=_("Title"), max_length=80)
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)

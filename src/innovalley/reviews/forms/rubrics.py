"""A rubric and its criteria."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovalley.reviews.forms.numbers import number_of, shown


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

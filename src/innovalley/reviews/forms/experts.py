"""What experts and officers say about experts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models import Field, Organisation, Person
from innovalley.reviews.models import (
    Declaration,
    ExpertKind,
    ExpertProfile,
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

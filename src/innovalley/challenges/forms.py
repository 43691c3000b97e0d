"""What companies and the office fill in."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from innovalley.challenges.models import Demand
from innovalley.registry.models import Field, Industry, Region

FEN_A_WAN = 1_000_000
MAX_TEXT = 20_000  # characters
MAX_WAN = Decimal(10**8)  # a trillion yuan: more is a slip of the pen

MISSING = {
    "title": _("A title is needed before the office can vet the demand."),
    "text": _("A description is needed before the office can vet the demand."),
    "field": _("A field is needed before the office can vet the demand."),
}


def prose(typed: str) -> str:
    """A text as it is kept, and as the offsets of its specs count it."""
    return typed.replace("\r\n", "\n").replace("\r", "\n").strip()


class ProseField(forms.CharField):
    """Several lines of text."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return prose(super().to_python(value) or "")


class WanField(forms.CharField):
    """An amount typed in 万元, kept exactly in fen; None when empty."""

    default_error_messages = {
        "number": _("Please write an amount in units of 10,000 yuan, such as 80 or 12.5."),
        "negative": _("An amount cannot be negative."),
        "large": _("This amount is too large."),
        "fine": _("An amount cannot be finer than a fen."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=40,
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> int | None:
        """Fen; separators, fullwidth digits and a 万元 that someone typed along are understood."""
        typed = unicodedata.normalize("NFKC", super().clean(value)).strip()
        typed = typed.removesuffix("元").removesuffix("万").replace(",", "").replace(" ", "")
        if not typed:
            return None
        try:
            wan = Decimal(typed)
        except InvalidOperation:
            raise self._error("number") from None
        if not wan.is_finite():
            raise self._error("number")
        if wan < 0:
            raise self._error("negative")
        if wan > MAX_WAN:
            raise self._error("large")
        fen = wan * FEN_A_WAN
        if fen != fen.to_integral_value():
            raise self._error("fine")
        return int(fen)

    def prepare_value(self, value: Any) -> Any:
        """Fen as typed in 万元: 1250000 -> "1.25"."""
        if isinstance(value, int):
            return format((Decimal(value) / FEN_A_WAN).normalize(), "f")
        return value

    def _error(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)


class PlaceField(forms.ModelChoiceField):
    """A place of a taxonomy, its names indented by depth."""

    def __init__(self, model: Any, **kwargs: Any) -> None:
        super().__init__(model.objects.order_by("path"), required=False, **kwargs)

    def label_from_instance(self, place: Any) -> str:
        return "\u3000" * place.depth + place.name


class DemandForm(forms.Form):
    """A demand as its company writes it. Nothing is required of a draft: what is missing is asked at submission."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("What is to be solved, in one line: object, problem, aim."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = ProseField(
        label=_("Description of the problem"),
        max_length=MAX_TEXT,
        required=False,
        help_text=_(
            "Today's state, what disturbs, what is wanted: with materials, sizes, figures and units."
        ),
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    field = PlaceField(Field, label=_("Field"), empty_label=_("Please choose"))
    industry = PlaceField(Industry, label=_("Industry"), empty_label=_("Not stated"))
    region = PlaceField(Region, label=_("Region"), empty_label=_("That of the company"))
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Not stated")), *Demand.Kind.choices]
    )
    rights = forms.ChoiceField(
        label=_("Rights in the results"),
        required=False,
        choices=[("", _("To be agreed")), *Demand.Rights.choices],
    )
    budget_min_fen = WanField(label=_("Budget from"))
    budget_max_fen = WanField(label=_("Budget up to"))
    deadline = forms.DateField(
        label=_("Deadline"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day on which teams may answer."),
    )
    summary = forms.CharField(
        label=_("Summary"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One or two sentences for lists; without it the beginning of the description stands there."
        ),
    )
    title_en = forms.CharField(label=_("English title"), max_length=300, required=False)
    text_en = ProseField(
        label=_("English description"),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    @classmethod
    def of(cls, demand: Demand) -> DemandForm:
        """The form filled with a demand as it stands."""
        return cls(initial={name: getattr(demand, name) for name in cls.base_fields})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        low, high = cleaned.get("budget_min_fen"), cleaned.get("budget_max_fen")
        if low is not None and high is not None and low > high:
            self.add_error("budget_max_fen", _("It must not be lower than the amount before it."))
        return cleaned

    def content(self) -> dict[str, Any]:
        """The columns for the actions, of a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def say_missing(self, names: list[str]) -> None:
        """Writes at each of these fields that a submission needs it."""
        for name in names:
            self.add_error(name, MISSING[name])


class ReasonForm(forms.Form):
    """Why a demand is returned or withdrawn; the company reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The company reads it with its demand."),
        error_messages={"required": _("Please tell the company what to mend.")},
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["reason"].required = is_required

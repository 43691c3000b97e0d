"""What the office and the custodians fill in for a call."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovalley.challenges import call_rules
from innovalley.challenges.call_rules import CallRules, Funding, PanelSettings, Relation, RulesError
from innovalley.challenges.forms import ProseField, WanField
from innovalley.challenges.models import Call
from innovalley.engine.sealing import SHORTEST_PASSPHRASE
from innovalley.registry.models import Organisation, Region

RELATIONS = [
    (Relation.SELF.value, _("the demanding company itself")),
    (Relation.SUBSIDIARY.value, _("its subsidiaries, by parent or by more than half of the shares")),
    (Relation.PARENT.value, _("its parents")),
    (Relation.SISTER.value, _("companies of the same parent")),
    (
        Relation.HOLDING.value,
        _("who holds shares of it, or of whom it holds shares, from the percentage below"),
    ),
]
BLIND = [
    ("double", _("both ways")),
    ("single", _("experts do not know the bidders")),
    ("none", _("not blind")),
]
PROBLEMS = {
    "range": _("This number is out of range."),
    "sum": _("The shares must add up to 100."),
    "number": _("Please write a number."),
    "missing": _("Please choose the region."),
    "unknown": _("Please choose one of the list."),
}
NOT_READY = {
    "title": _("a title"),
    "opens_at": _("the time from which bids are taken"),
    "deadline_at": _("the deadline"),
    "deadline_passed": _("a deadline that has not passed yet"),
    "challenges": _("at least one vetted or published demand that is in no other call"),
    "custodians": _("as many custodians as are needed to open"),
    "passphrases": _("the passphrase of every custodian"),
}


def _instant() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class RatioField(forms.CharField):
    """A ratio or percentage, exact; None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs
        )

    def clean(self, value: Any) -> Decimal | None:
        typed = unicodedata.normalize("NFKC", super().clean(value)).strip()
        if not typed:
            return None
        try:
            number = Decimal(typed)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise forms.ValidationError(PROBLEMS["number"])
        return number


class CallForm(forms.Form):
    """A call as the office lays it down. A draft may lack most of it; what opening needs is asked then."""

    title = forms.CharField(label=_("Title"), max_length=200)
    title_en = forms.CharField(label=_("English title"), max_length=300, required=False)
    programme = forms.CharField(label=_("Programme"), max_length=120, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    mode = forms.ChoiceField(label=_("Mode"), choices=Call.Mode.choices)
    text = ProseField(
        label=_("Text of the call"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What bidders read above the list of challenges."),
    )
    text_en = ProseField(
        label=_("English text"), max_length=20000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    opens_at = forms.DateTimeField(label=_("Bids are taken from"), required=False, widget=_instant())
    deadline_at = forms.DateTimeField(
        label=_("Deadline for bids"),
        required=False,
        widget=_instant(),
        help_text=_("One instant by the server's clock. It can later be extended for all, never shortened."),
    )
    money_available_fen = WanField(label=_("Fiscal money available"))
    notice_working_days = forms.IntegerField(
        label=_("Working days of the public notice"), min_value=1, max_value=60, initial=5
    )
    documents = ProseField(
        label=_("Files that a bid must have"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One name a line, such as the joint agreement."),
    )
    barred_relations = forms.MultipleChoiceField(
        label=_("Who may not lead a bid"),
        choices=RELATIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    holding_percent = RatioField(label=_("Holdings count from"))
    bars_partners = forms.BooleanField(label=_("The same holds for participants"), required=False)
    bidder_kinds = forms.MultipleChoiceField(
        label=_("Who may lead"),
        choices=Organisation.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: everyone."),
    )
    max_participants = forms.IntegerField(
        label=_("Participants beside the lead at most"),
        min_value=0,
        max_value=call_rules.MOST_PARTICIPANTS,
        required=False,
    )
    clean_years = forms.IntegerField(
        label=_("Years without serious misconduct"), min_value=0, max_value=10, initial=3
    )
    max_years = forms.IntegerField(
        label=_("Years of the work at most"), min_value=1, max_value=call_rules.MOST_YEARS, initial=3
    )
    host_needed = forms.BooleanField(
        label=_("A lead from outside the region names a company inside it as host"), required=False
    )
    home_region = forms.ModelChoiceField(
        label=_("The region"), queryset=Region.objects.none(), required=False, to_field_name="path"
    )
    covers_all_specs = forms.BooleanField(
        label=_("A bid promises something on every required spec"), required=False
    )
    year_shares = forms.CharField(
        label=_("Fiscal money by year"),
        max_length=60,
        help_text=_("Percent of the first, second … year, such as 60, 40."),
    )
    own_per_fiscal_company = RatioField(label=_("Own money for each yuan of fiscal money: companies"))
    own_per_fiscal_other = RatioField(label=_("… universities, institutes and others"))
    poster_per_fiscal = RatioField(label=_("Money of the demanding company for each yuan of fiscal money"))
    size = forms.IntegerField(label=_("Experts for each bid"), min_value=1, max_value=15)
    max_load = forms.IntegerField(label=_("Bids for each expert at most"), min_value=1, max_value=100)
    blind = forms.ChoiceField(label=_("Blind review"), choices=BLIND)
    threshold = forms.IntegerField(
        label=_("Custodians needed to open the bids"),
        min_value=2,
        max_value=16,
        help_text=_("So many of them together, with their passphrases; fewer cannot."),
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["home_region"].queryset = Region.objects.filter(
            Q(parent=None) | Q(parent__parent=None)
        ).order_by("path")

    @classmethod
    def of(cls, call: Call) -> CallForm:
        """The form filled with a call as it stands."""
        rules, funding = call.rules_json, call.funding_json
        return cls(
            initial={
                **{name: getattr(call, name) for name in cls.base_fields if hasattr(call, name)},
                **rules,
                **funding,
                **call.panel_json,
                "documents": "\n".join(call.documents),
                "year_shares": ", ".join(funding["year_shares"]),
            }
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens, deadline = cleaned.get("opens_at"), cleaned.get("deadline_at")
        if opens and deadline and opens >= deadline:
            self.add_error("deadline_at", _("The deadline must be later than the opening of the call."))
        self._settings(cleaned)
        return cleaned

    def _settings(self, cleaned: dict[str, Any]) -> None:
        """Rules, funding and panel out of their fields; what makes no sense is said at the field."""
        region = cleaned.get("home_region")
        shares = [
            part for part in cleaned.get("year_shares", "").replace("，", ",").split(",") if part.strip()
        ]
        for name, make in (
            (
                "rules",
                lambda: CallRules.from_json(
                    {
                        **{key: cleaned.get(key) for key in _PLAIN_RULES},
                        "holding_percent": str(cleaned.get("holding_percent") or 50),
                        "home_region": region.path if region else "",
                    }
                ),
            ),
            (
                "funding",
                lambda: Funding.from_json(
                    {
                        "year_shares": [part.strip() for part in shares],
                        **{key: cleaned.get(key) for key in _RATIOS},
                    }
                ),
            ),
            (
                "panel",
                lambda: PanelSettings.from_json(
                    {key: cleaned[key] for key in ("size", "max_load", "blind") if key in cleaned}
                ),
            ),
        ):
            try:
                cleaned[name] = make()
            except RulesError as error:
                for key, problem in error.problems.items():
                    if key not in self.errors:
                        self.add_error(key, PROBLEMS[problem])

    def content(self) -> dict[str, Any]:
        """The columns for the action, of a valid form."""
        names = (
            "title", "title_en", "text", "text_en", "programme", "year", "mode", "opens_at", "deadline_at",
            "notice_working_days", "money_available_fen", "threshold",
        )  # fmt: skip
        lines = self.cleaned_data["documents"].splitlines()
        return {
            **{name: self.cleaned_data[name] for name in names},
            "documents": list(dict.fromkeys(line.strip()[:120] for line in lines if line.strip())),
        }


_PLAIN_RULES = (
    "barred_relations", "bars_partners", "bidder_kinds", "max_participants", "clean_years", "host_needed",
    "covers_all_specs", "max_years",
)  # fmt: skip
_RATIOS = ("own_per_fiscal_company", "own_per_fiscal_other", "poster_per_fiscal")


class ExtensionForm(forms.Form):
    """A later deadline, with the reason that everyone reads."""

    deadline = forms.DateTimeField(label=_("New deadline"), widget=_instant())
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everyone reads it on the page of the call."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


class PassphraseForm(forms.Form):
    """A custodian's passphrase; set twice, or given once at the opening."""

    passphrase = forms.CharField(
        label=_("Passphrase"),
        max_length=200,
        min_length=SHORTEST_PASSPHRASE,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("Once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, twice: bool, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        if twice:
            self.fields["passphrase"].help_text = _(
                "At least 12 characters; several words are easier to keep than signs. Nobody can recover it."
            )
            self.fields["passphrase"].widget.attrs["autocomplete"] = "new-password"
        else:
            del self.fields["again"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "again" in self.fields and cleaned.get("passphrase") != cleaned.get("again"):
            self.add_error("again", _("The two are not the same."))
        return cleaned


class DecisionForm(forms.Form):
    """Whether a bid takes part."""

    eligible = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for an exclusion, and for admitting against the check. The bidder reads it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

"""Checks what was typed into a bid against its call: verdicts on promises, sums, and what is still missing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovalley.challenges.budget import Budget, Finding, Trouble
from innovalley.challenges.call_rules import Source
from innovalley.challenges.content import (
    FORMAT,
    MAX_SECTION,
    MAX_STEPS,
    SECTIONS,
    Typed,
    challenge_of,
    columns,
)
from innovalley.challenges.forms import WanField
from innovalley.challenges.models import Call, Challenge, ChallengeSpec
from innovalley.challenges.spec_table import Line, Table
from innovalley.engine.specs import Check, Outcome, Spec, check
from innovalley.registry.models import Organisation, Team

SECTION_NAMES = {
    "goal": gettext_lazy("Aims and what will be delivered"),
    "route": gettext_lazy("Technical route"),
    "innovation": gettext_lazy("What is new in it"),
    "ability": gettext_lazy("Team, equipment and earlier work"),
    "risks": gettext_lazy("Risks and how they are met"),
    "benefit": gettext_lazy("Use at the company, and benefit"),
}
NEEDED_SECTIONS = ("goal", "route", "ability")
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One required spec with what the bid promises on it; `error` says why it cannot be read."""

    required: ChallengeSpec
    typed: dict[str, str]
    check: Check
    error: str = ""


@dataclass(slots=True)
class Checked:
    """What a check found. `problems` are by the name of the input at which they are said."""

    challenge: Challenge | None = None
    team: Team | None = None
    partners: list[Organisation] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    budget: Budget = field(default_factory=lambda: Budget({}))
    years: list[int] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def tally(self) -> dict[str, int]:
        """How many required specs are met, missed, not stated."""
        counts = dict.fromkeys((outcome.value for outcome in Outcome), 0)
        for verdict in self.verdicts:
            counts[verdict.check.outcome.value] += 1
        return counts


def check_bid(typed: Typed, call: Call, organisation: Organisation) -> Checked:
    """Everything that the form shows live, and all that stands against handing it in."""
    rules = call.rules
    found = Checked(years=years_of(call))
    found.challenge = challenge_of(typed, call)
    if found.challenge is None:
        found.problems["challenge"] = _("Please choose the challenge that the bid answers.")
    found.team = _team(typed, organisation)
    if found.team is None:
        found.problems["team"] = _("Please choose the team that will do the work.")
    _check_partners(typed, call, organisation, found)
    _check_plan(typed, found)
    if found.challenge is not None:
        found.verdicts = [
            _verdict(required, typed, found.problems) for required in found.challenge.specs.all()
        ]
        if rules.covers_all_specs:
            for verdict in found.verdicts:
                if not verdict.typed["value"]:
                    found.problems[f"promise-{verdict.required.pk}"] = _(
                        "Please state what you promise on it."
                    )
    _check_budget(typed, call, organisation, found)
    _check_timetable(typed, found)
    if rules.clean_years and not typed.declared:
        found.problems["declared"] = _("This declaration is needed to take part.")
    missing = [name for name in call.documents if name not in {each["as"] for each in typed.files}]
    if missing:
        found.problems["files"] = _("Missing: %(names)s") % {"names": "、".join(missing)}
    return found


def content_of(typed: Typed, checked: Checked, call: Call, organisation: Organisation) -> dict[str, Any]:
    """The content of the envelope, of a bid without problems (see challenges.content)."""
    assert checked.challenge is not None
    assert checked.team is not None
    promises = [
        {"spec": position, **columns(verdict.check.promised)}
        for position, verdict in enumerate(checked.verdicts)
        if verdict.check.promised is not None
    ]
    return {
        "format": FORMAT,
        "call": call.number,
        "challenge": checked.challenge.number,
        "organisation": organisation.pk,
        "team": checked.team.pk,
        "partners": [partner.pk for partner in checked.partners],
        "partner_names": [partner.name_zh for partner in checked.partners],
        "plan": {name: typed.plan[name] for name in SECTIONS if typed.plan.get(name)},
        "promises": promises,
        "budget": [
            {"year": year, "source": source.value, "fen": fen}
            for (year, source), fen in checked.budget.amounts.items()
        ],
        "timetable": typed.timetable,
        "clean_years": call.rules.clean_years,
        "files": typed.files,
    }


def years_of(call: Call) -> list[int]:
    """The years that a budget may have."""
    return [call.year + number for number in range(call.rules.max_years)]


def trouble_text(finding: Finding) -> str:
    """A trouble of a budget in words."""
    return {
        Trouble.EMPTY: _("Please state the money that is needed."),
        Trouble.OVER_CHALLENGE: _("More fiscal money than this challenge offers, by %(wan)s × 10,000 yuan."),
        Trouble.OWN_TOO_LITTLE: _(
            "Own money is too little for this much fiscal money, by %(wan)s × 10,000 yuan."
        ),
        Trouble.POSTER_TOO_LITTLE: _(
            "The company's money is too little for this much fiscal money, by %(wan)s × 10,000 yuan."
        ),
    }[finding.trouble] % {"wan": WanField().prepare_value(finding.fen)}


def _team(typed: Typed, organisation: Organisation) -> Team | None:
    if not (typed.team.isascii() and typed.team.isdigit()):
        return None
    return Team.objects.filter(organisation=organisation, pk=int(typed.team[:18])).first()


def _check_partners(typed: Typed, call: Call, organisation: Organisation, found: Checked) -> None:
    names = list(dict.fromkeys(typed.partners))
    known: dict[str, Organisation] = {}
    if names:
        rows = Organisation.objects.filter(merged_into=None)
        for column in ("name_zh", "name_en", "code"):
            for row in rows.filter(**{f"{column}__in": names}):
                known.setdefault(getattr(row, column), row)
    for number, name in enumerate(names):
        partner = known.get(name)
        if partner is None:
            found.problems[f"partner-{number}"] = _(
                "No organisation of this name is in the registry; choose one from the list."
            )
        elif partner.pk == organisation.pk:
            found.problems[f"partner-{number}"] = _("The lead itself is no participant.")
        elif partner not in found.partners:
            found.partners.append(partner)
    most = call.rules.max_participants
    if most is not None and len(names) > most:
        found.problems[f"partner-{most}"] = _("At most %(most)s organisations may take part.") % {
            "most": most
        }


def _check_plan(typed: Typed, found: Checked) -> None:
    for name in SECTIONS:
        text = typed.plan.get(name, "")
        if name in NEEDED_SECTIONS and not text:
            found.problems[f"plan_{name}"] = _("Please write this section.")
        elif len(text) > MAX_SECTION:
            found.problems[f"plan_{name}"] = _("Too long by %(n)s characters.") % {
                "n": len(text) - MAX_SECTION
            }


def _verdict(required: ChallengeSpec, typed: Typed, problems: dict[str, str]) -> Verdict:
    wanted = required.spec
    row = typed.promises.get(str(required.pk)) or {
        "comparison": wanted.comparison.value,
        "value": "",
        "unit": wanted.unit,
    }
    if not row["value"]:
        return Verdict(required, row, Check(wanted, None, Outcome.NOT_STATED))
    spec, error = _spec(required, row)
    if spec is None:
        problems[f"promise-{required.pk}"] = error
        return Verdict(required, row, Check(wanted, None, Outcome.NOT_STATED), error)
    return Verdict(required, row, check([wanted], [spec])[0] if spec.quantity else _bare(wanted, spec))


def _bare(wanted: Spec, promised: Spec) -> Check:
    """A requirement without a name: what stands in its row answers it."""
    from innovalley.engine.specs import compare

    return compare(wanted, promised)


def _spec(required: ChallengeSpec, row: dict[str, str]) -> tuple[Spec | None, str]:
    known = {choice.value for choice in type(required.spec.comparison)}
    line = Line(
        quantity=required.quantity,
        change=required.change,
        comparison=row["comparison"] if row["comparison"] in known else required.comparison,
        value=row["value"][:80],
        unit=row["unit"][:30],
    )
    specs = Table([line]).specs()
    return (specs[0][0], "") if specs else (None, line.errors.get("value", ""))


def _check_budget(typed: Typed, call: Call, organisation: Organisation, found: Checked) -> None:
    wan = WanField()
    rows = []
    for year in found.years:
        for source in Source:
            name = f"{year}.{source}"
            try:
                fen = wan.clean(typed.budget.get(name, ""))
            except forms.ValidationError as error:
                found.problems[f"budget-{name}"] = " ".join(error.messages)
                continue
            rows.append((year, source, fen or 0))
    found.budget = Budget.of(rows)
    troubles = found.budget.troubles(
        call.funding,
        is_company=organisation.kind == Organisation.Kind.COMPANY,
        max_fund_fen=found.challenge.max_fund_fen if found.challenge else None,
    )
    if troubles:
        found.problems["budget"] = " ".join(trouble_text(each) for each in troubles)


def _check_timetable(typed: Typed, found: Checked) -> None:
    if not typed.timetable:
        found.problems["timetable"] = _("Please state at least one step with its month.")
    if len(typed.timetable) > MAX_STEPS:
        found.problems["timetable"] = _("At most %(most)s steps.") % {"most": MAX_STEPS}
    for number, step in enumerate(typed.timetable):
        if not _MONTH.fullmatch(step["until"]):
            found.problems[f"step-{number}"] = _("Please write the month as 2027-06.")
        elif not step["what"]:
            found.problems[f"step-{number}"] = _("Please write what is done by then.")

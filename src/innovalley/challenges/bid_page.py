"""What the page of a bid shows: each input with what was typed, what is wrong there, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from innovalley.challenges import actions
from innovalley.challenges.call_rules import Source
from innovalley.challenges.checking import NEEDED_SECTIONS, SECTION_NAMES, Checked, check_bid
from innovalley.challenges.content import MAX_SECTION, MAX_STEPS, SECTIONS, Typed
from innovalley.challenges.locking import clock
from innovalley.challenges.models import SOURCES, BidDraft
from innovalley.engine.specs import Outcome
from innovalley.engine.specs.writing import format_number
from innovalley.registry.models.specs import COMPARISONS

SECTION_HELP = {
    "goal": _("What the company will have in its hands at the end."),
    "route": _("How the problem is solved, step by step, and why this way."),
    "innovation": _("What nobody has done so far, and what protects it."),
    "ability": _("Who does it, with what equipment, and what they did before."),
    "risks": _("What could fail, how you would notice, and what you would do then."),
    "benefit": _("Where it will be used first, and what that brings."),
}
OUTCOMES = {
    Outcome.MET: _("met"),
    Outcome.MISSED: _("missed"),
    Outcome.NOT_COMPARABLE: _("cannot be compared"),
    Outcome.NOT_STATED: _("not stated"),
}


@dataclass(slots=True)
class Page:
    """The page of a draft with `typed` in it.

    shows_problems   whether what is missing is said at the inputs, as after an attempt to hand in
    late             the refusal because of the deadline
    theirs           what another tab saved meanwhile
    """

    draft: BidDraft
    typed: Typed
    tab: str = ""
    token: str = ""
    version: int = 0
    blank_steps: int = 1
    blank_partners: int = 1
    shows_problems: bool = False
    late: actions.WindowError | None = None
    theirs: Typed | None = None
    checked: Checked = field(init=False)

    def __post_init__(self) -> None:
        self.version = self.version or self.draft.version
        self.checked = check_bid(self.typed, self.draft.call, self.draft.organisation)

    def refresh(self) -> None:
        """The draft was saved meanwhile; its version goes into the form."""
        self.draft.refresh_from_db()
        self.version = self.draft.version
        self.typed.files = actions.typed_of_draft(self.draft).files
        self.checked = check_bid(self.typed, self.draft.call, self.draft.organisation)

    def context(self) -> dict[str, Any]:
        """For the templates of challenges/bids/."""
        call, checked = self.draft.call, self.checked
        return {
            "draft": self.draft,
            "call": call,
            "page": self,
            "typed": self.typed,
            "checked": checked,
            "now": clock(),
            "challenges": call.challenges.select_related("demand"),
            "teams": self.draft.organisation.teams.all()[:200],
            "sections": self._sections(),
            "partners": self._partners(),
            "specs": self._specs(),
            "comparisons": COMPARISONS,
            "sources": [(value, label) for value, label in SOURCES],
            "budget_rows": self._budget(),
            "source_sums": [(source.value, checked.budget.of_source(source)) for source in Source],
            "steps": self._steps(),
            "documents": [(name, name in {f["as"] for f in self.typed.files}) for name in call.documents],
            "errors": checked.problems if self.shows_problems else {},
            "error_lines": self._error_lines() if self.shows_problems else [],
            "missing": self._missing(),
            "differences": self._differences(),
        }

    def _error(self, name: str) -> str:
        """What is wrong at an input; what is only missing is said when handing in was tried."""
        return self.checked.problems.get(name, "") if self.shows_problems else ""

    def _sections(self) -> list[dict[str, Any]]:
        return [
            {
                "name": f"plan_{name}",
                "label": SECTION_NAMES[name],
                "help": SECTION_HELP[name],
                "text": self.typed.plan.get(name, ""),
                "needed": name in NEEDED_SECTIONS,
                "most": MAX_SECTION,
                "error": self._error(f"plan_{name}"),
            }
            for name in SECTIONS
        ]

    def _partners(self) -> list[dict[str, Any]]:
        names = list(dict.fromkeys(self.typed.partners))
        most = self.draft.call.rules.max_participants
        blank = max(0, min(self.blank_partners, (most if most is not None else 20) - len(names)))
        return [
            {"name": name, "error": self.checked.problems.get(f"partner-{number}", "")}
            for number, name in enumerate([*names, *[""] * blank])
        ]

    def _specs(self) -> list[dict[str, Any]]:
        rows = []
        for verdict in self.checked.verdicts:
            outcome = verdict.check.outcome
            gap = verdict.check.gap
            rows.append(
                {
                    "required": verdict.required,
                    "typed": verdict.typed,
                    "outcome": outcome.value,
                    "says": OUTCOMES[outcome],
                    "gap": f"{format_number(gap, 'zh')} {verdict.required.unit}".strip() if gap else "",
                    "error": verdict.error or self._error(f"promise-{verdict.required.pk}"),
                }
            )
        return rows

    def _budget(self) -> list[dict[str, Any]]:
        return [
            {
                "year": year,
                "cells": [
                    {
                        "name": f"budget-{year}.{source}",
                        "label": label,
                        "value": self.typed.budget.get(f"{year}.{source}", ""),
                        "error": self.checked.problems.get(f"budget-{year}.{source}", ""),
                    }
                    for source, label in SOURCES
                ],
                "sum": self.checked.budget.of_year(year),
            }
            for year in self.checked.years
        ]

    def _steps(self) -> list[dict[str, Any]]:
        steps = self.typed.timetable
        blank = max(self.blank_steps, 3 - len(steps))
        blank = max(0, min(blank, MAX_STEPS - len(steps)))
        return [
            {**step, "error": self._error(f"step-{number}")}
            for number, step in enumerate([*steps, *[{"until": "", "what": ""}] * blank])
        ]

    def _missing(self) -> list[dict[str, Any]]:
        """The parts of a bid, each with whether it stands: what the side of the page shows."""
        problems = self.checked.problems
        parts = [
            ("basics", _("Challenge and team"), ("challenge", "team", "partner-")),
            ("plan", _("Plan of the work"), ("plan_",)),
            ("specs", _("Promised specs"), ("promise-",)),
            ("budget", _("Budget"), ("budget",)),
            ("timetable", _("Timetable"), ("timetable", "step-")),
            ("files", _("Files"), ("files",)),
            ("declaration", _("Declaration"), ("declared",)),
        ]
        rules = self.draft.call.rules
        shown = [part for part in parts if part[0] != "declaration" or rules.clean_years]
        return [
            {
                "anchor": anchor,
                "label": label,
                "count": sum(name.startswith(starts) for name in problems),
            }
            for anchor, label, starts in shown
        ]

    def _error_lines(self) -> list[tuple[str, str]]:
        """(anchor, sentence) of everything that stands against handing in."""
        specs = {f"promise-{row.required.pk}": str(row.required) for row in self.checked.verdicts}
        return [
            (name, f"{specs[name]}：{text}" if name in specs else text)
            for name, text in self.checked.problems.items()
        ]

    def _differences(self) -> list[tuple[Any, str]]:
        """(label, value) of what another tab saved otherwise than it stands here."""
        theirs = self.theirs
        if theirs is None:
            return []
        found: list[tuple[Any, str]] = [
            (SECTION_NAMES[name], theirs.plan.get(name, ""))
            for name in SECTIONS
            if theirs.plan.get(name, "") != self.typed.plan.get(name, "")
        ]
        if theirs.partners != self.typed.partners:
            found.append((_("Participants"), "、".join(theirs.partners)))
        if theirs.budget != self.typed.budget:
            found.append((_("Budget"), "；".join(f"{k} {v}" for k, v in theirs.budget.items())))
        if theirs.promises != self.typed.promises:
            found.append(
                (
                    _("Promised specs"),
                    "；".join(
                        f"{row['comparison']} {row['value']} {row['unit']}"
                        for row in theirs.promises.values()
                    ),
                )
            )
        if theirs.timetable != self.typed.timetable:
            found.append((_("Timetable"), "；".join(f"{s['until']} {s['what']}" for s in theirs.timetable)))
        return found

"""Conflicts of interest (回避): who may not judge what, for which reason, and where it is recorded.

The grounds follow the recusal rules that measures of this kind share: own, former or related organisation, joint
work, kinship and teaching as declared, part in the demand. Windows in years differ by place and are settings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Ground(StrEnum):
    """Why an expert is in conflict."""

    SELF = "self"  # is one of the people judged
    SAME_ORGANISATION = "same_organisation"
    FORMER_ORGANISATION = "former_organisation"
    RELATED_ORGANISATION = "related_organisation"  # parent, subsidiary, sister or holding
    JOINT_WORK = "joint_work"  # co-author, co-applicant, colleague in a team
    DECLARED = "declared"  # kinship, teacher and student, dispute, whatever was declared


@dataclass(frozen=True, slots=True)
class Affiliation:
    """A person belongs or belonged to an organisation; `until` None means still."""

    person: str
    organisation: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """`holder` holds `percent` of `held`; a parent is a holder of 100."""

    holder: str
    held: str
    percent: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class JointWork:
    """Persons made something together; `source` names it ("achievement A0012"), `year` None means still going on."""

    persons: frozenset[str]
    source: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A person declared a tie to another person or to an organisation (`subject`); `kind` says which."""

    person: str
    subject: str
    kind: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Windows:
    """How long ties count after they ended, in years, and from which share on a holding ties organisations."""

    organisation: int = 3
    joint_work: int = 3
    declared: int = 3
    least_percent: Decimal = Decimal(5)


@dataclass(frozen=True, slots=True)
class Party:
    """Everybody behind an item: the people, and the organisations (bidder, partners, the demand's company)."""

    persons: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One reason. `source` says where it is recorded, `other` is the person or organisation it is with."""

    ground: Ground
    other: str
    source: str


@dataclass(frozen=True)
class Facts:
    """What is known of persons and organisations."""

    affiliations: Sequence[Affiliation] = ()
    holdings: Sequence[Holding] = ()
    joint_works: Sequence[JointWork] = ()
    declarations: Sequence[Declaration] = ()


@dataclass
class Finder:
    """Finds conflicts for many experts and items; reads the facts once.

    on       the day of the review
    windows  see `Windows`
    """

    facts: Facts
    on: date
    windows: Windows = field(default_factory=Windows)

    def __post_init__(self) -> None:
        self._affiliations: dict[str, list[Affiliation]] = defaultdict(list)
        for affiliation in self.facts.affiliations:
            self._affiliations[affiliation.person].append(affiliation)
        self._works: dict[str, list[JointWork]] = defaultdict(list)
        for work in self.facts.joint_works:
            for person in work.persons:
                self._works[person].append(work)
        self._declared: dict[str, list[tuple[str, Declaration]]] = defaultdict(list)
        for declaration in self.facts.declarations:  # a tie holds both ways
            self._declared[declaration.person].append((declaration.subject, declaration))
            self._declared[declaration.subject].append((declaration.person, declaration))
        self._holders: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for holding in self.facts.holdings:
            if holding.percent >= self.windows.least_percent:
                known = self._holders[holding.held].get(holding.holder, Decimal(0))
                self._holders[holding.held][holding.holder] = max(known, holding.percent)
        self._above: dict[str, dict[str, str]] = {}

    def find(self, expert: str, party: Party) -> list[Conflict]:
        """Every reason why `expert` may not judge an item of `party`, the gravest first; none when free."""
        found = [Conflict(Ground.SELF, expert, "registry")] if expert in party.persons else []
        found += self._by_organisation(expert, party.organisations)
        found += self._by_joint_work(expert, party.persons)
        found += self._by_declaration(expert, party)
        order = list(Ground)
        return sorted(dict.fromkeys(found), key=lambda c: (order.index(c.ground), c.other, c.source))

    def _by_organisation(self, expert: str, organisations: frozenset[str]) -> Iterable[Conflict]:
        for affiliation in self._affiliations[expert]:
            own = affiliation.organisation
            if affiliation.until is not None and affiliation.until < self.on:
                if own in organisations and self._counts(affiliation.until, self.windows.organisation):
                    yield Conflict(Ground.FORMER_ORGANISATION, own, f"until {affiliation.until}")
                continue
            for other in sorted(organisations):
                if own == other:
                    yield Conflict(Ground.SAME_ORGANISATION, own, "registry")
                elif tie := self._tie(own, other):
                    yield Conflict(Ground.RELATED_ORGANISATION, other, tie)

    def _by_joint_work(self, expert: str, persons: frozenset[str]) -> Iterable[Conflict]:
        for work in self._works[expert]:
            if work.year is None or self._counts(date(work.year, 12, 31), self.windows.joint_work):
                for other in sorted((work.persons & persons) - {expert}):
                    yield Conflict(Ground.JOINT_WORK, other, work.source)

    def _by_declaration(self, expert: str, party: Party) -> Iterable[Conflict]:
        own = [a.organisation for a in self._affiliations[expert] if a.until is None or a.until >= self.on]
        for subject, declaration in self._declared[expert]:
            if subject in party.persons | party.organisations and self._still(declaration):
                yield Conflict(Ground.DECLARED, subject, declaration.kind)
        for person in party.persons:  # somebody behind the item declared a tie to the expert's organisation
            for subject, declaration in self._declared[person]:
                if subject in own and self._still(declaration):
                    yield Conflict(Ground.DECLARED, person, declaration.kind)

    def _still(self, declaration: Declaration) -> bool:
        return declaration.until is None or self._counts(declaration.until, self.windows.declared)

    def _counts(self, end: date, years: int) -> bool:
        """Whether what ended on `end` counts still: up to and with the same day `years` later."""
        return self.on <= _years_after(end, years)

    def _tie(self, one: str, other: str) -> str:
        """How two organisations are tied through holders; "" when they are not."""
        above_one, above_other = self._everyone_above(one), self._everyone_above(other)
        if other in above_one:
            return f"{other} holds {above_one[other]}"
        if one in above_other:
            return f"{one} holds {above_other[one]}"
        shared = sorted(above_one.keys() & above_other.keys())
        return f"both belong to {shared[0]}" if shared else ""

    def _everyone_above(self, organisation: str) -> dict[str, str]:
        """Direct and indirect holders of `organisation`, each with what it holds directly."""
        known = self._above.get(organisation)
        if known is None:
            known, waiting = {}, [organisation]
            while waiting:
                held = waiting.pop()
                for holder, percent in sorted(self._holders[held].items()):
                    if holder not in known and holder != organisation:
                        known[holder] = f"{percent} % of {held}"
                        waiting.append(holder)
            self._above[organisation] = known
        return known


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=2, day=28)

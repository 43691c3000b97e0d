"""What an assignment problem is, and what its answer is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

Pair = tuple[str, str]  # (item, expert)

_FINEST = 9  # decimals of a fit that count; finer differences than a billionth are no differences


class Objective(StrEnum):
    """What the best assignment is."""

    TOTAL = "total"  # the highest sum of fits
    FAIR = "fair"  # the highest sum of fits of the worst panel; among those the highest total


class Rule(StrEnum):
    """The rules that can be relaxed, the mildest first: between equally few, milder ones are proposed."""

    MAX_LOAD = "max_load"
    MIN_LOAD = "min_load"
    GROUP_LIMIT = "group_limit"
    NEED = "need"
    LOCK = "lock"
    PANEL_SIZE = "panel_size"
    CONFLICT = "conflict"

    @property
    def harshness(self) -> int:
        """1 for the mildest."""
        return list(Rule).index(self) + 1


@dataclass(frozen=True, slots=True)
class Expert:
    """An expert with the attributes that rules refer to ({"org": "Northern University", "role": "finance"})."""

    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Need:
    """Every panel needs at least `count` experts whose `attribute` is one of `values` (a finance expert, say).

    `items` restricts it to these items; None means every item.
    """

    attribute: str
    values: frozenset[str]
    count: int = 1
    items: frozenset[str] | None = None

    def concerns(self, item: str) -> bool:
        """Whether the panel of `item` has this need."""
        return self.items is None or item in self.items

    def is_answered_by(self, expert: Expert) -> bool:
        """Whether `expert` counts towards it."""
        return expert.attributes.get(self.attribute, "") in self.values


@dataclass(frozen=True)
class Problem:
    """Items, experts and the rules of their assignment.

    items         ids of what is to be reviewed
    experts       everyone who may review
    fit           how well an expert fits an item, any finite number, larger is better; a pair without a fit is
                  never assigned
    conflicts     pairs that may not be assigned, with the reason
    panel_size    experts of every panel, exactly
    max_load      items of one expert at most
    min_load      items of one expert at least
    own_loads     items at most of an expert who takes fewer than `max_load`
    group_limits  {"org": 1}: of the experts with the same value of this attribute at most so many in one panel; an
                  empty value is no group
    needs         see `Need`
    locked        pairs that an officer has fixed
    forbidden     pairs that an officer has ruled out

    Raises:
        ValueError: an id stands twice or is not known, a number is negative or not finite, or a locked pair is
            in conflict, forbidden or without a fit.
    """

    items: tuple[str, ...]
    experts: tuple[Expert, ...]
    fit: Mapping[Pair, Decimal]
    panel_size: int
    max_load: int
    min_load: int = 0
    conflicts: Mapping[Pair, str] = field(default_factory=dict)
    group_limits: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    own_loads: Mapping[str, int] = field(default_factory=dict)
    locked: frozenset[Pair] = frozenset()
    forbidden: frozenset[Pair] = frozenset()

    def __post_init__(self) -> None:
        for what, ids in (("item", self.items), ("expert", tuple(e.id for e in self.experts))):
            if len(set(ids)) < len(ids):
                twice = next(i for n, i in enumerate(ids) if i in ids[:n])
                raise ValueError(f"{what} {twice!r} stands twice")
        self._check_numbers()
        items, experts = set(self.items), set(self.by_id)
        for item, expert in (*self.fit, *self.conflicts, *self.locked, *self.forbidden):
            if item not in items:
                raise ValueError(f"unknown item {item!r}")
            if expert not in experts:
                raise ValueError(f"unknown expert {expert!r}")
        for pair in sorted(self.locked):
            if pair not in self.fit or pair in self.conflicts or pair in self.forbidden:
                raise ValueError(f"the locked pair {pair} has no fit, is in conflict or is forbidden")

    def _check_numbers(self) -> None:
        if self.panel_size < 1 or self.max_load < 1:
            raise ValueError("panel_size and max_load are at least 1")
        if not 0 <= self.min_load <= self.max_load:
            raise ValueError("min_load lies between 0 and max_load")
        if any(load < 1 for load in self.own_loads.values()):
            raise ValueError("an expert's own load is at least 1")
        if any(limit < 1 for limit in self.group_limits.values()):
            raise ValueError("a group limit is at least 1")
        if any(not value.is_finite() for value in self.fit.values()):
            raise ValueError("a fit is a finite number")

    def most(self, expert: str) -> int:
        """How many items `expert` takes at most."""
        return min(self.max_load, self.own_loads.get(expert, self.max_load))

    def least(self, expert: str) -> int:
        """How many items `expert` takes at least: never more than at most."""
        return min(self.min_load, self.most(expert))

    @cached_property
    def by_id(self) -> dict[str, Expert]:
        """The experts by their ids."""
        return {expert.id: expert for expert in self.experts}

    @cached_property
    def candidates(self) -> dict[str, list[str]]:
        """For each item the experts who may review it, in the order of `experts`; locked ones included."""
        order = {expert.id: n for n, expert in enumerate(self.experts)}
        found: dict[str, list[str]] = {item: [] for item in self.items}
        for pair in self.fit:
            if pair not in self.conflicts and pair not in self.forbidden:
                found[pair[0]].append(pair[1])
        for experts in found.values():
            experts.sort(key=order.__getitem__)
        return found

    @cached_property
    def values(self) -> dict[Pair, int]:
        """The fits as whole numbers of one common power of ten, so that solvers are exact."""
        places = max((_places(value) for value in self.fit.values()), default=0)
        scale = Decimal(10) ** min(places, _FINEST)
        return {pair: int((value * scale).to_integral_value()) for pair, value in self.fit.items()}

    def groups_of(self, item: str, attribute: str) -> dict[str, list[str]]:
        """The candidates of `item` by their value of `attribute`, those without one left out."""
        groups: dict[str, list[str]] = {}
        for expert in self.candidates[item]:
            if value := self.by_id[expert].attributes.get(attribute, ""):
                groups.setdefault(value, []).append(expert)
        return groups


@dataclass(frozen=True, slots=True)
class Assignment:
    """The panels.

    panels   experts of each item, best fit first
    total    the sum of all fits
    worst    the smallest sum of fits of one panel
    proven   whether no better assignment exists; False only when the time ran out
    gap      how much better the objective could still be at most, in its own unit; 0 when proven
    """

    panels: Mapping[str, tuple[str, ...]]
    total: Decimal
    worst: Decimal
    proven: bool = True
    gap: Decimal = Decimal(0)

    @property
    def pairs(self) -> list[Pair]:
        """Every (item, expert), items in order."""
        return [(item, expert) for item, experts in self.panels.items() for expert in experts]


def assignment_of(
    problem: Problem, pairs: list[Pair], *, proven: bool = True, gap: Decimal = Decimal(0)
) -> Assignment:
    """The answer that consists of `pairs`."""
    panels: dict[str, list[str]] = {item: [] for item in problem.items}
    for item, expert in pairs:
        panels[item].append(expert)
    ordered = {
        item: tuple(sorted(experts, key=lambda e: (-problem.fit[item, e], e)))
        for item, experts in panels.items()
    }
    sums = [sum((problem.fit[item, e] for e in experts), Decimal(0)) for item, experts in ordered.items()]
    return Assignment(ordered, sum(sums, Decimal(0)), min(sums, default=Decimal(0)), proven, gap)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0

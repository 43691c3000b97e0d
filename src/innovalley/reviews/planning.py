"""The assignment of a round as a problem for the engine, and the engine's answer as a plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from innovalley.engine.panels import Assignment, Diagnosis, Expert, Objective, Problem
from innovalley.registry.models import Field, Organisation
from innovalley.reviews import needs as needing
from innovalley.reviews.models import (
    ConflictRecord,
    ExpertProfile,
    Fit,
    ForbiddenPair,
    Item,
    Plan,
    Round,
    Seat,
    SeatState,
)
from innovalley.reviews.models.conflicts import HOLDS
from innovalley.reviews.subjects import subject

Pair = tuple[int, int]  # (item, person)


class NoFitsError(Exception):
    """The fits of experts to items have not been computed yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan does to one panel: people by id of the registry."""

    item: int
    stays: tuple[int, ...]
    comes: tuple[int, ...]
    goes: tuple[int, ...]


def pool() -> list[ExpertProfile]:
    """The experts who take part, in the order of their names."""
    rows = ExpertProfile.objects.filter(is_active=True, person__merged_into=None)
    return list(rows.select_related("person").prefetch_related("fields").order_by("person__name_zh", "pk"))


def problem_of(round: Round) -> Problem:
    """The round's assignment as it stands now: settings, pool, fits, conflicts, locks.

    Seats of experts who have accepted are as good as locked; those who were invited stay while they may still
    answer. Whoever declined an item is not asked for it again.

    Raises:
        NoFitsError
        ValueError: the settings contradict each other.
    """
    if round.fits_ready_at is None:
        raise NoFitsError
    experts = pool()
    known = {profile.person_id for profile in experts}
    items = list(round.items.order_by("number"))
    seats = list(Seat.objects.filter(item__round=round))
    conflicts = {
        (item, expert): ground
        for item, expert, ground in ConflictRecord.objects.filter(
            HOLDS, item__round=round, expert__isnull=False
        ).values_list("item_id", "expert_id", "ground")
        if expert in known
    }
    forbidden = {
        pair
        for pair in ForbiddenPair.objects.filter(item__round=round).values_list("item_id", "expert_id")
        if pair[1] in known
    }
    forbidden |= {
        (seat.item_id, seat.expert_id)
        for seat in seats
        if seat.state == SeatState.DECLINED and seat.expert_id in known
    }
    fit = {
        (item, expert): value
        for item, expert, value in Fit.objects.filter(item__round=round).values_list(
            "item_id", "expert_id", "value"
        )
        if expert in known
    }
    locked: set[Pair] = set()
    for seat in seats:
        pair = (seat.item_id, seat.expert_id)
        fixed = seat.locked or seat.state in (SeatState.ACCEPTED, SeatState.INVITED)
        if fixed and seat.expert_id in known and pair not in conflicts and pair not in forbidden:
            locked.add(pair)
            fit.setdefault(pair, seat.fit)
    fields = field_paths(items)
    return Problem(
        items=tuple(str(item.pk) for item in items),
        experts=tuple(_engine_experts(experts, set(fields.values()))),
        fit=_as_text(fit),
        conflicts=_as_text(conflicts),
        forbidden=frozenset(_as_text(dict.fromkeys(forbidden, 1))),
        locked=frozenset(_as_text(dict.fromkeys(locked, 1))),
        panel_size=round.panel_size,
        max_load=round.max_load,
        min_load=round.min_load,
        own_loads={str(each.person_id): each.max_load for each in experts if each.max_load},
        group_limits={str(name): int(limit) for name, limit in round.group_limits.items()},
        needs=needing.engine_needs(
            needing.parse_needs(round.needs), round.panel_size, {str(k): v for k, v in fields.items()}
        ),
    )


def field_paths(items: Iterable[Item]) -> dict[int, str]:
    """By item id, the path of its field; "" for none."""
    by_type: dict[str, list[Item]] = {}
    for item in items:
        by_type.setdefault(item.subject_type, []).append(item)
    found: dict[int, str] = {}
    for type, group in by_type.items():
        contents = subject(type).contents([item.subject_id for item in group])
        for item in group:
            found[item.pk] = contents[item.subject_id].field if item.subject_id in contents else ""
    return found


def _engine_experts(experts: list[ExpertProfile], paths: set[str]) -> Iterable[Expert]:
    roots = _roots({profile.person.organisation_id for profile in experts})
    for profile in experts:
        attributes = {"org": str(roots[profile.person.organisation_id])}
        attributes.update({f"kind:{kind}": "1" for kind in profile.kinds})
        if profile.is_outside:
            attributes["outside"] = "1"
        own = [str(field.path) for field in profile.fields.all()]
        for path in paths:
            if path and any(needing.is_related(path, each) for each in own):
                attributes[f"field:{path}"] = "1"
        yield Expert(str(profile.person_id), attributes)


def _roots(organisations: set[int]) -> dict[int, int]:
    """By organisation, the topmost one it belongs to: a faculty counts as its university."""
    parents: dict[int, int | None] = {}
    waiting = set(organisations)
    while waiting:
        rows = dict(Organisation.objects.filter(pk__in=waiting).values_list("pk", "parent_id"))
        parents.update(rows)
        waiting = {parent for parent in rows.values() if parent is not None} - parents.keys()
    roots = {}
    for organisation in organisations:
        seen, top = {organisation}, organisation
        while (above := parents.get(top)) is not None and above not in seen:
            seen.add(above)
            top = above
        roots[organisation] = top
    return roots


def _as_text(pairs: dict[Pair, Any]) -> dict[tuple[str, str], Any]:
    return {(str(item), str(expert)): value for (item, expert), value in pairs.items()}


def basis_of(problem: Problem, round: Round) -> str:
    """A digest of everything an assignment depends on: another one as soon as anything of it changes."""
    told = {
        "items": problem.items,
        "experts": [[e.id, sorted(e.attributes.items())] for e in problem.experts],
        "fit": sorted([*pair, str(value)] for pair, value in problem.fit.items()),
        "conflicts": sorted(problem.conflicts),
        "locked": sorted(problem.locked),
        "forbidden": sorted(problem.forbidden),
        "numbers": [problem.panel_size, problem.max_load, problem.min_load],
        "own_loads": sorted(problem.own_loads.items()),
        "groups": sorted(problem.group_limits.items()),
        "needs": [[n.attribute, n.count, sorted(n.items or ())] for n in problem.needs],
        "objective": round.objective,
        "seed": round.seed,
        "seats": sorted(
            Seat.objects.filter(item__round=round).values_list("item_id", "expert_id", "state", "locked")
        ),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def digest_of(basis: str, pairs: list[list[Any]]) -> str:
    """What names a plan: whoever applies it shows that this is what was seen."""
    return hashlib.sha256(json.dumps([basis, pairs]).encode()).hexdigest()


def pairs_of(assignment: Assignment, problem: Problem) -> list[list[Any]]:
    """[[item, expert, fit], …] as a plan keeps them."""
    return [[int(item), int(expert), str(problem.fit[item, expert])] for item, expert in assignment.pairs]


def diagnosis_as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """As a plan keeps it."""
    return {
        "proven": diagnosis.proven,
        "relaxations": [
            {
                "rule": each.rule.value,
                "item": each.item,
                "expert": each.expert,
                "group": each.group,
                "limit": each.limit,
                "by": each.by,
            }
            for each in diagnosis.relaxations
        ],
        "alternatives": [list(each) for each in diagnosis.alternatives],
    }


def changes(round: Round, pairs: list[list[Any]]) -> list[Change]:
    """What the plan's pairs change against the seats that stand, item by item, unchanged panels too."""
    wanted: dict[int, list[int]] = {}
    for item, expert, _fit in pairs:
        wanted.setdefault(item, []).append(expert)
    standing: dict[int, list[int]] = {}
    rows = Seat.objects.filter(
        item__round=round, state__in=[SeatState.PLANNED, SeatState.INVITED, SeatState.ACCEPTED]
    )
    for item, expert in rows.order_by("pk").values_list("item_id", "expert_id"):
        standing.setdefault(item, []).append(expert)
    found = []
    for item in round.items.order_by("number").values_list("pk", flat=True):
        new, old = wanted.get(item, []), standing.get(item, [])
        found.append(
            Change(
                item,
                stays=tuple(e for e in new if e in old),
                comes=tuple(e for e in new if e not in old),
                goes=tuple(e for e in old if e not in new),
            )
        )
    return found


def objective_of(round: Round) -> Objective:
    """As the engine names it."""
    return Objective.FAIR if round.objective == Round.Objective.FAIR else Objective.TOTAL


def write_answer(plan: Plan, problem: Problem, assignment: Assignment) -> None:
    """Fills a plan with the engine's answer (not saved)."""
    plan.pairs = pairs_of(assignment, problem)
    plan.digest = digest_of(plan.basis, plan.pairs)
    plan.total, plan.worst, plan.proven = assignment.total, assignment.worst, assignment.proven
    plan.state = Plan.State.READY


def field_name(item: Item) -> str:
    """The name of the item's field in the reader's language; "" for none."""
    path = field_paths([item])[item.pk]
    field = Field.objects.filter(path=path).first() if path else None
    return field.name if field else ""

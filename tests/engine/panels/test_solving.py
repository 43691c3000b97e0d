"""The assignment is the exact best one: compared with trying everything on small problems."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.panels import Expert, InfeasibleError, Need, Objective, Problem, solve

Panels = dict[str, tuple[str, ...]]


def keeps_rules(problem: Problem, panels: Panels) -> bool:
    """The rules said once more, plainly."""
    loads = Counter(expert for panel in panels.values() for expert in panel)
    for expert in problem.experts:
        if not problem.min_load <= loads[expert.id] <= problem.max_load:
            return False
    for item, panel in panels.items():
        pairs = {(item, expert) for expert in panel}
        if len(pairs) != problem.panel_size or not pairs <= set(problem.fit):
            return False
        if pairs & set(problem.conflicts) or pairs & problem.forbidden:
            return False
        members = [problem.by_id[expert] for expert in panel]
        for attribute, limit in problem.group_limits.items():
            counts = Counter(e.attributes.get(attribute, "") for e in members)
            counts.pop("", None)
            if max(counts.values(), default=0) > limit:
                return False
        for need in problem.needs:
            if need.concerns(item) and sum(map(need.is_answered_by, members)) < need.count:
                return False
    return all(expert in panels[item] for item, expert in problem.locked)


def everything(problem: Problem) -> Iterator[Panels]:
    """Every assignment that keeps the rules."""
    names = [expert.id for expert in problem.experts]
    choices = [list(itertools.combinations(names, problem.panel_size)) for _item in problem.items]
    for chosen in itertools.product(*choices):
        panels = dict(zip(problem.items, chosen, strict=True))
        if keeps_rules(problem, panels):
            yield panels


def value(problem: Problem, panels: Panels) -> tuple[Decimal, Decimal]:
    """(worst, total)."""
    sums = [sum((problem.fit[item, e] for e in panel), Decimal(0)) for item, panel in panels.items()]
    return min(sums), sum(sums, Decimal(0))


@st.composite
def problems(draw: st.DrawFn, *, with_needs: bool) -> Problem:
    items = tuple(f"I{n}" for n in range(draw(st.integers(1, 3))))
    experts = tuple(
        Expert(
            f"E{n}",
            {"org": draw(st.sampled_from(["north", "south", ""])), "role": draw(st.sampled_from("ft"))},
        )
        for n in range(draw(st.integers(2, 5)))
    )
    every = [(item, expert.id) for item in items for expert in experts]
    fits = st.integers(-300, 1000).map(lambda n: Decimal(n) / 1000)
    fit = {pair: draw(fits) for pair in every if draw(st.integers(0, 9))}
    conflicts = {pair: "same unit" for pair in every if not draw(st.integers(0, 5))}
    free = [pair for pair in fit if pair not in conflicts]
    locked = draw(st.frozensets(st.sampled_from(free), max_size=2)) if free else frozenset()
    max_load = draw(st.integers(1, 3))
    return Problem(
        items,
        experts,
        fit,
        panel_size=draw(st.integers(1, 3)),
        max_load=max_load,
        min_load=draw(st.integers(0, min(1, max_load))),
        conflicts=conflicts,
        group_limits={"org": draw(st.integers(1, 2))} if draw(st.booleans()) else {},
        needs=(Need("role", frozenset("f")),) if with_needs else (),
        locked=locked,
        forbidden=frozenset(p for p in free if p not in locked and not draw(st.integers(0, 7))),
    )


def check_against_everything(problem: Problem, objective: Objective, seed: int | None) -> None:
    possible = [value(problem, panels) for panels in everything(problem)]
    if not possible:
        with pytest.raises(InfeasibleError):
            solve(problem, objective=objective, seed=seed)
        return
    found = solve(problem, objective=objective, seed=seed)
    assert keeps_rules(problem, dict(found.panels))
    assert found.proven
    assert (found.worst, found.total) == value(problem, dict(found.panels))
    if objective == Objective.TOTAL:
        assert found.total == max(total for _worst, total in possible)
    else:
        assert (found.worst, found.total) == max(possible)


@settings(max_examples=120, deadline=None)
@given(problems(with_needs=False), st.sampled_from([None, 1, 2**40]))
def test_the_highest_total_is_found(problem: Problem, seed: int | None) -> None:
    check_against_everything(problem, Objective.TOTAL, seed)


@settings(max_examples=25, deadline=None)
@given(problems(with_needs=True))
def test_the_highest_total_is_found_when_every_panel_needs_a_role(problem: Problem) -> None:
    check_against_everything(problem, Objective.TOTAL, None)


@settings(max_examples=25, deadline=None)
@given(problems(with_needs=False))
def test_fairness_raises_the_worst_panel_first_and_then_the_total(problem: Problem) -> None:
    check_against_everything(problem, Objective.FAIR, None)


def alike(experts: int, items: int = 3) -> Problem:
    people = tuple(Expert(f"E{n}") for n in range(experts))
    names = tuple(f"I{n}" for n in range(items))
    return Problem(names, people, {(i, e.id): Decimal(1) for i in names for e in people}, 2, 2)


def test_a_seed_draws_among_equals_and_gives_the_same_panels_each_time() -> None:
    problem = alike(8)
    drawn = {seed: tuple(solve(problem, seed=seed).pairs) for seed in range(12)}
    assert all(tuple(solve(problem, seed=seed).pairs) == pairs for seed, pairs in drawn.items())
    assert len(set(drawn.values())) > 3


def test_what_a_seed_draws_does_not_depend_on_the_order_of_the_scores() -> None:
    problem = alike(8)
    turned = Problem(problem.items, problem.experts, dict(reversed(list(problem.fit.items()))), 2, 2)
    assert solve(problem, seed=5) == solve(turned, seed=5)


def test_a_difference_in_the_ninth_decimal_counts() -> None:
    fit = {("I", "a"): Decimal("0.123456788"), ("I", "b"): Decimal("0.123456789")}
    assert solve(Problem(("I",), (Expert("a"), Expert("b")), fit, 1, 1)).panels == {"I": ("b",)}


def test_needs_may_concern_single_items() -> None:
    experts = (Expert("a", {"role": "finance"}), Expert("b"), Expert("c"))
    fit = {(i, e): Decimal(v) for i in ("I", "J") for e, v in (("a", 0), ("b", 1), ("c", 2))}
    needs = (Need("role", frozenset({"finance"}), items=frozenset({"J"})),)
    panels = solve(Problem(("I", "J"), experts, fit, 1, 2, needs=needs)).panels
    assert panels == {"I": ("c",), "J": ("a",)}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"items": ("I", "I")}, "item 'I' stands twice"),
        ({"experts": (Expert("a"), Expert("a"))}, "expert 'a' stands twice"),
        ({"fit": {("I", "x"): Decimal(1)}}, "unknown expert 'x'"),
        ({"fit": {("X", "a"): Decimal(1)}}, "unknown item 'X'"),
        ({"fit": {("I", "a"): Decimal("NaN")}}, "finite"),
        ({"panel_size": 0}, "at least 1"),
        ({"min_load": 3}, "min_load"),
        ({"group_limits": {"org": 0}}, "group limit"),
        ({"locked": frozenset({("I", "b")}), "conflicts": {("I", "b"): "kin"}}, "locked pair"),
    ],
)
def test_a_wrong_problem_is_refused_with_its_reason(change: dict[str, object], complaint: str) -> None:
    right: dict[str, object] = {
        "items": ("I",),
        "experts": (Expert("a"), Expert("b")),
        "fit": {("I", "a"): Decimal(1), ("I", "b"): Decimal(1)},
        "panel_size": 1,
        "max_load": 1,
    }
    with pytest.raises(ValueError, match=complaint):
        Problem(**(right | change))  # type: ignore[arg-type]

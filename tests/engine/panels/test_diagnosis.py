"""Where no assignment exists, the fewest rules to relax are named, and relaxing them suffices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from innovalley.engine.panels import (
    Expert,
    InfeasibleError,
    Need,
    Objective,
    Problem,
    Relaxation,
    Rule,
    diagnose,
    solve,
)

ONE = Decimal(1)


def problem(items: str, experts: dict[str, str], **rules: object) -> Problem:
    """Items and experts of one letter each; `experts` gives the organisation; everybody fits everything."""
    people = tuple(Expert(name, {"org": org}) for name, org in experts.items())
    fit = {(i, e): ONE for i in items for e in experts}
    return Problem(tuple(items), people, fit, **({"panel_size": 2, "max_load": 2} | rules))  # type: ignore[arg-type]


def refused(question: Problem) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        solve(question)
    return caught.value


def test_too_much_load_names_the_expert_and_the_figure_for_everybody() -> None:
    error = refused(problem("IJK", {"a": ""}, panel_size=1))
    assert error.diagnosis.relaxations == (Relaxation(Rule.MAX_LOAD, "", "a", "", 2, 1),)
    assert error.diagnosis.proven
    assert ("max_load", 3) in error.diagnosis.alternatives
    assert str(error) == "let expert a take 3 items instead of at most 2"


def test_one_change_is_preferred_to_two() -> None:
    # a sits in every panel that can be filled: b or c alone would not do.
    people = (Expert("a"), Expert("b"), Expert("c"))
    fit = {(i, e): ONE for i in "IJ" for e in "ab"} | {("K", "a"): ONE, ("K", "c"): ONE}
    error = refused(Problem(tuple("IJK"), people, fit, 2, 2))
    assert error.diagnosis.relaxations == (Relaxation(Rule.MAX_LOAD, "", "a", "", 2, 1),)


def test_a_group_that_fills_the_panel_is_named() -> None:
    error = refused(problem("I", {"a": "north", "b": "north"}, group_limits={"org": 1}))
    assert error.diagnosis.relaxations == (Relaxation(Rule.GROUP_LIMIT, "I", "", "org=north", 1, 1),)
    assert ("group_limit org", 2) in error.diagnosis.alternatives


def test_a_conflict_is_overridden_only_when_nothing_milder_does() -> None:
    mild = refused(problem("I", {"a": "", "b": "", "c": ""}, panel_size=3, conflicts={("I", "c"): "kin"}))
    assert [r.rule for r in mild.diagnosis.relaxations] == [Rule.PANEL_SIZE]


def test_a_missing_role_is_named_with_its_item() -> None:
    error = refused(problem("I", {"a": "north", "b": "north"}, needs=(Need("org", frozenset({"south"})),)))
    assert error.diagnosis.relaxations == (Relaxation(Rule.NEED, "I", "", "org=south", 1, 1),)


def test_an_expert_who_cannot_reach_the_least_load_is_named() -> None:
    error = refused(problem("I", {"a": "", "b": "", "c": ""}, min_load=1))
    assert [(r.rule, r.by) for r in error.diagnosis.relaxations] == [(Rule.MIN_LOAD, 1)]


def test_too_many_locks_are_released() -> None:
    locked = frozenset({("I", "a"), ("I", "b"), ("I", "c")})
    error = refused(problem("I", {"a": "", "b": "", "c": ""}, locked=locked))
    assert [r.rule for r in error.diagnosis.relaxations] == [Rule.LOCK]


def test_fairness_is_refused_with_the_same_reasons() -> None:
    with pytest.raises(InfeasibleError) as caught:
        solve(problem("IJK", {"a": ""}, panel_size=1), objective=Objective.FAIR)
    assert [r.rule for r in caught.value.diagnosis.relaxations] == [Rule.MAX_LOAD]


def test_nothing_is_to_be_relaxed_where_an_assignment_exists() -> None:
    assert diagnose(problem("I", {"a": "", "b": ""})).relaxations == ()


def test_a_large_problem_is_diagnosed_too() -> None:
    experts = {f"E{n}": "" for n in range(300)}
    people = tuple(Expert(name) for name in experts)
    items = tuple(f"I{n}" for n in range(100))
    fit = {(i, e): ONE for i in items for e in experts}
    error = refused(Problem(items, people, fit, 5, 1))
    assert sum(r.by for r in error.diagnosis.relaxations) == 200  # 500 seats, 300 loads
    assert ("max_load", 2) in error.diagnosis.alternatives

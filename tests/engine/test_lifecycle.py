"""A transition table cannot contradict itself, and nothing moves but as it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.engine.lifecycle import Lifecycle, Transition, WrongStateError

STATES = ("draft", "submitted", "published", "withdrawn")
SUBMIT = Transition("submit", ("draft",), "submitted", "x.submit")
PUBLISH = Transition("publish", ("submitted",), "published", "x.vet")
WITHDRAW = Transition("withdraw", ("draft", "submitted", "published"), "withdrawn", "x.withdraw")
LIFECYCLE = Lifecycle(STATES, [SUBMIT, PUBLISH, WITHDRAW])


def test_an_act_leads_where_the_table_says() -> None:
    assert LIFECYCLE.step("submit", "draft") is SUBMIT
    assert LIFECYCLE.step("withdraw", "published").target == "withdrawn"


@pytest.mark.parametrize(
    ("act", "state"),
    [
        ("publish", "draft"),
        ("submit", "submitted"),
        ("withdraw", "withdrawn"),
        ("burn", "draft"),
        ("submit", ""),
    ],
)
def test_any_other_act_is_refused(act: str, state: str) -> None:
    with pytest.raises(WrongStateError) as refused:
        LIFECYCLE.step(act, state)
    assert (refused.value.act, refused.value.state) == (act, state)


def test_what_can_be_done_from_a_state_in_table_order() -> None:
    assert LIFECYCLE.acts_from("draft") == (SUBMIT, WITHDRAW)
    assert LIFECYCLE.acts_from("withdrawn") == ()


def test_one_act_may_lead_to_different_states_from_different_ones() -> None:
    first = Transition("go", ("a",), "b", "x.go")
    then = Transition("go", ("b",), "c", "x.go")
    table = Lifecycle("abc", [first, then])
    assert (table.step("go", "a"), table.step("go", "b")) == (first, then)


@pytest.mark.parametrize(
    ("states", "transitions", "told"),
    [
        (STATES, [SUBMIT, SUBMIT, PUBLISH, WITHDRAW], "submit from draft stands twice"),
        (STATES, [SUBMIT, Transition("submit", ("draft",), "published", "x")], "submit from draft stands twice"),
        (STATES[:3], [SUBMIT, PUBLISH, WITHDRAW], "withdraw names unknown states ['withdrawn']"),
        (STATES, [SUBMIT, PUBLISH, Transition("burn", ("ash",), "draft", "x")], "burn names unknown states ['ash']"),
        (STATES, [SUBMIT, WITHDRAW], "states never reached: ['published']"),
        (("a", "b", "c"), [Transition("on", ("b",), "c", "x"), Transition("back", ("c",), "b", "x")], "never reached"),
        ((), [], "a lifecycle has states"),
        (("a", "a"), [], "stand twice"),
        (("a",), [Transition("rest", (), "a", "x")], "rest starts nowhere"),
    ],
)  # fmt: skip
def test_a_table_that_contradicts_itself_is_refused(
    states: tuple[str, ...], transitions: list[Transition], told: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Lifecycle(states, transitions)
    assert told in str(refused.value)


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Any sound table: each state is reached from an earlier one; more moves at will."""
    states = tuple(f"s{number}" for number in range(draw(st.integers(1, 6))))
    moves = {(f"to-{n}", states[draw(st.integers(0, n - 1))]): states[n] for n in range(1, len(states))}
    more = st.tuples(st.sampled_from("pqr"), st.sampled_from(states), st.sampled_from(states))
    for act, source, target in draw(st.lists(more, max_size=8)):
        moves[act, source] = target
    return Lifecycle(states, [Transition(a, (s,), t, f"x.{a}") for (a, s), t in moves.items()])


@given(lifecycles())
def test_acts_from_and_step_tell_the_same(table: Lifecycle) -> None:
    acts = {step.act for step in table.transitions}
    for state in table.states:
        offered = {step.act for step in table.acts_from(state)}
        for act in acts:
            if act in offered:
                assert table.step(act, state) in table.acts_from(state)
            else:
                with pytest.raises(WrongStateError):
                    table.step(act, state)


@given(lifecycles(), st.lists(st.integers(0, 20), max_size=30))
def test_a_walk_never_leaves_the_states(table: Lifecycle, choices: list[int]) -> None:
    state = table.states[0]
    for choice in choices:
        offered = table.acts_from(state)
        if offered:
            state = table.step(offered[choice % len(offered)].act, state).target
        assert state in table.states


@given(lifecycles(), st.data())
def test_a_state_that_no_act_leads_to_is_always_found(table: Lifecycle, data: st.DataObject) -> None:
    leave = st.lists(st.sampled_from(table.states), max_size=2)
    escape = Transition("escape", tuple(dict.fromkeys(["lost", *data.draw(leave)])), table.states[0], "x")
    with pytest.raises(ValueError, match="never reached"):
        Lifecycle([*table.states, "lost"], [*table.transitions, escape])

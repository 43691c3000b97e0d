"""Panels: computed under rules, seen before applied, and explained where the rules leave none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from innovalley.registry.models import Field, Organisation
from innovalley.reviews import actions, jobs, needs, planning, wording
from innovalley.reviews.models import Fit, Plan, Round, RoundState, Seat, SeatState
from tests.registry import factories as registry
from tests.reviews import factories

pytestmark = pytest.mark.django_db


def ready(items: int = 2, **values: Any) -> Round:
    round = factories.round(**{"state": RoundState.ASSIGNING, "panel_size": 2, **values})
    for _n in range(items):
        factories.item(round)
    return round


def plan_of(round: Round) -> Plan:
    return actions.propose_assignment(actor=factories.officer(), round_id=round.pk)


def panel(plan: Plan, item: int) -> set[int]:
    return {expert for each, expert, _fit in plan.pairs if each == item}


def test_a_plan_changes_nothing_until_it_is_applied_and_is_applied_as_it_was_seen() -> None:
    round = ready()
    for _n in range(4):
        factories.expert()
    factories.fits(round)
    plan = plan_of(round)
    assert not Seat.objects.exists()
    assert [len(each.comes) for each in planning.changes(round, plan.pairs)] == [2, 2]
    with pytest.raises(actions.OutdatedPlanError):
        actions.apply_assignment(actor=factories.officer(), round_id=round.pk, digest="0" * 64)
    actions.apply_assignment(actor=factories.officer(), round_id=round.pk, digest=plan.digest)
    assert {(s.item_id, s.expert_id) for s in Seat.objects.all()} == {(i, e) for i, e, _f in plan.pairs}
    actions.apply_assignment(actor=factories.officer(), round_id=round.pk, digest=plan.digest)
    assert Seat.objects.count() == 4


def test_a_plan_can_no_longer_be_applied_when_what_it_was_computed_from_has_changed() -> None:
    round = ready()
    experts = [factories.expert() for _n in range(4)]
    factories.fits(round)
    plan = plan_of(round)
    actions.forbid_pair(
        actor=factories.officer(), item_id=plan.pairs[0][0], expert_id=plan.pairs[0][1], reason="出差"
    )
    with pytest.raises(actions.OutdatedPlanError):
        actions.apply_assignment(actor=factories.officer(), round_id=round.pk, digest=plan.digest)
    assert plan.pairs[0][1] not in panel(plan_of(round), plan.pairs[0][0])
    assert len(experts) == 4


def test_locked_accepted_and_invited_experts_stay_and_one_who_declined_is_not_asked_again() -> None:
    round = ready(items=1, state=RoundState.REVIEWING, panel_size=3)
    item = round.items.get()
    people = [factories.expert() for _n in range(6)]
    factories.fits(round)
    Fit.objects.filter(expert__in=people[3:]).update(value=Decimal("0.9"))
    factories.seat(item, people[0], SeatState.ACCEPTED)
    factories.seat(item, people[1], SeatState.INVITED)
    factories.seat(item, people[3], SeatState.DECLINED, reason="忙")
    plan = plan_of(round)
    chosen = panel(plan, item.pk)
    assert {people[0].pk, people[1].pk} < chosen
    assert people[3].pk not in chosen
    actions.apply_assignment(actor=factories.officer(), round_id=round.pk, digest=plan.digest)
    new = Seat.objects.get(item=item, expert__in=[p.pk for p in people[4:]])
    assert new.state == SeatState.INVITED  # the round runs: the new one is asked at once


def test_an_expert_with_a_conflict_is_released_and_the_seat_stays_as_history() -> None:
    round = ready(items=1, state=RoundState.REVIEWING, panel_size=1)
    item = round.items.get()
    insider = factories.expert(organisation_id=item.subject_id)
    other = factories.expert()
    factories.fits(round)
    seat = factories.seat(item, insider, SeatState.ACCEPTED)
    actions.find_conflicts(actor=None, round_id=round.pk)
    plan = plan_of(round)
    assert panel(plan, item.pk) == {other.pk}
    actions.apply_assignment(actor=factories.officer(), round_id=round.pk, digest=plan.digest)
    seat.refresh_from_db()
    assert seat.state == SeatState.REPLACED


def test_panels_keep_needs_and_group_limits() -> None:
    registry.taxonomies()
    round = ready(
        items=1,
        panel_size=3,
        group_limits={"org": 1},
        needs=[
            {"attribute": "kind", "value": "finance", "count": 1},
            {"attribute": "outside", "percent": 30},
            {"attribute": "field", "count": 1},
        ],
    )
    item = round.items.get()
    Organisation.objects.filter(pk=item.subject_id).update(summary_en="energy.coal")
    college = registry.organisation("学院")
    faculty = registry.organisation("学院的系", parent=college)
    strong = [factories.expert(organisation=each) for each in (college, faculty, college)]
    finance = factories.expert(kinds=["finance"])
    outside = factories.expert(is_outside=True)
    in_field = factories.expert(organisation=college)
    in_field.expert_profile.fields.add(Field.objects.get(path="energy"))
    factories.fits(round, "0.1")
    Fit.objects.filter(expert__in=strong).update(value=Decimal("0.9"))
    assert panel(plan_of(round), item.pk) == {finance.pk, outside.pk, in_field.pk}


@pytest.mark.parametrize("objective", ["total", "fair"])
@pytest.mark.parametrize("needs", [[], [{"attribute": "kind", "value": "technical", "count": 1}]])
def test_an_expert_who_takes_fewer_items_gets_no_more(objective: str, needs: list[Any]) -> None:
    round = ready(items=4, panel_size=1, max_load=4, objective=objective, needs=needs)
    best, other = factories.expert(max_load=1), factories.expert()
    factories.fits(round)
    Fit.objects.filter(expert=best).update(value=Decimal("0.9"))
    seats = [expert for _item, expert, _fit in plan_of(round).pairs]
    assert (seats.count(best.pk), seats.count(other.pk)) == (1, 3)


def test_an_own_load_that_is_too_small_is_named_as_such() -> None:
    round = ready(items=2, panel_size=1, max_load=8)
    factories.expert("章专家", max_load=1)
    factories.fits(round)
    plan = plan_of(round)
    assert plan.diagnosis is not None
    assert wording.relaxation_sentences(plan.diagnosis, {}) == ["允许章专家评审 2 项（现上限 1）"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-hans", "方案 1 评审组接受 0 名财务专家（现下限 1）"),
        ("en", "accept 0 experts for “Finance” in the panel of Proposal 1 instead of 1"),
    ],
)
def test_where_no_panel_keeps_the_rules_the_fewest_changes_are_said_in_words(
    language: str, sentence: str
) -> None:
    round = ready(items=1, panel_size=1, needs=[{"attribute": "kind", "value": "finance", "count": 1}])
    factories.expert()
    factories.fits(round)
    plan = plan_of(round)
    assert plan.state == Plan.State.INFEASIBLE
    assert plan.diagnosis is not None
    with translation.override(language):
        labels = {item.pk: item.label for item in round.items.all()}
        assert wording.relaxation_sentences(plan.diagnosis, labels) == [sentence]


def test_the_same_seed_draws_the_same_panels_and_another_one_others() -> None:
    round = ready(items=3, panel_size=1, max_load=1)
    for _n in range(12):
        factories.expert()
    factories.fits(round)
    assert plan_of(round).pairs == plan_of(round).pairs
    first = plan_of(round).pairs
    others = []
    for seed in range(5):
        other = factories.round(state=RoundState.ASSIGNING, panel_size=1, max_load=1, seed=seed)
        for _n in range(3):
            factories.item(other)
        factories.fits(other)
        others.append([expert for _item, expert, _fit in plan_of(other).pairs])
    assert any(each != [expert for _item, expert, _fit in first] for each in others)


def test_plans_wait_for_the_fits_and_the_job_computes_both() -> None:
    round = ready(fits_ready_at=None)
    office = factories.officer()
    coal = registry.person(user=registry.user("expert"))
    other = factories.expert()
    team = registry.team(members=(coal,))
    registry.achievement("煤气化灰水脱氨", text="灰水氨氮脱除，出水不高于 15 mg/L", team=team)
    actions.save_expert(actor=office, person_id=coal.pk, kinds=["technical"])
    with pytest.raises(planning.NoFitsError):
        actions.propose_assignment(actor=office, round_id=round.pk)
    jobs.prepare_round(round.pk)
    item = round.items.first()
    assert item is not None
    fits = dict(Fit.objects.filter(item=item).values_list("expert_id", "value"))
    assert fits[coal.pk] > fits[other.pk]
    waiting = actions.request_plan(actor=office, round_id=round.pk)
    jobs.compute_plan(waiting.pk)
    jobs.compute_plan(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == Plan.State.READY


@pytest.mark.parametrize(
    "kept",
    [
        "finance",
        [{"attribute": "kind", "value": "astrology", "count": 1}],
        [{"attribute": "outside", "percent": 101}],
        [{"attribute": "outside", "count": -1}],
        [{"attribute": "outside"}],
        [{"attribute": "colour", "count": 1}],
        [{"attribute": "field", "count": True}],
    ],
)
def test_needs_that_are_none_are_refused(kept: Any) -> None:
    with pytest.raises(ValueError, match="need"):
        needs.parse_needs(kept)


def test_a_share_is_rounded_up() -> None:
    assert needs.Need("outside", percent=40).seats(5) == 2
    assert needs.Need("outside", percent=41).seats(5) == 3

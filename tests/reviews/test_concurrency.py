"""Two at once, on connections of their own."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from innovalley.reviews import actions
from innovalley.reviews.models import ConflictRecord, Review, ReviewState, Round, RoundState, Seat
from tests.registry.threads import at_once, beside
from tests.reviews import factories

pytestmark = pytest.mark.django_db(transaction=True)


def round_to_assign() -> Round:
    round = factories.round(state=RoundState.ASSIGNING, panel_size=2)
    for _n in range(2):
        factories.item(round)
    for _n in range(5):
        factories.expert()
    factories.fits(round)
    return round


def test_two_officers_apply_the_same_plan_at_once() -> None:
    round, one, other = round_to_assign(), factories.officer(), factories.officer()
    plan = actions.propose_assignment(actor=one, round_id=round.pk)
    done = at_once(
        *(
            lambda actor=actor: actions.apply_assignment(actor=actor, round_id=round.pk, digest=plan.digest)
            for actor in (one, other)
        )
    )
    assert [getattr(each, "digest", each) for each in done] == [plan.digest] * 2
    assert Seat.objects.count() == 4
    assert Entry.objects.filter(act="round.apply_assignment").count() == 1


def test_of_two_officers_who_apply_different_plans_at_once_one_is_told_to_look_again() -> None:
    round, one, other = round_to_assign(), factories.officer(), factories.officer()
    first = actions.propose_assignment(actor=one, round_id=round.pk)
    item, expert, _fit = first.pairs[0]
    pair = actions.forbid_pair(actor=one, item_id=item, expert_id=expert, reason="出差")
    second = actions.propose_assignment(actor=other, round_id=round.pk)
    pair.delete()  # the first plan is possible again, the second no longer
    done = at_once(
        lambda: actions.apply_assignment(actor=one, round_id=round.pk, digest=first.digest),
        lambda: actions.apply_assignment(actor=other, round_id=round.pk, digest=second.digest),
    )
    assert getattr(done[0], "digest", done[0]) == first.digest
    assert isinstance(done[1], actions.OutdatedPlanError)
    assert {(s.item_id, s.expert_id) for s in Seat.objects.all()} == {(i, e) for i, e, _f in first.pairs}


def seated(**values: Any) -> Seat:
    round = factories.round(state=RoundState.REVIEWING, **values)
    return factories.seat(factories.item(round))


def test_of_two_tabs_that_save_at_once_one_is_told_and_nothing_is_mixed() -> None:
    seat = seated()
    user = factories.user_of(seat)

    def save(tab: str, mark: str) -> Any:
        return actions.save_review(
            actor=user, seat_id=seat.pk, version=1, content={"comment_office": tab},
            marks=factories.marks(seat.item.round, mark, mark), tab=tab,
        )  # fmt: skip

    done = at_once(lambda: save("a", "3"), lambda: save("b", "9"))
    assert sorted(type(each).__name__ for each in done) == ["ChangedElsewhereError", "Review"]
    review = Review.objects.get()
    expected = {"a": "3.00", "b": "9.00"}[review.comment_office]
    assert {str(mark.value) for mark in review.marks.all()} == {expected}


def test_submitting_twice_at_once_is_one_submission() -> None:
    seat = seated()
    marks = factories.marks(seat.item.round, "8", "8")
    done = at_once(
        *(
            lambda: actions.submit_review(
                actor=factories.user_of(seat),
                seat_id=seat.pk,
                version=1,
                content={"confidence": 4},
                marks=marks,
            )
            for _time in range(2)
        )
    )
    assert [getattr(each, "state", each) for each in done] == [ReviewState.SUBMITTED] * 2
    assert Entry.objects.filter(act="review.submit").count() == 1


def test_a_submission_while_the_round_is_closed_is_either_in_time_or_told_that_it_is_over() -> None:
    seat = seated()
    office = factories.officer()
    submitted, closed = at_once(
        lambda: factories.reviewed(Seat.objects.get(pk=seat.pk), "8", "8"),
        lambda: actions.close_round(actor=office, round_id=seat.item.round_id),
    )
    assert closed.state == RoundState.CLOSED
    review = Review.objects.get()
    assert isinstance(submitted, actions.ClosedError) == (review.state == ReviewState.DRAFT)


def test_a_submission_that_waited_until_after_the_end_is_late() -> None:
    """The clock counts when the round can no longer change, not when the request began."""
    seat = seated(closes_at=timezone.now() + dt.timedelta(hours=1))

    def submit() -> Any:
        try:
            return factories.reviewed(Seat.objects.get(pk=seat.pk), "8", "8")
        except actions.ClosedError as error:
            return error

    with ExitStack() as until_committed:
        with transaction.atomic():
            Round.objects.select_for_update().get(pk=seat.item.round_id)
            Round.objects.update(closes_at=timezone.now())  # the office moves the end while one submits
            late = until_committed.enter_context(beside(submit))
            _wait_until_somebody_waits()
        outcome = late.result(30)
    assert isinstance(outcome, actions.ClosedError)
    assert Review.objects.get().state == ReviewState.DRAFT


def _wait_until_somebody_waits() -> None:
    """Returns when a session waits for a row of this one; gives up when nobody comes."""
    end = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def test_two_officers_grant_an_override_at_once() -> None:
    seat = seated()
    record = ConflictRecord.objects.create(
        item=seat.item, expert=factories.expert(), ground=ConflictRecord.Grounds.DECLARED, source="kinship"
    )
    asks, one, other = factories.officer(), factories.officer(), factories.officer()
    actions.ask_override(actor=asks, conflict_id=record.pk, reason="已核实")
    done = at_once(
        *(
            lambda actor=actor: actions.grant_override(actor=actor, conflict_id=record.pk)
            for actor in (one, other)
        )
    )
    assert not [each for each in done if isinstance(each, Exception)]
    assert Entry.objects.filter(act="conflict.override").count() == 1


def test_an_expert_declines_while_the_office_replaces_him() -> None:
    round = factories.round(state=RoundState.REVIEWING, panel_size=1)
    item = factories.item(round)
    seat = factories.seat(item, factories.expert(), "invited")
    factories.expert()
    factories.fits(round)
    office = factories.officer()
    actions.forbid_pair(actor=office, item_id=item.pk, expert_id=seat.expert_id, reason="出差")
    plan = actions.propose_assignment(actor=office, round_id=round.pk)
    declined, applied = at_once(
        lambda: actions.decline_seat(actor=factories.user_of(seat), seat_id=seat.pk, reason="忙"),
        lambda: actions.apply_assignment(actor=office, round_id=round.pk, digest=plan.digest),
    )
    outcomes = {type(declined).__name__, type(applied).__name__}
    assert outcomes in ({"Seat", "OutdatedPlanError"}, {"WrongStateError", "Plan"})
    assert isinstance(declined, Seat | WrongStateError)

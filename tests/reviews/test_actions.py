"""What may be done with rounds, seats and reviews, by whom, in which state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import Refused
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from innovalley.notices.models import Notification
from innovalley.registry.models import Membership
from innovalley.reviews import actions
from innovalley.reviews.models import (
    ConflictRecord,
    ForbiddenPair,
    Review,
    ReviewState,
    Round,
    RoundState,
    Seat,
    SeatState,
)
from tests.registry import factories as registry
from tests.reviews import factories

pytestmark = pytest.mark.django_db

R: Any = RoundState
S: Any = SeatState
V: Any = ReviewState


# Who may do what in which state of the round ---------------------------------------------------------

WHO = ("office", "conflicted office", "chair", "expert", "company", "team", "park", "leader", "public")
# act: (who may, states of the round in which it works, states in which it changes nothing)
ROUND_ACTS: dict[str, tuple[set[str], set[str]]] = {
    "update": ({"office"}, {R.DRAFT, R.ASSIGNING, R.REVIEWING}),
    "add_items": ({"office"}, {R.DRAFT, R.ASSIGNING}),
    "assign": ({"office"}, {R.DRAFT, R.ASSIGNING}),
    "request_plan": ({"office"}, {R.ASSIGNING, R.REVIEWING}),
    "propose": ({"office"}, {R.ASSIGNING, R.REVIEWING}),
    "open": ({"office"}, {R.ASSIGNING, R.REVIEWING}),
    "close": ({"office"}, {R.REVIEWING, R.CLOSED}),
    "resume": ({"office"}, {R.CLOSED}),
    "minutes": ({"office"}, {R.DRAFT, R.ASSIGNING, R.REVIEWING, R.CLOSED}),
    "find_conflicts": ({"office"}, {R.DRAFT, R.ASSIGNING, R.REVIEWING, R.CLOSED}),
    "lock": ({"office"}, {R.ASSIGNING, R.REVIEWING}),
    "forbid": ({"office"}, {R.ASSIGNING, R.REVIEWING}),
    "recuse": ({"office", "chair"}, {R.DRAFT, R.ASSIGNING, R.REVIEWING, R.CLOSED}),
    "accept": ({"expert"}, {R.REVIEWING}),
    "decline": ({"expert"}, {R.REVIEWING}),
}


def do(name: str, actor: Any, round: Round, seat: Seat) -> Any:
    later = timezone.now() + dt.timedelta(days=3)
    doing: dict[str, Callable[[], Any]] = {
        "update": lambda: actions.update_round(actor=actor, round_id=round.pk, settings={"title_zh": "改名"}),
        "add_items": lambda: actions.add_items(
            actor=actor, round_id=round.pk, subject_ids=[factories.proposal().pk]
        ),
        "assign": lambda: actions.start_assigning(actor=actor, round_id=round.pk),
        "request_plan": lambda: actions.request_plan(actor=actor, round_id=round.pk),
        "propose": lambda: actions.propose_assignment(actor=actor, round_id=round.pk),
        "open": lambda: actions.open_round(actor=actor, round_id=round.pk),
        "close": lambda: actions.close_round(actor=actor, round_id=round.pk),
        "resume": lambda: actions.resume_round(
            actor=actor, round_id=round.pk, closes_at=later, reason="补评"
        ),
        "minutes": lambda: actions.write_minutes(actor=actor, round_id=round.pk, minutes="纪要"),
        "find_conflicts": lambda: actions.find_conflicts(actor=actor, round_id=round.pk),
        "lock": lambda: actions.lock_seat(actor=actor, seat_id=seat.pk),
        "forbid": lambda: actions.forbid_pair(
            actor=actor, item_id=seat.item_id, expert_id=seat.expert_id, reason="工作量"
        ),
        "recuse": lambda: actions.recuse_oneself(actor=actor, item_id=seat.item_id, reason="曾共事"),
        "accept": lambda: actions.accept_seat(actor=actor, seat_id=seat.pk),
        "decline": lambda: actions.decline_seat(actor=actor, seat_id=seat.pk, reason="时间冲突"),
    }
    return doing[name]()


def stage(who: str, state: str) -> tuple[Any, Round, Seat]:
    """A round in a state with one item and a full panel, and somebody who tries something."""
    chair = registry.user(Role.EXPERT)
    round = factories.round(state=state, panel_size=1, chair=chair)
    item = factories.item(round)
    seat = factories.seat(item, state=S.PLANNED if state in (R.DRAFT, R.ASSIGNING) else S.INVITED)
    factories.fits(round)
    if who == "public":
        return AnonymousUser(), round, seat
    if who == "expert":
        return seat.expert.user, round, seat
    if who == "chair":
        return chair, round, seat
    roles = {"company": Role.COMPANY, "team": Role.TEAM, "park": Role.PARK, "leader": Role.LEADER}
    user = registry.user(roles.get(who, Role.OFFICE))
    if who == "conflicted office":
        Membership.objects.create(user=user, organisation_id=item.subject_id)
    return user, round, seat


@pytest.mark.parametrize("name", ROUND_ACTS)
@pytest.mark.parametrize("state", R.values)
def test_who_may_do_what_in_which_state(name: str, state: str) -> None:
    may, works = ROUND_ACTS[name]
    for who in WHO:
        actor, round, seat = stage(who, state)
        before = Entry.objects.count()
        if who not in may:
            with pytest.raises(Refused):
                do(name, actor, round, seat)
            assert Entry.objects.count() == before
        elif state not in works:
            with pytest.raises((WrongStateError, actions.ClosedError)):
                do(name, actor, round, seat)
            assert Entry.objects.count() == before
        else:
            do(name, actor, round, seat)


def test_an_act_sent_again_changes_nothing_and_is_recorded_once() -> None:
    office, round, seat = stage("office", R.ASSIGNING)
    for _time in range(2):
        actions.open_round(actor=office, round_id=round.pk)
        actions.accept_seat(actor=factories.user_of(seat), seat_id=seat.pk)
    for _time in range(2):
        factories.reviewed(Seat.objects.get(pk=seat.pk), "8", "8")
        actions.close_round(actor=office, round_id=round.pk)
    for act in ("round.open", "seat.accept", "review.submit", "round.close"):
        assert Entry.objects.filter(act=act).count() == 1, act
    assert Notification.objects.filter(kind="reviews.invited").count() == 1


# Rounds ----------------------------------------------------------------------------------------------


def test_a_round_opens_only_with_items_full_panels_and_an_end() -> None:
    office = factories.officer()
    round = factories.round(state=R.ASSIGNING, closes_at=None)
    with pytest.raises(actions.CannotOpenError) as error:
        actions.open_round(actor=office, round_id=round.pk)
    assert error.value.missing == ["items", "closes_at"]
    factories.item(round)
    with pytest.raises(actions.CannotOpenError) as error:
        actions.open_round(actor=office, round_id=round.pk)
    assert error.value.missing == ["panels", "closes_at"]


def test_the_seed_stands_in_the_ledger_before_panels_are_computed_and_never_changes() -> None:
    office = factories.officer()
    round = factories.round()
    factories.item(round)
    round = actions.start_assigning(actor=office, round_id=round.pk)
    assert Entry.objects.get(act="round.assign").data["seed"] == round.seed
    again = actions.start_assigning(actor=office, round_id=round.pk)
    assert again.seed == round.seed


def test_rubric_and_blindness_cannot_change_once_a_round_has_begun() -> None:
    office, round, _seat = stage("office", R.REVIEWING)
    for settings in ({"rubric": factories.rubric()}, {"blind": "none"}, {"windows": {"organisation": 0}}):
        with pytest.raises(WrongStateError):
            actions.update_round(actor=office, round_id=round.pk, settings=settings)
    actions.update_round(actor=office, round_id=round.pk, settings={"max_load": 9, "blind": "double"})


def test_a_rubric_that_a_running_round_uses_cannot_change() -> None:
    office, round, _seat = stage("office", R.REVIEWING)
    criteria = [{"name_zh": "总分", "weight": Decimal(100)}]
    with pytest.raises(actions.InUseError):
        actions.save_rubric(actor=office, rubric_id=round.rubric_id, title_zh="新", criteria=criteria)
    made = actions.save_rubric(actor=office, title_zh="新", criteria=criteria)
    with pytest.raises(ValueError, match="100"):
        actions.save_rubric(actor=office, rubric_id=made.pk, title_zh="新", criteria=[*criteria, *criteria])


def test_numbers_of_items_do_not_follow_the_order_in_which_they_came() -> None:
    office = factories.officer()
    round = factories.round()
    ids = [factories.proposal().pk for _n in range(30)]
    actions.add_items(actor=office, round_id=round.pk, subject_ids=ids)
    assert list(round.items.order_by("number").values_list("subject_id", flat=True)) != ids
    assert sorted(round.items.values_list("number", flat=True)) == list(range(1, 31))
    assert actions.add_items(actor=office, round_id=round.pk, subject_ids=ids) == []


# Reviews ---------------------------------------------------------------------------------------------


def seated(**values: Any) -> Seat:
    round = factories.round(state=R.REVIEWING, **values)
    return factories.seat(factories.item(round))


def save(seat: Seat, version: int, tab: str = "", **texts: Any) -> Review:
    return actions.save_review(
        actor=factories.user_of(seat), seat_id=seat.pk, version=version, content=texts, marks={}, tab=tab
    )


def test_two_tabs_do_not_overwrite_each_other_and_one_does_not_hinder_itself() -> None:
    seat = seated()
    save(seat, 1, "a", comment_office="一")
    save(seat, 1, "a", comment_office="二")  # sent before the answer to the first came
    with pytest.raises(actions.ChangedElsewhereError) as error:
        save(seat, 1, "b", comment_office="三")
    assert error.value.review.comment_office == "二"
    save(seat, 3, "b", comment_office="四")
    with pytest.raises(actions.ChangedElsewhereError):
        save(seat, 3, "a", comment_office="五")


def test_a_review_is_submitted_complete_or_not_at_all() -> None:
    seat = seated()
    first, second = factories.marks(seat.item.round, "8", "6")
    user = factories.user_of(seat)

    def submit(marks: Any, confidence: int | None = 3) -> Review:
        version = Review.objects.get(seat=seat).version
        return actions.submit_review(
            actor=user, seat_id=seat.pk, version=version, content={"confidence": confidence}, marks=marks
        )

    with pytest.raises(actions.IncompleteError) as error:
        submit(factories.marks(seat.item.round, "8", "6", reason=""), None)
    assert error.value.missing == [str(first), str(second), "confidence"]
    with pytest.raises(actions.IncompleteError) as error:
        submit(factories.marks(seat.item.round, None, None))
    assert error.value.missing == ["marks"]
    with pytest.raises(actions.OffScaleError):
        submit(factories.marks(seat.item.round, "8.3", "6"))
    assert Review.objects.get(seat=seat).version == 1
    assert submit(factories.marks(seat.item.round, "8", None)).total == Decimal("80.0000")


def test_an_abstention_is_no_zero_and_needs_a_reason() -> None:
    seat = seated()
    user = factories.user_of(seat)
    with pytest.raises(ValueError, match="reason"):
        actions.abstain(actor=user, seat_id=seat.pk, reason=" ")
    review = actions.abstain(actor=user, seat_id=seat.pk, reason="不熟悉")
    assert (review.state, review.total, review.is_abstention) == (V.SUBMITTED, None, True)


def test_a_submitted_review_changes_only_after_the_office_reopened_it() -> None:
    seat = seated()
    review = factories.reviewed(seat, "8", "8")
    with pytest.raises(WrongStateError):
        save(seat, review.version, comment_office="改")
    with pytest.raises(Refused):
        actions.reopen_review(actor=factories.user_of(seat), review_id=review.pk, reason="笔误")
    reopened = actions.reopen_review(actor=factories.officer(), review_id=review.pk, reason="笔误")
    assert (reopened.state, reopened.total, reopened.times_reopened) == (V.DRAFT, None, 1)
    assert reopened.marks.count() == 2
    save(seat, reopened.version, comment_office="改")
    assert (
        Notification.objects.filter(kind="reviews.reopened", recipient=factories.user_of(seat)).count() == 1
    )


def test_nothing_is_saved_or_submitted_after_the_end_even_while_the_round_still_says_reviewing() -> None:
    seat = seated(closes_at=timezone.now() - dt.timedelta(seconds=1))
    for act in (
        lambda: save(seat, 1, comment_office="晚了"),
        lambda: factories.reviewed(seat, "8", "8"),
        lambda: actions.abstain(actor=factories.user_of(seat), seat_id=seat.pk, reason="晚了"),
        lambda: actions.decline_seat(actor=factories.user_of(seat), seat_id=seat.pk, reason="晚了"),
    ):
        with pytest.raises(actions.ClosedError):
            act()
    assert Review.objects.get(seat=seat).version == 1


def test_an_expert_who_sees_a_conflict_declines_and_is_never_asked_again() -> None:
    seat = seated()
    actions.decline_seat(
        actor=factories.user_of(seat), seat_id=seat.pk, reason="认出了申报方", is_conflict=True
    )
    record = ConflictRecord.objects.get()
    assert (record.item, record.expert, record.source) == (seat.item, seat.expert, "seat")
    actions.find_conflicts(actor=None, round_id=seat.item.round_id)
    record.refresh_from_db()
    assert record.holds


def test_an_expert_with_a_conflict_found_later_can_no_longer_write() -> None:
    seat = seated()
    registry_change = seat.expert
    registry_change.organisation_id = seat.item.subject_id
    registry_change.save()
    actions.find_conflicts(actor=None, round_id=seat.item.round_id)
    with pytest.raises(WrongStateError):
        save(seat, 1, comment_office="仍想写")


def test_ruling_out_needs_a_reason_and_can_be_taken_back() -> None:
    office, _round, seat = stage("office", R.ASSIGNING)
    with pytest.raises(ValueError, match="reason"):
        actions.forbid_pair(actor=office, item_id=seat.item_id, expert_id=seat.expert_id, reason="")
    actions.lock_seat(actor=office, seat_id=seat.pk)
    actions.forbid_pair(actor=office, item_id=seat.item_id, expert_id=seat.expert_id, reason="出差")
    seat.refresh_from_db()
    assert not seat.locked
    actions.allow_pair(actor=office, item_id=seat.item_id, expert_id=seat.expert_id)
    assert not ForbiddenPair.objects.exists()

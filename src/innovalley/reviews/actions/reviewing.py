"""Experts answer invitations and write reviews; the office reopens one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.actions import record
from innovalley.reviews import notifying
from innovalley.reviews.actions.assignment import bars
from innovalley.reviews.actions.checks import clock, locked_round, locked_seat, require_now, shared_round
from innovalley.reviews.actions.conflicts import BY_SEAT
from innovalley.reviews.lifecycle import REVIEW, SEAT
from innovalley.reviews.marks import total_of
from innovalley.reviews.models import (
    ConflictRecord,
    Criterion,
    Mark,
    Review,
    ReviewState,
    Round,
    RoundState,
    Seat,
    SeatState,
)

TEXTS = ("confidence", "comment_applicant", "comment_office")


@dataclass(frozen=True, slots=True)
class GivenMark:
    """What an expert gives for a criterion: a value, or that it does not apply; neither while undecided."""

    value: Decimal | None = None
    is_not_applicable: bool = False
    reason: str = ""


class ChangedElsewhereError(Exception):
    """The review was saved in another tab since it was opened; `review` is as it stands now."""

    def __init__(self, review: Review) -> None:
        super().__init__(f"review {review.pk} is at version {review.version}")
        self.review = review


class ClosedError(Exception):
    """The time for reviewing is over."""


class IncompleteError(Exception):
    """A submission needs more: `missing` holds "confidence", "marks" or ids of criteria as text."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = list(missing)


class OffScaleError(ValueError):
    """A value is not on the scale of its criterion, whose id is `criterion`."""

    def __init__(self, criterion: int) -> None:
        super().__init__(f"off the scale of criterion {criterion}")
        self.criterion = criterion


@transaction.atomic
def accept_seat(*, actor: Any, seat_id: int) -> Seat:
    """The expert takes the seat, having declared no conflict. Again: nothing changes.

    Raises:
        Refused, WrongStateError, ClosedError
    """
    seat = _own_seat(actor, seat_id, "reviews.answer_seat")
    if seat.state == SeatState.ACCEPTED:
        return seat
    step = SEAT.step("accept", seat.state)
    seat.state, seat.answered_at = step.target, clock()
    seat.save(update_fields=["state", "answered_at"])
    Review.objects.get_or_create(seat=seat)
    record(actor=actor, act="seat.accept", subject=seat)
    return seat


@transaction.atomic
def decline_seat(*, actor: Any, seat_id: int, reason: str, is_conflict: bool = False) -> Seat:
    """The expert declines, also after having accepted while nothing is submitted. Again: nothing changes.

    A conflict that the expert sees is kept with the item, so that it bars from later rounds over it too.

    Raises:
        Refused, WrongStateError, ClosedError
        ValueError: no reason.
    """
    seat = _own_seat(actor, seat_id, "reviews.answer_seat")
    if seat.state == SeatState.DECLINED:
        return seat
    if not reason.strip():
        raise ValueError("a seat is declined with a reason")
    step = SEAT.step("decline", seat.state)
    if Review.objects.filter(seat=seat, state=ReviewState.SUBMITTED).exists():
        raise WrongStateError("decline", "submitted")
    seat.state, seat.locked, seat.answered_at, seat.reason = step.target, False, clock(), reason.strip()
    seat.save(update_fields=["state", "locked", "answered_at", "reason"])
    if is_conflict:
        ConflictRecord.objects.get_or_create(
            item=seat.item,
            expert=seat.expert,
            ground=ConflictRecord.Grounds.DECLARED,
            source=BY_SEAT,
            defaults={"reason": ""},
        )
    record(actor=actor, act="seat.decline", subject=seat, conflict=is_conflict)
    notifying.declined(seat)
    return seat


@transaction.atomic
def save_review(
    *,
    actor: Any,
    seat_id: int,
    version: int,
    content: Mapping[str, Any],
    marks: Mapping[int, GivenMark],
    tab: str = "",
) -> Review:
    """Saves a draft that was opened at `version`; `content` has columns of TEXTS, `marks` is by criterion.

    `tab` names the open page. Saves of one tab do not get into each other's way, whichever arrives first.

    Raises:
        Refused, WrongStateError, ClosedError
        ChangedElsewhereError: another tab saved since; nothing is written.
        OffScaleError
    """
    review = _own_draft(actor, seat_id, "save")
    return _save(actor, review, version, content, marks, tab)


@transaction.atomic
def submit_review(
    *,
    actor: Any,
    seat_id: int,
    version: int | None = None,
    content: Mapping[str, Any] | None = None,
    marks: Mapping[int, GivenMark] | None = None,
    tab: str = "",
) -> Review:
    """Hands a review in, with what is in the form if that is given. Submitting again changes nothing.

    The end of the round is one instant of the database's clock, looked at after the round can no longer change.

    Raises:
        Refused, WrongStateError, ClosedError, ChangedElsewhereError, OffScaleError
        IncompleteError: a criterion without mark or reason, all of them not applicable, or no confidence; what
            was given with it is not saved by this call.
    """
    review = _own_draft(actor, seat_id, "submit", idempotent=True)
    if review.state == ReviewState.SUBMITTED:
        return review
    if content is not None and version is not None:
        review = _save(actor, review, version, content, marks or {}, tab)
    elif version is not None and review.version != version:
        raise ChangedElsewhereError(review)
    given = list(review.marks.select_related("criterion"))
    total = total_of((mark.criterion, mark.value) for mark in given)
    if missing := _missing(review, given, total):
        raise IncompleteError(missing)
    review.state, review.total, review.submitted_at = ReviewState.SUBMITTED, total, clock()
    review.is_abstention, review.abstention_reason = False, ""
    review.save()
    record(actor=actor, act="review.submit", subject=review, version=review.version, total=str(total))
    return review


@transaction.atomic
def abstain(*, actor: Any, seat_id: int, reason: str) -> Review:
    """The expert gives no marks, with a reason: that is no score, not zero. Again: nothing changes.

    Raises:
        Refused, WrongStateError, ClosedError
        ValueError: no reason.
    """
    review = _own_draft(actor, seat_id, "abstain", idempotent=True)
    if review.state == ReviewState.SUBMITTED and review.is_abstention:
        return review
    REVIEW.step("abstain", review.state)
    if not reason.strip():
        raise ValueError("one abstains with a reason")
    review.is_abstention, review.abstention_reason = True, reason.strip()
    review.state, review.total, review.submitted_at = ReviewState.SUBMITTED, None, clock()
    review.version += 1
    review.save()
    record(actor=actor, act="review.abstain", subject=review, version=review.version)
    return review


@transaction.atomic
def reopen_review(*, actor: Any, review_id: int, reason: str) -> Review:
    """Lets the expert change what was submitted, with a reason; what it said until then stays in it as a draft.

    Raises:
        Refused, WrongStateError
        ClosedError: the round is closed; it has to be resumed first.
        ValueError: no reason.
    """
    seat_id = Review.objects.values_list("seat_id", flat=True).get(pk=review_id)
    locked_round(Seat.objects.values_list("item__round_id", flat=True).get(pk=seat_id))
    seat = locked_seat(seat_id)
    require_now(actor, "reviews.manage_item", seat.item)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review_id)
    review.seat = seat
    if not reason.strip():
        raise ValueError("a review is reopened with a reason")
    if seat.item.round.state != RoundState.REVIEWING:
        raise ClosedError
    review.state = REVIEW.step("reopen", review.state).target
    before = review.total
    review.total = review.submitted_at = None
    review.is_abstention, review.abstention_reason = False, ""
    review.times_reopened += 1
    review.version += 1
    review.save()
    record(
        actor=actor, act="review.reopen", subject=review, reason=reason.strip(),
        total=None if before is None else str(before),
    )  # fmt: skip
    notifying.reopened(review)
    return review


# helpers -------------------------------------------------------------------------------------------


def _own_seat(actor: Any, seat_id: int, permission: str) -> Seat:
    """The actor's own seat in a round that runs, both held.

    Raises:
        Refused, ClosedError
    """
    round = shared_round(Seat.objects.values_list("item__round_id", flat=True).get(pk=seat_id))
    seat = locked_seat(seat_id)
    seat.item.round = round
    require_now(actor, permission, seat)
    _require_running(round)
    return seat


def _require_running(round: Round) -> None:
    if round.state != RoundState.REVIEWING or (round.closes_at is not None and clock() >= round.closes_at):
        raise ClosedError


def _own_draft(actor: Any, seat_id: int, act: str, *, idempotent: bool = False) -> Review:
    """The review of the actor's accepted seat, locked; a submitted one only where that is an answer already."""
    round = shared_round(Seat.objects.values_list("item__round_id", flat=True).get(pk=seat_id))
    seat = locked_seat(seat_id)
    seat.item.round = round
    require_now(actor, "reviews.write_review", seat)
    if seat.state != SeatState.ACCEPTED or bars(seat.item_id, seat.expert_id):
        raise WrongStateError(act, seat.state)
    review = Review.objects.select_for_update(of=("self",)).get(seat=seat)
    review.seat = seat
    if review.state == ReviewState.SUBMITTED:
        if idempotent:
            return review
        raise WrongStateError(act, review.state)
    _require_running(round)
    return review


def _save(
    actor: Any,
    review: Review,
    version: int,
    content: Mapping[str, Any],
    marks: Mapping[int, GivenMark],
    tab: str,
) -> Review:
    if version != review.version:
        same_tab = bool(tab) and tab == review.tab and review.tab_since <= version <= review.version
        if not same_tab:
            raise ChangedElsewhereError(review)
    if unknown := set(content) - set(TEXTS):
        raise TypeError(f"no columns of a review: {sorted(unknown)}")
    criteria = {
        criterion.pk: criterion
        for criterion in Criterion.objects.filter(rubric=review.seat.item.round.rubric_id)
    }
    for pk, given in marks.items():
        if pk not in criteria or (given.value is not None and not criteria[pk].is_on_scale(given.value)):
            raise OffScaleError(pk)
    if tab != review.tab:
        review.tab, review.tab_since = tab, review.version
    for name, value in content.items():
        setattr(review, name, value)
    review.version += 1
    review.save()
    for pk, given in marks.items():
        Mark.objects.update_or_create(
            review=review,
            criterion=criteria[pk],
            defaults={
                "value": None if given.is_not_applicable else given.value,
                "is_not_applicable": given.is_not_applicable,
                "reason": given.reason.strip(),
            },
        )
    record(actor=actor, act="review.save", subject=review, version=review.version)
    return review


def _missing(review: Review, marks: Sequence[Mark], total: Decimal | None) -> list[str]:
    given = {mark.criterion_id: mark for mark in marks}
    wanted = Criterion.objects.filter(rubric=review.seat.item.round.rubric_id).order_by("position")
    missing = []
    for pk in wanted.values_list("pk", flat=True):
        mark = given.get(pk)
        if mark is None or (mark.value is None and not mark.is_not_applicable) or not mark.reason:
            missing.append(str(pk))
    if not missing and total is None:
        missing.append("marks")
    if review.confidence is None:
        missing.append("confidence")
    return missing

"""The states of rounds, seats and reviews, as data."""

from __future__ import annotations

from typing import Any

from innovalley.engine.lifecycle import Lifecycle, Transition
from innovalley.reviews.models import ReviewState, RoundState, SeatState

_R: Any = RoundState
_S: Any = SeatState
_V: Any = ReviewState

ROUND = Lifecycle(
    _R.values,
    [
        Transition("assign", (_R.DRAFT,), _R.ASSIGNING, "reviews.manage_round"),
        Transition("open", (_R.ASSIGNING,), _R.REVIEWING, "reviews.manage_round"),
        Transition("close", (_R.REVIEWING,), _R.CLOSED, "reviews.manage_round"),
        Transition("resume", (_R.CLOSED,), _R.REVIEWING, "reviews.manage_round"),
    ],
)
SEAT = Lifecycle(
    _S.values,
    [
        Transition("invite", (_S.PLANNED, _S.REPLACED), _S.INVITED, "reviews.manage_round"),
        Transition("accept", (_S.INVITED,), _S.ACCEPTED, "reviews.answer_seat"),
        Transition("decline", (_S.INVITED, _S.ACCEPTED), _S.DECLINED, "reviews.answer_seat"),
        Transition("replace", (_S.INVITED, _S.ACCEPTED), _S.REPLACED, "reviews.manage_item"),
    ],
)
REVIEW = Lifecycle(
    _V.values,
    [
        Transition("submit", (_V.DRAFT,), _V.SUBMITTED, "reviews.write_review"),
        Transition("abstain", (_V.DRAFT,), _V.SUBMITTED, "reviews.write_review"),
        Transition("reopen", (_V.SUBMITTED,), _V.DRAFT, "reviews.manage_item"),
    ],
)

# Seats and their panels can be changed in these states of the round.
ASSIGNABLE = (_R.ASSIGNING, _R.REVIEWING)

"""The states of demands, calls and bids, as data."""

from __future__ import annotations

from typing import Any

from innovalley.challenges.models import BidState, CallState, DemandState
from innovalley.engine.lifecycle import Lifecycle, Transition

S: Any = DemandState

DEMAND = Lifecycle(
    S.values,
    [
        Transition("submit", (S.DRAFT, S.RETURNED), S.SUBMITTED, "challenges.submit_demand"),
        Transition("return", (S.SUBMITTED, S.VETTED), S.RETURNED, "challenges.vet_demand"),
        Transition("vet", (S.SUBMITTED,), S.VETTED, "challenges.vet_demand"),
        Transition("publish", (S.SUBMITTED, S.VETTED), S.PUBLISHED, "challenges.vet_demand"),
        Transition(
            "withdraw",
            (S.DRAFT, S.SUBMITTED, S.RETURNED, S.VETTED, S.PUBLISHED),
            S.WITHDRAWN,
            "challenges.withdraw_demand",
        ),
        # What became of its challenge: won, or nobody won and what comes next.
        Transition("award", (S.PUBLISHED,), S.AWARDED, "challenges.decide_call"),
        Transition("fail", (S.PUBLISHED,), S.FAILED, "challenges.decide_call"),
        Transition("hand_back", (S.PUBLISHED,), S.RETURNED, "challenges.decide_call"),
    ],
)
EDITABLE = (S.DRAFT, S.RETURNED)

C: Any = CallState

# "close" and "open_bids" are the clock's and the custodians': no single user's permission does them.
CALL = Lifecycle(
    C.values,
    [
        Transition("open", (C.DRAFT,), C.OPEN, "challenges.manage_call"),
        Transition("close", (C.OPEN,), C.CLOSED, "challenges.close_call"),
        Transition("review", (C.CLOSED,), C.REVIEWING, "challenges.manage_call"),
        Transition("notice", (C.REVIEWING,), C.NOTICED, "challenges.decide_call"),
        Transition("reconsider", (C.NOTICED,), C.REVIEWING, "challenges.decide_call"),
        Transition("decide", (C.NOTICED,), C.DECIDED, "challenges.decide_call"),
    ],
)

B: Any = BidState

# Up to "submitted" a bid is a draft and an envelope; the row of a Bid begins with "open".
BID = Lifecycle(
    B.values,
    [
        Transition("submit", (B.DRAFT,), B.SUBMITTED, "challenges.edit_bid"),
        Transition("open", (B.SUBMITTED,), B.OPENED, "challenges.keep_key"),
        Transition("replace", (B.SUBMITTED,), B.REPLACED, "challenges.keep_key"),
        Transition("admit", (B.OPENED, B.INELIGIBLE), B.ELIGIBLE, "challenges.check_bid"),
        Transition("exclude", (B.OPENED, B.ELIGIBLE), B.INELIGIBLE, "challenges.check_bid"),
        Transition("review", (B.ELIGIBLE,), B.REVIEWED, "challenges.decide_call"),
        Transition("recommend", (B.REVIEWED,), B.RECOMMENDED, "challenges.decide_call"),
        Transition("take_back", (B.RECOMMENDED,), B.REVIEWED, "challenges.decide_call"),
        Transition("award", (B.RECOMMENDED,), B.AWARDED, "challenges.decide_call"),
        Transition("decline", (B.REVIEWED,), B.NOT_AWARDED, "challenges.decide_call"),
        Transition(
            "withdraw",
            (B.SUBMITTED, B.OPENED, B.ELIGIBLE, B.REVIEWED, B.RECOMMENDED),
            B.WITHDRAWN,
            "challenges.withdraw_bid",
        ),
    ],
)

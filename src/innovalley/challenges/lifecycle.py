"""The states of a demand, as data."""

from __future__ import annotations

from typing import Any

from innovalley.challenges.models import DemandState
from innovalley.engine.lifecycle import Lifecycle, Transition

S: Any = DemandState

DEMAND = Lifecycle(
    S.values,
    [
        Transition("submit", (S.DRAFT, S.RETURNED), S.SUBMITTED, "challenges.submit_demand"),
        Transition("return", (S.SUBMITTED,), S.RETURNED, "challenges.vet_demand"),
        Transition("publish", (S.SUBMITTED,), S.PUBLISHED, "challenges.vet_demand"),
        Transition(
            "withdraw",
            (S.DRAFT, S.SUBMITTED, S.RETURNED, S.PUBLISHED),
            S.WITHDRAWN,
            "challenges.withdraw_demand",
        ),
    ],
)
EDITABLE = (S.DRAFT, S.RETURNED)

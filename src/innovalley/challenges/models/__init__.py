"""Demands, what was found for them, calls that publish them, and the bids that answer."""

from innovalley.challenges.models.bids import (
    SOURCES,
    Bid,
    BidBudget,
    BidDraft,
    BidPartner,
    BidSpec,
    BidState,
    Envelope,
)
from innovalley.challenges.models.calls import Call, CallState, Challenge, ChallengeSpec, Custodian, Extension
from innovalley.challenges.models.demands import Demand, DemandComment, DemandSpec, DemandState
from innovalley.challenges.models.matches import AchievementMatch, MatchRun, TeamMatch

__all__ = [
    "SOURCES",
    "AchievementMatch",
    "Bid",
    "BidBudget",
    "BidDraft",
    "BidPartner",
    "BidSpec",
    "BidState",
    "Call",
    "CallState",
    "Challenge",
    "ChallengeSpec",
    "Custodian",
    "Demand",
    "DemandComment",
    "DemandSpec",
    "DemandState",
    "Envelope",
    "Extension",
    "MatchRun",
    "TeamMatch",
]

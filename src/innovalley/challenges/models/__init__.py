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
from innovalley.challenges.models.decisions import (
    Attendee,
    Award,
    CallRound,
    Decision,
    Meeting,
    NoWinner,
    Recommendation,
    Vote,
)
from innovalley.challenges.models.demands import Demand, DemandComment, DemandSpec, DemandState
from innovalley.challenges.models.matches import AchievementMatch, MatchRun, TeamMatch

__all__ = [
    "SOURCES",
    "AchievementMatch",
    "Attendee",
    "Award",
    "Bid",
    "BidBudget",
    "BidDraft",
    "BidPartner",
    "BidSpec",
    "BidState",
    "Call",
    "CallRound",
    "CallState",
    "Challenge",
    "ChallengeSpec",
    "Custodian",
    "Decision",
    "Demand",
    "DemandComment",
    "DemandSpec",
    "DemandState",
    "Envelope",
    "Extension",
    "MatchRun",
    "Meeting",
    "NoWinner",
    "Recommendation",
    "TeamMatch",
    "Vote",
]

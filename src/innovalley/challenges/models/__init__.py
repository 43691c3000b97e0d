"""Demands, what was found for them, calls that publish them, and the bids that answer."""

from innovalley.challenges.models.demands import Demand, DemandComment, DemandSpec, DemandState
from innovalley.challenges.models.matches import AchievementMatch, MatchRun, TeamMatch

__all__ = [
    "AchievementMatch",
    "Demand",
    "DemandComment",
    "DemandSpec",
    "DemandState",
    "MatchRun",
    "TeamMatch",
]

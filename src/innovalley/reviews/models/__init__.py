"""Expert review: rubrics, rounds and their items, the pool of experts, conflicts, seats, reviews."""

from innovalley.reviews.models.conflicts import ConflictRecord, ForbiddenPair
from innovalley.reviews.models.experts import Affiliation, Declaration, ExpertKind, ExpertProfile
from innovalley.reviews.models.rounds import Blindness, Item, ItemParty, Round, RoundState
from innovalley.reviews.models.rubrics import Criterion, Rubric
from innovalley.reviews.models.seats import Fit, Mark, Plan, Review, ReviewState, Seat, SeatState

__all__ = [
    "Affiliation",
    "Blindness",
    "ConflictRecord",
    "Criterion",
    "Declaration",
    "ExpertKind",
    "ExpertProfile",
    "Fit",
    "ForbiddenPair",
    "Item",
    "ItemParty",
    "Mark",
    "Plan",
    "Review",
    "ReviewState",
    "Round",
    "RoundState",
    "Rubric",
    "Seat",
    "SeatState",
]

"""Who may do what with rounds, items, seats and reviews."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import has_role, permit
from innovalley.registry.rules import is_office
from innovalley.reviews import barring
from innovalley.reviews.models import Item, Round, Seat

is_expert = has_role(Role.EXPERT)


@rules.predicate
def is_chair(user: Any, round: Round | None) -> bool:
    """The user chairs this round."""
    return bool(round is not None and user.is_authenticated and user.is_active and round.chair_id == user.pk)


@rules.predicate
def is_chair_of_item(user: Any, item: Item | None) -> bool:
    """The user chairs the item's round."""
    return item is not None and is_chair(user, item.round)


@rules.predicate
def is_free_of(user: Any, item: Item | None) -> bool:
    """The user has no conflict of interest with this item."""
    return item is not None and item.pk not in barring.barred_items(user, item.round)


@rules.predicate
def is_free_of_all(user: Any, round: Round | None) -> bool:
    """The user has no conflict of interest with any item of this round."""
    return round is None or not barring.barred_items(user, round)


@rules.predicate
def sits_here(user: Any, seat: Seat | None) -> bool:
    """It is the user's own seat."""
    return bool(
        seat is not None
        and user.is_authenticated
        and user.is_active
        and seat.expert.user_id is not None
        and seat.expert.user_id == user.pk
    )


@rules.predicate
def is_signed_in(user: Any) -> bool:
    """Somebody with an account."""
    return bool(user.is_authenticated and user.is_active)


def register() -> None:
    """Called when the site starts."""
    permit("reviews.manage", is_office, otherwise=_("Only the programme office runs reviews."))
    permit(
        "reviews.manage_round",
        is_office & is_free_of_all,
        otherwise=_(
            "This is for an officer of the programme office without a conflict of interest in the round."
        ),
    )
    permit(
        "reviews.see_round",
        is_office | is_chair,
        otherwise=_("A round is seen by the programme office and by its chair."),
    )
    # One with a conflict is told the same as one who is a stranger to it.
    permit(
        "reviews.see_item",
        (is_office | is_chair_of_item) & is_free_of,
        otherwise=_("You may not see this item."),
    )
    permit("reviews.manage_item", is_office & is_free_of, otherwise=_("You may not see this item."))
    permit("reviews.have_desk", is_signed_in, otherwise=_("Experts sign in to see their reviews."))
    permit("reviews.answer_seat", sits_here, otherwise=_("This invitation is for another expert."))
    permit("reviews.write_review", sits_here, otherwise=_("Only the expert in this seat may do this."))
    permit("reviews.declare", is_signed_in, otherwise=_("Experts sign in to declare ties."))

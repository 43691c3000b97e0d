"""Who may decide on calls and vote: nobody who has a conflict of interest with what is decided."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.permissions import permit
from innovalley.challenges.models import Attendee, Bid, Call, CallState, Challenge
from innovalley.notices.kinds import Channel, register_kind
from innovalley.registry.rules import is_office
from innovalley.reviews import barring
from innovalley.reviews.models import ConflictRecord
from innovalley.reviews.models.conflicts import HOLDS
from innovalley.reviews.queries import is_reviewer


def barred_challenges(user: Any, call: Call) -> frozenset[int]:
    """The ids of the challenges of `call` with a bid that `user` has a conflict of interest with, as of now."""
    barring.forget(user)
    barred: set[int] = set()
    for own in call.rounds.select_related("round"):
        items = set(barring.barred_items(user, own.round))
        as_expert = ConflictRecord.objects.filter(HOLDS, item__round=own.round, expert__user=user.pk)
        items |= set(as_expert.values_list("item_id", flat=True))
        subjects = own.round.items.filter(pk__in=items).values_list("subject_id", flat=True)
        barred |= set(Bid.objects.filter(pk__in=list(subjects)).values_list("challenge_id", flat=True))
    return frozenset(barred)


@rules.predicate
def is_free_of_call(user: Any, call: Call | None) -> bool:
    """The user has no conflict of interest with any bid of this call."""
    return isinstance(call, Call) and not barred_challenges(user, call)


@rules.predicate
def attends(user: Any, attendee: Attendee | None) -> bool:
    """It is the user's own vote."""
    return attendee is not None and user.is_authenticated and user.is_active and attendee.user_id == user.pk


@rules.predicate
def is_of_open_decision(user: Any, attendee: Attendee | None) -> bool:
    """The office writes down votes while the list is not on public notice."""
    return attendee is not None and attendee.meeting.call.state == CallState.REVIEWING


@rules.predicate
def reviews_bid(user: Any, bid: Bid | None) -> bool:
    """An expert in whose panel the bid is: reads its files without metadata."""
    return bid is not None and is_reviewer(user, "challenges.bid", bid.pk)


def may_vote_on(user: Any, challenge: Challenge) -> bool:
    """Whether an attendee is free of conflicts of interest with every bid for this challenge."""
    return challenge.pk not in barred_challenges(user, challenge.call)


permit(
    "challenges.decide_call",
    is_office & is_free_of_call,
    otherwise=_("Only an officer of the programme office without a conflict of interest decides on a call."),
)
permit(
    "challenges.vote",
    attends | (is_office & is_of_open_decision),
    otherwise=_("Votes are given by attendees, or written down by the programme office."),
)


def register() -> None:
    """Called when the site starts: the kinds of notifications that decisions send."""
    register_kind("challenges.decision_noticed", _("A decision on your bid or demand is on public notice"))
    register_kind(
        "challenges.decided", _("Your bid or demand was decided on"), default=Channel.MAIL, must=True
    )

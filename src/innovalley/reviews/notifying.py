"""What experts and officers are told. Messages name rounds and labels of items, never whose an item is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from innovalley.accounts.models import Role, User
from innovalley.notices.kinds import Channel, register_kind
from innovalley.notices.sending import notify
from innovalley.reviews.models import Item, Review, Round, Seat


def register() -> None:
    """The kinds of messages of this room."""
    register_kind("reviews.invited", _("You are invited to review"), default=Channel.MAIL, must=True)
    register_kind("reviews.released", _("A review is no longer needed from you"), default=Channel.MAIL)
    register_kind("reviews.reopened", _("A review of yours was reopened"), default=Channel.MAIL)
    register_kind("reviews.declined", _("An expert declined"), default=Channel.DIGEST)
    register_kind(
        "reviews.override_asked", _("A conflict of interest awaits a second officer"), default=Channel.SITE
    )


def invited(round: Round, seats: Iterable[Seat]) -> None:
    """Each expert hears of the round once for each invitation wave."""
    by_user: dict[int, list[Seat]] = {}
    users: dict[int, Any] = {}
    for seat in seats:
        if seat.expert.user is not None:
            users[seat.expert.user.pk] = seat.expert.user
            by_user.setdefault(seat.expert.user.pk, []).append(seat)
    for pk, own in by_user.items():
        numbers = "-".join(f"{seat.pk}" for seat in own)
        notify(
            recipients=[users[pk]],
            kind="reviews.invited",
            subject=gettext_noop("You are invited to review %(count)s items of “%(round)s”."),
            params={"count": len(own), "round": round.title_zh},
            url=reverse("my_reviews"),
            key=f"reviews.invited:{round.pk}:{numbers}"[:190],
        )


def released(seat: Seat) -> None:
    """The seat went to somebody else."""
    if seat.expert.user is not None:
        notify(
            recipients=[seat.expert.user],
            kind="reviews.released",
            subject=gettext_noop("Your review of %(number)s in “%(round)s” is no longer needed. Thank you."),
            params={"number": f"№ {seat.item.number}", "round": seat.item.round.title_zh},
            url=reverse("my_reviews"),
            key=f"reviews.released:{seat.pk}:{seat.invited_at}",
        )


def reopened(review: Review) -> None:
    """The office lets the expert change it."""
    seat = review.seat
    if seat.expert.user is not None:
        notify(
            recipients=[seat.expert.user],
            kind="reviews.reopened",
            subject=gettext_noop(
                "Your review of %(number)s in “%(round)s” was reopened; please submit it again."
            ),
            params={"number": f"№ {seat.item.number}", "round": seat.item.round.title_zh},
            url=reverse("review", args=[seat.pk]),
            key=f"reviews.reopened:{review.pk}:{review.times_reopened}",
        )


def _officers(item: Item, but: Any = None) -> list[User]:
    """The officers who may hear of `item`: those without a conflict."""
    from innovalley.reviews import barring

    officers = User.objects.filter(role=Role.OFFICE, is_active=True).exclude(pk=getattr(but, "pk", None))
    return [each for each in officers if item.pk not in barring.barred_items(each, item.round)]


def declined(seat: Seat) -> None:
    """The office finds somebody else."""
    notify(
        recipients=_officers(seat.item),
        kind="reviews.declined",
        subject=gettext_noop("An expert declined %(number)s of “%(round)s”: the panel needs another one."),
        params={"number": f"№ {seat.item.number}", "round": seat.item.round.title_zh},
        url=reverse("round", args=[seat.item.round_id]),
        key=f"reviews.declined:{seat.pk}:{seat.answered_at}",
    )


def override_asked(item: Item, actor: Any, record_id: int) -> None:
    """A second officer decides."""
    notify(
        recipients=_officers(item, but=actor),
        kind="reviews.override_asked",
        subject=gettext_noop("A colleague asks to set aside a conflict of interest in “%(round)s”."),
        params={"round": item.round.title_zh},
        url=reverse("round_conflicts", args=[item.round_id]),
        key=f"reviews.override_asked:{record_id}",
    )

"""What pages and other rooms read of notices and notifications."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from innovalley.ledger.models import Entry, Leaf, Seal
from innovalley.notices.lifecycle import UNDECIDED
from innovalley.notices.models import (
    Mail,
    MailState,
    NoticeState,
    Notification,
    Objection,
    ObjectionState,
    Preference,
    PublicNotice,
)

UNREAD_SHOWN = 99  # the badge says "99+" beyond
UNCLEAR_AFTER = dt.timedelta(minutes=10)


def unread_count(user: Any) -> int:
    """How many notifications wait, at most UNREAD_SHOWN + 1; one query, by an index of unread ones alone."""
    return Notification.objects.filter(recipient=user, read_at=None)[: UNREAD_SHOWN + 1].count()


def notifications_of(user: Any) -> QuerySet[Notification]:
    """All of a user, newest first."""
    return Notification.objects.filter(recipient=user)


def channels_of(user: Any) -> dict[str, str]:
    """What the user chose, by kind."""
    return dict(Preference.objects.filter(user=user).values_list("kind", "channel"))


def mails_to_settle() -> QuerySet[Mail]:
    """Mails of which nobody knows whether they left, and those that could not be sent."""
    unclear = Q(state=MailState.SENDING, claimed_at__lt=timezone.now() - UNCLEAR_AFTER)
    return Mail.objects.filter(unclear | Q(state=MailState.FAILED)).select_related(
        "notification", "notification__recipient"
    )


def public_notices() -> QuerySet[PublicNotice]:
    """All notices, newest first."""
    return PublicNotice.objects.select_related("seal")


def notices_of(subject: models.Model) -> QuerySet[PublicNotice]:
    """The notices about `subject`, newest first."""
    return PublicNotice.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)


def seal_of(notice: PublicNotice) -> Seal | None:
    """The first head that covers the publication of `notice`; None while it waits for its seal."""
    entry = Entry.objects.filter(
        subject_type="notices.publicnotice", subject_id=notice.pk, act="notice.publish"
    ).first()
    leaf = Leaf.objects.filter(entry=entry).first() if entry else None
    return Seal.objects.filter(size__gt=leaf.index).order_by("size").first() if leaf else None


def hindrances(notice: PublicNotice) -> list[str]:
    """What stands against deciding on what the notice announces: "running", "withdrawn", "undecided", "upheld".

    Ask inside the transaction of the decision, with the notice's row locked (`lock_notice`).
    """
    found = []
    if notice.state == NoticeState.WITHDRAWN:
        found.append("withdrawn")
    if notice.is_running:
        found.append("running")
    states = set(notice.objections.order_by().values_list("state", flat=True).distinct())
    if states & set(UNDECIDED):
        found.append("undecided")
    if ObjectionState.UPHELD in states:
        found.append("upheld")
    return found


def lock_notice(notice_id: int) -> PublicNotice:
    """The notice with its row locked: until the transaction ends no objection comes in.

    Raises:
        PublicNotice.DoesNotExist
    """
    return PublicNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)


def objections(states: Iterable[str] = ()) -> QuerySet[Objection]:
    """All objections, newest first, or those in the given states."""
    rows = Objection.objects.select_related("notice", "decided_by")
    return rows.filter(state__in=list(states)) if states else rows


def objections_by_state(notice: PublicNotice) -> dict[str, int]:
    """How many objections stand in which state."""
    return dict(notice.objections.order_by().values_list("state").annotate(n=Count("pk")))

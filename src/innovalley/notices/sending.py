"""`notify`: what an act tells the people it concerns, in the act's own transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from innovalley.ledger.queueing import defer
from innovalley.notices.kinds import Channel, kind
from innovalley.notices.models import Mail, Notification, Preference

DIGEST_HOUR = 8  # in the time zone of the site


def notify(
    *,
    recipients: Iterable[Any],
    kind: str,
    subject: str,
    key: str,
    params: dict[str, Any] | None = None,
    url: str = "",
) -> None:
    """Tells each of `recipients` once, on the site and by mail as each has chosen.

    `subject` is an English text marked with gettext_noop in the caller's room, with %(name)s placeholders that
    `params` (JSON-able) fills; `url` is a path of this site. `key` names the happening ("bid.opened:12"): whoever
    was told under that key is not told again. Users without an active account are left out.

    Raises:
        RuntimeError: outside a transaction, where act and message could part.
        KeyError: no room registered the kind.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a notification is written in the transaction of its act")
    chosen = _channels(kind, recipients)
    now = timezone.now()
    rows = [
        Notification(
            recipient_id=user_id, kind=kind, key=key, subject=subject, params=params or {}, url=url,
            channel=channel, created=now,
        )
        for user_id, channel in chosen.items()
        if channel != Channel.NONE
    ]  # fmt: skip
    if not rows:
        return
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    by_mail = Notification.objects.filter(
        recipient_id__in=chosen, key=key, channel__in=(Channel.MAIL, Channel.DIGEST), mail=None
    )
    mails = [
        Mail(
            notification=each,
            is_digest=each.channel == Channel.DIGEST,
            due_at=next_digest(now) if each.channel == Channel.DIGEST else now,
        )
        for each in by_mail
    ]
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    if any(not mail.is_digest for mail in mails):
        defer("notices.send_mails")


def next_digest(now: dt.datetime) -> dt.datetime:
    """When the next daily mail leaves."""
    local = timezone.localtime(now)
    today = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if local < today else today + dt.timedelta(days=1)


def _channels(name: str, recipients: Iterable[Any]) -> dict[int, str]:
    """By user id, how the active ones of `recipients` want to be told."""
    default = kind(name).default
    users = {user.pk for user in recipients if user is not None and user.is_active}
    chosen = dict(Preference.objects.filter(user_id__in=users, kind=name).values_list("user_id", "channel"))
    return {user: chosen.get(user, default) for user in sorted(users)}

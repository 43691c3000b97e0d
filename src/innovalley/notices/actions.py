"""The only write path of notices, objections and what users choose about their notifications."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.conf import settings
from django.db import connection, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from innovalley.accounts.models import Role, User
from innovalley.accounts.permissions import require
from innovalley.documents.actions import attach_document
from innovalley.ledger.actions import record
from innovalley.ledger.models import Seal
from innovalley.notices import kinds, workdays
from innovalley.notices.lifecycle import NOTICE, OBJECTION
from innovalley.notices.models import (
    Mail,
    MailState,
    NoticeState,
    Notification,
    Objection,
    Preference,
    PublicNotice,
)
from innovalley.notices.sending import notify

MAX_EVIDENCE = 5  # files with one objection
OBJECTIONS_AN_HOUR = 5  # from one address
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike
_LOCK_NUMBERS, _LOCK_SENDERS = 7_420_401, 7_420_402


class TooLateError(Exception):
    """The notice has ended: no objection is taken any more."""


class TooManyError(Exception):
    """Very many objections came from this address within an hour."""


# notices -------------------------------------------------------------------------------------------


@transaction.atomic
def publish_notice(
    *,
    actor: Any,
    subject: models.Model,
    title: str,
    body: Mapping[str, Any],
    working_days: int,
    title_en: str = "",
) -> PublicNotice:
    """Publishes what was decided about `subject` for so many working days from the day after today.

    `body` may hold "text", "columns" and "rows" (lists of texts).

    Raises:
        Refused: the actor does not belong to the programme office.
        ValueError: no title, fewer than one day, or a body of another form.
    """
    require(actor, "notices.publish")
    if not title.strip():
        raise ValueError("a notice has a title")
    now = _clock()
    span = workdays.period(timezone.localdate(now), working_days)
    notice = PublicNotice.objects.create(
        number=_next_number(now),
        title=title.strip(),
        title_en=title_en.strip(),
        body=_checked(body),
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        published_at=now,
        published_by=actor,
        working_days=working_days,
        first_day=span.first,
        ends_on=span.last,
        ends_at=_end_of(span.last),
        calendar_known=span.is_exact,
        seal=Seal.objects.order_by("-number").first(),
    )
    record(
        actor=actor,
        act="notice.publish",
        subject=notice,
        number=notice.number,
        of=f"{notice.subject_type}:{notice.subject_id}",
        ends_on=notice.ends_on.isoformat(),
        content_sha256=content_digest(notice),
    )
    return notice


@transaction.atomic
def withdraw_notice(*, actor: Any, notice_id: int, reason: str) -> PublicNotice:
    """Takes a notice back; it stays readable, marked as withdrawn with the reason.

    Raises:
        Refused, WrongStateError, PublicNotice.DoesNotExist
        ValueError: no reason.
    """
    notice = PublicNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    require(actor, "notices.publish", notice)
    if not reason.strip():
        raise ValueError("a notice is withdrawn with a reason")
    if notice.state == NoticeState.WITHDRAWN:
        return notice
    notice.state = NOTICE.step("withdraw", notice.state).target
    notice.withdrawn_reason = reason.strip()
    notice.save(update_fields=["state", "withdrawn_reason"])
    record(actor=actor, act="notice.withdraw", subject=notice, reason=reason.strip())
    return notice


def content_digest(notice: PublicNotice) -> str:
    """The SHA-256 of what the public reads, as kept in the ledger."""
    from innovalley.ledger.canonical import canonical_json

    content = {"title": notice.title, "title_en": notice.title_en, "body": notice.body}
    return hashlib.sha256(canonical_json(content)).hexdigest()


# objections ----------------------------------------------------------------------------------------


@transaction.atomic
def object_to_notice(
    *,
    notice_id: int,
    token: uuid.UUID,
    name: str,
    contact: str,
    reason: str,
    address: str,
    organisation: str = "",
    evidence: Sequence[tuple[str, IO[bytes]]] = (),
    actor: Any = None,
) -> Objection:
    """Takes an objection from anyone, signed in or not; the same `token` again gives the same objection.

    The deadline is checked by the clock of the database, after its notice can no longer change. `address` is the
    network address it comes from, `evidence` has (name, file).

    Raises:
        PublicNotice.DoesNotExist
        TooLateError: the last day has ended, or the notice was withdrawn.
        TooManyError: others from this address were taken within the hour.
        UnacceptableError: a file is not accepted.
        ValueError: name, contact or reason is missing, or there are too many files.
    """
    if not (name.strip() and contact.strip() and reason.strip()) or len(evidence) > MAX_EVIDENCE:
        raise ValueError("an objection has a name, a contact, a reason, and few files")
    notice = PublicNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if (same := Objection.objects.filter(token=token, notice=notice).first()) is not None:
        return same
    now = _clock()
    if notice.state != NoticeState.PUBLISHED or now >= notice.ends_at:
        raise TooLateError
    sender = _sender(address)
    _limit(sender, now)
    objection = Objection.objects.create(
        notice=notice,
        receipt="YY-" + "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)),
        name=name.strip(),
        organisation=organisation.strip(),
        contact=contact.strip(),
        reason=reason.strip(),
        received_at=now,
        token=token,
        sender=sender,
    )
    for file_name, file in evidence:
        attach_document(actor=actor, owner=objection, file=file, name=file_name)
    record(
        actor=None,  # who objects is known to the office alone
        act="objection.receive",
        subject=objection,
        receipt=objection.receipt,
        notice=notice.number,
        content_sha256=_digest_of(objection),
    )
    notify(
        recipients=User.objects.filter(role=Role.OFFICE, is_active=True),
        kind="notices.objection_received",
        subject=gettext_noop("An objection to notice %(number)s was received."),
        params={"number": notice.number},
        url=reverse("objection", args=[objection.pk]),
        key=f"objection.received:{objection.pk}",
    )
    return objection


def accept_objection(*, actor: Any, objection_id: int) -> Objection:
    """Takes it up: it will be examined.

    Raises:
        Refused, WrongStateError, Objection.DoesNotExist
    """
    return _decide(actor, objection_id, "accept", "")


def refuse_objection(*, actor: Any, objection_id: int, outcome: str) -> Objection:
    """Does not take it up, with the reason.

    Raises:
        Refused, WrongStateError, Objection.DoesNotExist
        ValueError: no reason.
    """
    return _decide(actor, objection_id, "refuse", outcome)


def uphold_objection(*, actor: Any, objection_id: int, outcome: str) -> Objection:
    """It was examined and is right; `outcome` says what follows.

    Raises:
        Refused, WrongStateError, Objection.DoesNotExist
        ValueError: no outcome.
    """
    return _decide(actor, objection_id, "uphold", outcome)


def dismiss_objection(*, actor: Any, objection_id: int, outcome: str) -> Objection:
    """It was examined and is not right; `outcome` says why.

    Raises:
        Refused, WrongStateError, Objection.DoesNotExist
        ValueError: no outcome.
    """
    return _decide(actor, objection_id, "dismiss", outcome)


@transaction.atomic
def _decide(actor: Any, objection_id: int, act: str, outcome: str) -> Objection:
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection_id)
    require(actor, "notices.decide_objection", objection)
    target = next(step.target for step in OBJECTION.transitions if step.act == act)
    if objection.state == target:  # the same request again
        return objection
    step = OBJECTION.step(act, objection.state)
    if act != "accept" and not outcome.strip():
        raise ValueError("an objection is decided with a reason")
    objection.state, objection.outcome = step.target, outcome.strip()
    if act != "accept":
        objection.decided_at, objection.decided_by = timezone.now(), actor
    objection.save(update_fields=["state", "outcome", "decided_at", "decided_by"])
    record(actor=actor, act=f"objection.{act}", subject=objection, state=objection.state)
    return objection


# what users choose ---------------------------------------------------------------------------------


@transaction.atomic
def mark_read(*, actor: Any, notification_ids: Sequence[int] | None = None) -> int:
    """Marks the actor's own notifications as read, all of them without ids; returns how many were not yet.

    That someone has read something is no act for the ledger.

    Raises:
        Refused: nobody is signed in.
    """
    require(actor, "notices.have_notifications")
    rows = Notification.objects.filter(recipient=actor, read_at=None)
    if notification_ids is not None:
        rows = rows.filter(pk__in=notification_ids)
    return rows.update(read_at=timezone.now())


@transaction.atomic
def choose_channels(*, actor: Any, channels: Mapping[str, str]) -> None:
    """Keeps how the actor wants each kind of notification (kind: channel) from now on.

    Raises:
        Refused: nobody is signed in.
        ValueError: a kind or channel that does not exist, or a kind that cannot be turned off.
    """
    require(actor, "notices.have_notifications")
    known = {each.name: each for each in kinds.all_kinds()}
    for name, channel in channels.items():
        if name not in known or channel not in known[name].channels():
            raise ValueError(f"{name} cannot come by {channel}")
    Preference.objects.bulk_create(
        [Preference(user=actor, kind=name, channel=channel) for name, channel in channels.items()],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["channel"],
    )
    record(actor=actor, act="preference.choose", subject=actor, channels=dict(channels))


@transaction.atomic
def settle_mail(*, actor: Any, mail_id: int, again: bool) -> Mail:
    """The administrator's word on a mail of which it is unclear whether it left, or that could not be sent.

    `again` puts it back into the outbox; otherwise it is given up. A mail that is neither is left as it is.

    Raises:
        Refused, Mail.DoesNotExist
    """
    require(actor, "notices.manage_mails")
    mail = Mail.objects.select_for_update(of=("self",)).get(pk=mail_id)
    if mail.state not in (MailState.SENDING, MailState.FAILED):
        return mail
    mail.state = MailState.WAITING if again else MailState.FAILED
    mail.attempts, mail.due_at, mail.batch = 0, timezone.now(), None
    mail.save(update_fields=["state", "attempts", "due_at", "batch"])
    record(actor=actor, act="mail.send_again" if again else "mail.give_up", subject=mail)
    return mail


# helpers -------------------------------------------------------------------------------------------


def _clock() -> dt.datetime:
    """The database's time now, not that of the transaction's beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _end_of(day: dt.date) -> dt.datetime:
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    return timezone.make_aware(midnight)


def _next_number(now: dt.datetime) -> str:
    """公示 numbers run without gaps within a year: GS-2026-001."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_NUMBERS])
    prefix = f"GS-{timezone.localtime(now).year}-"
    taken = PublicNotice.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    last = max((int(number.removeprefix(prefix)) for number in taken), default=0)
    return f"{prefix}{last + 1:03d}"


def _checked(body: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(body) - {"text", "columns", "rows"}
    columns = [str(column) for column in body.get("columns", ())]
    rows = [["" if cell is None else str(cell) for cell in row] for row in body.get("rows", ())]
    if unknown or any(len(row) != len(columns) for row in rows):
        raise ValueError("a notice's body has text, columns, and rows as long as the columns")
    return {"text": str(body.get("text", "")), "columns": columns, "rows": rows}


def _digest_of(objection: Objection) -> str:
    """Salted by the receipt, which is random: nobody can guess who objects from the ledger."""
    parts = [objection.receipt, objection.name, objection.organisation, objection.contact, objection.reason]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _sender(address: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, b"innovalley.objection" + address.encode(), hashlib.sha256).hexdigest()[:32]


def _limit(sender: str, now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SENDERS % 2**31, int(sender[:7], 16)])
    since = now - dt.timedelta(hours=1)
    if Objection.objects.filter(sender=sender, received_at__gt=since).count() >= OBJECTIONS_AN_HOUR:
        raise TooManyError

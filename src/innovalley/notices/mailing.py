"""The outbox: claim, send, mark, in three transactions, so that nothing leaves twice.

A mail is claimed (its state becomes “sending”) and committed before a mail server hears of it. Whoever is killed in
between leaves it so: nobody can know whether it left, and the administrator is asked instead of sending it again.
What surely did not leave – no connection, or the server refused – waits for another try.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import uuid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovalley.accounts.models import User
from innovalley.notices.models import Mail, MailState

MAX_ATTEMPTS = 5
WAIT = dt.timedelta(minutes=5)  # before the second try; doubled each time
MOST_AT_ONCE = 500  # mails of one run
DIGEST_LINES = 100

logger = logging.getLogger(__name__)


class NotSentError(Exception):
    """It surely did not leave. `is_final`: another try would fail as well."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


def send_due() -> int:
    """Sends every mail that is due, those of one user's digest as one; returns how many left."""
    sent = 0
    for _round in range(MOST_AT_ONCE):
        batch = claim()
        if not batch:
            break
        sent += _send(batch)
    return sent


@transaction.atomic
def claim() -> list[Mail]:
    """Takes the next mail that is due, or all due ones of a user's digest; once committed they are nobody else's."""
    due = _due().first()
    if due is None:
        return []
    mails = [due]
    if due.is_digest:
        recipient = due.notification.recipient_id
        mails = list(_due().filter(is_digest=True, notification__recipient_id=recipient))
    batch, now = uuid.uuid4(), timezone.now()
    for mail in mails:
        mail.state, mail.batch, mail.claimed_at = MailState.SENDING, batch, now
        mail.attempts += 1
    Mail.objects.bulk_update(mails, ["state", "batch", "claimed_at", "attempts"])
    return mails


def _due() -> QuerySet[Mail]:
    return (
        Mail.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("notification")
        .filter(state=MailState.WAITING, due_at__lte=timezone.now())
        .order_by("due_at", "pk")
    )


def _send(batch: list[Mail]) -> int:
    try:
        _deliver(_message(batch))
    except NotSentError as error:
        _put_back(batch, error)
        return 0
    except Exception as error:  # it may have left: stays as it is, and is shown to the administrator
        logger.exception("it is unclear whether mail %s left", batch[0].batch)
        _mark(batch, error=f"{type(error).__name__}: {error}"[:300])
        return 0
    _mark(batch, state=MailState.SENT, sent_at=timezone.now(), error="")
    return 1


def _message(batch: list[Mail]) -> EmailMessage:
    user = User.objects.get(pk=batch[0].notification.recipient_id)
    if not user.is_active:
        raise NotSentError("the account is closed", is_final=True)
    with translation.override(user.language or settings.LANGUAGE_CODE):
        texts = [mail.notification.text for mail in batch]
        lines = [_line(mail) for mail in batch[:DIGEST_LINES]]
        if len(batch) == 1:
            title = texts[0]
        else:
            title = ngettext("%(n)s notification", "%(n)s notifications", len(batch)) % {"n": len(batch)}
        body = "\n\n".join(
            [*lines, _("InnoValley. You can choose which mails you get under “Notifications”.")]
        )
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return EmailMessage(
        subject=" ".join(title.split())[:200],
        body=body,
        to=[user.email],
        # The same for each try, so that mail programs show it once even if two servers passed it on.
        headers={"Message-ID": f"<notification-{batch[0].pk}@{domain}>", "Auto-Submitted": "auto-generated"},
    )


def _line(mail: Mail) -> str:
    address = settings.SITE_URL.rstrip("/") + mail.notification.url if mail.notification.url else ""
    return f"{mail.notification.text}\n{address}".strip()


def _deliver(message: EmailMessage) -> None:
    """Sends.

    Raises:
        NotSentError: it surely did not leave.
        Exception: anything else: it may have left.
    """
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(f"no connection: {error}") from error
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise NotSentError(f"refused: {codes}", is_final=all(code >= 500 for code in codes)) from error
    except smtplib.SMTPResponseException as error:
        raise NotSentError(f"refused: {error.smtp_code}", is_final=error.smtp_code >= 500) from error
    finally:
        try:
            connection.close()
        except Exception:  # the mail left; how the line is closed does not matter
            logger.info("the connection to the mail server did not close properly")


def _put_back(batch: list[Mail], error: NotSentError) -> None:
    is_final = error.is_final or batch[0].attempts >= MAX_ATTEMPTS
    wait = WAIT * 2 ** (batch[0].attempts - 1)
    state = MailState.FAILED if is_final else MailState.WAITING
    _mark(batch, state=state, error=str(error)[:300], due_at=timezone.now() + wait)


def _mark(batch: list[Mail], **changes: Any) -> None:
    """Only as long as the claim is ours: the administrator may have decided meanwhile."""
    Mail.objects.filter(batch=batch[0].batch, state=MailState.SENDING).update(**changes)

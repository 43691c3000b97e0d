"""A mail leaves once: not twice after a crash, and not never after a mail server's bad day."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from innovalley.accounts.actions import anonymise_user
from innovalley.accounts.models import User
from innovalley.notices import mailing
from innovalley.notices.kinds import Channel
from innovalley.notices.models import Mail, MailState, Notification, Preference
from innovalley.notices.sending import notify
from tests.notices import factories as make
from tests.registry.threads import at_once
from tests.registry.work import work

pytestmark = pytest.mark.django_db
SUBJECT = gettext_noop("An objection to notice %(number)s was received.")


def tell(user: User, key: str = "1", channel: Any = Channel.MAIL) -> Mail:
    with transaction.atomic():
        Preference.objects.update_or_create(user=user, kind=make.KIND, defaults={"channel": channel})
        notify(
            recipients=[user],
            kind=make.KIND,
            subject=SUBJECT,
            params={"number": "GS-1"},
            key=key,
            url="/notices/",
        )
    return Mail.objects.get(notification__recipient=user, notification__key=key)


def outbox() -> list[Any]:
    return django_mail.outbox


class Server(BaseEmailBackend):
    """A mail server that behaves as the test says."""

    on_open: Callable[[], None] = staticmethod(lambda: None)
    on_send: Callable[[], None] = staticmethod(lambda: None)
    delivered = 0

    def open(self) -> bool:
        Server.on_open()
        return True

    def send_messages(self, email_messages: Any) -> int:
        Server.on_send()
        Server.delivered += len(email_messages)
        return len(email_messages)


@pytest.fixture
def server(settings: Any) -> Iterator[type[Server]]:
    """It takes everything until told otherwise."""
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.on_open = Server.on_send = staticmethod(lambda: None)
    Server.delivered = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mailing, "get_connection", Server)
        yield Server


def fails(error: BaseException) -> Any:
    def fail() -> None:
        raise error

    return staticmethod(fail)


def due_now() -> None:
    Mail.objects.update(due_at=timezone.now())


def test_a_mail_is_in_the_readers_language_and_names_the_page(settings: Any) -> None:
    settings.SITE_URL = "https://valley.example"
    user = make.user(language="en")
    tell(user)
    tell(make.user())
    assert mailing.send_due() == 2
    english, chinese = outbox()
    assert english.subject == "An objection to notice GS-1 was received."
    assert "https://valley.example/notices/" in english.body
    assert english.to == [user.email]
    assert chinese.subject == "收到对公示 GS-1 的异议。"
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}
    assert mailing.send_due() == 0


def test_a_day_of_one_user_is_one_mail() -> None:
    user, other = make.user(), make.user()
    for n in range(3):
        tell(user, str(n), Channel.DIGEST)
    tell(other, "0", Channel.DIGEST)
    assert mailing.send_due() == 0, "their hour has not come"
    due_now()
    assert mailing.send_due() == 2
    assert sorted(len(message.body.split("收到")) - 1 for message in outbox()) == [1, 3]


def test_after_a_crash_between_sending_and_marking_nothing_is_sent_again(server: type[Server]) -> None:
    """The process was killed once the server had taken the mail."""
    row = tell(make.user())
    server.on_send = fails(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        mailing.send_due()
    server.on_send = staticmethod(lambda: None)
    due_now()
    assert mailing.send_due() == 0
    row.refresh_from_db()
    assert (row.state, server.delivered) == (MailState.SENDING, 0)


def test_when_it_is_unclear_whether_it_left_it_is_not_sent_again(server: type[Server]) -> None:
    row = tell(make.user())
    server.on_send = fails(smtplib.SMTPServerDisconnected("lost"))
    assert mailing.send_due() == 0
    server.on_send = staticmethod(lambda: None)
    due_now()
    assert mailing.send_due() == 0
    row.refresh_from_db()
    assert (row.state, "lost" in row.error) == (MailState.SENDING, True)


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(), TimeoutError(), smtplib.SMTPAuthenticationError(535, b"no")]
)
def test_without_a_connection_it_is_tried_again_later_and_leaves_once(
    server: type[Server], error: Exception
) -> None:
    row = tell(make.user())
    server.on_open = fails(error)
    assert mailing.send_due() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == (MailState.WAITING, 1)
    assert row.due_at > timezone.now()
    server.on_open = staticmethod(lambda: None)
    due_now()
    assert mailing.send_due() == 1
    assert server.delivered == 1


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"x": (550, b"unknown")}), MailState.FAILED),
        (smtplib.SMTPRecipientsRefused({"x": (450, b"busy")}), MailState.WAITING),
        (smtplib.SMTPDataError(554, b"spam"), MailState.FAILED),
        (smtplib.SMTPDataError(451, b"later"), MailState.WAITING),
    ],
)
def test_what_the_server_refuses_for_good_is_not_tried_again(
    server: type[Server], error: Exception, state: str
) -> None:
    row = tell(make.user())
    server.on_send = fails(error)
    mailing.send_due()
    row.refresh_from_db()
    assert row.state == state


def test_it_is_given_up_after_some_tries(server: type[Server]) -> None:
    row = tell(make.user())
    server.on_open = fails(ConnectionRefusedError())
    for _try in range(mailing.MAX_ATTEMPTS):
        due_now()
        mailing.send_due()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (MailState.FAILED, mailing.MAX_ATTEMPTS)


def test_one_bad_address_does_not_hold_up_the_others(server: type[Server]) -> None:
    tell(make.user())
    tell(make.user())
    errors = iter([smtplib.SMTPRecipientsRefused({"x": (550, b"unknown")})])

    def once() -> None:
        for error in errors:
            raise error

    server.on_send = staticmethod(once)
    assert mailing.send_due() == 1


def test_who_is_forgotten_gets_no_mail() -> None:
    user = make.user()
    row = tell(user)
    anonymise_user(actor=user, user_id=user.pk)
    assert mailing.send_due() == 0
    row.refresh_from_db()
    assert (row.state, outbox()) == (MailState.FAILED, [])


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(server: type[Server]) -> None:
    for n in range(12):
        tell(make.user(), str(n))
    results = at_once(mailing.send_due, mailing.send_due, mailing.send_due)
    assert (sum(results), server.delivered) == (12, 12)


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_an_act_told() -> None:
    tell(make.user())
    work()
    assert Mail.objects.get().state == MailState.SENT
    assert len(outbox()) == 1


def test_a_subject_cannot_add_headers() -> None:
    row = tell(make.user())
    Notification.objects.filter(pk=row.notification_id).update(subject="A\nBcc: x@evil.example", params={})
    assert mailing.send_due() == 1
    assert outbox()[0].subject == "A Bcc: x@evil.example"
    assert outbox()[0].recipients() == [row.notification.recipient.email]


# the administrator's word --------------------------------------------------------------------------


def test_the_administrator_sees_what_is_unclear_and_decides(server: type[Server]) -> None:
    again, given_up, fresh = (tell(make.user(), str(n)) for n in range(3))
    long_ago = timezone.now() - timezone.timedelta(hours=1)
    Mail.objects.exclude(pk=fresh.pk).update(state=MailState.SENDING, claimed_at=long_ago)
    Mail.objects.filter(pk=fresh.pk).update(state=MailState.SENDING, claimed_at=timezone.now())
    client = Client()
    client.force_login(make.user(is_superuser=True))
    page = client.get(reverse("mails"))
    assert {row.pk for row in page.context["page"]} == {again.pk, given_up.pk}
    client.post(reverse("mail_settle", args=[again.pk]), {"again": "1"})
    client.post(reverse("mail_settle", args=[given_up.pk]), {"again": "0"})
    assert mailing.send_due() == 1
    states = dict(Mail.objects.values_list("pk", "state"))
    assert states == {again.pk: "sent", given_up.pk: "failed", fresh.pk: "sending"}
    client.post(reverse("mail_settle", args=[again.pk]), {"again": "1"})
    assert mailing.send_due() == 0, "what was sent is not sent again"

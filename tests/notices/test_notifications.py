"""Users are told once of what concerns them, in their language, by the way they chose."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from innovalley.accounts.models import Role, User
from innovalley.notices import actions, sending
from innovalley.notices.kinds import Channel
from innovalley.notices.models import Mail, Notification, Preference
from innovalley.notices.queries import unread_count
from innovalley.notices.sending import notify
from tests.notices import factories as make
from tests.registry.threads import at_once

pytestmark = pytest.mark.django_db

SUBJECT = gettext_noop("An objection to notice %(number)s was received.")


def tell(*users: User, key: str = "thing:1", kind: str = make.KIND, **more: Any) -> None:
    with transaction.atomic():
        given: dict[str, Any] = {"subject": SUBJECT, "params": {"number": "GS-1"}, "url": "/notices/"}
        notify(recipients=users, kind=kind, key=key, **(given | more))


def choose(user: User, channel: str) -> None:
    Preference.objects.create(user=user, kind=make.KIND, channel=channel)


def test_a_notification_is_read_in_the_readers_language() -> None:
    tell(make.user())
    row = Notification.objects.get()
    with translation.override("zh-hans"):
        assert row.text == "收到对公示 GS-1 的异议。"
    with translation.override("en"):
        assert row.text == "An objection to notice GS-1 was received."


def test_nobody_is_told_twice_of_the_same() -> None:
    one, other = make.user(), make.user()
    tell(one)
    tell(one, other)
    tell(one, key="thing:2")
    assert sorted(Notification.objects.values_list("recipient_id", "key")) == sorted(
        [(one.pk, "thing:1"), (other.pk, "thing:1"), (one.pk, "thing:2")]
    )


@pytest.mark.parametrize(
    ("channel", "told", "mails"),
    [(Channel.SITE, 1, 0), (Channel.MAIL, 1, 1), (Channel.DIGEST, 1, 1), (Channel.NONE, 0, 0)],
)
def test_each_is_told_as_chosen(channel: Any, told: int, mails: int) -> None:
    user = make.user()
    choose(user, channel)
    for _twice in range(2):
        tell(user)
    assert (Notification.objects.count(), Mail.objects.count()) == (told, mails)
    if mails:
        assert Mail.objects.get().is_digest == (channel == Channel.DIGEST)


def test_a_later_choice_does_not_mail_what_was_told_before() -> None:
    user = make.user()
    tell(user)
    choose(user, Channel.MAIL)
    tell(user)
    assert not Mail.objects.exists()


def test_closed_accounts_are_told_nothing() -> None:
    user = make.user()
    user.is_active = False
    tell(user)
    assert not Notification.objects.exists()


def test_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        tell(make.user(), kind="nobody.registered")


@pytest.mark.django_db(transaction=True)
def test_outside_the_transaction_of_the_act_nobody_is_told() -> None:
    with pytest.raises(RuntimeError):
        notify(recipients=[make.user()], kind=make.KIND, subject=SUBJECT, key="1")


@pytest.mark.django_db(transaction=True)
def test_two_acts_at_once_tell_once() -> None:
    user = make.user()
    choose(user, Channel.MAIL)
    assert at_once(lambda: tell(user), lambda: tell(user), lambda: tell(user)) == [None] * 3
    assert (Notification.objects.count(), Mail.objects.count()) == (1, 1)


def test_the_daily_mail_leaves_at_eight_in_chinese_time() -> None:
    for now, due in [("2026-03-02T00:10:00+08:00", "02T08"), ("2026-03-02T08:00:00+08:00", "03T08")]:
        found = sending.next_digest(timezone.datetime.fromisoformat(now))
        assert timezone.localtime(found).isoformat().startswith(f"2026-03-{due}:00:00")


# pages ---------------------------------------------------------------------------------------------


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_badge_counts_what_is_unread_in_one_query(django_assert_num_queries: Any) -> None:
    user = make.user(Role.EXPERT)
    for n in range(120):
        tell(user, key=str(n))
    tell(make.user())
    with django_assert_num_queries(1):
        assert unread_count(user) == 100
    assert ">99+<" in signed_in(user).get("/about/").content.decode()
    actions.mark_read(actor=user)
    page = signed_in(user).get("/about/").content.decode()
    assert "99+" not in page
    assert "0 条未读" in page
    assert "条未读" not in Client().get("/about/").content.decode()


def test_the_list_takes_as_many_queries_with_one_as_with_many() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    user = make.user(Role.EXPERT)
    client = signed_in(user)
    counts = []
    for n in range(2):
        for m in range(1 + 30 * n):
            tell(user, key=f"{n}:{m}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("notifications")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_opening_a_notification_marks_it_read_and_leads_on() -> None:
    user = make.user()
    tell(user)
    tell(user, key="2", url="https://evil.example/")
    evil, row = Notification.objects.all()
    client = signed_in(user)
    assert client.post(reverse("notification", args=[row.pk])).headers["Location"] == "/notices/"
    assert client.post(reverse("notification", args=[evil.pk])).headers["Location"] == reverse(
        "notifications"
    )
    assert unread_count(user) == 0
    assert client.get(reverse("notifications"), {"unread": "1"}).context["page"].paginator.count == 0


def test_nobody_reads_or_marks_what_is_told_to_another() -> None:
    user, other = make.user(), make.user()
    tell(user)
    row = Notification.objects.get()
    assert signed_in(other).post(reverse("notification", args=[row.pk])).status_code == 404
    signed_in(other).post(reverse("notifications_read"))
    assert actions.mark_read(actor=other, notification_ids=[row.pk]) == 0
    assert unread_count(user) == 1
    assert "GS-1" not in signed_in(other).get(reverse("notifications")).content.decode()


def test_choices_are_kept_and_what_must_arrive_cannot_be_turned_off() -> None:
    user = make.user(Role.EXPERT)
    client, address = signed_in(user), reverse("notification_choices")
    typed = {name: field.initial for name, field in client.get(address).context["form"].fields.items()}
    assert client.post(address, typed | {make.KIND: "digest"}).status_code == 302
    assert client.get(address).context["form"].fields[make.KIND].initial == "digest"
    assert client.post(address, typed | {make.MUST: "none"}).status_code == 422
    with pytest.raises(ValueError):
        actions.choose_channels(actor=user, channels={make.MUST: "none"})
    with pytest.raises(ValueError):
        actions.choose_channels(actor=user, channels={"nothing": "mail"})
    assert Preference.objects.get(user=user, kind=make.KIND).channel == "digest"

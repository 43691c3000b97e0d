"""Who may open what: one table of every address of this room and every role."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovalley.accounts.models import Role
from innovalley.notices import urls
from innovalley.notices.models import Mail, Notification
from tests.notices import factories as make

pytestmark = pytest.mark.django_db

PUBLIC, ADMIN = "public", "administrator"
EVERYONE = {PUBLIC, ADMIN, *Role.values}
SIGNED_IN = EVERYONE - {PUBLIC}
OFFICE = {str(Role.OFFICE), ADMIN}

# address: (method, who may). Whoever is not named is refused with a reason, or asked to sign in.
TABLE: dict[str, tuple[str, set[str]]] = {
    "notifications": ("get", SIGNED_IN),
    "notifications_read": ("post", SIGNED_IN),
    "notification": ("post", set()),  # it is somebody else's
    "notification_choices": ("get", SIGNED_IN),
    "mails": ("get", {ADMIN}),
    "mail_settle": ("post", {ADMIN}),
    "public_notices": ("get", EVERYONE),
    "public_notice": ("get", EVERYONE),
    "object_to_notice": ("get", EVERYONE),
    "objection_status": ("get", EVERYONE),
    "withdraw_notice": ("get", OFFICE),
    "objections": ("get", OFFICE),
    "objection": ("get", OFFICE),
    "objection_act": ("get", OFFICE),
}


@pytest.fixture
def addresses() -> dict[str, str]:
    """Each address with something behind it."""
    notice = make.notice()
    objection = make.objection(notice)
    other = Notification.objects.create(
        recipient=make.user(), kind=make.KIND, key="1", subject="Something", channel="mail"
    )
    mail = Mail.objects.create(notification=other)
    arguments: dict[str, list[Any]] = {
        "notification": [other.pk],
        "mail_settle": [mail.pk],
        "public_notice": [notice.number],
        "object_to_notice": [notice.number],
        "withdraw_notice": [notice.number],
        "objection": [objection.pk],
        "objection_act": [objection.pk, "accept"],
    }
    return {name: reverse(name, args=arguments.get(name, [])) for name in TABLE}


def test_the_table_names_every_address_of_the_room() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(TABLE)


@pytest.mark.parametrize("who", sorted(EVERYONE))
def test_each_address_opens_to_those_of_the_table_alone(who: str, addresses: dict[str, str]) -> None:
    client = Client()
    if who == ADMIN:
        client.force_login(make.user(is_superuser=True))
    elif who != PUBLIC:
        client.force_login(make.user(who))
    for name, (method, may) in TABLE.items():
        status = getattr(client, method)(addresses[name]).status_code
        if who in may:
            assert status in (200, 302), name
        else:
            assert status in (403, 404), name

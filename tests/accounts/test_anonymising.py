"""A user can be forgotten; what the user did stays in the ledger as it was sealed."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import Client, RequestFactory

from innovalley.accounts.actions import anonymise_user, user_anonymised
from innovalley.accounts.models import Role, User
from innovalley.accounts.permissions import Refused
from innovalley.ledger.actions import record
from innovalley.ledger.exporting import export_lines
from innovalley.ledger.models import Entry, Seal
from innovalley.ledger.sealing import seal_all
from innovalley.ledger.verifying import verify_export

pytestmark = pytest.mark.django_db
PASSWORD = "a long sentence 42"


@pytest.fixture
def user() -> User:
    """A user with everything that tells who it is."""
    user = User.objects.create_user(
        "wang@example.org", PASSWORD, name="王小明", language="en", role=Role.EXPERT
    )
    EmailAddress.objects.create(user=user, email=user.email)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    return user


@pytest.fixture
def administrator() -> User:
    """Who runs the installation."""
    return User.objects.create_superuser("root@example.org", PASSWORD)


def test_nothing_tells_who_it_was(user: User, administrator: User) -> None:
    client = Client()
    client.force_login(user)
    for _twice in range(2):
        anonymise_user(actor=administrator, user_id=user.pk)
    user.refresh_from_db()
    assert "wang" not in str(vars(user)).lower()
    assert "王小明" not in str(vars(user)) + str(user)
    assert str(user.pk) in str(user)
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not Authenticator.objects.filter(user=user).exists()
    assert authenticate(RequestFactory().post("/"), email="wang@example.org", password=PASSWORD) is None
    assert not client.get("/about/").wsgi_request.user.is_authenticated
    assert Entry.objects.filter(act="user.anonymise").count() == 1


def test_what_was_done_stays_and_still_proves_itself(user: User, administrator: User) -> None:
    with transaction.atomic():
        record(actor=user, act="review.submit", subject=user)
    seal_all()
    head = Seal.objects.get().root
    anonymise_user(actor=administrator, user_id=user.pk)
    seal_all()
    assert Entry.objects.get(act="review.submit").actor == user
    assert verify_export(export_lines(), heads=[head]).problem == ""


def test_only_the_administrator_and_the_user_may(user: User) -> None:
    with pytest.raises(Refused):
        anonymise_user(actor=User.objects.create_user("o@example.org", role=Role.OFFICE), user_id=user.pk)
    anonymise_user(actor=user, user_id=user.pk)
    assert User.objects.filter(email="wang@example.org").count() == 0
    User.objects.create_user("wang@example.org")


def test_other_rooms_hear_of_it_in_the_same_transaction(user: User) -> None:
    heard: list[User] = []

    def hear(sender: object, user: User, **_: object) -> None:
        heard.append(user)

    user_anonymised.connect(hear)
    try:
        anonymise_user(actor=user, user_id=user.pk)
    finally:
        user_anonymised.disconnect(hear)
    assert heard == [user]

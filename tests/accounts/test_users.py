"""Accounts are known by their address, and none takes history along."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.test import RequestFactory

from innovalley.accounts.models import Role, User

pytestmark = pytest.mark.django_db
PASSWORD = "a long sentence 42"


def test_an_address_is_one_account_however_it_is_written() -> None:
    User.objects.create_user(" Wang@Example.ORG ")
    assert User.objects.get_by_natural_key("WANG@example.org").email == "wang@example.org"
    with pytest.raises(IntegrityError, match="user_email"), transaction.atomic():
        User.objects.bulk_create([User(email="WANG@example.org")])


def test_a_role_that_does_not_exist_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="user_role_known"), transaction.atomic():
        User.objects.create_user("x@example.org", role="emperor")


def test_an_account_without_a_password_opens_to_none() -> None:
    user = User.objects.create_user("x@example.org")
    assert not user.has_usable_password()
    assert not user.check_password("")


def test_the_administrator_belongs_to_the_office() -> None:
    administrator = User.objects.create_superuser("root@example.org", PASSWORD)
    assert (administrator.is_superuser, administrator.role) == (True, Role.OFFICE)


def test_a_disabled_account_does_not_open_with_the_right_password() -> None:
    user = User.objects.create_user("x@example.org", PASSWORD)
    request = RequestFactory().post("/")
    assert authenticate(request, email="x@example.org", password=PASSWORD) == user
    user.is_active = False
    user.save()
    assert authenticate(request, email="x@example.org", password=PASSWORD) is None
    assert authenticate(request, username="x@example.org", password=PASSWORD) is None


@pytest.mark.parametrize("weak", ["short", "password1234", "wang.xiaoming"])
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak, User(email="wang.xiaoming@example.org"))


def test_no_act_of_a_user_can_be_deleted_along_with_the_user() -> None:
    """Only what is about the user alone may go along: membership of an organisation, the link to a person."""
    may_go = {("registry.membership", "user"), ("registry.person", "user")}
    found = {
        (model._meta.label_lower, field.name): field.remote_field.on_delete
        for model in apps.get_models()
        if model.__module__.startswith("innovalley.")
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is User
    }
    assert ("ledger.entry", "actor") in found
    assert {name for name, rule in found.items() if rule not in (models.PROTECT, models.RESTRICT)} <= may_go

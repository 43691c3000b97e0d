"""One door for every permission: shut unless a rule opens it, and a refusal says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import translation

from innovalley.accounts.models import Role, User
from innovalley.accounts.permissions import Refused, allowed, has_role, permit, require


@pytest.fixture
def reading() -> Iterator[str]:
    """A permission that the office and experts have."""
    name = "tests.read_minutes"
    permit(name, has_role(Role.OFFICE, Role.EXPERT), otherwise="The minutes are not for everyone.")
    yield name
    rules.remove_perm(name)


def user(role: str, **fields: bool) -> User:
    """A user who is not saved: rules of roles ask no database."""
    return User(email=f"{role}@example.org", role=role, **fields)


def test_what_nobody_registered_is_refused_to_everyone() -> None:
    for who in (None, AnonymousUser(), user(Role.OFFICE), user(Role.OFFICE, is_superuser=True)):
        assert allowed(who, "tests.never_registered") is False
        with pytest.raises(Refused):
            require(who, "tests.never_registered")


@pytest.mark.parametrize("role", Role.values)
def test_a_permission_is_held_by_its_roles_alone(reading: str, role: str) -> None:
    assert allowed(user(role), reading) is (role in (Role.OFFICE, Role.EXPERT))


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_the_public_holds_no_role(reading: str, nobody: AnonymousUser | None) -> None:
    assert allowed(nobody, reading) is False


def test_a_disabled_user_holds_no_role(reading: str) -> None:
    assert allowed(user(Role.OFFICE, is_active=False), reading) is False


def test_the_administrator_passes_no_rule_by_rank(reading: str) -> None:
    assert allowed(user(Role.PARK, is_superuser=True), reading) is False


def test_require_returns_when_allowed(reading: str) -> None:
    require(user(Role.OFFICE), reading)


def test_a_refusal_carries_the_sentence_of_its_permission(reading: str) -> None:
    with pytest.raises(Refused) as refused:
        require(user(Role.COMPANY), reading)
    assert str(refused.value.reason) == "The minutes are not for everyone."
    assert isinstance(refused.value, PermissionDenied), "Django answers 403 wherever it is not caught"


def test_a_refusal_is_in_the_reader_s_language() -> None:
    with translation.override("zh-hans"), pytest.raises(Refused) as refused:
        require(None, "tests.never_registered")
    assert str(refused.value.reason) == "您没有进行此操作的权限。"
    with translation.override("en"):
        assert str(refused.value.reason) == "You may not do this."


def test_each_permission_of_the_product_has_its_own_sentence() -> None:
    import innovalley.challenges.rules
    import innovalley.registry.rules  # noqa: F401  both register theirs

    names = [name for name in rules.permissions.permissions if name.partition(".")[0] != "tests"]
    assert names
    for name in names:
        with pytest.raises(Refused) as refused:
            require(AnonymousUser(), name)
        assert str(refused.value.reason) != str(Refused(translation.gettext("You may not do this.")).reason)

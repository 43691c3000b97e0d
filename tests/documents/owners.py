"""An owner of documents for tests: a user, who alone may read and write what hangs on the own account."""

from __future__ import annotations

import itertools
from typing import Any

from innovalley.accounts.models import Role, User
from innovalley.documents.owners import register_owner

_numbers = itertools.count(1)


def _is_own(user: Any, owner: User) -> bool:
    return bool(user.is_authenticated and user.pk == owner.pk)


def _may_write(user: Any, owner: User) -> bool:
    return _is_own(user, owner) and owner.language != "closed"


def _is_expert(user: Any, _owner: User) -> bool:
    return bool(user.is_authenticated and user.role == Role.EXPERT)


register_owner("accounts.user", can_read=_is_own, can_write=_may_write, can_read_clean=_is_expert)


def user(role: Any = Role.TEAM) -> User:
    """A saved user."""
    return User.objects.create_user(f"owner{next(_numbers)}@example.org", role=role)

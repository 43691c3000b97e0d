"""One door for every permission question.

Rooms register predicates with `permit` (beside their models, in rules.py) together with the sentence a refused
user reads. Views, actions and templates ask `require` / `allowed`; what nobody registered is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_reasons: dict[str, str | Promise] = {}


class Refused(PermissionDenied):
    """The user may not do this; `reason` is a sentence for people that tells nothing of the object."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


def permit(permission: str, predicate: Callable[..., bool], *, otherwise: str | Promise) -> None:
    """Registers who holds `permission` ("room.act_object") and what the others are told."""
    rules.set_perm(permission, predicate)
    _reasons[permission] = otherwise


def allowed(user: Any, permission: str, subject: Any = None) -> bool:
    """Whether `user` (signed in or not) may do this to `subject`; unknown permissions are denied."""
    if not rules.perm_exists(permission):
        return False
    return bool(rules.has_perm(permission, user, subject))


def require(user: Any, permission: str, subject: Any = None) -> None:
    """Returns when allowed.

    Raises:
        Refused: with the sentence registered for the permission.
    """
    if not allowed(user, permission, subject):
        raise Refused(_reasons.get(permission, _("You may not do this.")))


def has_role(*roles: Any) -> rules.Predicate:
    """A predicate: signed in, active, and of one of these roles."""

    def check(user: Any) -> bool:
        return bool(user and user.is_authenticated and user.is_active and user.role in roles)

    return rules.predicate(check, name=f"has_role({','.join(roles)})")

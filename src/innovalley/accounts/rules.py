"""Who may do what with accounts."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.permissions import permit


@rules.predicate
def is_administrator(user: Any) -> bool:
    """Who runs the installation."""
    return bool(user and user.is_authenticated and user.is_active and user.is_superuser)


@rules.predicate
def is_oneself(user: Any, other: Any) -> bool:
    """The account is the user's own."""
    return bool(user and user.is_authenticated and user.is_active and other and user.pk == other.pk)


permit(
    "accounts.anonymise_user",
    is_administrator | is_oneself,
    otherwise=_("Only the administrator and the user may have an account forgotten."),
)

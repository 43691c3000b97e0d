"""Who may do what in the registry."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import has_role, permit

is_office = has_role(Role.OFFICE)


@rules.predicate
def acts_for(user: Any, organisation: Any) -> bool:
    """The user is a member of this organisation."""
    if organisation is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    return user.memberships.filter(organisation=organisation).exists()


permit(
    "registry.see_persons",
    is_office,
    otherwise=_("Only the programme office sees the list of persons: it has their addresses."),
)
permit("registry.import", is_office, otherwise=_("Only the programme office imports into the registry."))
permit("registry.merge", is_office, otherwise=_("Only the programme office merges duplicates."))
permit(
    "registry.edit_organisation",
    is_office | acts_for,
    otherwise=_("Only members of this organisation and the programme office may change it."),
)

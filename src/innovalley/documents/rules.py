"""Who may do what with documents: whatever the owning room says, and nothing that it does not."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.permissions import permit
from innovalley.documents import owners
from innovalley.documents.models import Document


@rules.predicate
def may_read(user: Any, document: Document | None) -> bool:
    """The owning room lets the user read it, and it was not removed."""
    return document is not None and document.removed_at is None and _asks(user, document, "can_read")


@rules.predicate
def may_read_clean(user: Any, document: Document | None) -> bool:
    """The owning room lets the user read the copy without metadata."""
    return document is not None and document.removed_at is None and _asks(user, document, "can_read_clean")


@rules.predicate
def may_write(user: Any, owner: Any) -> bool:
    """The owning room lets the user add and remove documents of `owner`."""
    if owner is None:
        return False
    known = owners.rules_of(owners.type_of(owner))
    return known is not None and bool(known.can_write(user, owner))


def _asks(user: Any, document: Document, name: str) -> bool:
    known = owners.rules_of(document.owner_type)
    predicate = getattr(known, name, None)
    if predicate is None:
        return False
    owner = owners.load(document.owner_type, document.owner_id)
    return owner is not None and bool(predicate(user, owner))


permit("documents.read", may_read, otherwise=_("You may not read this document."))
permit("documents.read_clean", may_read | may_read_clean, otherwise=_("You may not read this document."))
permit("documents.write", may_write, otherwise=_("You may not add or remove documents here."))

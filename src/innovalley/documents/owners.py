"""On what documents may hang, and who may read and write them there: said by the room that owns the object.

    register_owner("challenges.bid", can_read=…, can_write=…)      # in AppConfig.ready

A predicate gets the user (signed in or not) and the owner object. What nobody registered is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

Predicate = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Owner:
    """The rules of one kind of owner."""

    can_read: Predicate
    can_write: Predicate
    can_read_clean: Predicate | None = None  # who sees only the copy without metadata, under a neutral name


_owners: dict[str, Owner] = {}


def register_owner(
    owner_type: str, can_read: Predicate, can_write: Predicate, *, can_read_clean: Predicate | None = None
) -> None:
    """Lets documents hang on objects of `owner_type` ("room.model", lower case).

    `can_read_clean` says who may have the copy for blind review (documents.cleaning), besides those who may
    read the original.
    """
    _owners[owner_type] = Owner(can_read, can_write, can_read_clean)


def rules_of(owner_type: str) -> Owner | None:
    """What the owning room registered, if any."""
    return _owners.get(owner_type)


def type_of(owner: models.Model) -> str:
    """The name under which the owner's room registers it."""
    return owner._meta.label_lower


def load(owner_type: str, owner_id: int, *, lock: bool = False) -> models.Model | None:
    """The owner object; None when its kind is not registered or it is gone. `lock` holds its row until the commit."""
    if owner_type not in _owners:
        return None
    rows = apps.get_model(owner_type)._base_manager.all()
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.filter(pk=owner_id).first()

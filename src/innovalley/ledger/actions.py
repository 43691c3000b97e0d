"""Writing to the ledger."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from innovalley.ledger.models import Entry


def record(*, actor: Any, act: str, subject: models.Model | type[models.Model], **data: Any) -> Entry:
    """Appends one act to the ledger, inside the transaction of the act itself.

    `subject` is the object acted on, or its class for an act on many; `data` must be JSON-able and free of
    secrets and sealed content. `actor` is a user, or None for the system.

    Raises:
        RuntimeError: outside a transaction, where act and entry could part.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a ledger entry is written in the transaction of its act")
    user = actor if getattr(actor, "is_authenticated", False) else None
    is_object = isinstance(subject, models.Model)
    return Entry.objects.create(
        actor=user,
        act=act,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk if is_object else None,
        data=data,
    )

"""Writing to the ledger."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from innovalley.ledger.canonical import NotCanonicalError, canonical_json
from innovalley.ledger.models import Entry


def record(*, actor: Any, act: str, subject: models.Model | type[models.Model], **data: Any) -> Entry:
    """Appends one act to the ledger, inside the transaction of the act itself.

    `subject` is the object acted on, or its class for an act on many; `data` must be JSON-able, without floats
    (which have more than one way to be written), and free of secrets, sealed content and personal data: users
    stand in it by id. `receipt`, where given, is a random number by which its holder finds the entry on the public
    page of the ledger. `actor` is a user, or None for the system.

    Raises:
        RuntimeError: outside a transaction, where act and entry could part.
        TypeError: `data` has something that JSON has no one form for.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a ledger entry is written in the transaction of its act")
    try:
        canonical_json(data)
    except NotCanonicalError as error:
        raise TypeError(f"{act}: {error}") from error
    user = actor if getattr(actor, "is_authenticated", False) else None
    is_object = isinstance(subject, models.Model)
    return Entry.objects.create(
        actor=user,
        act=act,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk if is_object else None,
        data=data,
    )

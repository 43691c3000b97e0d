"""The pool of experts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from innovalley.ledger.actions import record
from innovalley.registry.models import Field
from innovalley.reviews.actions.checks import require_now
from innovalley.reviews.models import ExpertProfile


@transaction.atomic
def save_expert(
    *,
    actor: Any,
    person_id: int,
    kinds: Sequence[str],
    fields: Iterable[Field] = (),
    is_outside: bool = False,
    max_load: int | None = None,
    is_active: bool = True,
) -> ExpertProfile:
    """Takes a person into the pool, or changes what the pool knows of one.

    Raises:
        Refused
        ValueError: no kind.
    """
    require_now(actor, "reviews.manage")
    if not kinds:
        raise ValueError("an expert is of some kind")
    profile, _is_new = ExpertProfile.objects.update_or_create(
        person_id=person_id,
        defaults={
            "kinds": list(kinds),
            "is_outside": is_outside,
            "max_load": max_load,
            "is_active": is_active,
        },
    )
    profile.fields.set(fields)
    record(actor=actor, act="expert.save", subject=profile, active=is_active)
    return profile

"""Entries for tests."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from innovalley.accounts.models import User
from innovalley.ledger.actions import record
from innovalley.ledger.models import Entry


def entries(number: int, **data: Any) -> list[Entry]:
    """So many entries, with something in them of each form that JSON has."""
    with transaction.atomic():
        return [
            record(
                actor=None,
                act="test.act",
                subject=User,
                n=n,
                text="文本 “é”",
                nested={"b": [True, None, -1]},
                **data,
            )
            for n in range(number)
        ]

"""One writer at a time, where what was looked up must stay what it is until it is written."""

from __future__ import annotations

from django.db import connection


def hold_registry() -> None:
    """Until the transaction ends, no other import or merge writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('innovalley.registry'))")

"""Locks of a call, and the one clock of its deadline: the database's.

`now()` is the start of a transaction, which may be long before; the deadline is held against the clock as it
stands once the row of the call is locked, so that no extension and no closing can come in between.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from innovalley.challenges.models import Call


def clock() -> dt.datetime:
    """The instant by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: dt.datetime = cursor.fetchone()[0]
    return at


def call_to_read(call_id: int) -> Call:
    """The call, unchangeable until the end of the transaction; many may hold it so at once.

    Raises:
        Call.DoesNotExist
    """
    found = list(Call.objects.raw("SELECT * FROM challenges_call WHERE id = %s FOR SHARE", [call_id]))
    if not found:
        raise Call.DoesNotExist
    return found[0]


def call_to_change(call_id: int) -> Call:
    """The call, alone: waits for all who read it.

    Raises:
        Call.DoesNotExist
    """
    return Call.objects.select_for_update(of=("self",)).get(pk=call_id)

"""One writer at a time, where what was looked up must stay what it is until it is written."""

from __future__ import annotations

from django.db import OperationalError, connection


class BusyError(Exception):
    """Another import or merge is being written and takes longer than one wants to wait."""


def hold_registry(*, patience: int | None = None) -> None:
    """Until the transaction ends, no other import or merge writes.

    `patience` is how many milliseconds to wait for another to end; None for as long as it takes.

    Raises:
        BusyError: patience has come to its end; the transaction must be given up.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(patience or 0)])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('innovalley.registry'))")
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
                raise
            raise BusyError from error
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")

"""What acts of this room share: fresh permission checks, locked rows, and the database's clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from innovalley.accounts.permissions import require
from innovalley.reviews import barring
from innovalley.reviews.models import Item, Round, Seat


def require_now(actor: Any, permission: str, subject: Any = None) -> None:
    """As `require`, with conflicts of interest as they are at this moment.

    Raises:
        Refused
    """
    if actor is not None:
        barring.forget(actor)
    require(actor, permission, subject)


def locked_round(round_id: int) -> Round:
    """The round, its row locked: acts on its panels and its end come one after the other.

    Raises:
        Round.DoesNotExist
    """
    return Round.objects.select_for_update(of=("self",)).get(pk=round_id)


def shared_round(round_id: int) -> Round:
    """The round, held as it is: many may write reviews at once, but nobody closes it meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM reviews_round WHERE id = %s FOR SHARE", [round_id])
    return Round.objects.get(pk=round_id)


def locked_item(item_id: int) -> Item:
    """The item and its round, the round's row locked.

    Raises:
        Item.DoesNotExist
    """
    item = Item.objects.get(pk=item_id)
    item.round = locked_round(item.round_id)
    return item


def locked_seat(seat_id: int) -> Seat:
    """The seat, its row locked, with expert, item and round.

    Raises:
        Seat.DoesNotExist
    """
    rows = Seat.objects.select_for_update(of=("self",)).select_related("expert__user", "item__round")
    return rows.get(pk=seat_id)


def clock() -> dt.datetime:
    """The database's time now, not that of the transaction's beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]

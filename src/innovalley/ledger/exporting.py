"""Writes the whole ledger into a file that `verifying` checks without a database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from innovalley.ledger.canonical import entry_leaf, utc
from innovalley.ledger.models import Entry, Leaf, Seal, Unsealed
from innovalley.ledger.verifying import EXPORT, VERSION

CHUNK = 2_000  # rows read at once


def export_lines() -> Iterator[str]:
    """The lines of an export, of one moment of the database; entries in the order of the tree.

    Must be read to its end in one go: it holds a transaction that only reads, unless the caller has one.
    """
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield _line(type=EXPORT, version=VERSION, exported_at=utc(timezone.now()))
        seals = list(Seal.objects.order_by("number"))
        entries = 0
        waiting = iter(seals)
        seal = next(waiting, None)
        for leaf in _leaves():
            yield _line(
                type="entry", index=leaf.index, leaf=bytes(leaf.hash).hex(), entry=leaf.entry.as_json()
            )
            entries += 1
            if seal is not None and leaf.index + 1 == seal.size:
                yield _seal(seal)
                seal = next(waiting, None)
        unsealed = 0
        for waiting_entry in (
            Entry.objects.filter(pk__in=Unsealed.objects.values("pk")).order_by("pk").iterator()
        ):
            content = waiting_entry.as_json()
            yield _line(type="unsealed", leaf=entry_leaf(content).hex(), entry=content)
            unsealed += 1
        yield _line(
            type="end",
            entries=entries,
            seals=len(seals),
            unsealed=unsealed,
            head=seals[-1].root if seals else "",
        )


def _leaves() -> Iterator[Leaf]:
    """All leaves with their entries, in order, read piece by piece."""
    last = -1
    while True:
        leaves = list(Leaf.objects.filter(index__gt=last).select_related("entry").order_by("index")[:CHUNK])
        yield from leaves
        if len(leaves) < CHUNK:
            return
        last = leaves[-1].index


def _seal(seal: Seal) -> str:
    return _line(
        type="seal",
        number=seal.number,
        size=seal.size,
        root=seal.root,
        previous=seal.previous,
        at=utc(seal.at),
    )


def _line(**content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"

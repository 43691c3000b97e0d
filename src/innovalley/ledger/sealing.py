"""Sealing: what has been recorded since the last seal becomes leaves of the tree, whose new head is kept."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from innovalley.ledger import tree
from innovalley.ledger.canonical import entry_leaf
from innovalley.ledger.models import Entry, Leaf, Node, Seal, Unsealed

BATCH = 5_000  # entries of one seal at most
_LOCK = 7_420_200  # PostgreSQL's advisory lock of whoever seals


@transaction.atomic
def seal_entries(*, limit: int = BATCH) -> Seal | None:
    """Seals the oldest `limit` entries that are committed and have no seal; None when there are none.

    The work grows with the number of new entries alone. Two at once seal one after the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    ids = list(Unsealed.objects.order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return None
    last = Seal.objects.order_by("-number").first()
    size = last.size if last else 0
    entries = Entry.objects.filter(pk__in=ids).order_by("pk")
    leaves = [
        Leaf(index=index, entry_id=entry.pk, hash=entry_leaf(entry.as_json()))
        for index, entry in enumerate(entries, start=size)
    ]
    Leaf.objects.bulk_create(leaves, batch_size=1000)
    Node.objects.bulk_create(tree.complete_nodes(size, size + len(leaves)))
    Unsealed.objects.filter(pk__in=ids).delete()
    return Seal.objects.create(
        number=last.number + 1 if last else 1,
        size=size + len(leaves),
        root=tree.root(size + len(leaves)).hex(),
        previous=last.root if last else "",
        at=timezone.now(),
    )


def seal_all(*, most_seals: int = 400) -> int:
    """Seals until nothing waits; returns the number of seals made."""
    made = 0
    while made < most_seals and seal_entries() is not None:
        made += 1
    return made

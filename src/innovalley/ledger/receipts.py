"""Receipts: an entry with the proof that it stands in the sealed tree, to be checked anywhere."""

from __future__ import annotations

from typing import Any

from innovalley.ledger import tree
from innovalley.ledger.models import Entry, Leaf, Seal

MAX_NUMBER = 60  # characters


def entry_of(number: str) -> Entry | None:
    """The entry that was recorded with this receipt number."""
    if not number or len(number) > MAX_NUMBER or "\0" in number:
        return None
    return Entry.objects.filter(data__has_key="receipt", data__receipt=number).order_by("pk").first()


def receipt_of(entry: Entry) -> dict[str, Any] | None:
    """The receipt of `entry` in the newest head, as `innovalley ledger check-receipt` reads it; None while unsealed."""
    leaf = Leaf.objects.filter(entry=entry).first()
    seal = Seal.objects.order_by("-number").first()
    if leaf is None or seal is None:
        return None
    return {
        "type": "innovalley.receipt",
        "version": 1,
        "entry": entry.as_json(),
        "index": leaf.index,
        "leaf": bytes(leaf.hash).hex(),
        "seal": seal.number,
        "size": seal.size,
        "root": seal.root,
        "proof": [part.hex() for part in tree.inclusion_proof(leaf.index, seal.size)],
    }


def growth_between(earlier: Seal, later: Seal) -> dict[str, Any]:
    """The proof that the tree of one seal is the beginning of that of a later one."""
    return {
        "type": "innovalley.growth",
        "version": 1,
        "from": {"seal": earlier.number, "size": earlier.size, "root": earlier.root},
        "to": {"seal": later.number, "size": later.size, "root": later.root},
        "proof": [part.hex() for part in tree.consistency_proof(earlier.size, later.size)],
    }

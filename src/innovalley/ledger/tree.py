"""The tree of the sealed entries in the database.

Leaves are kept, and of the inner nodes those of every eighth level. Any hash of the tree then takes at most 255
kept ones, and any root or proof three queries, at a million entries as at ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db.models import Q

from innovalley.engine import merkle
from innovalley.ledger import shape
from innovalley.ledger.models import Leaf, Node
from innovalley.ledger.shape import Part, Parts

STEP = 8  # levels
_SPAN = 1 << STEP


def root(size: int) -> bytes:
    """The root over the first `size` leaves."""
    return fold_all([shape.parts_of(0, size)])[0]


def inclusion_proof(index: int, size: int) -> list[bytes]:
    """See engine.merkle.includes.

    Raises:
        IndexError: there is no such leaf.
    """
    return fold_all(shape.inclusion_parts(index, size))


def consistency_proof(earlier: int, size: int) -> list[bytes]:
    """See engine.merkle.extends.

    Raises:
        IndexError: `earlier` is not between 1 and `size`.
    """
    return fold_all(shape.consistency_parts(earlier, size))


def fold_all(proof: Sequence[Parts]) -> list[bytes]:
    """The hashes that `proof` is made of, read from the database."""
    hashes = _hashes([part for parts in proof for part in parts])
    return shape.folded(proof, hashes.__getitem__)


def complete_nodes(before: int, after: int) -> list[Node]:
    """The nodes to keep that become whole when the tree grows from `before` to `after` leaves, with their hashes.

    The leaves must be in the database already.
    """
    nodes: list[Node] = []
    level = STEP
    while after >> level:
        new = range(before >> level, after >> level)
        below = {(node.level, node.index): bytes(node.hash) for node in nodes if node.level == level - STEP}
        first, last = new.start << STEP, new.stop << STEP
        if new:
            below |= _kept(
                level - STEP, [(first, min(last, first + _SPAN))] if level > STEP else [(first, last)]
            )
        for index in new:
            children = [below[level - STEP, n] for n in range(index << STEP, (index + 1) << STEP)]
            nodes.append(Node(level=level, index=index, hash=merkle.root(children)))
        level += STEP
    return nodes


def _hashes(parts: Iterable[Part]) -> dict[Part, bytes]:
    """The hash of each part: of those between kept levels, out of the kept nodes below."""
    found: dict[Part, bytes] = {}
    by_level = sorted(set(parts), key=lambda part: part[0] // STEP)
    for step, group in groupby(by_level, key=lambda part: part[0] // STEP):
        wanted = list(group)
        kept_level = step * STEP
        spans = {
            part: (part[1] << part[0] - kept_level, part[1] + 1 << part[0] - kept_level) for part in wanted
        }
        kept = _kept(kept_level, spans.values())
        for part, (first, last) in spans.items():
            found[part] = merkle.root([kept[kept_level, n] for n in range(first, last)])
    return found


def _kept(level: int, spans: Iterable[tuple[int, int]]) -> dict[Part, bytes]:
    """The kept hashes of one level whose index lies in one of the spans (first, last + 1); one query."""
    where = Q()
    for first, last in spans:
        where |= Q(index__gte=first, index__lt=last)
    if not where:
        return {}
    rows = Leaf.objects.filter(where) if level == 0 else Node.objects.filter(where, level=level)
    return {(level, index): bytes(value) for index, value in rows.values_list("index", "hash")}

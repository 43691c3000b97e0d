"""Which parts of the tree of RFC 6962 a root or a proof is made of. Plain Python, no database.

A part is (level, index): the whole subtree over the leaves from index · 2^level to (index + 1) · 2^level. A proof of
the RFC consists of subtrees that are whole, but for one at the right edge; that one is folded from whole ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

Part = tuple[int, int]
Parts = list[Part]


def parts_of(start: int, end: int) -> Parts:
    """The whole subtrees, from left to right, of the leaves start … end - 1 of a subtree that begins at `start`."""
    parts: Parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def inclusion_parts(index: int, size: int) -> list[Parts]:
    """For each hash of the inclusion proof of leaf `index` among `size`, nearest first, the parts it is folded from.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    proof: list[Parts] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(parts_of(middle, end))
            end = middle
        else:
            proof.append(parts_of(start, middle))
            start = middle
    return proof[::-1]


def consistency_parts(earlier: int, size: int) -> list[Parts]:
    """Likewise for the proof that the tree of `size` leaves begins with that of its first `earlier` ones.

    Raises:
        IndexError: `earlier` is not between 1 and `size`.
    """
    if not 1 <= earlier <= size:
        raise IndexError(earlier)
    proof: list[Parts] = []
    start, end, is_whole = 0, size, True
    while start + earlier < end:
        middle = start + _split(end - start)
        if start + earlier <= middle:
            proof.append(parts_of(middle, end))
            end = middle
        else:
            proof.append(parts_of(start, middle))
            earlier -= middle - start
            start, is_whole = middle, False
    if not is_whole:
        proof.append(parts_of(start, end))
    return proof[::-1]


def fold(hashes: Iterable[bytes]) -> bytes:
    """The hash over whole subtrees that stand side by side, larger ones to the left."""
    right_first = list(hashes)[::-1]
    if not right_first:
        return hashlib.sha256(b"").digest()
    value = right_first[0]
    for left in right_first[1:]:
        value = node_hash(left, value)
    return value


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def folded(proof: Sequence[Parts], hash_of: Callable[[Part], bytes]) -> list[bytes]:
    """The hashes of a proof, given those of its parts."""
    return [fold(hash_of(part) for part in parts) for parts in proof]


class Frontier:
    """The right edge of a growing tree: enough to add leaves and tell the root, and no more than 64 hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # (level, hash), larger ones first

    def add(self, leaf: bytes) -> None:
        """Appends a leaf hash."""
        self.size += 1
        level, value = 0, leaf
        while self._peaks and self._peaks[-1][0] == level:
            value = node_hash(self._peaks.pop()[1], value)
            level += 1
        self._peaks.append((level, value))

    def root(self) -> bytes:
        """The root over what was added so far."""
        return fold(value for _level, value in self._peaks)


def _split(size: int) -> int:
    """The largest power of two below `size` (which is at least two)."""
    return int(1 << (size - 1).bit_length() - 1)

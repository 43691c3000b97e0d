"""The Merkle tree of RFC 6962 (Certificate Transparency), section 2.1, over SHA-256.

A root stands for an append-only list of byte strings: an inclusion proof shows that one of them is in the list,
a consistency proof that a longer list begins with the shorter one. Both are checked without the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Hash = bytes  # 32 bytes


def leaf_hash(data: bytes) -> Hash:
    """The hash of one list entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node_hash(left: Hash, right: Hash) -> Hash:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[Hash]) -> Hash:
    """The root over `leaves` (leaf hashes); of an empty list the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while (
        len(level) > 1
    ):  # a last hash without a partner moves up, which is the RFC's split at a power of two
        paired = [_node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def inclusion_proof(leaves: Sequence[Hash], index: int) -> list[Hash]:
    """What `includes` needs to see that leaf `index` (from 0) is in the list.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    proof: list[Hash] = []
    level = list(leaves)
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            proof.append(level[neighbour])
        paired = [_node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
        index //= 2
    return proof


def includes(leaf: Hash, index: int, size: int, proof: Sequence[Hash], expected: Hash) -> bool:
    """Whether `proof` shows that `leaf` stands at `index` in the list of `size` leaves with root `expected`."""
    if not 0 <= index < size:
        return False
    at, last, value = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            value = _node_hash(part, value)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            value = _node_hash(value, part)
        at, last = at // 2, last // 2
    return last == 0 and value == expected


def consistency_proof(leaves: Sequence[Hash], earlier: int) -> list[Hash]:
    """What `extends` needs to see that the list begins with its first `earlier` leaves.

    Raises:
        IndexError: `earlier` is not between 1 and the number of leaves.
    """
    if not 1 <= earlier <= len(leaves):
        raise IndexError(earlier)
    return _subproof(leaves, earlier, whole=True)


def _subproof(leaves: Sequence[Hash], earlier: int, *, whole: bool) -> list[Hash]:
    if earlier == len(leaves):
        return [] if whole else [root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if earlier <= split:
        return [*_subproof(leaves[:split], earlier, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], earlier - split, whole=False), root(leaves[:split])]


def extends(earlier: int, before: Hash, size: int, after: Hash, proof: Sequence[Hash]) -> bool:
    """Whether `proof` shows that the list of `size` leaves with root `after` begins with that of `earlier` leaves
    with root `before`."""
    if not 1 <= earlier <= size:
        return False
    if earlier == size:
        return not proof and before == after
    path = list(proof)
    if earlier & (earlier - 1) == 0:  # a whole subtree: its root is known and not in the proof
        path.insert(0, before)
    if not path:
        return False
    at, last = earlier - 1, size - 1
    while at % 2:
        at, last = at // 2, last // 2
    old = new = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            old, new = _node_hash(part, old), _node_hash(part, new)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            new = _node_hash(new, part)
        at, last = at // 2, last // 2
    return last == 0 and old == before and new == after

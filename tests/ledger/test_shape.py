"""The parts a root or proof is folded from give the same hashes as the plain algorithm over all leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.engine import merkle
from innovalley.ledger import shape

LEAVES = [merkle.leaf_hash(str(n).encode()) for n in range(300)]


def hash_of(part: shape.Part) -> bytes:
    level, index = part
    return merkle.root(LEAVES[index << level : (index + 1) << level])


@given(st.integers(0, 300))
def test_the_frontier_has_the_root_of_all_leaves(size: int) -> None:
    frontier = shape.Frontier()
    for leaf in LEAVES[:size]:
        frontier.add(leaf)
    assert frontier.size == size
    assert frontier.root() == merkle.root(LEAVES[:size])
    assert shape.fold(map(hash_of, shape.parts_of(0, size))) == merkle.root(LEAVES[:size])


@given(st.integers(1, 300), st.data())
def test_an_inclusion_proof_is_that_of_the_plain_algorithm(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = shape.folded(shape.inclusion_parts(index, size), hash_of)
    assert proof == merkle.inclusion_proof(LEAVES[:size], index)


@given(st.integers(1, 300), st.data())
def test_a_consistency_proof_is_that_of_the_plain_algorithm(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size))
    proof = shape.folded(shape.consistency_parts(earlier, size), hash_of)
    assert proof == merkle.consistency_proof(LEAVES[:size], earlier)


@given(st.integers(1, 2**40), st.data())
def test_a_proof_stays_short_whatever_the_size(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = shape.inclusion_parts(index, size)
    assert len(proof) <= size.bit_length()
    assert sum(len(parts) for parts in proof) <= 2 * size.bit_length()


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        shape.inclusion_parts(index, size)


@pytest.mark.parametrize(("earlier", "size"), [(0, 3), (4, 3)])
def test_no_tree_continues_nothing_or_a_larger_one(earlier: int, size: int) -> None:
    with pytest.raises(IndexError):
        shape.consistency_parts(earlier, size)

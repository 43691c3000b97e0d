"""The Merkle tree is that of RFC 6962: known roots, and proofs that hold for what is so and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.engine import merkle

# The eight entries and roots that implementations of Certificate Transparency share for testing.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_everybody_computes(size: int) -> None:
    assert merkle.root([merkle.leaf_hash(e) for e in ENTRIES[:size]]).hex() == ROOTS[size]


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(n).encode()) for n in range(count)]


@given(st.integers(1, 70), st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_place_only(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    proof, top = merkle.inclusion_proof(tree, index), merkle.root(tree)
    assert merkle.includes(tree[index], index, size, proof, top)
    if other != index:
        assert not merkle.includes(tree[other], index, size, proof, top)
        assert not merkle.includes(tree[index], other, size, proof, top)
    assert not merkle.includes(tree[index], index, size, [*proof, top], top)
    if proof:
        assert not merkle.includes(tree[index], index, size, proof[:-1], top)
    assert not merkle.includes(tree[index], size, size, proof, top)


@given(st.integers(1, 70), st.data())
def test_a_consistency_proof_holds_for_a_beginning_only(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    earlier = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(tree, earlier)
    before, after = merkle.root(tree[:earlier]), merkle.root(tree)
    assert merkle.extends(earlier, before, size, after, proof)
    rewritten = [merkle.leaf_hash(b"rewritten"), *tree[1:earlier]]
    assert not merkle.extends(earlier, merkle.root(rewritten), size, after, proof)
    assert not merkle.extends(earlier, before, size, merkle.root([*tree, b"x" * 32]), proof)
    assert not merkle.extends(earlier, before, size, after, [*proof, after])


def test_there_is_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion_proof(leaves(3), 3)
    with pytest.raises(IndexError):
        merkle.consistency_proof(leaves(3), 4)

"""Everything recorded is sealed once, in a tree that only grows, however transactions overlap."""

from __future__ import annotations

import threading

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from innovalley.accounts.models import User
from innovalley.engine import merkle
from innovalley.ledger import jobs, tree
from innovalley.ledger.actions import record
from innovalley.ledger.canonical import entry_leaf
from innovalley.ledger.models import Entry, Leaf, Node, Seal, Unsealed
from innovalley.ledger.sealing import seal_all, seal_entries
from tests.ledger.factories import entries
from tests.registry.threads import at_once, beside


def leaves() -> list[bytes]:
    """The leaf hash of every sealed entry, made anew from the entry, in the order of the tree."""
    rows = Leaf.objects.select_related("entry").order_by("index")
    return [entry_leaf(leaf.entry.as_json()) for leaf in rows]


@pytest.mark.django_db
@pytest.mark.parametrize("batches", [[1], [3, 1, 4], [255, 1, 1], [256, 256, 3], [700]])
def test_a_head_is_the_root_of_rfc_6962_over_all_entries_so_far(batches: list[int]) -> None:
    sizes = []
    for size in batches:
        entries(size)
        seal = seal_entries()
        assert seal is not None
        sizes.append(seal.size)
    assert sizes == [sum(batches[: n + 1]) for n in range(len(batches))]
    every = leaves()
    seals = list(Seal.objects.order_by("number"))
    assert [seal.root for seal in seals] == [merkle.root(every[:size]).hex() for size in sizes]
    assert [seal.number for seal in seals] == list(range(1, len(batches) + 1))
    assert [seal.previous for seal in seals] == ["", *[seal.root for seal in seals[:-1]]]
    assert [bytes(leaf.hash) for leaf in Leaf.objects.order_by("index")] == every
    assert Node.objects.count() == sum(batches) // 256
    assert not Unsealed.objects.exists()


@pytest.mark.django_db
def test_without_new_entries_there_is_no_new_seal() -> None:
    assert seal_entries() is None
    entries(2)
    assert seal_entries() is not None
    assert seal_entries() is None
    assert Seal.objects.count() == 1


@pytest.mark.django_db
def test_the_job_seals_all_in_batches() -> None:
    entries(7)
    assert seal_all(most_seals=2) == 1
    entries(7)
    seal_entries(limit=3)
    jobs.seal()
    assert list(Seal.objects.order_by("number").values_list("size", flat=True)) == [7, 10, 14]


@pytest.mark.django_db
def test_proofs_from_the_database_are_those_of_the_plain_algorithm() -> None:
    entries(600)
    for size in (100, 257, 243):
        seal_entries(limit=size)
    every = leaves()
    for index, size in [(0, 1), (0, 600), (255, 600), (256, 357), (599, 600), (511, 513), (99, 100)]:
        proof = tree.inclusion_proof(index, size)
        assert proof == merkle.inclusion_proof(every[:size], index)
        assert merkle.includes(every[index], index, size, proof, tree.root(size))
    for earlier, size in [(1, 600), (100, 357), (256, 512), (357, 600), (600, 600)]:
        assert tree.consistency_proof(earlier, size) == merkle.consistency_proof(every[:size], earlier)


@pytest.mark.django_db
def test_work_grows_with_the_new_entries_alone() -> None:
    entries(1)
    seal_entries()
    with CaptureQueriesContext(
        connection,
    ) as few:
        entries(1)
        seal_entries()
    entries(600)
    seal_entries()
    with CaptureQueriesContext(connection) as many:
        entries(1)
        seal_entries()
    assert len(many) <= len(few) + 2  # one read more for each kept level
    for query in many.captured_queries:
        assert "COUNT(" not in query["sql"].upper()


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledger_seal", "ledger_leaf", "ledger_node", "ledger_unsealed"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_no_statement_changes_what_is_sealed_or_waits(table: str, statement: str) -> None:
    entries(257)
    seal_entries()
    entries(1)
    column = {"ledger_seal": "root", "ledger_unsealed": "entry_id"}.get(table, "hash")
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement.format(table, column))
    assert (Seal.objects.count(), Leaf.objects.count(), Unsealed.objects.count()) == (1, 257, 1)


@pytest.mark.django_db
def test_an_entry_of_a_raw_statement_is_sealed_too() -> None:
    connection.cursor().execute(
        "INSERT INTO ledger_entry (at, act, subject_type, data) VALUES (now(), 'raw.act', 'accounts.user', '{}')"
    )
    seal = seal_entries()
    assert seal is not None
    assert seal.size == 1


@pytest.mark.django_db(transaction=True)
def test_an_entry_whose_transaction_ends_late_is_in_the_next_seal() -> None:
    """Its id is smaller than ids that were sealed before it could be seen."""
    recorded, may_commit = threading.Event(), threading.Event()

    def slow() -> int:
        with transaction.atomic():
            entry = record(actor=None, act="slow.act", subject=User)
            recorded.set()
            assert may_commit.wait(30)
        return entry.pk

    with beside(slow) as late:
        assert recorded.wait(30)
        (quick,) = entries(1)
        first = seal_entries()
        may_commit.set()
        late_id = late.result(30)
    assert first is not None
    assert (first.size, late_id < quick.pk) == (1, True)
    second = seal_entries()
    assert second is not None
    assert second.size == 2
    assert list(Leaf.objects.order_by("index").values_list("entry_id", flat=True)) == [quick.pk, late_id]
    assert second.root == merkle.root(leaves()).hex()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_gap() -> None:
    @transaction.atomic
    def fail() -> None:
        record(actor=None, act="failed.act", subject=User)
        raise LookupError

    entries(1)
    with pytest.raises(LookupError):
        fail()
    entries(1)
    seal = seal_entries()
    assert seal is not None
    assert seal.size == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_seal_each_entry_once() -> None:
    entries(20)
    at_once(
        lambda: seal_entries(limit=15), lambda: seal_entries(limit=15), lambda: entries(5), lambda: entries(5)
    )
    seal_all()
    assert Leaf.objects.count() == Entry.objects.count() == 30
    last = Seal.objects.order_by("-number")[0]
    assert (last.size, last.root) == (30, merkle.root(leaves()).hex())


@pytest.mark.django_db
def test_floats_have_no_place_in_an_entry() -> None:
    with pytest.raises(TypeError, match="float"):
        record(actor=None, act="test.act", subject=User, share=0.5)
    assert not Entry.objects.exists()

"""An export proves itself, and whatever is done to it is found, by the entry where it was done."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from innovalley.accounts.models import User
from innovalley.engine import merkle
from innovalley.ledger import receipts
from innovalley.ledger.actions import record
from innovalley.ledger.canonical import entry_leaf
from innovalley.ledger.exporting import export_lines
from innovalley.ledger.models import Entry, Seal
from innovalley.ledger.sealing import seal_entries
from innovalley.ledger.verifying import check_receipt, verify_export
from tests.ledger.factories import entries

Lines = list[dict[str, Any]]


_exported: Lines = []  # made once: what is tested is the file


@pytest.fixture
def sealed(db: None) -> None:
    """12 entries under three seals (5, 3, 4), and two that wait."""
    for size in (5, 3, 4):
        entries(size)
        seal_entries()
    entries(2)


@pytest.fixture
def lines(request: pytest.FixtureRequest) -> Lines:
    """Their export."""
    if not _exported:
        request.getfixturevalue("sealed")
        _exported.extend(json.loads(line) for line in export_lines())
    return copy.deepcopy(_exported)


def verify(lines: Lines, **options: Any) -> Any:
    return verify_export([json.dumps(line) for line in lines], **options)


def entry_lines(lines: Lines) -> list[int]:
    return [number for number, line in enumerate(lines) if line["type"] == "entry"]


def seal_lines(lines: Lines) -> list[int]:
    return [number for number, line in enumerate(lines) if line["type"] == "seal"]


def reseal(lines: Lines) -> None:
    """Makes everything fit again, as a forger who knows the format would."""
    leaves: list[bytes] = []
    previous, index, seals = "", 0, 0
    for line in lines:
        if line["type"] == "entry":
            line["index"], index = index, index + 1
            line["leaf"] = entry_leaf(line["entry"]).hex()
            leaves.append(bytes.fromhex(line["leaf"]))
        elif line["type"] == "seal":
            seals += 1
            root = merkle.root(leaves).hex()
            line.update(number=seals, size=len(leaves), root=root, previous=previous)
            previous = root
        elif line["type"] == "end":
            line.update(entries=index, seals=seals, head=previous)


def test_an_export_proves_itself(lines: Lines) -> None:
    heads = [lines[where]["root"] for where in seal_lines(lines)]
    head = heads[-1]
    found = verify(lines, heads=heads)
    assert (found.problem, found.entries, found.seals, found.unsealed, found.head) == ("", 12, 3, 2, head)


def test_the_empty_ledger_has_an_export(db: None) -> None:
    found = verify_export(export_lines())
    assert (found.problem, found.entries, found.head) == ("", 0, "")


@pytest.mark.parametrize("field", ["act", "actor", "at", "data", "subject_id", "subject_type"])
@pytest.mark.parametrize("place", [0, 6, 11])
def test_a_changed_field_is_named_by_its_entry(lines: Lines, field: str, place: int) -> None:
    line = lines[entry_lines(lines)[place]]
    line["entry"][field] = {"n": 99} if field == "data" else "another"
    assert f"entry {line['entry']['id']} " in verify(lines).problem


def test_a_changed_id_is_found(lines: Lines) -> None:
    line = lines[entry_lines(lines)[3]]
    line["entry"]["id"] += 1000
    assert f"entry {line['entry']['id']} " in verify(lines).problem


def test_a_change_within_a_nested_value_is_found(lines: Lines) -> None:
    line = lines[entry_lines(lines)[3]]
    line["entry"]["data"]["nested"]["b"][2] = 0
    assert f"entry {line['entry']['id']} " in verify(lines).problem


@pytest.mark.parametrize("place", [0, 5, 11])
def test_a_changed_entry_with_its_hash_made_to_fit_is_narrowed_to_its_seal(lines: Lines, place: int) -> None:
    line = lines[entry_lines(lines)[place]]
    line["entry"]["act"] = "forged.act"
    line["leaf"] = entry_leaf(line["entry"]).hex()
    seal = {0: 1, 5: 2, 11: 3}[place]
    problem = verify(lines).problem
    assert f"seal {seal} " in problem
    assert "among entries" in problem


@pytest.mark.parametrize("place", [0, 4, 11])
def test_a_removed_entry_is_found_where_it_stood(lines: Lines, place: int) -> None:
    where = entry_lines(lines)[place]
    del lines[where]
    problem = verify(lines).problem
    if lines[where]["type"] == "entry":
        assert f"entry {lines[where]['entry']['id']} " in problem
        assert "removed" in problem
    else:
        assert f"seal {lines[where]['number']} " in problem
        assert "removed" in problem


def test_an_inserted_entry_is_found(lines: Lines) -> None:
    where = entry_lines(lines)[6]
    new = copy.deepcopy(lines[where])
    new["entry"]["id"] = 777
    new["leaf"] = entry_leaf(new["entry"]).hex()
    lines.insert(where, new)
    assert "inserted" in verify(lines).problem


def test_an_entry_that_stands_twice_is_found(lines: Lines) -> None:
    where = entry_lines(lines)[6]
    lines.insert(where, copy.deepcopy(lines[where]))
    assert f"entry {lines[where]['entry']['id']} " in verify(lines).problem


def test_swapped_entries_are_found(lines: Lines) -> None:
    one, other, *_rest = entry_lines(lines)
    lines[one], lines[other] = lines[other], lines[one]
    assert f"entry {lines[one]['entry']['id']} " in verify(lines).problem


def test_swapped_contents_are_found(lines: Lines) -> None:
    one, other, *_rest = entry_lines(lines)
    for name in ("entry", "leaf"):
        lines[one][name], lines[other][name] = lines[other][name], lines[one][name]
    assert "seal 1 " in verify(lines).problem


@pytest.mark.parametrize("left", range(1, 18))
def test_an_export_that_is_cut_off_is_found_wherever_it_was_cut(lines: Lines, left: int) -> None:
    assert len(lines) == 19
    assert "cut off" in verify(lines[:left]).problem


def test_a_line_that_is_cut_off_is_found(lines: Lines) -> None:
    text = "\n".join(json.dumps(line) for line in lines)
    for end in range(len(text) - 1, 0, -37):
        assert not verify_export(text[:end].split("\n")).holds


def test_a_forged_seal_is_found(lines: Lines) -> None:
    for number, where in enumerate(seal_lines(lines), start=1):
        forged = copy.deepcopy(lines)
        forged[where]["root"] = "00" * 32
        assert f"seal {number} " in verify(forged).problem


@pytest.mark.parametrize("change", [{"number": 7}, {"size": 4}, {"previous": "00" * 32}])
def test_a_seal_that_does_not_follow_is_found(lines: Lines, change: dict[str, Any]) -> None:
    lines[seal_lines(lines)[1]].update(change)
    assert verify(lines).problem.startswith("seal ")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_removed_seal_is_found(lines: Lines, place: int) -> None:
    del lines[seal_lines(lines)[place]]
    assert not verify(lines).holds


def test_a_changed_entry_that_waits_for_its_seal_is_found(lines: Lines) -> None:
    line = next(line for line in lines if line["type"] == "unsealed")
    line["entry"]["act"] = "forged.act"
    assert f"entry {line['entry']['id']} " in verify(lines).problem


def test_removed_entries_that_wait_are_found(lines: Lines) -> None:
    lines[:] = [line for line in lines if line["type"] != "unsealed"]
    assert "unsealed" in verify(lines).problem


def test_nothing_may_follow_the_end(lines: Lines) -> None:
    lines.append(lines[1])
    assert "follows the end" in verify(lines).problem


@pytest.mark.parametrize(
    "forge",
    [
        lambda lines: lines[entry_lines(lines)[2]]["entry"].update(act="forged.act"),
        lambda lines: lines.pop(entry_lines(lines)[2]),
        lambda lines: lines.insert(2, copy.deepcopy(lines[1])),
    ],
    ids=["changed", "removed", "inserted"],
)
def test_a_history_rewritten_as_a_whole_is_found_by_a_published_head(
    lines: Lines, forge: Callable[[Lines], Any]
) -> None:
    published = lines[seal_lines(lines)[1]]["root"]
    assert verify(lines, heads=[published]).holds
    forge(lines)
    reseal(lines)
    assert verify(lines).holds, "it fits itself"
    assert f"head {published} is not in the export" in verify(lines, heads=[published]).problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "1",
        "x",
        '{"type": "innovalley.ledger", "version": 2}',
        '{"type":"end","type":"seal"}',
    ],
)
def test_what_is_no_export_is_told(text: str) -> None:
    assert not verify_export([text]).holds
    assert not verify_export([]).holds


def test_a_name_that_stands_twice_is_refused(lines: Lines) -> None:
    texts = [json.dumps(line) for line in lines]
    texts[1] = texts[1].replace('"act":', '"act": "shown", "act":')
    assert "line 2" in verify_export(texts).problem


@pytest.fixture
def receipt(sealed: None) -> dict[str, Any]:
    """The receipt of an entry in the middle."""
    entry = Entry.objects.filter(leaf__index=6).get()
    found = receipts.receipt_of(entry)
    assert found is not None
    return found


def test_a_receipt_proves_its_entry(receipt: dict[str, Any]) -> None:
    assert check_receipt(receipt, head=Seal.objects.order_by("-number")[0].root) == ""
    assert check_receipt(json.loads(json.dumps(receipt))) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("index", 5), ("index", 6.0), ("index", True), ("size", 8), ("root", "00" * 32), ("proof", []),
        ("entry", {}), ("entry", None), ("proof", ["zz"]), ("root", None), ("type", "x"), ("version", 2),
        ("size", "12"), ("leaf", "00" * 32),
    ],
)  # fmt: skip
def test_a_receipt_that_was_changed_is_found(receipt: dict[str, Any], name: str, value: Any) -> None:
    assert check_receipt(receipt | {name: value}) != ""
    assert check_receipt({key: kept for key, kept in receipt.items() if key != name}) != ""


def test_a_changed_entry_of_a_receipt_is_found(receipt: dict[str, Any]) -> None:
    receipt["entry"]["data"]["n"] = 99
    assert "changed" in check_receipt(receipt)
    receipt["leaf"] = entry_leaf(receipt["entry"]).hex()
    assert "proof" in check_receipt(receipt)


def test_a_receipt_of_another_head_is_found(receipt: dict[str, Any]) -> None:
    assert "head" in check_receipt(receipt, head=Seal.objects.get(number=1).root)


def test_a_later_head_continues_an_earlier_one(sealed: None) -> None:
    growth = receipts.growth_between(Seal.objects.get(number=1), Seal.objects.get(number=3))
    ends = [(growth[name]["size"], bytes.fromhex(growth[name]["root"])) for name in ("from", "to")]
    proof = [bytes.fromhex(part) for part in growth["proof"]]
    assert merkle.extends(*ends[0], *ends[1], proof)
    assert not merkle.extends(ends[0][0], b"\0" * 32, *ends[1], proof)


def test_entries_name_users_by_number_only(sealed: None) -> None:
    user = User.objects.create_user("secret@example.org", name="王小明")
    with transaction.atomic():
        record(actor=user, act="test.act", subject=user)
    text = "".join(export_lines())
    assert "secret@example.org" not in text
    assert "王小明" not in text

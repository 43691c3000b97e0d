"""Checks exports and receipts of the ledger. Needs no database and no site: anyone may run it.

An export has one JSON object a line: a header, the entries in the order of the tree, each seal after the last
entry that it covers, the entries that wait for a seal, and an end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from innovalley.engine import merkle
from innovalley.ledger.canonical import NotCanonicalError, entry_leaf
from innovalley.ledger.shape import Frontier

EXPORT, RECEIPT, VERSION = "innovalley.ledger", "innovalley.receipt", 1


@dataclass(slots=True)
class Verdict:
    """What a check found: `problem` is "" when everything holds, else names the first bad entry or line."""

    entries: int = 0
    seals: int = 0
    unsealed: int = 0
    head: str = ""  # of the last seal
    problem: str = ""
    heads_found: set[str] = field(default_factory=set)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.problem


class _BadError(Exception):
    """The first thing that does not hold."""


def verify_export(lines: Iterable[str | bytes], *, heads: Sequence[str] = ()) -> Verdict:
    """Checks a whole export, line by line; memory does not grow with it.

    `heads` are published heads (hexadecimal roots, as they stand on notices and receipts) that the export must
    contain: without one, a history that was rewritten as a whole would still be consistent with itself.
    """
    check = _Export({head.strip().lower() for head in heads})
    try:
        for number, line in enumerate(lines, start=1):
            check.take(number, _object(number, line))
        check.finish()
    except _BadError as error:
        check.verdict.problem = str(error)
    return check.verdict


def check_receipt(receipt: Mapping[str, Any], *, head: str = "") -> str:
    """ "" when the receipt's entry stands in the tree under the receipt's head, else what does not hold.

    With `head`, a published one, the receipt's head must be that.
    """
    try:
        if receipt.get("type") != RECEIPT or receipt.get("version") != VERSION:
            return "this is no receipt of the ledger"
        leaf = entry_leaf(receipt["entry"])
        root = bytes.fromhex(receipt["root"])
        proof = [bytes.fromhex(part) for part in receipt["proof"]]
        index, size = receipt["index"], receipt["size"]
        if not (type(index) is int and type(size) is int):
            return "the receipt is damaged"
    except (NotCanonicalError, KeyError, TypeError, ValueError, AttributeError):
        return "the receipt is damaged"
    if receipt.get("leaf") != leaf.hex():
        return "the entry was changed: it does not have the hash that the receipt names"
    if head and head.strip().lower() != root.hex():
        return "the receipt is of another head than the published one"
    if not merkle.includes(leaf, index, size, proof, root):
        return "the proof does not lead from the entry to the head"
    return ""


class _Export:
    """The state of a check while the lines of an export come in."""

    def __init__(self, heads: set[str]) -> None:
        self.verdict = Verdict()
        self._wanted = heads
        self._frontier = Frontier()
        self._since: list[int] = []  # first and last entry since the last seal
        self._ids: int | None = None
        self._header: Mapping[str, Any] | None = None
        self._last_seal: Mapping[str, Any] | None = None
        self._ended = False
        self._lines = 0

    def take(self, number: int, line: Mapping[str, Any]) -> None:
        if self._ended:
            raise _BadError(f"line {number}: something follows the end")
        self._lines = number
        kind = line.get("type")
        if number == 1:
            if kind != EXPORT or line.get("version") != VERSION:
                raise _BadError("line 1: this is no export of the ledger")
            self._header = line
        elif kind == "entry":
            self._entry(number, line)
        elif kind == "seal":
            self._seal(number, line)
        elif kind == "unsealed":
            self._unsealed(number, line)
        elif kind == "end":
            self._end(number, line)
        else:
            raise _BadError(f"line {number}: {kind!r} does not belong here")

    def finish(self) -> None:
        if self._header is None:
            raise _BadError("the export is empty")
        if not self._ended:
            raise _BadError(f"the export is cut off after line {self._lines}{self._after()}")
        missing = sorted(self._wanted - self.verdict.heads_found)
        if missing:
            raise _BadError(
                f"the published head {missing[0]} is not in the export: the history was rewritten, or the export "
                f"is older than that head"
            )

    def _entry(self, number: int, line: Mapping[str, Any]) -> None:
        if self.verdict.unsealed:
            raise _BadError(f"line {number}: a sealed entry stands after unsealed ones")
        entry_id, leaf = _leaf(number, line)
        index = line.get("index")
        if index != self._frontier.size or type(index) is not int:
            raise _BadError(
                f"entry {entry_id} (line {number}) stands at place {index} instead of {self._frontier.size}: "
                f"one was removed, inserted or moved{self._after()}"
            )
        self._frontier.add(leaf)
        self._since = [self._since[0] if self._since else entry_id, entry_id]
        self._ids = entry_id
        self.verdict.entries += 1

    def _seal(self, number: int, line: Mapping[str, Any]) -> None:
        try:
            seal, size, root = line["number"], line["size"], line["root"]
            previous = line["previous"]
        except KeyError as error:
            raise _BadError(f"line {number}: the seal lacks {error}") from error
        if seal != self.verdict.seals + 1 or previous != self.verdict.head:
            raise _BadError(f"seal {seal} (line {number}) does not follow seal {self.verdict.seals}")
        if size != self._frontier.size or not self._since:
            raise _BadError(
                f"seal {seal} (line {number}) covers {size} entries, but {self._frontier.size} stand before it: "
                f"one {self._among()} was removed or inserted"
            )
        if root != self._frontier.root().hex():
            raise _BadError(
                f"seal {seal} (line {number}) does not fit its entries: the first bad one is {self._among()}, "
                f"or the seal is forged"
            )
        self.verdict.seals += 1
        self.verdict.head = root
        if root in self._wanted:
            self.verdict.heads_found.add(root)
        self._since = []

    def _unsealed(self, number: int, line: Mapping[str, Any]) -> None:
        if self._since:
            raise _BadError(f"line {number}: the seal of the entries {self._among()} is missing")
        _leaf(number, line)
        self.verdict.unsealed += 1

    def _end(self, number: int, line: Mapping[str, Any]) -> None:
        assert self._header is not None
        if self._since:
            raise _BadError(f"line {number}: the seal of the entries {self._among()} is missing")
        counted = (self.verdict.entries, self.verdict.seals, self.verdict.unsealed, self.verdict.head)
        told = tuple(line.get(name) for name in ("entries", "seals", "unsealed", "head"))
        if counted != told:
            raise _BadError(
                f"the end tells of {told[0]} entries, {told[1]} seals and {told[2]} unsealed entries, but there are "
                f"{counted[0]}, {counted[1]} and {counted[2]}{self._after()}"
            )
        self._ended = True

    def _among(self) -> str:
        if not self._since:
            return "nothing"
        first, last = self._since
        return f"among entries {first} to {last}" if first != last else f"entry {first}"

    def _after(self) -> str:
        return f"; the last good one is entry {self._ids}" if self._ids is not None else ""


def _object(number: int, line: str | bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line, object_pairs_hook=_without_doubles)
    except ValueError as error:
        raise _BadError(f"line {number} cannot be read: the export is damaged or cut off") from error
    if not isinstance(found, dict):
        raise _BadError(f"line {number} is no entry and no seal")
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would let two readers read two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _leaf(number: int, line: Mapping[str, Any]) -> tuple[int, bytes]:
    """The id and the leaf hash of an entry, which must be the one that its line names."""
    entry = line.get("entry")
    if not isinstance(entry, dict) or type(entry.get("id")) is not int:
        raise _BadError(f"line {number} holds no entry")
    try:
        leaf = entry_leaf(entry)
    except NotCanonicalError as error:
        raise _BadError(f"entry {entry['id']} (line {number}) was changed: {error}") from error
    if line.get("leaf") != leaf.hex():
        raise _BadError(
            f"entry {entry['id']} (line {number}) was changed: its content does not have its hash"
        )
    return entry["id"], leaf

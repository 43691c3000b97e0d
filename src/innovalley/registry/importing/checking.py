"""The dry run: every cell read, every problem reported by row and column, nothing written."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from innovalley.registry.importing.columns import CellError, Column, assign_headers
from innovalley.registry.importing.kinds import ImportKind, Values
from innovalley.registry.importing.tables import Table

MAX_PROBLEMS = 1000  # shown; the counts are of all
MAX_MESSAGE = 1000  # characters: it may quote a cell that holds a whole book
_STEP = 200  # rows between two reports of progress


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell; row is the spreadsheet's own number, 0 for the file as a whole."""

    row: int
    column: str
    cell: str
    message: str


@dataclass(slots=True)
class Report:
    """What an import would do.

    rows           rows in the file
    ready          rows without a problem
    skipped        rows that the registry already has, where these are to be left as they are
    bad_rows       rows with at least one problem
    problem_count  of all problems
    problems       the first MAX_PROBLEMS of them, in the order of the file
    ignored        headers that name no column
    encoding       of a CSV file
    """

    rows: int = 0
    ready: int = 0
    skipped: int = 0
    bad_rows: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    encoding: str = ""

    @property
    def ok(self) -> bool:
        """Whether it can be confirmed: nothing wrong, and something to write."""
        return self.problem_count == 0 and self.ready > 0

    def as_json(self) -> dict[str, Any]:
        """For keeping in a row."""
        return asdict(self) | {"ok": self.ok}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Report:
        """What `as_json` made."""
        values = {name: value for name, value in kept.items() if name != "ok"}
        return cls(**values | {"problems": [Problem(**problem) for problem in kept["problems"]]})

    def add(self, row: int, column: str, cell: str, message: str) -> None:
        """Notes one problem."""
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(row, column, cell[:80], message[:MAX_MESSAGE]))


def check(
    table: Table,
    kind: ImportKind,
    *,
    skip_existing: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[Report, list[Values]]:
    """Reads every cell of `table` as `kind`; returns the report and the values of the rows to write.

    `skip_existing` leaves out rows whose identity the registry has; else they are problems.
    `progress` is told how many rows have been read.
    """
    return _Check(table, kind, skip_existing).run(progress)


class _Check:
    """One dry run."""

    def __init__(self, table: Table, kind: ImportKind, skip_existing: bool) -> None:
        self.table, self.kind, self.skip_existing = table, kind, skip_existing
        self.report = Report(rows=len(table.rows), encoding=table.encoding)
        self.columns: Mapping[str, Column] = {}
        self.headers: dict[str, str] = {}  # by the column's name
        self.seen: dict[str, dict[str, int]] = {name: {} for name in (kind.identity, *kind.also_unique)}

    def run(self, progress: Callable[[int], None]) -> tuple[Report, list[Values]]:
        report, kind, rows = self.report, self.kind, self.table.rows
        self._check_headers()
        if report.problem_count:
            return report, []
        for _number, cells in rows:
            kind.foresee({c.name: cells[h] if (h := self.headers.get(c.name)) else "" for c in kind.columns})
        ready: list[tuple[int, Values]] = []
        for done, (number, cells) in enumerate(rows, start=1):
            before = report.problem_count
            values = self._read_row(number, cells)
            if report.problem_count > before:
                report.bad_rows += 1
            elif values is None:
                report.skipped += 1
            else:
                ready.append((number, values))
            if done % _STEP == 0:
                progress(done)
        bad = set()
        for number, name, message in kind.check_all(ready):
            report.add(number, self.headers.get(name, name), "", message)
            bad.add(number)
        report.bad_rows += len(bad)
        report.problems.sort(key=lambda problem: problem.row)
        report.ready = len(ready) - len(bad)
        progress(len(rows))
        return report, [values for _number, values in ready]

    def _check_headers(self) -> None:
        report = self.report
        self.columns, report.ignored, twice = assign_headers(self.kind.columns, self.table.headers)
        self.headers = {column.name: header for header, column in self.columns.items()}
        for first, second in twice:
            report.add(
                0,
                second,
                "",
                _("means the same as the column “%(name)s”; keep one of the two") % {"name": first},
            )
        for column in self.kind.columns:
            if column.required and column.name not in self.headers:
                report.add(
                    0,
                    str(column.title),
                    "",
                    _("the column “%(name)s” is missing in the header") % {"name": column.title},
                )

    def _read_row(self, number: int, cells: dict[str, str]) -> Values | None:
        """The values of a row; None for one that the registry has and that is to be left as it is."""
        report, kind = self.report, self.kind
        before = report.problem_count
        values: Values = {}
        # The identity first: of a row that is skipped, nothing else matters.
        identity = self.headers[kind.identity]
        for header in sorted(self.columns, key=lambda header: header != identity):
            column = self.columns[header]
            self._read_cell(number, header, column, cells[header], values)
            if values.get(column.name) and column.name in self.seen:
                known = self._check_unique(number, header, column.name, str(values[column.name]))
                if known and column.name == kind.identity and self.skip_existing:
                    return None
        if report.problem_count == before:
            for name, message in kind.check_row(values):
                header = self.headers.get(name, name)
                report.add(number, header, cells.get(header, ""), message)
        return values

    def _read_cell(self, number: int, header: str, column: Column, cell: str, values: Values) -> None:
        if (number, header) in self.table.formulas:
            message = _("holds a formula; please paste its value instead")
        elif not cell and column.required:
            message = _("must not be empty")
        elif any(unicodedata.category(ch) == "Cc" and ch not in "\n\t" for ch in cell):
            message = _("holds characters that cannot be shown")
        else:
            try:
                values[column.name] = column.parse(cell)
                return
            except CellError as error:
                message = str(error)
        self.report.add(number, header, cell, message)

    def _check_unique(self, number: int, header: str, name: str, value: str) -> bool:
        """Reports a value that stands twice in the file or in the registry; returns whether the registry has it.

        The registry's own is no problem where such rows are to be skipped.
        """
        first = self.seen[name].setdefault(value, number)
        known = value in self.kind.existing[name]
        if first != number:
            self.report.add(number, header, value, _("stands already in row %(row)d") % {"row": first})
        elif known and name != self.kind.identity:
            self.report.add(number, header, value, _("stands already in the registry"))
        elif known and not self.skip_existing:
            self.report.add(
                number,
                header,
                value,
                _("stands already in the registry; remove the row, or choose to skip known rows"),
            )
        return known

"""The dry run: every cell read, every problem reported by row and column, nothing written."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from innovalley.registry.importing.columns import CellError, assign_headers
from innovalley.registry.importing.kinds import ImportKind, Values
from innovalley.registry.importing.tables import Table

MAX_PROBLEMS = 1000  # shown; the counts are of all


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

    rows      rows in the file
    ready     rows without a problem
    skipped   rows that the registry already has, where these are to be left as they are
    problems  the first MAX_PROBLEMS problems, in the order of the file
    bad_rows  rows with at least one problem
    ignored   headers that name no column
    encoding  of a CSV file
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

    def add(self, row: int, column: str, cell: str, message: str) -> None:
        """Notes one problem."""
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(row, column, cell[:80], message))


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
    report = Report(rows=len(table.rows), encoding=table.encoding)
    known, report.ignored = assign_headers(kind.columns, table.headers)
    present = {column.name for column in known.values()}
    for column in kind.columns:
        if column.required and column.name not in present:
            report.add(
                0, str(column.title), "", _("the column “%(name)s” is missing") % {"name": column.title}
            )
    if report.problem_count:
        return report, []
    by_name = {column.name: header for header, column in known.items()}
    for _number, cells in table.rows:
        kind.foresee({name: cells[header] for name, header in by_name.items()})
    ready: list[Values] = []
    seen: dict[str, int] = {}
    for done, (number, cells) in enumerate(table.rows, start=1):
        before = report.problem_count
        values: Values = {}
        for header, column in known.items():
            _read_cell(report, table, number, header, column, cells[header], values)
        identity = str(values.get(kind.identity) or "")
        skip = False
        if identity:
            skip = _check_identity(
                report, kind, number, by_name[kind.identity], identity, seen, skip_existing
            )
        if report.problem_count == before:
            for name, message in kind.check_row(values):
                report.add(number, by_name.get(name, name), "", message)
        if report.problem_count > before:
            report.bad_rows += 1
        elif skip:
            report.skipped += 1
        else:
            ready.append(values)
        if done % 200 == 0:
            progress(done)
    report.ready = len(ready)
    progress(len(table.rows))
    return report, ready


def _read_cell(
    report: Report, table: Table, number: int, header: str, column: Any, cell: str, values: Values
) -> None:
    if (number, header) in table.formulas:
        message = _("holds a formula; please paste its value instead")
    elif not cell and column.required:
        message = _("must not be empty")
    else:
        try:
            values[column.name] = column.parse(cell)
            if not any(unicodedata.category(ch) == "Cc" and ch not in "\n\t" for ch in cell):
                return
            message = _("holds characters that cannot be shown")
        except CellError as error:
            message = str(error)
    report.add(number, header, cell, message)


def _check_identity(
    report: Report,
    kind: ImportKind,
    number: int,
    header: str,
    identity: str,
    seen: dict[str, int],
    skip_existing: bool,
) -> bool:
    if identity in seen:
        report.add(number, header, identity, _("stands already in row %(row)d") % {"row": seen[identity]})
        return False
    seen[identity] = number
    if identity not in kind.existing:
        return False
    if not skip_existing:
        report.add(
            number,
            header,
            identity,
            _("stands already in the registry; remove the row, or choose to skip known rows"),
        )
    return skip_existing

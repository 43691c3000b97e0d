"""What a table is once it is out of its file, whatever kind of file that was."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200


class UnreadableError(Exception):
    """The file is no table that can be read; the message is a sentence for the person who chose the file."""


@dataclass(slots=True)
class Table:
    """A header and its rows; every cell is stripped text.

    rows      (row number as the spreadsheet shows it, cells by header)
    formulas  (row number, header) of cells that hold a formula instead of a value
    encoding  how the text of a CSV was written ("utf-8", "utf-16", "gb18030"); "" for XLSX
    """

    headers: list[str]
    rows: list[tuple[int, dict[str, str]]]
    formulas: set[tuple[int, str]] = field(default_factory=set)
    encoding: str = ""


def check_size(size: int) -> None:
    """Refuses a file by its size in bytes, before it is read.

    Raises:
        UnreadableError: empty, or over MAX_BYTES.
    """
    if size == 0:
        raise UnreadableError(_("The file is empty."))
    if size > MAX_BYTES:
        raise UnreadableError(
            _("The file has %(size)d MB; at most %(limit)d MB can be imported. Please split it.")
            % {"size": -(-size // (1024 * 1024)), "limit": MAX_BYTES // (1024 * 1024)}
        )


def clean(cell: str) -> str:
    """A cell as it is kept: stripped, one kind of line break, without the apostrophe that an export put
    before what a spreadsheet would take for a formula."""
    cell = cell.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip(_BLANKS)
    return cell[1:] if _SHIELDED.match(cell) else cell


def too_many_rows() -> UnreadableError:
    """What is said of a table that is too long."""
    return UnreadableError(
        _("The table has more than %(limit)d rows, more than can be imported at once. Please split it.")
        % {"limit": MAX_ROWS}
    )


def too_many_columns() -> UnreadableError:
    """What is said of a table that is too wide."""
    return UnreadableError(_("The table has over %(limit)d columns.") % {"limit": MAX_COLUMNS})


_BLANKS = " \t\n\v\f\ufeff\u00a0\u200b\u3000"
_SHIELDED = re.compile(r"'[=+\-@\t\n＝＋－＠]")


def with_header(cells: Iterable[list[str]], formulas: set[tuple[int, int]]) -> Table:
    """The table in `cells`, all rows of a sheet from its first.

    The header is the first row that holds more than one cell: what stands alone above it is a title. In a
    sheet of one column it is the first row that holds anything.
    `formulas` are places (row and column from 0) and may grow while the cells are read.

    Raises:
        UnreadableError: empty, no rows below the header, a header twice, too long or too wide.
    """
    numbered = ((number, [clean(cell) for cell in row]) for number, row in enumerate(cells, start=1))
    filled = ((number, row) for number, row in numbered if any(row))
    first, header, rest = _find_header(filled)
    headers = _headers(header)
    rows: list[tuple[int, dict[str, str]]] = []
    for number, row in rest:
        if len(rows) == MAX_ROWS:
            raise too_many_rows()
        rows.append((number, {h: row[c] if c < len(row) else "" for c, h in enumerate(headers) if h}))
    if not rows:
        raise UnreadableError(_("The file has a header but no rows."))
    named = {(r + 1, headers[c]) for r, c in formulas if r >= first and c < len(headers) and headers[c]}
    return Table(headers=[h for h in headers if h], rows=rows, formulas=named)


_Row = tuple[int, list[str]]
_MAX_TITLES = 5


def _find_header(filled: Iterator[_Row]) -> tuple[int, list[str], Iterator[_Row]]:
    """The number and cells of the header, and the rows below it."""
    lone: list[_Row] = []
    for number, row in filled:
        if sum(map(bool, row)) > 1:
            return number, row, filled
        lone.append((number, row))
        if len(lone) > _MAX_TITLES:
            break
    if not lone:
        raise UnreadableError(_("The file is empty."))
    return *lone[0], itertools.chain(lone[1:], filled)


def _headers(row: list[str]) -> list[str]:
    headers = [" ".join(cell.split()) for cell in row]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MAX_COLUMNS:
        raise too_many_columns()
    twice = next((h for i, h in enumerate(headers) if h and h in headers[:i]), None)
    if twice:
        raise UnreadableError(_("The column “%(name)s” stands twice in the header.") % {"name": twice})
    return headers

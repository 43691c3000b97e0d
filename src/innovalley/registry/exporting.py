"""Lists as files: XLSX or CSV, written piece by piece, safe to open in a spreadsheet, and importable again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from innovalley.registry.importing.checking import Report
from innovalley.registry.importing.columns import Choice, Column
from innovalley.registry.importing.kinds import KINDS

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
ROWS_AT_ONCE = 2000
_PIECE = 64 * 1024
_MAX_CELL = 32_767  # characters that a cell of a workbook holds

Cell = Any  # what a column gives for a row: text, number, date, or None


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of an export: its header, translated, and what stands in it for a row."""

    header: str | Promise
    value: Callable[[Any], Cell]


@dataclass(slots=True)
class ExportFile:
    """A file that is made while it is read: `pieces` can be read once.

    name          with its ending, in the reader's language
    content_type  for the answer's header
    """

    name: str
    content_type: str
    pieces: Iterator[bytes]

    def content(self) -> bytes:
        """The whole file."""
        return b"".join(self.pieces)


# What is exported ----------------------------------------------------------------------------------


def export_kind(
    kind: str, rows: QuerySet[Any], *, fmt: str, language: str | None = None, public: bool = True
) -> ExportFile:
    """The rows of a kind of import ("team") under the headers that the import of that kind understands.

    rows      a queryset of the kind's model, filtered and ordered; what the columns need is added
    fmt       "xlsx" or "csv"
    language  of headers and names; None for the reader's
    public    leaves out what is not for the public (e-mail addresses, telephone numbers)

    Raises:
        KeyError: no such kind or format.
    """
    known = KINDS[kind]()
    columns = [
        ExportColumn(column.title, column.cell_of)
        for column in known.columns
        if column.exported and not (public and column.private)
    ]
    return export_rows(columns, known.to_export(rows), fmt=fmt, name=known.title, language=language)


def export_rows(
    columns: Sequence[ExportColumn],
    rows: QuerySet[Any] | Iterable[Any],
    *,
    fmt: str,
    name: str | Promise,
    language: str | None = None,
) -> ExportFile:
    """Any list as a file; a queryset is read ROWS_AT_ONCE rows at a time, however long it is.

    Raises:
        KeyError: no such format.
    """
    content_type = FORMATS[fmt]
    language = language or translation.get_language() or "zh-hans"
    with translation.override(language):
        header = [_first_up(str(column.header)) for column in columns]
        file_name = f"{_first_up(str(name))}-{timezone.localdate():%Y%m%d}.{fmt}"
    table = _lines(columns, rows, language)
    pieces = _csv(header, table) if fmt == "csv" else _xlsx(header, table)
    return ExportFile(file_name, content_type, pieces)


def export_report(report: Report, *, fmt: str = "xlsx") -> ExportFile:
    """The problems of an import by row and column, for whoever mends the file."""
    columns = [
        ExportColumn(_("Row"), lambda problem: problem.row or None),
        ExportColumn(_("Column"), lambda problem: problem.column),
        ExportColumn(_("Cell"), lambda problem: problem.cell),
        ExportColumn(_("What is wrong"), lambda problem: problem.message),
    ]
    return export_rows(columns, report.problems, fmt=fmt, name=_("Import report"))


def template(kind: str) -> ExportFile:
    """An empty workbook for an import, in the reader's language: the header, and a sheet that explains it.

    Raises:
        KeyError: no such kind.
    """
    known = KINDS[kind]()
    columns = [column for column in known.columns if column.exported]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = _first_up(str(known.title))
    sheet.append([_first_up(str(c.title)) + ("*" if c.required else "") for c in columns])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = 20
        _offer(sheet, number, column)
    notes = book.create_sheet(_("Explanation"))
    notes.append([_("Column"), _("Required"), _("What may stand in it")])
    for column in columns:
        notes.append([_first_up(str(column.title)), _("yes") if column.required else "", str(column.help)])
    for letter, width in zip("ABC", (24, 10, 80), strict=True):
        notes[f"{letter}1"].font = Font(bold=True)
        notes.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    name = _("%(kind)s – template") % {"kind": _first_up(str(known.title))}
    return ExportFile(f"{name}.xlsx", FORMATS["xlsx"], iter([out.getvalue()]))


def _offer(sheet: Any, number: int, column: Column) -> None:
    """Lets the cells of a column choose among what the import understands."""
    if not isinstance(column.parse, Choice):
        return
    labels = column.parse.labels()
    if any("," in label for label in labels) or sum(map(len, labels)) > 200:  # more than Excel keeps
        return
    letter = sheet.cell(1, number).column_letter
    choice = DataValidation(type="list", formula1=f'"{",".join(labels)}"', allow_blank=True)
    choice.add(f"{letter}2:{letter}50001")
    sheet.add_data_validation(choice)


# Cells ---------------------------------------------------------------------------------------------

# What XML cannot hold, and lone surrogates, which UTF-8 cannot.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")


def safe(value: Cell) -> Cell:
    """A cell as it may stand in a file: text that a spreadsheet would compute begins with an apostrophe.

    Numbers stay, those in text too; the import takes the apostrophe off again.
    """
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, bool | int | float | Decimal | dt.date):
        return value
    text = _UNWRITABLE.sub("", str(value))[: _MAX_CELL - 1]
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lines(
    columns: Sequence[ExportColumn], rows: QuerySet[Any] | Iterable[Any], language: str
) -> Iterator[list[list[Cell]]]:
    """The cells of the rows, ROWS_AT_ONCE rows at a time.

    The reader's language is set anew for each part: whoever reads the file piece by piece has another one.
    """
    source = iter(rows.iterator(chunk_size=ROWS_AT_ONCE) if isinstance(rows, QuerySet) else rows)
    while True:
        with translation.override(language):
            part = [[safe(c.value(row)) for c in columns] for row in itertools.islice(source, ROWS_AT_ONCE)]
        if not part:
            return
        yield part


# Files ---------------------------------------------------------------------------------------------


def _csv(header: list[str], table: Iterator[list[list[Cell]]]) -> Iterator[bytes]:
    """UTF-8 with the mark by which Excel knows it; every cell is quoted, whatever separates cells elsewhere."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    out.write("\ufeff")
    for part in itertools.chain([[[safe(title) for title in header]]], table):
        writer.writerows([_csv_cell(cell) for cell in row] for row in part)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat(" ", "seconds") if isinstance(cell, dt.datetime) else str(cell)


def _xlsx(header: list[str], table: Iterator[list[list[Cell]]]) -> Iterator[bytes]:
    """A workbook can only be sent once it is whole: it is written to a file of its own first."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number in range(len(header)):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(number + 1)].width = 20
    sheet.append([_text_cell(sheet, safe(title), bold=True) for title in header])
    for part in table:
        for row in part:
            # Text that looks like a formula or an error value would be taken for one.
            sheet.append(
                [_text_cell(sheet, c) if isinstance(c, str) and c[:1] in ("=", "#") else c for c in row]
            )
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _text_cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell

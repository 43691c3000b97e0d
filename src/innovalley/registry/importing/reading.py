"""Reads a table out of an uploaded CSV or XLSX file, and says clearly what is wrong with one that is none."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 20_000


class UnreadableError(Exception):
    """The file is no table that can be read; the message is a sentence for the person who chose the file."""


@dataclass(slots=True)
class Table:
    """A header and its rows; every cell is stripped text.

    rows      (row number as the spreadsheet shows it, cells by header)
    formulas  (row number, header) of cells that hold a formula instead of a value
    encoding  how the text of a CSV was written ("utf-8", "gb18030"); "" for XLSX
    """

    headers: list[str]
    rows: list[tuple[int, dict[str, str]]]
    formulas: set[tuple[int, str]] = field(default_factory=set)
    encoding: str = ""


def read_table(path: Path, name: str) -> Table:
    """The first sheet of the file at `path`, which its owner calls `name`.

    Raises:
        UnreadableError: too large, empty, neither CSV nor XLSX, broken, without a header or with one twice.
    """
    size = path.stat().st_size
    if size == 0:
        raise UnreadableError(_("The file is empty."))
    if size > MAX_BYTES:
        raise UnreadableError(too_large(size))
    with path.open("rb") as file:
        start = file.read(8)
    if start[:4] == b"PK\x03\x04":
        cells, formulas, encoding = *_read_xlsx(path), ""
    elif start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableError(
            _("This is an old .xls file. Please save it as .xlsx or .csv and choose it again.")
        )
    else:
        cells, encoding = _read_csv(path.read_bytes(), name)
        formulas = {
            (r, c) for r, row in enumerate(cells) for c, cell in enumerate(row) if _is_csv_formula(cell)
        }
    return _with_header(cells, formulas, encoding)


def too_large(size: int) -> str:
    """The sentence for a file over the limit."""
    return _("The file has %(size)d MB; at most %(limit)d MB can be imported. Please split it.") % {
        "size": -(-size // (1024 * 1024)),
        "limit": MAX_BYTES // (1024 * 1024),
    }


def _with_header(cells: list[list[str]], formulas: set[tuple[int, int]], encoding: str) -> Table:
    first = next((i for i, row in enumerate(cells) if any(row)), None)
    if first is None:
        raise UnreadableError(_("The file is empty."))
    headers = [cell.strip() for cell in cells[first]]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MAX_COLUMNS:
        raise UnreadableError(_("The table has over %(limit)d columns.") % {"limit": MAX_COLUMNS})
    twice = sorted({h for h in headers if h and headers.count(h) > 1})
    if twice:
        raise UnreadableError(_("The column “%(name)s” stands twice in the header.") % {"name": twice[0]})
    rows = [
        (i + 1, {h: row[c] if c < len(row) else "" for c, h in enumerate(headers) if h})
        for i, row in enumerate(cells[first + 1 :], start=first + 1)
        if any(row)
    ]
    if not rows:
        raise UnreadableError(_("The file has a header but no rows."))
    if len(rows) > MAX_ROWS:
        raise UnreadableError(
            _("The table has %(rows)d rows; at most %(limit)d can be imported at once. Please split it.")
            % {"rows": len(rows), "limit": MAX_ROWS}
        )
    named = {(r + 1, headers[c]) for r, c in formulas if r > first and c < len(headers) and headers[c]}
    return Table(headers=[h for h in headers if h], rows=rows, formulas=named, encoding=encoding)


# CSV -----------------------------------------------------------------------------------------------


def _read_csv(content: bytes, name: str) -> tuple[list[list[str]], str]:
    text, encoding = _decode(content, name)
    sample = text[:20_000]
    try:
        delimiter = csv.Sniffer().sniff(sample, delimiters=",;\t").delimiter
    except csv.Error:
        delimiter = ","
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
        return [[_clean(cell) for cell in row] for row in reader], encoding
    except csv.Error as error:
        raise UnreadableError(_("The file cannot be read as CSV: %(error)s.") % {"error": error}) from None


def _decode(content: bytes, name: str) -> tuple[str, str]:
    is_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    encodings = ["utf-16"] if is_utf16 else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise UnreadableError(
        _("“%(name)s” is neither a CSV file (UTF-8 or GBK) nor an XLSX file.") % {"name": name}
    )


def _is_csv_formula(cell: str) -> bool:
    # A minus or plus starts numbers and telephone numbers too; only what a spreadsheet would compute counts.
    return bool(re.match(r"=|@\w+\(|[+-]\w*[A-Za-z]\w*\(", cell))


# XLSX ----------------------------------------------------------------------------------------------


def _read_xlsx(path: Path) -> tuple[list[list[str]], set[tuple[int, int]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise UnreadableError(_("The workbook is too large when unpacked."))
        book = CalamineWorkbook.from_path(str(path))
        if not book.sheet_names:
            raise UnreadableError(_("The workbook has no sheet."))
        sheet = book.get_sheet_by_index(0)
        cells = [[_clean(_text(cell)) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        return cells, _formulas(path)
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, OSError):
        raise UnreadableError(
            _("The workbook is damaged or protected by a password. Please save it anew and choose it again.")
        ) from None


def _formulas(path: Path) -> set[tuple[int, int]]:
    """Places of formula cells on the first sheet (calamine gives their last values only)."""
    places: set[tuple[int, int]] = set()
    with zipfile.ZipFile(path) as archive:
        sheet = _first_sheet(archive)
        with archive.open(sheet) as file:
            for _event, element in ElementTree.iterparse(file):  # noqa: S314  (expat bounds entities; size bounded)
                tag = element.tag.rpartition("}")[2]
                if tag == "c":
                    if any(child.tag.rpartition("}")[2] == "f" for child in element):
                        places.add(_place(element.get("r", "")))
                    element.clear()
    return places


def _first_sheet(archive: zipfile.ZipFile) -> str:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    first = next(e for e in book.iter() if e.tag.endswith("}sheet"))
    wanted = next(value for key, value in first.attrib.items() if key.endswith("}id"))
    target = next(r.get("Target", "") for r in relations if r.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _place(reference: str) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Z]+)([0-9]+)", reference)
    if not match:
        return (-1, -1)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _clean(cell: str) -> str:
    return cell.replace("\0", "").replace("\r\n", "\n").strip().strip("\ufeff\u00a0\u3000")[: MAX_CELL + 1]

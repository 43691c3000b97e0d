"""Tables in files, for the commands that need neither the site nor a database: CSV and XLSX, in and out.

read_table(path)                   the rows as dictionaries, headers stripped and in lower case
require_columns(rows, names, path) a clear error when a column is missing
write_table(path, headers, rows)   a whole file or none, safe to open in a spreadsheet
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_XLSX_ROWS = 1_048_576
MAX_XLSX_CELL = 32_767
MAX_CSV_CELL = 64 * 1024**2

_PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML 1.0 cannot hold, and lone surrogates, which UTF-8 cannot.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


# reading -------------------------------------------------------------------------------------------


def read_table(path: str | Path, *, may_be_empty: bool = False) -> list[dict[str, str]]:
    """The rows of the CSV file, or of the first sheet of the XLSX file, at `path`; empty rows are left out.

    The keys are the headers, stripped and in lower case; the cells are stripped text. With `may_be_empty` a table
    may have a header and no rows. A CSV may be UTF-8,
    UTF-16 or GBK (GB 18030), and separated by comma, semicolon or tab.

    Raises:
        click.ClickException: no such file, neither CSV nor XLSX, damaged, empty, a header that stands twice.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if not start:
            raise click.ClickException(f"{path} is empty.")
        if start[:4] == b"PK\x03\x04":
            cells = _read_xlsx(path)
        elif start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise click.ClickException(f"{path} is an old .xls file; save it as .xlsx or .csv.")
        else:
            cells = _read_csv(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror or error}.") from error
    return _as_dictionaries(cells, path, may_be_empty)


def require_columns(rows: Sequence[dict[str, str]], names: Iterable[str], path: str | Path) -> None:
    """Make sure that the table read from `path` has every column of `names` (lower case).

    Raises:
        click.ClickException: a column is missing; the message names it and those that are there.
    """
    present = list(rows[0]) if rows else []
    missing = [name for name in names if name not in present]
    if missing:
        raise click.ClickException(
            f"{path} has no column {', '.join(missing)}; its columns are: {', '.join(present) or 'none'}."
        )


def _as_dictionaries(cells: Iterable[list[str]], path: Path, may_be_empty: bool) -> list[dict[str, str]]:
    filled = (row for row in cells if any(row))
    headers = [cell.lower() for cell in next(filled, [])]
    if not headers:
        raise click.ClickException(f"{path} is empty.")
    twice = next((name for name in headers if name and headers.count(name) > 1), None)
    if twice:
        raise click.ClickException(f"{path} has the column {twice} twice.")
    width = len(headers)
    rows = [
        {name: cell for name, cell in zip(headers, row + [""] * (width - len(row)), strict=False) if name}
        for row in filled
    ]
    if not rows and not may_be_empty:
        raise click.ClickException(f"{path} has a header but no rows.")
    return rows


def _read_csv(path: Path) -> list[list[str]]:
    text = _decode(path.read_bytes(), path)
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    csv.field_size_limit(MAX_CSV_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[_strip(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise click.ClickException(f"{path} cannot be read as CSV: {error}.") from error


def _decode(content: bytes, path: Path) -> str:
    is_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if is_utf16 else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise click.ClickException(f"{path} is neither a CSV file (UTF-8 or GBK) nor an XLSX file.")


def _read_xlsx(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise click.ClickException(f"{path} is too large when unpacked.")
        book = CalamineWorkbook.from_path(str(path))
        if not book.sheet_names:
            return []
        sheet = book.get_sheet_by_index(0)
        return [[_strip(_as_text(cell)) for cell in row] for row in sheet.to_python(skip_empty_area=True)]
    except (CalamineError, zipfile.BadZipFile) as error:
        raise click.ClickException(f"{path} is damaged, protected by a password, or no XLSX file.") from error


def _as_text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def _strip(cell: str) -> str:
    return cell.replace("\0", "").strip().strip("\ufeff\u00a0\u3000")


# writing -------------------------------------------------------------------------------------------


def write_table(path: str | Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table to `path`, CSV (UTF-8 with a byte order mark) or XLSX by the ending of its name.

    The file appears whole or not at all; one that was there stays until then. Text that a spreadsheet would
    compute gets a leading apostrophe; int, float and Decimal are written as numbers, None as an empty cell.

    Raises:
        click.ClickException: another ending, a folder that cannot be written, too many rows for XLSX.
    """
    path = Path(path)
    write = {".csv": _write_csv, ".xlsx": _write_xlsx}.get(path.suffix.lower())
    if write is None:
        raise click.ClickException(f"{path}: the name of the output must end in .csv or .xlsx.")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(unfinished, headers, rows)
        unfinished.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def safe_cell(value: object) -> object:
    """`value` as it may stand in a cell: numbers as they are, text so that no spreadsheet computes it."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    text = _UNWRITABLE.sub("", str(value))
    if text.startswith(_STARTS_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def _write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([safe_cell(name) for name in headers])
        for row in rows:
            writer.writerow([safe_cell(value) for value in row])


def _write_xlsx(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    try:
        sheet.append([safe_cell(name) for name in headers])
        for number, row in enumerate(rows, start=2):
            if number > MAX_XLSX_ROWS:
                raise click.ClickException(f"Over {MAX_XLSX_ROWS:,} rows do not fit an XLSX file; write CSV.")
            sheet.append([_xlsx_cell(value) for value in row])
    finally:
        sheet.close()  # a half-written sheet would complain when it is collected
    book.save(path)


def _xlsx_cell(value: object) -> object:
    cell = safe_cell(value)
    return cell[:MAX_XLSX_CELL] if isinstance(cell, str) else cell

"""Reads the first visible sheet of an XLSX file, within bounds that hold whatever the file claims."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from innovalley.registry.importing.tables import (
    MAX_COLUMNS,
    MAX_ROWS,
    UnreadableError,
    too_many_columns,
    too_many_rows,
)

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
_MAX_INDEX_BYTES = 1024 * 1024  # of the parts that list the sheets
_LAST_ROW = MAX_ROWS + 1000  # a sheet is held in memory down to its last cell, empty rows too
_SHARED_TEXTS = "xl/sharedstrings.xml"  # in any case, as the reader takes it
_MAX_FORMULAS = 10_000  # more are not counted: one is enough to refuse the file


@dataclass(slots=True)
class Workbook:
    """The cells of one sheet from its first row on, and the places (row, column from 0) of its formulas."""

    rows: Iterator[list[str]]
    formulas: set[tuple[int, int]]


def read_workbook(content: bytes, name: str) -> Workbook:
    """The first visible sheet.

    Raises:
        UnreadableError: no workbook, damaged, without a sheet, too long, wide or large when unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableError(_("“%(name)s” is no XLSX workbook.") % {"name": name})
            _check_unpacked(archive)
            title, part = _first_sheet(archive)
            formulas = _scan(archive, part, _text_lengths(archive))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(title)
        return Workbook(([_text(cell) for cell in row] for row in sheet.iter_rows()), formulas)
    except (
        CalamineError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
        expat.ExpatError,
        KeyError,
        NotImplementedError,  # an unknown compression
        RuntimeError,  # an encrypted part
        zlib.error,
        ValueError,  # a negative place in the archive
        EOFError,
        OSError,
    ):
        raise _damaged() from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # how the reader's Rust code ends on nonsense
            raise _damaged() from None
        raise


def _damaged() -> UnreadableError:
    return UnreadableError(
        _("The workbook is damaged or protected by a password. Please save it anew and choose it again.")
    )


def _too_large() -> UnreadableError:
    return UnreadableError(_("The workbook is too large when unpacked."))


def _check_unpacked(archive: zipfile.ZipFile) -> None:
    """Unpacks every part once, since the sizes that a file states may be lies.

    Of two parts with one name this module and the reader might read different ones.
    """
    names = [item.filename.lower() for item in archive.infolist()]
    if len(set(names)) < len(names):
        raise _damaged()
    left = MAX_UNPACKED_BYTES
    for item in archive.infolist():
        if item.file_size > left:
            raise _too_large()
        with archive.open(item) as part:  # ends with BadZipFile when the part is not what it states
            while chunk := part.read(1024 * 1024):
                left -= len(chunk)


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, str]:
    """The title of the first visible sheet and the part of the archive that holds it."""
    relations = _index(archive, "xl/_rels/workbook.xml.rels")
    targets = {
        r.get("Id"): r.get("Target", "") for r in relations if r.get("Type", "").endswith("/worksheet")
    }
    for sheet in _index(archive, "xl/workbook.xml").iter():
        if not sheet.tag.endswith("}sheet") or sheet.get("state", "visible") != "visible":
            continue
        relation = next((value for key, value in sheet.items() if key.endswith("}id")), None)
        if target := targets.get(relation):
            return sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise UnreadableError(_("The workbook has no sheet."))


def _index(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > _MAX_INDEX_BYTES:
        raise _damaged()
    return ElementTree.fromstring(archive.read(part))  # noqa: S314  (expat bounds entities; the size is bounded)


def _text_lengths(archive: zipfile.ZipFile) -> list[int]:
    """How long each text is that Excel keeps once for all cells that hold it; none where they are kept in the cells."""
    part = next((name for name in archive.namelist() if name.lower() == _SHARED_TEXTS), None)
    lengths: list[int] = []
    if part is None:
        return lengths

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            lengths.append(0)

    def data(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = data
    with archive.open(part) as file:
        parser.ParseFile(file)
    return lengths


class _Scanner:
    """Follows the cells of a sheet: where they end, which hold a formula instead of a value, and how much text
    they hold together, since a long one that is kept once may stand in every cell."""

    def __init__(self, text_lengths: list[int]) -> None:
        self.formulas: set[tuple[int, int]] = set()
        self._place = (-1, -1)
        self._lengths = text_lengths
        self._left = MAX_UNPACKED_BYTES
        self._is_shared = self._is_value = False

    def data(self, text: str) -> None:
        if not (self._is_value and self._is_shared and text.isascii() and text.strip().isdigit()):
            return
        number = int(text)
        self._left -= self._lengths[number] if number < len(self._lengths) else 0
        if self._left < 0:
            raise _too_large()

    def end(self, name: str) -> None:
        self._is_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        row, column = self._place
        if tag == "row":
            number = attributes.get("r", "")
            self._place = (int(number) - 1 if number.isascii() and number.isdigit() else row + 1, -1)
        elif tag == "c":
            self._place = _place(attributes.get("r", "")) or (row, column + 1)
            self._is_shared = attributes.get("t") == "s"
        elif tag in ("v", "f", "is"):
            if row >= _LAST_ROW:
                raise too_many_rows()
            if column >= MAX_COLUMNS:
                raise too_many_columns()
            if tag == "f" and len(self.formulas) < _MAX_FORMULAS:
                self.formulas.add(self._place)
            self._is_value = tag == "v"


def _scan(archive: zipfile.ZipFile, part: str, text_lengths: list[int]) -> set[tuple[int, int]]:
    """The places of the formulas (the reader gives their last values only); checks the sheet's extent and text."""
    scanner = _Scanner(text_lengths)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = scanner.start
    parser.CharacterDataHandler = scanner.data
    parser.EndElementHandler = scanner.end
    with archive.open(part) as file:
        parser.ParseFile(file)
    return scanner.formulas


def _place(reference: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


def _number(value: float) -> str:
    """The number as a spreadsheet shows it, which counts 15 digits; larger ones keep their exponent, since
    their last digits are lost."""
    shown = f"{value:.15g}"
    if "e" not in shown or abs(value) >= 10**15:
        return shown
    return format(Decimal(shown), "f")

"""Reads a table out of an uploaded CSV or XLSX file, and says clearly what is wrong with one that is none."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from innovalley.registry.importing.tables import Table, UnreadableError, check_size, with_header
from innovalley.registry.importing.workbooks import read_workbook


def read_table(content: bytes, name: str) -> Table:
    """The table in a CSV file, or on the first visible sheet of an XLSX file, which its owner calls `name`.

    Raises:
        UnreadableError: too large, empty, neither CSV nor XLSX, broken, without a header or with one twice.
    """
    check_size(len(content))
    if content.startswith(b"PK\x03\x04"):
        workbook = read_workbook(content, name)
        return with_header(workbook.rows, workbook.formulas)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UnreadableError(_old_office_file(content))
    text, encoding = _decode(content, name)
    formulas: set[tuple[int, int]] = set()
    table = with_header(_csv_rows(text, formulas), formulas)
    table.encoding = encoding
    return table


def _old_office_file(content: bytes) -> str:
    # A workbook with a password is a container of the old kind with the encrypted new one inside.
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _("The workbook is protected by a password. Please save it without one and choose it again.")
    return _("This is an old .xls file. Please save it as .xlsx or .csv and choose it again.")


# CSV -----------------------------------------------------------------------------------------------


def _csv_rows(text: str, formulas: set[tuple[int, int]]) -> Iterator[list[str]]:
    row = 0
    # `strict`, since a lost quotation mark would else swallow the rows up to the next one.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row, cells in enumerate(reader, start=1):
            formulas.update((row - 1, c) for c, cell in enumerate(cells) if _is_csv_formula(cell))
            yield cells
    except csv.Error:
        raise UnreadableError(
            _(
                "The quotation marks in or after row %(row)d do not fit: a cell that begins with one must "
                "end with one, and those inside must be doubled."
            )
            % {"row": row + 1}
        ) from None


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab: the one that makes most cells of the first line that holds anything."""
    line = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")[:10_000]

    def cells(delimiter: str) -> int:
        return len(next(csv.reader([line], delimiter=delimiter)))

    return max(",;\t", key=cells)  # the comma when all are even


def _decode(content: bytes, name: str) -> tuple[str, str]:
    """The text of a CSV file and its encoding; GBK when it is no UTF-8."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(content, error.start):
            line = content.count(b"\n", 0, error.start) + 1
            raise UnreadableError(
                _("The text in line %(line)d is damaged: it is no valid UTF-8.") % {"line": line}
            ) from None
        encoding = "gb18030"
        text = content.decode(encoding, errors="replace")
    if _NOT_TEXT.search(text) or (encoding == "gb18030" and "\ufffd" in text):
        raise UnreadableError(
            _("“%(name)s” is neither a CSV file (UTF-8 or GBK) nor an XLSX file.") % {"name": name}
        )
    return text, encoding.removesuffix("-sig")


# Control characters that no text has; a picture or a PDF has them at once.
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x19]")


def _is_damaged_utf8(content: bytes, place: int) -> bool:
    """Whether this is UTF-8 but for a few places, of which `place` is the first.

    Read as GBK, it would turn into nonsense without a word.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return True
    text = content[max(0, place - 50_000) : place + 50_000].decode(errors="replace")
    damaged = text.count("\ufffd")
    return 0 < damaged * 50 < sum(ch > "\x7f" for ch in text)


def _is_csv_formula(cell: str) -> bool:
    # A minus or plus starts numbers, telephone numbers and lists; only what a spreadsheet would compute counts.
    return bool(re.match(r"\s*(=|@\w+\()", cell))

"""What a file is, told from its content alone; its name only has to agree.

Accepted: PDF, DOCX, XLSX, PPTX, PNG, JPEG, ZIP, and plain text as TXT or CSV. Refused: macros, web pages and
drawings that run scripts, files that are two kinds at once, and archives that unpack into more than a machine holds.
"""

from __future__ import annotations

import codecs
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MAX_MEMBERS = 5_000  # files in an archive
MAX_UNPACKED_BYTES = 400 * 1024**2
MAX_RATIO = 200  # unpacked to packed, of what unpacks to more than a megabyte
_CHUNK = 1 << 20


class Kind(StrEnum):
    """A type of file that is accepted; its value is the ending of its name."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    PNG = "png"
    JPEG = "jpg"
    ZIP = "zip"
    TXT = "txt"
    CSV = "csv"


MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.ZIP: "application/zip",
    Kind.TXT: "text/plain; charset=utf-8",
    Kind.CSV: "text/csv; charset=utf-8",
}
ENDINGS = {"jpeg": Kind.JPEG, **{kind.value: kind for kind in Kind}}

_MAIN_PARTS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": Kind.DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": Kind.XLSX,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": Kind.PPTX,
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TEXT = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))


class UnacceptableError(ValueError):
    """The file is not taken; the text tells its sender why and what to do."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


_UNKNOWN = gettext_lazy(
    "The type of this file is not accepted. Accepted are PDF, DOCX, XLSX, PPTX, PNG, JPEG, ZIP, TXT and CSV."
)
_MACROS = gettext_lazy("The file contains macros or embedded programs. Please save it without them.")
_TWO_KINDS = gettext_lazy("The file is of two types at once. Please save it anew with its own program.")
_DAMAGED = gettext_lazy("The file is damaged. Please save it anew and try again.")
_TOO_MUCH = gettext_lazy("The file unpacks into too much.")
_LOCKED = gettext_lazy("The file is protected by a password. Please save it without one.")


def kind_of(file: IO[bytes], *, ending: str = "") -> Kind:
    """The kind of the whole `file`, which stands at its beginning again afterwards.

    `ending` of its name decides only between TXT and CSV.

    Raises:
        UnacceptableError
    """
    file.seek(0)
    start = file.read(1024)
    file.seek(0)
    try:
        return _kind(file, start, ending)
    finally:
        file.seek(0)


def agreeing(kind: Kind, ending: str) -> bool:
    """Whether a name with this `ending` may stand over content of this kind; one without any may."""
    return not ending or ENDINGS.get(ending) == kind


def _kind(file: IO[bytes], start: bytes, ending: str) -> Kind:
    if start.startswith(b"PK\x03\x04"):
        return _archive(file)
    if zipfile.is_zipfile(file) or b"%PDF-" in start[1:]:
        raise UnacceptableError(_TWO_KINDS)
    if start.startswith(b"%PDF-"):
        return Kind.PDF
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if start.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if start.startswith(_OLE):
        raise UnacceptableError(
            _(
                "Old Office files (.doc, .xls, .ppt) may hold macros. Please save it as DOCX, XLSX, PPTX or PDF."
            )
        )
    return _text(file, ending)


# archives ------------------------------------------------------------------------------------------


def _archive(file: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            check_members(archive)
            if not members or min(member.header_offset for member in members) != 0:
                raise UnacceptableError(_TWO_KINDS)
            names = {member.filename for member in members}
            if "[Content_Types].xml" not in names:
                return Kind.ZIP
            return _office(archive, names)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise UnacceptableError(_DAMAGED) from error


def check_members(archive: zipfile.ZipFile) -> None:
    """What an archive would unpack into is bounded, its names stay inside it, and none is encrypted.

    The sizes of the directory may lie; reading stops at them, so that a lie ends as damage.

    Raises:
        UnacceptableError
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnacceptableError(_TOO_MUCH)
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > max(packed, 1) * MAX_RATIO + 1024**2:
        raise UnacceptableError(_TOO_MUCH)
    spans = sorted((member.header_offset, member.compress_size) for member in members)
    if any(begin + size > after for (begin, size), (after, _size) in pairwise(spans)):
        raise UnacceptableError(_TOO_MUCH)  # members that share their bytes: a bomb
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if member.flag_bits & 0x1:
            raise UnacceptableError(_LOCKED)
        if member.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise UnacceptableError(_("The archive contains names that lead out of it."))


def _office(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    types = archive.read("[Content_Types].xml")
    if b"<!DOCTYPE" in types or b"<!ENTITY" in types:
        raise UnacceptableError(_DAMAGED)
    lowered = types.lower()
    programs = (b"macroenabled", b"vbaproject", b"activex", b"oleobject")
    if any(word in lowered for word in programs) or any(
        name.lower().endswith((".bin", ".exe", ".vbs", ".js")) and "printersettings" not in name.lower()
        for name in names
    ):
        raise UnacceptableError(_MACROS)
    found = {kind for media, kind in _MAIN_PARTS.items() if f'"{media}"'.encode() in types}
    if len(found) != 1:
        raise UnacceptableError(_UNKNOWN)
    return found.pop()


# text ----------------------------------------------------------------------------------------------


def _text(file: IO[bytes], ending: str) -> Kind:
    """TXT or CSV, when the whole file is text in UTF-8, UTF-16 or GB 18030 and no web page."""
    file.seek(0)
    head = file.read(4096)
    encoding = encoding_of(file)
    if encoding is None:
        raise UnacceptableError(_UNKNOWN)
    shown = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n").lower()
    if shown.startswith(("<", "{\\rtf", "#!")) or any(word in shown for word in ("<script", "<html", "<svg")):
        raise UnacceptableError(
            _("Web pages, SVG drawings and scripts are not accepted. Please save it as PDF or plain text.")
        )
    return Kind.CSV if ending == "csv" else Kind.TXT


def encoding_of(file: IO[bytes]) -> str | None:
    """The encoding in which the whole file is text; None when it is not."""
    file.seek(0)
    start = file.read(2)
    candidates = ["utf-16"] if start in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    return next((each for each in candidates if _decodes(file, each)), None)


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    controls = {code: None for code in _NOT_TEXT}
    try:
        for chunk in _chunks(file):
            text = decoder.decode(chunk, final=not chunk)
            if len(text.translate(controls)) != len(text):
                return False
    except UnicodeDecodeError:
        return False
    return True


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces, the last of them empty."""
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk
    yield b""

"""Text out of files. Plain Python, no Django; runs in a process with limits (see worker)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

MAX_PAGES = 500
MAX_CHARACTERS = 2_000_000
MAX_PART_BYTES = 100 * 1024**2
MAX_CELLS = 200_000

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text_of(path: Path, kind: str) -> str:
    """The text of the file at `path` of this kind, paragraph by paragraph, at most MAX_CHARACTERS.

    Raises:
        ValueError and others: the file is damaged or has more than it may have.
    """
    readers = {
        "pdf": _pdf, "docx": _docx, "pptx": _pptx, "xlsx": _xlsx, "txt": _plain, "csv": _plain,
    }  # fmt: skip
    pieces: list[str] = []
    length = 0
    for piece in readers[kind](path):
        clean = _UNWANTED.sub("", piece).rstrip()
        pieces.append(clean)
        length += len(clean) + 1
        if length > MAX_CHARACTERS:
            break
    return "\n".join(pieces)[:MAX_CHARACTERS]


def _pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    for number, page in enumerate(reader.pages):
        if number >= MAX_PAGES:
            return
        yield page.extract_text()


def _docx(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
            if name in archive.namelist():
                yield from _paragraphs(archive, name)


def _pptx(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
        for name in sorted(names, key=lambda n: int(re.findall(r"\d+", n)[-1])):
            yield from _paragraphs(archive, name)


def _xlsx(path: Path) -> Iterator[str]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    cells = 0
    for name in book.sheet_names:
        yield name
        for row in book.get_sheet_by_name(name).iter_rows():
            yield "\t".join(str(cell) for cell in row if cell != "")
            cells += len(row)
            if cells > MAX_CELLS:
                return


def _plain(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    candidates = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            yield content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return
    raise ValueError("no text")


def _paragraphs(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """The paragraphs of an Office part; what was deleted under tracked changes is no text of it."""
    with archive.open(name) as part:
        content = part.read(MAX_PART_BYTES + 1)
    if len(content) > MAX_PART_BYTES or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(f"{name} is no part of an Office file")
    pieces: list[str] = []
    for _event, element in ElementTree.iterparse(io.BytesIO(content)):  # noqa: S314  no entities: see above
        tag = element.tag.rpartition("}")[2]
        if tag == "t":
            pieces.append(element.text or "")
        elif tag in ("tab", "br", "cr"):
            pieces.append("\t" if tag == "tab" else "\n")
        elif tag == "p":
            yield "".join(pieces)
            pieces.clear()
            element.clear()

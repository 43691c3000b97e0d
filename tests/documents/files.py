"""Files as people and attackers send them, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

AUTHOR = "Wang-Xiaoming-9931"
COMPANY = "Jinchuang-Alloys-7755"


def docx(text: str = "高温合金叶片的研制方案", **core: str) -> bytes:
    """A DOCX with a paragraph, a comment, a picture, and its author in the properties."""
    import docx as library

    document = library.Document()
    document.core_properties.author = core.get("author", AUTHOR)
    document.core_properties.last_modified_by = AUTHOR
    document.core_properties.comments = COMPANY
    paragraph = document.add_paragraph(text)
    document.add_comment(paragraph.runs, text="请核对", author=AUTHOR, initials="WXM")
    document.add_picture(io.BytesIO(png(text=AUTHOR)))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(content: bytes, changes: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with some members replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for member in old.infolist():
            new.writestr(member.filename, changes.pop(member.filename, None) or old.read(member))
        for name, part in changes.items():
            new.writestr(name, part)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    """A member of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def bomb(megabytes: int = 500) -> bytes:
    """A DOCX whose text unpacks into very much."""
    return repacked(docx(), {"word/media/large.xml": b"\0" * megabytes * 1024**2})


def pdf(text: str = "Blade of a superalloy", *, pages: int = 1, **metadata: str) -> bytes:
    """A PDF with this ASCII text on each page, its author in the properties, in XMP, and on a comment."""
    from pypdf import PdfWriter
    from pypdf.annotations import Text
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for number in range(pages):
        page = writer.add_blank_page(300, 200)
        drawn = DecodedStreamObject()
        drawn.set_data(f"BT /F1 12 Tf 20 100 Td ({text} {number}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(drawn)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    note = Text(text="please check", rect=(50, 50, 70, 70), title_bar=AUTHOR)
    writer.add_annotation(0, note)
    writer.add_metadata({"/Author": AUTHOR, "/Creator": COMPANY, "/Title": AUTHOR} | metadata)
    xmp = DecodedStreamObject()
    xmp.set_data(f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{AUTHOR}</x:xmpmeta>".encode())
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    writer.add_attachment(f"{AUTHOR}.txt", COMPANY.encode())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def png(*, text: str = AUTHOR) -> bytes:
    """A PNG of one pixel with its author in text chunks and EXIF."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
            chunk(b"tEXt", b"Author\0" + text.encode()),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text.encode()),
            chunk(b"eXIf", b"MM\0*" + text.encode()),
            chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")),
            chunk(b"IEND", b""),
        ]
    )


def jpeg(*, turn: int = 1) -> bytes:
    """A JPEG as a camera leaves it: EXIF with an artist and a turn, XMP, a comment, something behind its end."""
    import vl_convert

    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="4" height="4" fill="red"/></svg>'
    picture: Any = vl_convert.svg_to_jpeg(svg)
    name = AUTHOR.encode() + b"\0"
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack(">HHII", 0x013B, 2, len(name), 38)
    tiff = b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", 2) + entries + struct.pack(">I", 0) + name
    extra = [(0xE1, b"Exif\0\0" + tiff), (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + name), (0xFE, name)]
    segments = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload for marker, payload in extra
    )
    return bytes(picture[:2]) + segments + bytes(picture[2:]) + name


def file(content: bytes) -> io.BytesIO:
    """An open file."""
    return io.BytesIO(content)

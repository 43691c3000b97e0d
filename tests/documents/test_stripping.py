"""Copies for blind review hold the content and nothing that tells whose it is."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import docx
import pytest
from pypdf import PdfReader

from innovalley.documents.stripping import stripped
from innovalley.documents.stripping_images import strip_jpeg, strip_png
from tests.documents import files as make

NAMES = (make.AUTHOR.encode(), make.COMPANY.encode())


def everything(content: bytes) -> bytes:
    """The bytes of a file with all that is packed in it unpacked."""
    found = [content]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                found += [member.filename.encode(), everything(archive.read(member))]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            found.append(match[1])
    return b"\n".join(found)


@pytest.mark.parametrize(
    ("kind", "content"),
    [("docx", make.docx()), ("pdf", make.pdf()), ("png", make.png()), ("jpg", make.jpeg())],
    ids=["docx", "pdf", "png", "jpg"],
)
def test_no_name_is_left_anywhere(kind: str, content: bytes) -> None:
    assert any(name in everything(content) for name in NAMES), "the test file names its author"
    clean = everything(stripped(content, kind))
    assert [name for name in NAMES if name in clean] == []
    assert make.AUTHOR.encode("utf-16-be") not in clean


def test_the_text_of_a_docx_stays_and_word_can_open_it() -> None:
    clean = stripped(make.docx("高温合金叶片"), "docx")
    opened = docx.Document(io.BytesIO(clean))
    assert [p.text for p in opened.paragraphs if p.text] == ["高温合金叶片"]
    (comment,) = opened.comments
    assert (comment.text, comment.author) == ("请核对", "—")
    assert len(opened.inline_shapes) == 1
    assert opened.core_properties.author != make.AUTHOR


def test_tracked_changes_name_nobody_and_no_time() -> None:
    content = make.docx()
    body = make.part(content, "word/document.xml")
    who = f'w:author="{make.AUTHOR}" w:date="2026-01-02T03:04:05Z"'
    new = f'<w:ins w:id="9" {who}><w:r><w:t>新</w:t></w:r></w:ins>'
    old = f'<w:del w:id="10" {who}><w:r><w:delText>旧</w:delText></w:r></w:del>'
    change = f"<w:p>{new}{old}</w:p>".encode()
    changed = make.repacked(content, {"word/document.xml": body.replace(b"<w:body>", b"<w:body>" + change)})
    xml = make.part(stripped(changed, "docx"), "word/document.xml")
    assert make.AUTHOR.encode() not in xml
    assert b"2026-01-02" not in xml
    assert "新".encode() in xml
    assert "旧".encode() in xml


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/people.xml", "<w15:people xmlns:w15='w15'><w15:person w15:author='{0}'/></w15:people>"),
        ("customXml/item1.xml", "<a>{0}</a>"),
        ("docProps/custom.xml", "<a>{0}</a>"),
        ("word/settings.xml", "<w:settings xmlns:w='w'><!-- {0} --><w:docVars><w:docVar w:val='{0}'/></w:docVars>"
         "</w:settings>"),
        ("word/_rels/settings.xml.rels", "<Relationships><Relationship Id='rId1' Type='x/attachedTemplate' "
         "Target='file:///C:\\Users\\{0}\\a.dotx' TargetMode='External'/></Relationships>"),
        ("xl/comments1.xml", "<comments><authors><author><![CDATA[{0}]]></author></authors></comments>"),
        ("ppt/commentAuthors.xml", "<p:a xmlns:p='p'><p:cmAuthor name='{0}' initials='{0}'/></p:a>"),
        ("xl/workbook.xml", "<workbook><fileSharing userName='{0}'/></workbook>"),
    ],
)  # fmt: skip
def test_every_place_where_office_programs_write_names_is_known(name: str, content: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        part = content.format(make.AUTHOR).encode(encoding)
        clean = stripped(make.repacked(make.docx(), {name: part}), "docx")
        assert make.AUTHOR.encode() not in everything(clean)
        assert make.AUTHOR.encode("utf-16-le") not in everything(clean)


def test_an_office_file_in_an_office_file_is_freed_as_well() -> None:
    inner = make.docx()
    clean = stripped(make.repacked(make.docx(), {"word/embeddings/inner.docx": inner}), "docx")
    assert make.AUTHOR.encode() not in everything(clean)
    assert b"word/embeddings/inner.docx" in everything(clean)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/strange.dat", b"x"),
        ("word/extra.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("word/extra.xml", b"<a>"),
    ],
)
def test_what_nobody_knows_to_free_is_not_given_out(name: str, content: bytes) -> None:
    with pytest.raises(ValueError):
        stripped(make.repacked(make.docx(), {name: content}), "docx")


def test_the_pages_of_a_pdf_stay() -> None:
    clean = PdfReader(io.BytesIO(stripped(make.pdf("Blade", pages=3), "pdf")))
    assert [page.extract_text().strip() for page in clean.pages] == ["Blade 0", "Blade 1", "Blade 2"]
    assert clean.xmp_metadata is None
    assert not clean.attachments
    assert not clean.metadata or not set(clean.metadata) & {"/Author", "/Creator", "/Title"}
    (annotation,) = clean.pages[0]["/Annots"]  # type: ignore[misc]
    assert annotation.get_object()["/Contents"] == "please check"
    assert "/T" not in annotation.get_object()


def test_a_picture_in_a_pdf_is_freed_as_well() -> None:
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, NumberObject, StreamObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make.pdf())))
    image = StreamObject()
    image._data = make.jpeg()
    image.update({NameObject("/Subtype"): NameObject("/Image"), NameObject("/Filter"): NameObject("/DCTDecode"),
                  NameObject("/Width"): NumberObject(8), NameObject("/Height"): NumberObject(4)})  # fmt: skip
    writer.pages[0][NameObject("/Picture")] = writer._add_object(image)
    out = io.BytesIO()
    writer.write(out)
    assert make.AUTHOR.encode() in out.getvalue()
    assert make.AUTHOR.encode() not in everything(stripped(out.getvalue(), "pdf"))


def test_a_png_keeps_its_picture() -> None:
    clean = strip_png(make.png() + b"trailing " + make.AUTHOR.encode())
    assert clean.startswith(b"\x89PNG")
    assert [name for name in (b"IHDR", b"IDAT", b"IEND") if name not in clean] == []
    assert make.AUTHOR.encode() not in clean


def test_a_jpeg_keeps_its_picture_and_how_it_is_turned() -> None:
    upright, turned = strip_jpeg(make.jpeg(turn=1)), strip_jpeg(make.jpeg(turn=6))
    assert b"Exif" not in upright
    assert turned.count(b"Exif") == 1
    assert len(turned) == len(upright) + 36
    for clean in (upright, turned):
        assert clean.startswith(b"\xff\xd8")
        assert clean.endswith(b"\xff\xd9")
        assert make.AUTHOR.encode() not in clean
    original = make.jpeg()
    scan = original[original.index(b"\xff\xda") : original.index(b"\xff\xd9") + 2]
    assert upright.endswith(scan)
    assert strip_jpeg(turned) == turned


@pytest.mark.parametrize("strip", [strip_png, strip_jpeg])
def test_a_picture_that_is_cut_off_is_not_given_out(strip: object) -> None:
    content = make.png() if strip is strip_png else make.jpeg()[: -len(make.AUTHOR) - 3]
    for end in (0, 1, 9, len(content) // 2, len(content) - 1):
        with pytest.raises(ValueError):
            strip(content[:end])  # type: ignore[operator]

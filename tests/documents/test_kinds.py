"""What a file is, its content tells; what could harm is refused with a sentence for its sender."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.documents.kinds import Kind, UnacceptableError, agreeing, kind_of
from tests.documents import files as make

TYPES = (
    b'<?xml version="1.0"?><Types><Override PartName="/x" '
    b'ContentType="application/vnd.openxmlformats-officedocument.%s.main+xml"/></Types>'
)


def office(kind: bytes) -> bytes:
    return make.archive({"[Content_Types].xml": TYPES % kind})


def test_each_accepted_kind_is_known_by_its_content() -> None:
    contents = {
        Kind.PDF: make.pdf(),
        Kind.DOCX: make.docx(),
        Kind.XLSX: office(b"spreadsheetml.sheet"),
        Kind.PPTX: office(b"presentationml.presentation"),
        Kind.PNG: make.png(),
        Kind.JPEG: make.jpeg(),
        Kind.ZIP: make.archive({"a.txt": b"x"}),
        Kind.TXT: "纯文本\r\n\t第二行".encode(),
    }
    for kind, content in contents.items():
        assert kind_of(io.BytesIO(content)) == kind
    assert {*contents, Kind.CSV} == set(Kind)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_text_in_the_encodings_that_people_use(encoding: str) -> None:
    content = "名称,单位\n抗压强度,MPa\n".encode(encoding)
    assert kind_of(io.BytesIO(content), ending="csv") == Kind.CSV
    assert kind_of(io.BytesIO(content), ending="txt") == Kind.TXT


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0\x03" + bytes(60), b"\x7fELF\x02" + bytes(60), bytes(range(256)), b"GIF89a\x01\0\x01\0",
        b"\x1f\x8b\x08\0", b"7z\xbc\xaf\x27\x1c\0", b"Rar!\x1a\x07\0", b"text with \0 in it", b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_other_kinds_are_refused(content: bytes) -> None:
    with pytest.raises(UnacceptableError):
        kind_of(io.BytesIO(content))


@pytest.mark.parametrize(
    "text",
    [
        "<html><script>alert(1)</script>", "<!DOCTYPE html>", "  \n\ufeff<svg xmlns='http://www.w3.org/2000/svg'>",
        "<?xml version='1.0'?><a/>", "hello <script>alert(1)</script>", "{\\rtf1 x}", "#!/bin/sh\nrm -rf /",
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_web_pages_drawings_and_scripts_are_no_text(text: str, encoding: str) -> None:
    with pytest.raises(UnacceptableError):
        kind_of(io.BytesIO(text.encode(encoding)))


@pytest.mark.parametrize(
    "content",
    [
        make.pdf() + make.archive({"a": b"x"}),
        make.png() + make.archive({"a": b"x"}),
        make.jpeg() + make.archive({"a": b"x"}),
        make.png() + make.docx(),
        b"plain text\n" + make.archive({"a": b"x"}),
        b"\x89PNG\r\n\x1a\n" + b"%PDF-1.7",
        b"some text and then %PDF-1.7",
    ],
    ids=["pdf+zip", "png+zip", "jpeg+zip", "png+docx", "text+zip", "png+pdf", "text+pdf"],
)
def test_a_file_that_is_two_kinds_at_once_is_refused(content: bytes) -> None:
    with pytest.raises(UnacceptableError):
        kind_of(io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/vbaProject.bin", b"x"),
        ("word/activeX/activeX1.bin", b"x"),
        ("word/embeddings/oleObject1.bin", b"x"),
        ("word/embeddings/run.exe", b"MZ"),
        (
            "[Content_Types].xml",
            TYPES % b"wordprocessingml.document" + b"application/vnd.ms-word.document.macroEnabled",
        ),
        ("[Content_Types].xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + TYPES % b"wordprocessingml.document"),
        ("[Content_Types].xml", TYPES % b"something.else"),
    ],
)
def test_an_office_file_with_programs_in_it_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(UnacceptableError):
        kind_of(io.BytesIO(make.repacked(make.docx(), {name: content})))


def test_old_office_files_are_refused_with_advice() -> None:
    with pytest.raises(UnacceptableError, match="DOCX"):
        kind_of(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))


def test_a_bomb_is_refused_without_unpacking_it() -> None:
    with pytest.raises(UnacceptableError, match="解压"):
        kind_of(io.BytesIO(make.bomb()))
    with pytest.raises(UnacceptableError, match="解压"):
        kind_of(io.BytesIO(make.archive({str(n): b"" for n in range(5001)})))


def test_a_bomb_whose_members_share_their_bytes_is_refused() -> None:
    content = bytearray(make.archive({"a": b"x" * 3000, "b": b"y" * 3000}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        offset = archive.getinfo("b").header_offset
    directory = content.rindex(b"PK\x01\x02")
    assert content[directory + 42 : directory + 46] == offset.to_bytes(4, "little")
    content[directory + 42 : directory + 46] = (1).to_bytes(4, "little")
    with pytest.raises(UnacceptableError):
        kind_of(io.BytesIO(bytes(content)))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..\\b", "C:\\Windows\\x", "\\\\host\\x"]
)
def test_an_archive_whose_names_lead_out_of_it_is_refused(name: str) -> None:
    with pytest.raises(UnacceptableError):
        kind_of(io.BytesIO(make.archive({name: b"x"})))


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(make.archive({"a": b"x"}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnacceptableError, match="密码"):
        kind_of(io.BytesIO(bytes(content)))


@given(st.data())
def test_damage_is_a_refusal_and_never_anything_else(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SOUND)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(1, len(content)))])
    with contextlib.suppress(UnacceptableError):
        assert kind_of(io.BytesIO(cut)) in Kind


SOUND = [make.docx(), make.pdf(), make.png(), make.archive({"a": b"x", "b": b"y"})]


def test_the_name_must_agree_with_the_content() -> None:
    assert agreeing(Kind.JPEG, "jpeg")
    assert agreeing(Kind.JPEG, "jpg")
    assert agreeing(Kind.PDF, "")
    assert not agreeing(Kind.PDF, "png")
    assert not agreeing(Kind.PDF, "exe")


def test_the_file_stands_at_its_beginning_afterwards() -> None:
    file = io.BytesIO(make.pdf())
    kind_of(file)
    assert file.tell() == 0

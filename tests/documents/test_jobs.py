"""What the worker does: texts for search, copies for blind review, and no content without a document."""

from __future__ import annotations

import os
import threading
import time

import pytest
from django.db import connection, transaction

from innovalley.documents import actions, cleaning, jobs, storing, workshop
from innovalley.documents.kinds import Kind
from innovalley.documents.models import Document, TextState
from innovalley.documents.queries import texts_of
from tests.documents import files as make
from tests.documents import owners
from tests.registry.threads import beside
from tests.registry.work import work

pytestmark = pytest.mark.django_db


def upload(content: bytes, name: str) -> Document:
    owner = owners.user()
    return actions.upload_document(actor=owner, owner=owner, file=make.file(content), name=name)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.docx", make.docx("高温合金叶片"), "高温合金叶片"),
        ("a.pdf", make.pdf("Blade"), "Blade 0"),
        ("a.txt", "第一行\n第二行".encode("gb18030"), "第二行"),
        ("a.csv", "名称,值\n强度,5".encode("utf-16"), "强度,5"),
    ],
)
def test_texts_are_read(name: str, content: bytes, text: str) -> None:
    document = upload(content, name)
    jobs.prepare(document.pk)
    jobs.prepare(document.pk)
    document.refresh_from_db()
    assert document.text_state == TextState.DONE
    assert text in document.text
    assert texts_of(document.created_by) == [(document, document.text)]


def test_texts_of_tables_and_slides_are_read() -> None:
    import io

    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["抗压强度", 67])
    out = io.BytesIO()
    book.save(out)
    document = upload(out.getvalue(), "a.xlsx")
    jobs.prepare(document.pk)
    document.refresh_from_db()
    assert "抗压强度\t67" in document.text
    slides = make.archive(
        {
            "[Content_Types].xml": b'<Types><Override PartName="/x" ContentType="application/vnd.openxmlformats-'
            b'officedocument.presentationml.presentation.main+xml"/></Types>',
            "ppt/slides/slide10.xml": "<p:s><a:p><a:t>后</a:t></a:p></p:s>".replace("<p:s>", NS).encode(),
            "ppt/slides/slide2.xml": "<p:s><a:p><a:t>先</a:t></a:p></p:s>".replace("<p:s>", NS).encode(),
        }
    )
    document = upload(slides, "a.pptx")
    jobs.prepare(document.pk)
    document.refresh_from_db()
    assert document.text == "先\n后"


NS = '<p:s xmlns:p="p" xmlns:a="a">'


def test_what_was_deleted_in_a_docx_is_no_text_of_it() -> None:
    content = make.docx("保留")
    body = make.part(content, "word/document.xml")
    gone = "<w:p><w:del w:id='1'><w:r><w:delText>删去</w:delText></w:r></w:del></w:p>".encode()
    document = upload(
        make.repacked(content, {"word/document.xml": body.replace(b"<w:body>", b"<w:body>" + gone)}), "a.docx"
    )
    jobs.prepare(document.pk)
    document.refresh_from_db()
    assert "保留" in document.text
    assert "删去" not in document.text


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n" + b"garbage " * 50,
        make.repacked(make.docx(), {"word/document.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
        make.repacked(make.docx(), {"word/document.xml": b"<w:p>"}),
    ],
    ids=["no pdf", "entities", "cut off"],
)
def test_a_file_that_cannot_be_read_is_marked_and_stops_nothing(content: bytes) -> None:
    document = upload(content, "a")
    jobs.prepare(document.pk)
    document.refresh_from_db()
    assert (document.text_state, document.text, document.clean_sha256) == (TextState.FAILED, "", "")


def test_a_pdf_that_eats_memory_ends_at_the_limit() -> None:
    """A stream that unpacks into gigabytes."""
    import zlib

    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**24) for _ in range(250)) + packer.flush()
    packed = zlib.compress(packed)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream" % (
        len(packed),
        packed,
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>",
        stream,
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"xref\n0 5\n0000000000 65535 f \n%btrailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )
    document = upload(body + tail, "a.pdf")
    jobs.prepare(document.pk)
    document.refresh_from_db()
    assert document.text_state in (TextState.FAILED, TextState.NONE)
    assert document.text == ""


def test_the_process_sees_no_secrets_of_the_site(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    seen: dict[str, object] = {}

    def run(command: list[str], **options: object) -> object:
        seen.update(options)
        raise workshop.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(workshop.subprocess, "run", run)
    with pytest.raises(workshop.WorkError):
        workshop.text(storing.folder(), Kind.PDF)
    assert set(seen["env"]) == {"PYTHONPATH", "PATH"}  # type: ignore[call-overload]


@pytest.mark.django_db(transaction=True)
def test_the_worker_prepares_what_was_uploaded() -> None:
    document = upload(make.docx("高温合金叶片"), "a.docx")
    work()
    document.refresh_from_db()
    assert "高温合金叶片" in document.text
    clean = storing.path_of(document.clean_sha256).read_bytes()
    assert clean != storing.path_of(document.sha256).read_bytes()


def test_a_copy_is_made_when_it_is_asked_for_first_and_kept() -> None:
    document = upload(make.png(), "a.png")
    place = cleaning.clean_copy(document)
    assert make.AUTHOR.encode() not in place.read_bytes()
    assert cleaning.clean_copy(Document.objects.get()) == place
    place.unlink()
    assert cleaning.clean_copy(Document.objects.get()).exists()


@pytest.mark.parametrize("content", [make.archive({"a.txt": b"x"}), b"%PDF-1.7\ngarbage"])
def test_where_no_copy_can_be_made_the_original_is_not_given_instead(content: bytes) -> None:
    document = upload(content, "a")
    with pytest.raises(cleaning.CannotCleanError):
        cleaning.clean_copy(document)


def test_plain_text_is_its_own_copy() -> None:
    document = upload(b"text", "a.txt")
    assert cleaning.clean_copy(document) == storing.path_of(document.sha256)


# contents without rows -----------------------------------------------------------------------------


def age(seconds: float = 100) -> None:
    """Makes every content that old."""
    for path in storing.contents():
        os.utime(path, (time.time() - seconds,) * 2)


def test_contents_that_no_document_has_are_removed_and_others_stay() -> None:
    kept, gone = upload(make.png(), "a.png"), upload(make.pdf(), "a.pdf")
    copies = {cleaning.clean_copy(kept).name, cleaning.clean_copy(gone).name}
    assert len(copies) == 2
    actions.remove_document(actor=gone.created_by, document_id=gone.pk)
    age()
    assert jobs.remove_contents_without_rows(older_than_seconds=50) == 2
    kept.refresh_from_db()
    assert {path.name for path in storing.contents()} == {kept.sha256, kept.clean_sha256}


def test_a_content_whose_act_failed_is_removed_after_a_while() -> None:
    @transaction.atomic
    def fail() -> None:
        upload(make.pdf(), "a.pdf")
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert len(list(storing.contents())) == 1
    assert jobs.remove_contents_without_rows(older_than_seconds=50) == 0
    age()
    assert jobs.remove_contents_without_rows(older_than_seconds=50) == 1
    assert list(storing.contents()) == []


def test_what_a_killed_process_left_half_written_is_removed() -> None:
    upload(make.pdf(), "a.pdf")
    (storing.folder() / "unfinished" / "x").write_bytes(b"half")
    assert storing.drop_unfinished(older_than_seconds=50) == 0
    assert storing.drop_unfinished(older_than_seconds=-50) == 1
    jobs.clear_away()
    assert len(list(storing.contents())) == 1


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "x" * 64, "A" * 64])
def test_a_content_is_named_by_a_digest_alone(digest: str) -> None:
    with pytest.raises(ValueError):
        storing.path_of(digest)


@pytest.mark.django_db(transaction=True)
def test_an_old_content_that_is_being_added_again_is_not_removed_meanwhile() -> None:
    """The clearing away waits for the transaction of the upload, and then sees its row."""
    content = make.pdf()
    old = upload(content, "a.pdf")
    actions.remove_document(actor=old.created_by, document_id=old.pk)
    age()
    added, may_commit = threading.Event(), threading.Event()

    def add_again() -> Document:
        with transaction.atomic():
            document = upload(content, "b.pdf")
            added.set()
            assert may_commit.wait(30)
        return document

    with beside(add_again) as again:
        assert added.wait(30)
        with beside(lambda: jobs.remove_contents_without_rows(older_than_seconds=50)) as clearing:
            wait_for_a_waiting_lock()
            may_commit.set()
            assert clearing.result(30) == 0
        assert storing.path_of(again.result(30).sha256).read_bytes() == content


def wait_for_a_waiting_lock() -> None:
    """Returns when some connection waits for an advisory lock."""
    with connection.cursor() as cursor:
        for _look in range(20_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")

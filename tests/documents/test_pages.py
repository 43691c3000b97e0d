"""Downloads are checked each time, and a browser neither runs nor shows what is in them."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from innovalley.accounts.models import Role, User
from innovalley.documents import actions, urls
from innovalley.documents.models import Document
from tests.documents import files as make
from tests.documents import owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    """Whose files they are."""
    return owners.user()


@pytest.fixture
def document(owner: User) -> Document:
    """A DOCX of the owner."""
    file = make.file(make.docx())
    return actions.upload_document(actor=owner, owner=owner, file=file, name="王小明的方案.docx")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_download_is_the_file_and_harmless(owner: User, document: Document) -> None:
    response = signed_in(owner).get(document.get_absolute_url())
    assert response.streaming
    assert hashlib.sha256(body(response)).hexdigest() == document.sha256
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%8E%8B")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "private, no-store"


WHO = ["owner", "expert", "another", "office", "public"]
# address: who may
TABLE: dict[str, set[str]] = {
    "document": {"owner"},
    "document_clean": {"owner", "expert"},
    "document_remove": {"owner"},
    "document_upload": {"owner"},
}


def test_the_table_names_every_address_of_the_room() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(TABLE)


@pytest.mark.parametrize("who", WHO)
def test_each_address_opens_to_those_of_the_table_alone(who: str, owner: User, document: Document) -> None:
    roles = {"expert": Role.EXPERT, "another": Role.TEAM, "office": Role.OFFICE}
    client = Client() if who == "public" else signed_in(owner if who == "owner" else owners.user(roles[who]))
    for name, may in TABLE.items():
        if name == "document_upload":
            response = client.post(reverse(name, args=["accounts.user", owner.pk]), {"files": []})
        else:
            response = client.get(reverse(name, args=[document.uuid]))
        _ = body(response) if response.streaming else b""
        assert response.status_code in ((200, 302) if who in may else (403,)), name


def test_the_check_is_made_at_each_request(owner: User, document: Document) -> None:
    client = signed_in(owner)
    assert body(client.get(document.get_absolute_url()))
    actions.remove_document(actor=owner, document_id=document.pk)
    assert client.get(document.get_absolute_url()).status_code == 403
    assert client.get(reverse("document_clean", args=[document.uuid])).status_code == 403


def test_a_copy_for_blind_review_tells_nothing_of_whose_it_is(document: Document) -> None:
    response = signed_in(owners.user(Role.EXPERT)).get(reverse("document_clean", args=[document.uuid]))
    told = str(response.headers) + make.part(body(response), "word/comments.xml").decode()
    assert "%E9%99%84%E4%BB%B6%201.docx" in told  # 附件 1.docx
    for name in ("王小明", "%E7%8E%8B", make.AUTHOR):
        assert name not in told


def test_where_there_is_no_copy_a_page_says_so(owner: User) -> None:
    file = make.file(make.archive({"a.txt": b"x"}))
    document = actions.upload_document(actor=owner, owner=owner, file=file, name="王.zip")
    response = signed_in(owners.user(Role.EXPERT)).get(reverse("document_clean", args=[document.uuid]))
    assert response.status_code == 409
    assert "王" not in response.content.decode()


def test_a_content_that_is_lost_is_not_found(owner: User, document: Document, media: Any) -> None:
    from innovalley.documents import storing

    storing.path_of(document.sha256).unlink()
    assert signed_in(owner).get(document.get_absolute_url()).status_code == 404


def send(client: Client, owner: User, *files: SimpleUploadedFile, **more: str) -> Any:
    address = reverse("document_upload", args=["accounts.user", owner.pk])
    return client.post(address, {"files": list(files), "next": "/about/"} | more, follow=True)


def test_several_files_are_added_at_once_and_those_refused_are_named(owner: User) -> None:
    good = SimpleUploadedFile("方案.pdf", make.pdf())
    bad = SimpleUploadedFile("页面.svg", b"<svg onload='alert(1)'/>")
    response = send(signed_in(owner), owner, good, bad)
    assert response.redirect_chain[-1][0] == "/about/"
    text = response.content.decode()
    assert "方案.pdf" in text
    assert "页面.svg" in text
    assert "SVG" in text
    assert [d.name for d in Document.objects.all()] == ["方案.pdf"]


def test_a_file_that_is_too_large_is_cut_off_while_it_arrives(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MAX_BYTES", 1000)
    response = send(signed_in(owner), owner, SimpleUploadedFile("a.txt", b"x" * 500_000))
    assert "MB" in response.content.decode()
    assert not Document.objects.exists()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(owner: User, target: str) -> None:
    response = send(signed_in(owner), owner, SimpleUploadedFile("a.txt", b"x"), next=target)
    assert response.redirect_chain[-1][0] == "/"


def test_a_file_is_removed_after_a_question(owner: User, document: Document) -> None:
    client = signed_in(owner)
    address = reverse("document_remove", args=[document.uuid])
    assert "王小明的方案.docx" in client.get(address, {"next": "/about/"}).content.decode()
    assert client.post(address, {"next": "/about/"}).headers["Location"] == "/about/"
    assert Document.objects.get().removed_at is not None


def test_owners_of_other_kinds_are_not_found(owner: User) -> None:
    client = signed_in(owner)
    for owner_type in ("accounts.nothing", "auth.group", "nothing", "accounts.user"):
        address = reverse("document_upload", args=[owner_type, 999_999])
        assert client.post(address).status_code == 404

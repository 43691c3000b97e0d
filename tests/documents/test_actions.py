"""Files are added and removed by whom the owning room lets, within limits, once, and with an entry in the ledger."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from innovalley.accounts.models import User
from innovalley.accounts.permissions import Refused
from innovalley.documents import actions, storing
from innovalley.documents.kinds import UnacceptableError
from innovalley.documents.models import SEALED, Document
from innovalley.documents.queries import documents_of, documents_of_many
from innovalley.ledger.models import Entry
from tests.documents import files as make
from tests.documents import owners
from tests.registry.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    """Whose files they are."""
    return owners.user()


def upload(
    owner: User, content: bytes | None = None, name: str = "方案.pdf", actor: object = None
) -> Document:
    file = make.file(content if content is not None else make.pdf())
    return actions.upload_document(actor=actor or owner, owner=owner, file=file, name=name)


def test_a_file_is_kept_as_it_was_sent(owner: User) -> None:
    content = make.pdf()
    document = upload(owner, content)
    assert (document.name, document.kind, document.size) == ("方案.pdf", "pdf", len(content))
    assert storing.path_of(document.sha256).read_bytes() == content
    entry = Entry.objects.get(act="document.add")
    assert (entry.actor, entry.subject_id) == (owner, document.pk)
    assert entry.data["sha256"] == document.sha256
    assert "方案" not in str(entry.data), "names of files may tell who bids"


@pytest.mark.parametrize("actor", ["nobody", "another"])
def test_whom_the_owning_room_does_not_let_adds_nothing(owner: User, actor: str, media: object) -> None:
    with pytest.raises(Refused):
        upload(owner, actor=AnonymousUser() if actor == "nobody" else owners.user())
    assert not Document.objects.exists()
    assert list(storing.contents()) == []


def test_an_owner_that_no_room_registered_has_no_documents() -> None:
    group = Group.objects.create(name="x")
    with pytest.raises(Refused):
        actions.upload_document(actor=owners.user(), owner=group, file=make.file(make.pdf()), name="a.pdf")
    with pytest.raises(ObjectDoesNotExist):
        actions.attach_document(actor=None, owner=group, file=make.file(make.pdf()), name="a.pdf")


def test_the_state_of_the_owner_counts_as_it_stands_in_the_database(owner: User) -> None:
    """Someone closed it since this page was opened."""
    User.objects.filter(pk=owner.pk).update(language="closed")
    with pytest.raises(Refused):
        upload(owner)
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("方案.png", make.pdf()), ("方案.exe", make.pdf()), ("方案.pdf", b""), ("方案.svg", b"<svg/>"),
        ("方案.docm", make.docx()), ("方案.pdf.html", make.pdf()),
    ],
)  # fmt: skip
def test_a_file_whose_name_and_content_differ_is_refused(owner: User, name: str, content: bytes) -> None:
    with pytest.raises(UnacceptableError):
        upload(owner, content, name)
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["方案", "", "..", "\0", "方案."])
def test_a_name_without_an_ending_gets_that_of_its_content(owner: User, name: str) -> None:
    assert upload(owner, name=name).name.endswith(".pdf")


def test_limits_are_told(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_BYTES", 100)
    with pytest.raises(UnacceptableError, match="MB"):
        upload(owner)
    monkeypatch.setattr(actions, "MAX_BYTES", 50 * 1024**2)
    monkeypatch.setattr(actions, "MAX_DOCUMENTS", 2)
    for n in range(2):
        upload(owner, f"text {n}".encode(), "a.txt")
    with pytest.raises(UnacceptableError, match="2"):
        upload(owner)
    monkeypatch.setattr(actions, "MAX_DOCUMENTS", 20)
    monkeypatch.setattr(actions, "MAX_OWNER_BYTES", 30)
    with pytest.raises(UnacceptableError, match="合计"):
        upload(owner)
    monkeypatch.setattr(actions, "MAX_OWNER_BYTES", 10**9)
    monkeypatch.setattr(actions, "MAX_USER_FILES", 2)
    with pytest.raises(UnacceptableError, match="明天"):
        upload(owner)
    assert Document.objects.count() == 2


def test_the_same_file_sent_twice_is_added_once(owner: User) -> None:
    content = make.pdf()
    assert upload(owner, content) == upload(owner, content)
    other = upload(owner, content, "另一份.pdf")
    assert Document.objects.count() == 2
    assert len(list(storing.contents())) == 1
    assert other.sha256 == Document.objects.first().sha256  # type: ignore[union-attr]


def test_a_removed_file_is_gone_and_its_row_stays(owner: User) -> None:
    document = upload(owner)
    with pytest.raises(Refused):
        actions.remove_document(actor=owners.user(), document_id=document.pk)
    for _twice in range(2):
        actions.remove_document(actor=owner, document_id=document.pk)
    assert list(documents_of(owner)) == []
    assert Entry.objects.filter(act="document.remove").count() == 1
    assert upload(owner).pk != document.pk


def test_a_sealed_file_is_kept_without_a_look_inside(owner: User) -> None:
    document = actions.attach_sealed(actor=owner, owner=owner, file=io.BytesIO(b"\0secret"), name="附件1")
    assert (document.kind, document.name, document.text_state) == (SEALED, "附件1", "none")


def test_examining_tells_kind_and_name_and_keeps_nothing() -> None:
    assert actions.examine(make.file(make.pdf()), "a/方案.pdf") == ("pdf", "方案.pdf")
    assert list(storing.contents()) == []


def test_a_failed_act_leaves_no_document(owner: User) -> None:
    @transaction.atomic
    def fail() -> None:
        upload(owner)
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not Document.objects.exists()


def test_documents_of_many_owners_take_one_query(owner: User, django_assert_num_queries: object) -> None:
    other = owners.user()
    upload(owner)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = documents_of_many("accounts.user", [owner.pk, other.pk])
    assert [len(found[pk]) for pk in (owner.pk, other.pk)] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_do_not_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_DOCUMENTS", 3)
    owner = owners.user()
    results = at_once(*[lambda n=n: upload(owner, f"text {n}".encode(), f"{n}.txt") for n in range(6)])
    assert sum(isinstance(result, Document) for result in results) == 3
    assert sum(isinstance(result, UnacceptableError) for result in results) == 3
    assert Document.objects.count() == 3

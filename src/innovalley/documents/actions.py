"""The only write path of documents."""

from __future__ import annotations

import datetime as dt
from typing import IO, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from innovalley.accounts.permissions import require
from innovalley.documents import owners, storing
from innovalley.documents.kinds import ENDINGS, Kind, UnacceptableError, agreeing, kind_of
from innovalley.documents.models import SEALED, Document, TextState
from innovalley.documents.names import clean_name, ending_of
from innovalley.ledger.actions import record
from innovalley.ledger.queueing import defer

MAX_BYTES = 50 * 1024**2  # of one file
MAX_DOCUMENTS = 20  # of one owner
MAX_OWNER_BYTES = 400 * 1024**2  # of all files of one owner
MAX_USER_FILES = 200  # of one user within USER_PERIOD
USER_PERIOD = dt.timedelta(days=1)

_READABLE = {Kind.PDF, Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.TXT, Kind.CSV}


def upload_document(*, actor: Any, owner: models.Model, file: IO[bytes], name: str) -> Document:
    """Adds a file to `owner`, whose room decides whether `actor` may.

    The owner's row is locked meanwhile, so that limits and the owner's own state hold for two at once. The same
    content under the same name is added once.

    Raises:
        Refused: the actor may not add documents to this owner.
        UnacceptableError: type, name, size or number is not accepted; its text is for the sender.
    """
    require(actor, "documents.write", owner)  # before the work
    kind, sha256, size, shown = _examined(file, name)
    with transaction.atomic():
        owner = _locked(owner)
        require(actor, "documents.write", owner)
        return _attach(actor, owner, file, shown, kind, sha256, size)


@transaction.atomic
def attach_document(*, actor: Any, owner: models.Model, file: IO[bytes], name: str) -> Document:
    """As `upload_document`, inside an act of the owning room that has decided by itself that `actor` may.

    Raises:
        UnacceptableError
    """
    kind, sha256, size, shown = _examined(file, name)
    return _attach(actor, _locked(owner), file, shown, kind, sha256, size)


@transaction.atomic
def attach_sealed(*, actor: Any, owner: models.Model, file: IO[bytes], name: str) -> Document:
    """Adds content that the owning room has encrypted (and examined before, with `examine`).

    Raises:
        UnacceptableError: its size or number is not accepted.
    """
    sha256, size = storing.digest_of(file)
    _check_size(size)
    return _attach(actor, _locked(owner), file, clean_name(name) or "sealed", SEALED, sha256, size)


@transaction.atomic
def remove_document(*, actor: Any, document_id: int) -> Document:
    """Takes a document away from its owner. Its row stays; its content goes when no other row names it.

    Removing what is removed already changes nothing.

    Raises:
        Refused, Document.DoesNotExist
    """
    document = Document.objects.get(pk=document_id)
    owner = owners.load(document.owner_type, document.owner_id, lock=True)
    require(actor, "documents.write", owner)
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.removed_at is None:
        document.removed_at = timezone.now()
        document.text = ""
        document.save(update_fields=["removed_at", "text"])
        record(actor=actor, act="document.remove", subject=document, owner=_label(document))
    return document


def examine(file: IO[bytes], name: str) -> tuple[Kind, str]:
    """What the file is, and the name to show; for rooms that seal a file before they keep it.

    Raises:
        UnacceptableError
    """
    kind, _sha256, _size, shown = _examined(file, name)
    return kind, shown


def _examined(file: IO[bytes], name: str) -> tuple[Kind, str, int, str]:
    size = file.seek(0, 2)
    _check_size(size)
    shown = clean_name(name)
    ending = ending_of(shown)
    kind = kind_of(file, ending=ending)
    if not agreeing(kind, ending):
        raise UnacceptableError(
            _("By its content this is a %(kind)s file; its name ends otherwise. Please rename it.")
            % {"kind": kind.value.upper()}
        )
    if not ending:
        shown = f"{shown or _('document')}.{kind.value}"
    sha256, size = storing.digest_of(file)
    return kind, sha256, size, shown


def _check_size(size: int) -> None:
    if size == 0:
        raise UnacceptableError(_("The file is empty."))
    if size > MAX_BYTES:
        raise UnacceptableError(_("A file may have %(most)s MB at most.") % {"most": MAX_BYTES // 1024**2})


def _locked(owner: models.Model) -> models.Model:
    """The owner as it stands, its row locked.

    Raises:
        ObjectDoesNotExist: it is gone, or its kind was never registered.
    """
    found = owners.load(owners.type_of(owner), owner.pk, lock=True)
    if found is None:
        raise ObjectDoesNotExist(f"{owners.type_of(owner)} {owner.pk} is no owner of documents")
    return found


def _attach(
    actor: Any, owner: models.Model, file: IO[bytes], name: str, kind: str, sha256: str, size: int
) -> Document:
    there = Document.objects.filter(owner_type=owners.type_of(owner), owner_id=owner.pk, removed_at=None)
    if (same := there.filter(sha256=sha256, name=name).first()) is not None:
        return same
    _check_limits(actor, there, size)
    storing.keep(file, sha256)
    document = Document.objects.create(
        owner_type=owners.type_of(owner),
        owner_id=owner.pk,
        name=name,
        kind=kind,
        size=size,
        sha256=sha256,
        created_by=actor if getattr(actor, "is_authenticated", False) else None,
        text_state=TextState.WAITING if kind in _READABLE else TextState.NONE,
    )
    record(
        actor=actor,
        act="document.add",
        subject=document,
        owner=_label(document),
        kind=str(kind),
        size=size,
        sha256=sha256,
    )
    if kind in ENDINGS.values():
        defer("documents.prepare", key=f"documents.prepare:{document.pk}", document_id=document.pk)
    return document


def _check_limits(actor: Any, there: models.QuerySet[Document], size: int) -> None:
    if there.count() >= MAX_DOCUMENTS:
        raise UnacceptableError(_("No more than %(most)s files can be added here.") % {"most": MAX_DOCUMENTS})
    total = there.aggregate(total=Sum("size"))["total"] or 0
    if total + size > MAX_OWNER_BYTES:
        raise UnacceptableError(
            _("All files here may have %(most)s MB together.") % {"most": MAX_OWNER_BYTES // 1024**2}
        )
    if getattr(actor, "is_authenticated", False):
        since = timezone.now() - USER_PERIOD
        if Document.objects.filter(created_by=actor, created__gt=since).count() >= MAX_USER_FILES:
            raise UnacceptableError(_("You have added very many files today. Please go on tomorrow."))


def _label(document: Document) -> str:
    return f"{document.owner_type}:{document.owner_id}"

"""What the worker does for documents. Every job may be repeated."""

from __future__ import annotations

import contextlib
import logging
import time

from django.db import OperationalError, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from innovalley.documents import cleaning, storing, workshop
from innovalley.documents.kinds import Kind
from innovalley.documents.models import Document, TextState

GRACE_SECONDS = 24 * 3600  # before a content without a row goes: an upload may be under way

AGAIN = RetryStrategy(max_attempts=5, wait=5, retry_exceptions={OperationalError})
logger = logging.getLogger(__name__)


@app.task(name="documents.prepare", retry=AGAIN)
def prepare(document_id: int) -> None:
    """Reads a document's text, and makes its copy without metadata."""
    document = Document.objects.filter(pk=document_id, removed_at=None).first()
    if document is None:
        return
    if document.text_state == TextState.WAITING:
        read_text(document)
    if document.kind in cleaning.CLEANABLE:
        with contextlib.suppress(cleaning.CannotCleanError):
            cleaning.clean_copy(document)


@app.periodic(cron="41 3 * * *")
@app.task(name="documents.clear_away", queueing_lock="documents.clear_away")
def clear_away(timestamp: int = 0) -> None:
    """Removes contents that no row names any more."""
    removed = remove_contents_without_rows(older_than_seconds=GRACE_SECONDS)
    removed += storing.drop_unfinished(older_than_seconds=GRACE_SECONDS)
    if removed:
        logger.info("%s contents without a document were removed", removed)


def read_text(document: Document) -> None:
    """Keeps the text of `document`, and whether it could be read."""
    try:
        text = workshop.text(storing.path_of(document.sha256), Kind(document.kind))
        state = TextState.DONE if text.strip() else TextState.NONE
    except workshop.WorkError as error:
        logger.warning("the text of document %s could not be read: %s", document.pk, error)
        text, state = "", TextState.FAILED
    Document.objects.filter(pk=document.pk, removed_at=None).update(text=text, text_state=state)


def remove_contents_without_rows(*, older_than_seconds: float) -> int:
    """Removes each content of that age that no document has, neither as original nor as copy; returns how many."""
    removed = 0
    for path in storing.contents():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime > time.time() - older_than_seconds:
                continue
            removed += _remove_if_unused(path.name)
    return removed


def _remove_if_unused(sha256: str) -> int:
    with transaction.atomic():
        storing.hold(sha256, shared=False)
        standing = Document.objects.filter(removed_at=None)
        if standing.filter(sha256=sha256).exists() or standing.filter(clean_sha256=sha256).exists():
            return 0
        storing.path_of(sha256).unlink()
        return 1

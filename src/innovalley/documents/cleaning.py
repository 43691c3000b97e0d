"""Copies for blind review: the same content without authors, companies, places and other metadata.

The work on the bytes is done in a process of its own with limits (documents.workshop), since files are hostile.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from innovalley.documents import storing, workshop
from innovalley.documents.kinds import Kind
from innovalley.documents.models import Document

CLEANABLE = (Kind.PDF, Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.PNG, Kind.JPEG)
AS_IT_IS = (Kind.TXT, Kind.CSV)  # they hold nothing but their text


class CannotCleanError(Exception):
    """There is no copy without metadata; the text tells a reader why. The original is never shown instead."""


def clean_copy(document: Document) -> Path:
    """Where the copy of `document` without metadata lies; made when it is asked for first.

    Raises:
        CannotCleanError
    """
    if document.kind in AS_IT_IS:
        return storing.path_of(document.sha256)
    if document.clean_sha256 and (place := storing.path_of(document.clean_sha256)).exists():
        return place
    if document.kind not in CLEANABLE:
        raise CannotCleanError(_("Files of this type cannot be freed from what tells their author."))
    try:
        cleaned = workshop.cleaned(storing.path_of(document.sha256), Kind(document.kind))
    except workshop.WorkError as error:
        raise CannotCleanError(_("This file could not be freed from what tells its author.")) from error
    try:
        with cleaned.open("rb") as file, transaction.atomic():
            sha256, _size = storing.digest_of(file)
            place = storing.keep(file, sha256)
            Document.objects.filter(pk=document.pk).update(clean_sha256=sha256)
            document.clean_sha256 = sha256
            return place
    finally:
        os.unlink(cleaned)


def blind_name(document: Document) -> str:
    """A name for readers who must not learn whose file it is: by its place among the files of its owner."""
    earlier = Document.objects.filter(
        owner_type=document.owner_type, owner_id=document.owner_id, removed_at=None, pk__lte=document.pk
    ).count()
    return _("Attachment %(number)s") % {"number": earlier} + f".{document.kind}"

"""What pages read of documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import QuerySet

from innovalley.documents import owners
from innovalley.documents.models import Document


def documents_of(owner: models.Model) -> QuerySet[Document]:
    """The documents that hang on `owner`, oldest first, without their texts."""
    return (
        Document.objects.filter(owner_type=owners.type_of(owner), owner_id=owner.pk, removed_at=None)
        .select_related("created_by")
        .defer("text")
    )


def documents_of_many(owner_type: str, owner_ids: Iterable[int]) -> Mapping[int, list[Document]]:
    """By owner id, in one query, for lists."""
    found: dict[int, list[Document]] = {owner_id: [] for owner_id in owner_ids}
    rows = Document.objects.filter(owner_type=owner_type, owner_id__in=list(found), removed_at=None)
    for document in rows.defer("text"):
        found[document.owner_id].append(document)
    return found


def texts_of(owner: models.Model) -> list[tuple[Document, str]]:
    """Each document of `owner` that has a text, with it."""
    rows: Any = documents_of(owner).defer(None).exclude(text="")
    return [(document, document.text) for document in rows]

"""Files that hang on the objects of other rooms."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovalley.documents.kinds import Kind

SEALED = "sealed"  # encrypted by the owning room; nothing is known of what is inside


class TextState(models.TextChoices):
    """How far the reading of a document's text is."""

    WAITING = "waiting", _("text being read")
    DONE = "done", _("text read")
    NONE = "none", _("no text in it")
    FAILED = "failed", _("text could not be read")


class Document(models.Model):
    """One file of one owner. Its content lies on disk under `sha256` (see storing); a removed one keeps its row."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner_type = models.CharField(max_length=60)  # "challenges.bid", registered with documents.owners
    owner_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("type"), max_length=10)
    size = models.BigIntegerField(_("size"))  # bytes
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    text_state = models.CharField(max_length=8, choices=TextState.choices, default=TextState.WAITING)
    text = models.TextField(blank=True)
    clean_sha256 = models.CharField(max_length=64, blank=True)  # of the copy without metadata

    class Meta:
        ordering = ["id"]
        verbose_name = _("document")
        indexes = [
            models.Index(fields=["owner_type", "owner_id"], name="document_owner"),
            models.Index(fields=["sha256"], name="document_sha256"),
            models.Index(fields=["clean_sha256"], name="document_clean", condition=~Q(clean_sha256="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*Kind, SEALED]), name="document_kind_known"),
            models.CheckConstraint(
                condition=Q(text_state__in=TextState.values), name="document_text_state_known"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.uuid])

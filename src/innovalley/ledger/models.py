"""The append-only ledger: one entry for one act, sealed in batches into a Merkle tree.

The database refuses to change or delete entries, leaves, nodes and seals (see the migrations). No table refers to
entries by a constraint, which would only get in the way of those refusals: entries cannot go.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from innovalley.ledger.canonical import utc


class Entry(models.Model):
    """One act (存证记录)."""

    at = models.DateTimeField(_("time"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    act = models.CharField(_("act"), max_length=60)  # "demand.publish"
    subject_type = models.CharField(max_length=40)  # "challenges.demand"
    subject_id = models.BigIntegerField(null=True)  # null for an act on many (an import)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="entry_subject"),
            models.Index(
                models.F("data__receipt"), name="entry_receipt", condition=models.Q(data__has_key="receipt")
            ),
        ]
        verbose_name = _("ledger entry")

    def __str__(self) -> str:
        return f"{self.act} {self.subject_type} {self.subject_id}"

    def as_json(self) -> dict[str, Any]:
        """What its leaf hash is made of (ledger.canonical)."""
        return {
            "id": self.pk,
            "at": utc(self.at),
            "actor": self.actor_id,
            "act": self.act,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "data": self.data,
        }


class Unsealed(models.Model):
    """An entry that waits for its seal; a trigger writes it with the entry, in the same transaction.

    So it shows up when the entry does: one whose transaction ends late, with an id below sealed ones, is in the
    next seal instead of in none.
    """

    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    def __str__(self) -> str:
        return str(self.pk)


class Seal(models.Model):
    """The head of the tree after a batch: what is published, and what later can be checked against."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField(_("entries"), unique=True)  # in the tree so far
    root = models.CharField(_("head"), max_length=64)
    previous = models.CharField(max_length=64, blank=True)  # the root of the seal before
    at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1, size__gte=1), name="seal_counts_from_one"
            )
        ]
        verbose_name = _("seal")

    def __str__(self) -> str:
        return f"{self.number} {self.root[:12]}"


class Leaf(models.Model):
    """Where a sealed entry stands in the tree, from 0, and its leaf hash."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="leaf", db_constraint=False)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.index} {self.entry_id}"


class Node(models.Model):
    """The hash over the 2^level leaves from index · 2^level; kept for every eighth level (see tree)."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="node_once")]

    def __str__(self) -> str:
        return f"{self.level} {self.index}"

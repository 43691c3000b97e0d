"""The append-only ledger: one entry for one act."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One act (存证记录). The database refuses to change or delete it (see the first migration)."""

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
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="entry_subject")]
        verbose_name = _("ledger entry")

    def __str__(self) -> str:
        return f"{self.act} {self.subject_type} {self.subject_id}"

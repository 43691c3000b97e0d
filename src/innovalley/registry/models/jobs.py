"""What long work leaves behind: its progress, imports and their reports, proposals to merge, embeddings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField


class Progress(models.Model):
    """How far a job is; written outside its transaction, so that others see it move."""

    name = models.CharField(primary_key=True, max_length=80)  # "import-12", "embeddings"
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancelled = models.BooleanField(default=False)  # someone asked the job to stop
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="progress_done_up_to_total")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.done}/{self.total}"

    @property
    def percent(self) -> int:
        """0 to 100, whole; 0 while the total is not known."""
        return 100 * self.done // self.total if self.total else 0


class ImportRun(models.Model):
    """One uploaded table on its way into the registry."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=20)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    skip_existing = models.BooleanField(default=False)
    language = models.CharField(max_length=8, blank=True)  # of the report
    queued = models.BooleanField(default=True)  # jobs check and write it; else the command line does
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    report = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["checking", "checked", "importing", "done", "cancelled"],
                ),
                name="import_run_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def progress_name(self) -> str:
        """The name of this run's Progress row."""
        return f"import-{self.pk}"


class MergeProposal(models.Model):
    """Two rows that may be one and the same; a person decides, nothing is merged by itself."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MERGED = "merged", _("Merged")
        REFUSED = "refused", _("Different")

    kind = models.CharField(max_length=12)  # "organisation" or "person"
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    score = models.PositiveSmallIntegerField()  # 0 to 100
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "first_id", "second_id"], name="merge_proposal_once"),
            models.CheckConstraint(condition=Q(first_id__lt=F("second_id")), name="merge_proposal_ordered"),
            models.CheckConstraint(
                condition=Q(kind__in=["organisation", "person"]), name="merge_proposal_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_id} = {self.second_id}?"


class Embedding(models.Model):
    """The vector of a text, known by the text's hash: what does not change is never embedded again."""

    model = models.CharField(max_length=80)
    text_hash = models.BinaryField(max_length=32)  # SHA-256 of the text as it was given to the model
    vector = VectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "text_hash"], name="embedding_once")]

    def __str__(self) -> str:
        return f"{self.model} {bytes(self.text_hash).hex()[:8]}"

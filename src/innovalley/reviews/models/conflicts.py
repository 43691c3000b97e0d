"""Who may not judge what, and what officers ruled out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovalley.engine.panels.conflicts import Ground
from innovalley.registry.models import Organisation, Person
from innovalley.reviews.models.rounds import Item


class ConflictRecord(models.Model):
    """回避: one reason why an expert, or an officer (`user`), may not deal with an item.

    An officer may ask with a reason that it be set aside, and a second officer may grant it: never the same one.
    Found ones that the facts no longer show are `gone`, and stay as history.
    """

    class Grounds(models.TextChoices):
        SELF = Ground.SELF.value, _("Is one of the people judged")
        SAME_ORGANISATION = Ground.SAME_ORGANISATION.value, _("Same organisation")
        FORMER_ORGANISATION = Ground.FORMER_ORGANISATION.value, _("Former organisation")
        RELATED_ORGANISATION = Ground.RELATED_ORGANISATION.value, _("Related organisation")
        JOINT_WORK = Ground.JOINT_WORK.value, _("Joint work")
        DECLARED = Ground.DECLARED.value, _("Declared tie")

    item = models.ForeignKey(Item, models.CASCADE, related_name="conflicts")
    expert = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ground = models.CharField(_("ground"), max_length=24, choices=Grounds.choices)
    other_person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    other_organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    source = models.CharField(_("source"), max_length=200)  # as the engine says it, see reviews.wording
    found_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    overridden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item__number", "id"]
        verbose_name = _("conflict of interest")
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=[g.value for g in Ground]), name="conflict_ground_known"
            ),
            models.CheckConstraint(condition=Q(expert=None) ^ Q(user=None), name="conflict_of_one"),
            models.UniqueConstraint(
                fields=["item", "expert", "user", "ground", "other_person", "other_organisation", "source"],
                nulls_distinct=False,
                name="conflict_once",
            ),
            models.CheckConstraint(
                condition=Q(overridden_by=None)
                | (Q(asked_by__isnull=False) & ~Q(asked_by=F("overridden_by")) & ~Q(reason="")),
                name="conflict_overridden_by_a_second",
            ),
            models.CheckConstraint(
                condition=Q(overridden_by=None, overridden_at=None)
                | Q(overridden_by__isnull=False, overridden_at__isnull=False),
                name="conflict_overridden_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["expert"], name="conflict_expert"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.expert_id or self.user_id} {self.ground}"

    @property
    def holds(self) -> bool:
        """Whether it still bars."""
        return self.gone_at is None and self.overridden_by_id is None


HOLDS = Q(gone_at=None, overridden_by=None)


class ForbiddenPair(models.Model):
    """An officer ruled this expert out for this item."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="forbidden")
    expert = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "expert"], name="forbidden_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="forbidden_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.expert_id}"

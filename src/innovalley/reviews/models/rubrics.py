"""What is judged, with which weight, on which scale."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Rubric(models.Model):
    """评分标准: criteria whose weights sum to 100 (the database checks it when a transaction ends)."""

    title_zh = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("rubric")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if get_language() == "en" and self.title_en else self.title_zh


class Criterion(models.Model):
    """评分项: points = weight × value / maximum. `levels` says what scores mean, best first.

    A level is {"value": "8", "zh": "…", "en": "…"}: from this value up to the next level's.
    """

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    name_zh = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    help_zh = models.CharField(_("what to look at"), max_length=400, blank=True)
    help_en = models.CharField(_("what to look at (English)"), max_length=600, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=3)
    minimum = models.DecimalField(_("lowest"), max_digits=6, decimal_places=2, default=Decimal(0))
    maximum = models.DecimalField(_("highest"), max_digits=6, decimal_places=2, default=Decimal(10))
    step = models.DecimalField(_("step"), max_digits=6, decimal_places=2, default=Decimal("0.5"))
    levels = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["rubric", "position"]
        verbose_name = _("criterion")
        constraints = [
            models.UniqueConstraint(fields=["rubric", "position"], name="criterion_position_unique"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=100), name="criterion_weight_range"),
            models.CheckConstraint(
                condition=Q(minimum__gte=0) & Q(minimum__lt=F("maximum")), name="criterion_scale_ordered"
            ),
            models.CheckConstraint(condition=Q(step__gt=0), name="criterion_step_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh

    @property
    def help(self) -> str:
        """What to look at, in the reader's language."""
        return self.help_en if get_language() == "en" and self.help_en else self.help_zh

    @property
    def meanings(self) -> list[tuple[Decimal, str]]:
        """(value, what it means) in the reader's language, best first."""
        in_english = get_language() == "en"
        known: list[dict[str, Any]] = self.levels
        found = [
            (Decimal(each["value"]), str((in_english and each.get("en")) or each.get("zh", "")))
            for each in known
        ]
        return sorted(found, key=lambda level: -level[0])

    def is_on_scale(self, value: Decimal) -> bool:
        """Whether an expert may give `value`."""
        return self.minimum <= value <= self.maximum and (value - self.minimum) % self.step == 0

"""Achievements: what a team can show."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models.organisations import Organisation
from innovalley.registry.models.people import Team
from innovalley.registry.models.specs import SpecRow
from innovalley.registry.models.taxonomies import Field


class Achievement(models.Model):
    """成果: evidence that a team can do something."""

    class Kind(models.TextChoices):
        TECHNOLOGY = "technology", _("Technology")
        EQUIPMENT = "equipment", _("Equipment")
        MATERIAL = "material", _("Material")
        SOFTWARE = "software", _("Software")
        PROCESS = "process", _("Process")
        PROTOTYPE = "prototype", _("Prototype")

    key = models.CharField(_("number"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True, max_length=20000)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    text_en = models.TextField(_("English text"), blank=True, max_length=20000)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="achievements", verbose_name=_("team")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="achievements", verbose_name=_("organisation")
    )
    field = models.ForeignKey(Field, models.PROTECT, null=True, blank=True, verbose_name=_("field"))
    trl = models.PositiveSmallIntegerField(_("technology readiness level"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, blank=True)
    ip = models.CharField(_("intellectual property"), max_length=400, blank=True)  # numbers joined by |
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-year", "title", "id"]
        verbose_name = _("achievement")
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="achievement_key_unique"),
            models.CheckConstraint(condition=Q(trl__gte=1, trl__lte=9), name="achievement_trl_1_to_9"),
            models.CheckConstraint(condition=Q(year__gte=1900, year__lte=2100), name="achievement_year_sane"),
        ]
        indexes = [
            models.Index(F("year").desc(nulls_last=True), F("title"), F("id"), name="achievement_list_order")
        ]

    def __str__(self) -> str:
        return self.display_title

    @property
    def display_title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def display_text(self) -> str:
        """The text in the reader's language; its specs refer to `text`."""
        return self.text_en if get_language() == "en" and self.text_en else self.text

    @property
    def ip_numbers(self) -> list[str]:
        """The numbers of patents, software copyrights and the like."""
        return [number.strip() for number in self.ip.split("|") if number.strip()]

    def get_absolute_url(self) -> str:
        return reverse("achievement", args=[self.pk])


class AchievementSpec(SpecRow):
    """A spec the achievement states as reached."""

    achievement = models.ForeignKey(Achievement, models.CASCADE, related_name="specs")

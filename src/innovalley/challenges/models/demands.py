"""Demands: a company's technical problem with its specifications."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models import Field, Industry, Organisation, Region, SpecRow


class DemandState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    VETTED = "vetted", _("Vetted")
    PUBLISHED = "published", _("Published")
    AWARDED = "awarded", _("Awarded")
    FAILED = "failed", _("Closed without a winner")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Demand(models.Model):
    """技术需求. Money is in fen; `version` counts saves, so that two tabs cannot overwrite each other."""

    class Rights(models.TextChoices):
        COMPANY = "company", _("Results belong to the company")
        SHARED = "shared", _("Results are shared")
        TEAM_LICENCE = "team_licence", _("Results stay with the team, the company gets a licence")

    class Kind(models.TextChoices):
        NEW_PRODUCT = "new_product", _("New product")
        PROCESS = "process", _("Process")
        EQUIPMENT = "equipment", _("Equipment")
        SOFTWARE = "software", _("Software")
        SERVICE = "service", _("Technical service")

    key = models.CharField(_("number"), max_length=40, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="demands", verbose_name=_("company")
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=20000, blank=True)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    text_en = models.TextField(_("English text"), max_length=20000, blank=True)
    field = models.ForeignKey(Field, models.PROTECT, null=True, blank=True, verbose_name=_("field"))
    industry = models.ForeignKey(Industry, models.PROTECT, null=True, blank=True, verbose_name=_("industry"))
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    budget_min_fen = models.BigIntegerField(_("budget from"), null=True, blank=True)
    budget_max_fen = models.BigIntegerField(_("budget to"), null=True, blank=True)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    rights = models.CharField(_("rights"), max_length=12, choices=Rights.choices, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=DemandState.choices, default=DemandState.DRAFT
    )
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = _("demand")
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="demand_key_unique"),
            models.CheckConstraint(condition=Q(state__in=DemandState.values), name="demand_state_known"),
            models.CheckConstraint(
                condition=Q(budget_min_fen__gte=0) & Q(budget_min_fen__lte=F("budget_max_fen")),
                name="demand_budget_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(state=DemandState.PUBLISHED) | Q(published_at__isnull=False),
                name="demand_published_has_time",
            ),
        ]
        indexes = [
            # The very orders of queries.py, with the id as the tie-breaker.
            models.Index(
                F("state"), F("published_at").desc(nulls_last=True), F("id").desc(), name="demand_newest"
            ),
            models.Index(F("state"), F("deadline"), F("id").desc(), name="demand_deadline"),
            models.Index(
                F("state"), F("budget_max_fen").desc(nulls_last=True), F("id").desc(), name="demand_budget"
            ),
            models.Index(F("organisation"), F("updated").desc(), name="demand_own"),
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

    def get_absolute_url(self) -> str:
        return reverse("demand", args=[self.pk])


class DemandSpec(SpecRow):
    """A spec the solution must reach."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="specs")


class DemandComment(models.Model):
    """What the office told the company, kept with the demand (a return has its reason here)."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("text"), max_length=4000)
    act = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]

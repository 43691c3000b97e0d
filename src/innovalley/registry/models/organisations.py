"""Organisations, who holds shares in whom, and which users act for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models.taxonomies import Industry, Region


class Organisation(models.Model):
    """单位: a company, university, institute, office or park operator."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        UNIVERSITY = "university", _("University")
        INSTITUTE = "institute", _("Research institute")
        OFFICE = "office", _("Government office")
        PARK = "park", _("Park operator")
        OTHER = "other", _("Other")

    class Scale(models.TextChoices):
        LARGE = "large", _("Large")
        MEDIUM = "medium", _("Medium")
        SMALL = "small", _("Small")
        MICRO = "micro", _("Micro")

    code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    name_zh = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    scale = models.CharField(_("scale"), max_length=8, choices=Scale.choices, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    industries = models.ManyToManyField(Industry, blank=True, verbose_name=_("industries"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries", verbose_name=_("parent")
    )
    founded = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)
    website = models.URLField(_("website"), blank=True)
    summary_zh = models.TextField(_("summary"), blank=True, max_length=2000)
    summary_en = models.TextField(_("English summary"), blank=True, max_length=2000)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    is_sample = models.BooleanField(_("sample"), default=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name_zh"]
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="organisation_code_unique"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="organisation_not_own_parent"),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="organisation_not_merged_into_self"
            ),
        ]
        indexes = [
            models.Index(
                fields=["name_zh", "id"], condition=Q(merged_into=None), name="organisation_list_order"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh

    @property
    def summary(self) -> str:
        """The summary in the reader's language."""
        return self.summary_en if get_language() == "en" and self.summary_en else self.summary_zh

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.pk])


class Holding(models.Model):
    """`holder` holds `percent` of `held`; conflicts of interest are read from it."""

    holder = models.ForeignKey(
        Organisation, models.CASCADE, related_name="holdings", verbose_name=_("holder")
    )
    held = models.ForeignKey(
        Organisation, models.CASCADE, related_name="held_by", verbose_name=_("company held")
    )
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("holding")
        constraints = [
            models.UniqueConstraint(fields=["holder", "held"], name="holding_unique"),
            models.CheckConstraint(condition=~Q(holder=F("held")), name="holding_not_of_self"),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100), name="holding_percent_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.percent} % {self.held}"


class Membership(models.Model):
    """A user acts for an organisation."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )

    class Meta:
        verbose_name = _("user account")
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"

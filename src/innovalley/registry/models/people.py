"""Persons and the teams they form."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models.organisations import Organisation
from innovalley.registry.models.taxonomies import Field


class Person(models.Model):
    """人员. E-mail and telephone are never shown to the public."""

    key = models.CharField(_("number"), max_length=40, blank=True)  # the id an import knows it by
    name_zh = models.CharField(_("full name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="persons", verbose_name=_("organisation")
    )
    title = models.CharField(_("professional title"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    orcid = models.CharField("ORCID", max_length=19, blank=True)
    fields = models.ManyToManyField(Field, blank=True, verbose_name=_("fields"))
    summary_zh = models.TextField(_("summary"), blank=True, max_length=2000)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="person"
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["name_zh", "id"]
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="person_key_unique"),
            models.UniqueConstraint(fields=["orcid"], condition=~Q(orcid=""), name="person_orcid_unique"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="person_not_merged_into_self"),
        ]
        indexes = [
            models.Index(fields=["name_zh", "id"], condition=Q(merged_into=None), name="person_list_order")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


class Team(models.Model):
    """团队: the unit that bids and delivers."""

    key = models.CharField(_("number"), max_length=40, blank=True)
    name_zh = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="teams", verbose_name=_("organisation")
    )
    leader = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="led_teams", verbose_name=_("leader")
    )
    members = models.ManyToManyField(Person, through="TeamMember", related_name="teams")
    field = models.ForeignKey(Field, models.PROTECT, null=True, blank=True, verbose_name=_("field"))
    summary_zh = models.TextField(_("summary"), blank=True, max_length=2000)
    summary_en = models.TextField(_("English summary"), blank=True, max_length=2000)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["name_zh", "id"]
        verbose_name = _("team")
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="team_key_unique")]
        indexes = [models.Index(fields=["name_zh", "id"], name="team_list_order")]

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
        return reverse("team", args=[self.pk])


class TeamMember(models.Model):
    """A person in a team."""

    team = models.ForeignKey(Team, models.CASCADE)
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("person"))

    class Meta:
        verbose_name = _("team member")
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="team_member_unique")]

    def __str__(self) -> str:
        return f"{self.person} – {self.team}"

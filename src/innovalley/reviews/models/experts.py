"""The pool of experts, where they worked before, and the ties they declare."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models import Field, Organisation, Person


class ExpertKind(models.TextChoices):
    """What an expert can judge."""

    TECHNICAL = "technical", _("Technical")
    FINANCE = "finance", _("Finance")
    INDUSTRY = "industry", _("Industry and market")
    MANAGEMENT = "management", _("Management")


class ExpertProfile(models.Model):
    """A person of the registry who reviews (专家)."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="expert_profile")
    fields = models.ManyToManyField(Field, blank=True, verbose_name=_("fields"))
    kinds = ArrayField(
        models.CharField(max_length=12, choices=ExpertKind.choices), verbose_name=_("kinds"), default=list
    )
    is_outside = models.BooleanField(_("from outside the province"), default=False)
    max_load = models.PositiveSmallIntegerField(_("reviews a round at most"), null=True, blank=True)
    is_active = models.BooleanField(_("takes part"), default=True)
    created = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["person__name_zh", "id"]
        verbose_name = _("expert")
        constraints = [
            models.CheckConstraint(
                condition=Q(kinds__contained_by=ExpertKind.values), name="expert_kinds_known"
            ),
            models.CheckConstraint(condition=Q(max_load__gte=1), name="expert_max_load_positive"),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def kind_labels(self) -> list[str]:
        """The kinds in the reader's language."""
        return [str(ExpertKind(kind).label) for kind in self.kinds]


class Affiliation(models.Model):
    """Where a person worked besides or before the present organisation; `until` None means still."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("lasted until"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-until", "id"]
        verbose_name = _("former organisation")
        constraints = [
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="affiliation_ordered"),
            models.UniqueConstraint(
                fields=["person", "organisation", "until"],
                nulls_distinct=False,
                name="affiliation_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.organisation}"


class Declaration(models.Model):
    """A tie that a person declares: to another person or to an organisation (回避申报)."""

    class Kind(models.TextChoices):
        KINSHIP = "kinship", _("Kinship")
        ADVISER = "adviser", _("Teacher and student")
        ADVISORY = "advisory", _("Adviser or consultant")
        INTEREST = "interest", _("Financial interest")
        DISPUTE = "dispute", _("Dispute")
        OTHER = "other", _("Other")

    person = models.ForeignKey(Person, models.CASCADE, related_name="declarations")
    other_person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    other_organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("lasted until"), null=True, blank=True)
    note = models.CharField(_("remark"), max_length=300, blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("declared tie")
        constraints = [
            models.CheckConstraint(
                condition=Q(other_person=None) ^ Q(other_organisation=None), name="declaration_one_other"
            ),
            models.CheckConstraint(
                condition=~Q(other_person=F("person")), name="declaration_not_with_oneself"
            ),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="declaration_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.other}"

    @property
    def other(self) -> Person | Organisation | None:
        """With whom."""
        return self.other_person or self.other_organisation

"""A round of review and what is reviewed in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models import Organisation, Person
from innovalley.reviews.models.rubrics import Rubric


class RoundState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ASSIGNING = "assigning", _("Assigning experts")
    REVIEWING = "reviewing", _("Under review")
    CLOSED = "closed", _("Closed")


class Blindness(models.TextChoices):
    """Who does not know whom."""

    NONE = "none", _("Open: everyone knows everyone")
    SINGLE = "single", _("Single blind: applicants do not know the experts")
    DOUBLE = "double", _("Double blind: neither knows the other")


class Round(models.Model):
    """一轮评审: items of one kind, judged by panels under one rubric.

    needs      [{"attribute": "kind", "value": "finance", "count": 1}, {"attribute": "outside", "percent": 40},
               {"attribute": "field", "count": 1}], see reviews.settings.Need
    group_limits  {"org": 1}
    windows    {"organisation": 3, "joint_work": 3, "declared": 3}, in years
    seed       drawn and published before experts are assigned
    """

    class Kind(models.TextChoices):
        DOCUMENTS = "documents", _("Review of documents")
        VISIT = "visit", _("Site visit")
        INTERVIEW = "interview", _("Interview")

    class Objective(models.TextChoices):
        TOTAL = "total", _("Best fit in total")
        FAIR = "fair", _("The weakest panel as good as can be")

    title_zh = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DOCUMENTS)
    subject_type = models.CharField(max_length=40)  # registered in reviews.subjects
    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="rounds", verbose_name=_("rubric"))
    blind = models.CharField(
        _("blindness"), max_length=6, choices=Blindness.choices, default=Blindness.DOUBLE
    )
    panel_size = models.PositiveSmallIntegerField(_("experts a panel"), default=5)
    max_load = models.PositiveSmallIntegerField(_("reviews of one expert at most"), default=8)
    min_load = models.PositiveSmallIntegerField(_("reviews of one expert at least"), default=0)
    group_limits = models.JSONField(default=dict, blank=True)
    needs = models.JSONField(default=list, blank=True)
    windows = models.JSONField(default=dict, blank=True)
    objective = models.CharField(
        _("objective"), max_length=6, choices=Objective.choices, default=Objective.TOTAL
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RoundState.choices, default=RoundState.DRAFT)
    seed = models.BigIntegerField(_("seed"), null=True, blank=True)
    seed_published_at = models.DateTimeField(null=True, blank=True)
    fits_ready_at = models.DateTimeField(null=True, blank=True)
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chair"),
    )
    minutes = models.TextField(_("minutes"), max_length=20000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("round")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_known"),
            models.CheckConstraint(condition=Q(blind__in=Blindness.values), name="round_blind_known"),
            models.CheckConstraint(condition=Q(panel_size__gte=1), name="round_panel_size_positive"),
            models.CheckConstraint(
                condition=Q(max_load__gte=1) & Q(min_load__lte=F("max_load")), name="round_loads_ordered"
            ),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="round_window_ordered"),
            models.CheckConstraint(
                condition=Q(state=RoundState.DRAFT) | Q(seed__isnull=False, seed_published_at__isnull=False),
                name="round_seed_before_assignment",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.REVIEWING) | Q(closes_at__isnull=False),
                name="round_reviewing_has_end",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if get_language() == "en" and self.title_en else self.title_zh

    @property
    def hides_parties(self) -> bool:
        """Whether experts must not learn whose item they judge."""
        return self.blind == Blindness.DOUBLE

    @property
    def hides_experts(self) -> bool:
        """Whether applicants must not learn who judged."""
        return self.blind != Blindness.NONE

    def get_absolute_url(self) -> str:
        return reverse("round", args=[self.pk])


class Item(models.Model):
    """What is reviewed, known to experts by its number alone; numbers are drawn, not given in order."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="items")
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["round", "number"]
        verbose_name = _("item")
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="item_number_unique"),
            models.UniqueConstraint(fields=["round", "subject_type", "subject_id"], name="item_once_a_round"),
            models.CheckConstraint(condition=Q(number__gte=1), name="item_number_positive"),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="item_subject")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What experts call it: "方案 3"."""
        return gettext("Proposal %(number)s") % {"number": self.number}


class ItemParty(models.Model):
    """Somebody behind an item: a person, or an organisation."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="parties")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(person=None) ^ Q(organisation=None), name="item_party_one"),
            models.UniqueConstraint(fields=["item", "person"], name="item_party_person_once"),
            models.UniqueConstraint(fields=["item", "organisation"], name="item_party_organisation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.person_id or self.organisation_id}"

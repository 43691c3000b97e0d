"""Calls (榜单): a published batch of demands, each in it a challenge (榜题), with rules, window and custodians."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from innovalley.challenges.call_rules import CallRules, Funding, PanelSettings
from innovalley.challenges.models.demands import Demand
from innovalley.registry.models import SpecRow


class CallState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for bids")
    CLOSED = "closed", _("Closed for bids")
    REVIEWING = "reviewing", _("Under review")
    NOTICED = "noticed", _("On public notice")
    DECIDED = "decided", _("Decided")


class Call(models.Model):
    """榜单. Money is in fen; `version` counts saves of the draft.

    The window is [opens_at, deadline_at): a bid handed in at the deadline itself is late. `public_key` seals the
    bids; its private half exists nowhere but in the shares of the custodians (see engine.sealing).
    """

    class Mode(models.TextChoices):
        OPEN = "open", _("Open challenge")
        RACE = "race", _("Race")
        JOINT = "joint", _("Joint effort")

    number = models.CharField(_("number"), max_length=24, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=20000, blank=True)
    text_en = models.TextField(_("English text"), max_length=20000, blank=True)
    programme = models.CharField(_("programme"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    mode = models.CharField(_("mode"), max_length=8, choices=Mode.choices, default=Mode.OPEN)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    rules_json = models.JSONField(default=dict)  # CallRules
    funding_json = models.JSONField(default=dict)  # Funding
    panel_json = models.JSONField(default=dict)  # PanelSettings
    documents = models.JSONField(_("required documents"), default=list)  # names
    notice_working_days = models.PositiveSmallIntegerField(_("working days of the public notice"), default=5)
    money_available_fen = models.BigIntegerField(_("money available"), null=True, blank=True)
    threshold = models.PositiveSmallIntegerField(_("custodians needed to open"), default=2)
    public_key = models.BinaryField(null=True, max_length=32)
    state = models.CharField(_("state"), max_length=10, choices=CallState.choices, default=CallState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)
    bids_opened_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["-deadline_at", "-id"]
        verbose_name = _("call")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_state_known"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("deadline_at")), name="call_window_ordered"),
            models.CheckConstraint(condition=Q(threshold__gte=2), name="call_threshold_two_or_more"),
            models.CheckConstraint(condition=Q(money_available_fen__gte=0), name="call_money_not_negative"),
            models.CheckConstraint(
                condition=Q(state=CallState.DRAFT)
                | Q(
                    public_key__isnull=False,
                    opens_at__isnull=False,
                    deadline_at__isnull=False,
                    published_at__isnull=False,
                ),
                name="call_published_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(bids_opened_at__isnull=True)
                | ~Q(state__in=[CallState.DRAFT, CallState.OPEN]) & Q(bids_opened_at__gte=F("deadline_at")),
                name="call_bids_opened_after_deadline",
            ),
        ]
        indexes = [models.Index(fields=["state", "deadline_at"], name="call_due")]

    def __str__(self) -> str:
        return self.display_title

    @property
    def display_title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def display_text(self) -> str:
        """The text in the reader's language."""
        return self.text_en if get_language() == "en" and self.text_en else self.text

    @property
    def rules(self) -> CallRules:
        """Who may bid."""
        return CallRules.from_json(self.rules_json)

    @property
    def funding(self) -> Funding:
        """How the money may lie."""
        return Funding.from_json(self.funding_json)

    @property
    def panel(self) -> PanelSettings:
        """How bids are reviewed."""
        return PanelSettings.from_json(self.panel_json)

    def accepts(self, at: dt.datetime) -> bool:
        """Whether a bid handed in at this instant is in time; the rule that submissions are held to."""
        is_open = self.state == CallState.OPEN and self.opens_at is not None and self.deadline_at is not None
        return is_open and self.opens_at <= at < self.deadline_at  # type: ignore[operator]

    def get_absolute_url(self) -> str:
        return reverse("call", args=[self.number])


class Challenge(models.Model):
    """榜题: a published demand in a call, with its required specs as they stood then."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="challenges")
    demand = models.ForeignKey(Demand, models.PROTECT, related_name="challenges")
    number = models.PositiveSmallIntegerField(_("number"))
    max_winners = models.PositiveSmallIntegerField(_("winners at most"), default=1)
    max_fund_fen = models.BigIntegerField(_("fiscal support at most"), null=True, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("challenge")
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="challenge_number_unique"),
            models.UniqueConstraint(fields=["call", "demand"], name="challenge_demand_once"),
            models.CheckConstraint(condition=Q(max_winners__gte=1), name="challenge_has_a_winner"),
            models.CheckConstraint(condition=Q(max_fund_fen__gte=0), name="challenge_fund_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.demand}"


class ChallengeSpec(SpecRow):
    """A required spec, copied from the demand when the call was published: what bids are measured by."""

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="specs")


class Custodian(models.Model):
    """A keeper of one share of a call's key; of the passphrase only a public key is kept.

    `contribution` is the share that the custodian opened, encrypted by the site's key; it is forgotten when the
    bids are open.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="custodians")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="custodianships")
    salt = models.BinaryField(null=True, max_length=16)
    public_key = models.BinaryField(null=True, max_length=32)
    ready_at = models.DateTimeField(null=True)
    sealed_share = models.BinaryField(null=True)
    contributed_at = models.DateTimeField(null=True)
    contribution = models.BinaryField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("custodian")
        constraints = [
            models.UniqueConstraint(fields=["call", "user"], name="custodian_once"),
            models.CheckConstraint(
                condition=Q(public_key__isnull=False, salt__isnull=False, ready_at__isnull=False)
                | Q(public_key__isnull=True, salt__isnull=True, ready_at__isnull=True),
                name="custodian_key_whole",
            ),
            models.CheckConstraint(
                condition=Q(contributed_at__isnull=True) | Q(sealed_share__isnull=False),
                name="custodian_contributes_a_share",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Extension(models.Model):
    """A later deadline, for all bidders of a call, made before the earlier one had passed."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="extensions")
    old_deadline = models.DateTimeField(_("deadline before"))
    new_deadline = models.DateTimeField(_("deadline now"))
    reason = models.TextField(_("reason"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_deadline__gt=F("old_deadline")), name="extension_is_later"
            ),
            models.CheckConstraint(
                condition=Q(at__lt=F("old_deadline")), name="extension_before_the_deadline"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.old_deadline} → {self.new_deadline}"

"""Bids (揭榜方案): drafts, sealed envelopes, and what came out of the envelopes when they were opened.

Before the opening nothing in the database tells which challenge an envelope is for: that stands only inside.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovalley.challenges.call_rules import Source
from innovalley.challenges.models.calls import Call, Challenge
from innovalley.registry.models import Organisation, SpecRow, Team

SOURCES = [
    (Source.FISCAL.value, _("Fiscal money")),
    (Source.POSTER.value, _("Money of the demanding company")),
    (Source.OWN.value, _("Own money")),
]


class BidState(models.TextChoices):
    """Where a bid stands. Drafts and submitted ones are BidDraft and Envelope; a Bid begins opened."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Sealed")
    OPENED = "opened", _("Bid opened")
    REPLACED = "replaced", _("Replaced by a later one")
    ELIGIBLE = "eligible", _("Eligible")
    INELIGIBLE = "ineligible", _("Not eligible")
    REVIEWED = "reviewed", _("Reviewed")
    RECOMMENDED = "recommended", _("Recommended")
    AWARDED = "awarded", _("Awarded")
    NOT_AWARDED = "not_awarded", _("Not awarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class BidDraft(models.Model):
    """A bid that is being written, encrypted as a whole.

    Until it is handed in, `content` is encrypted by the site's key; from then on (`is_locked`) it is a copy that
    only the key in the bidder's own browser opens. `tab` has made every save from `tab_since` on.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bid_drafts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    content = models.BinaryField()
    is_locked = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    tab = models.CharField(max_length=36, blank=True)
    tab_since = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated", "-id"]
        verbose_name = _("draft of a bid")

    def __str__(self) -> str:
        return str(self.uuid)

    def get_absolute_url(self) -> str:
        return reverse("bid", args=[self.uuid])


class Envelope(models.Model):
    """A sealed bid and its receipt.

    number      the random number of the receipt
    token_hash  of the random token of the form that was sent: the same form sent again gives the same receipt.
                The token itself is not kept, since the key of the bidder's own copy is made of it.
    sha256      of the content, which holds a random value
    entry       the number of its entry in the ledger
    """

    number = models.CharField(_("receipt number"), max_length=24, unique=True)
    call = models.ForeignKey(Call, models.PROTECT, related_name="envelopes")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="envelopes")
    draft = models.ForeignKey(BidDraft, models.SET_NULL, null=True, related_name="envelopes")
    submitted_at = models.DateTimeField(_("handed in"))
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    entry = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)  # why it could not be opened

    class Meta:
        ordering = ["-submitted_at", "-id"]
        verbose_name = _("sealed bid")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(opened_at__isnull=True),
                name="envelope_not_withdrawn_and_opened",
            )
        ]
        indexes = [
            models.Index(
                fields=["call", "submitted_at"],
                condition=Q(withdrawn_at=None, opened_at=None),
                name="envelope_to_open",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("receipt", args=[self.number])


class Bid(models.Model):
    """揭榜方案, opened. The latest of a team for a challenge counts, earlier ones are kept as replaced.

    `content` is what stood in the envelope (see challenges.content), without the keys of its files.
    `findings` are those of the eligibility check (see challenges.eligibility), with reasons.
    """

    challenge = models.ForeignKey(Challenge, models.PROTECT, related_name="bids")
    team = models.ForeignKey(Team, models.PROTECT, related_name="bids")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bids")
    envelope = models.OneToOneField(Envelope, models.PROTECT, related_name="bid")
    number = models.CharField(_("number"), max_length=40, unique=True)
    content = models.JSONField()
    state = models.CharField(_("state"), max_length=12, choices=BidState.choices, default=BidState.OPENED)
    findings = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)  # of the office's decision
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")
    submitted_at = models.DateTimeField(_("handed in"))
    opened_at = models.DateTimeField(_("opened at"))
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ["challenge__number", "number"]
        verbose_name = _("bid")
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "team"],
                condition=~Q(state=BidState.REPLACED),
                name="bid_one_of_a_team_counts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=BidState.values) & ~Q(state__in=[BidState.DRAFT, BidState.SUBMITTED]),
                name="bid_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state=BidState.REPLACED, replaced_by__isnull=False)
                | ~Q(state=BidState.REPLACED) & Q(replaced_by__isnull=True),
                name="bid_replaced_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=BidState.INELIGIBLE) | ~Q(reason=""),
                name="bid_ineligible_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "challenge"], name="bid_state")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("opened_bid", args=[self.number])


class BidSpec(SpecRow):
    """What a bid promises on one required spec."""

    bid = models.ForeignKey(Bid, models.CASCADE, related_name="specs")
    required = models.ForeignKey("challenges.ChallengeSpec", models.PROTECT, related_name="promises")

    class Meta(SpecRow.Meta):
        constraints = [
            *SpecRow.Meta.constraints,
            models.UniqueConstraint(fields=["bid", "required"], name="bid_spec_once"),
        ]


class BidPartner(models.Model):
    """An organisation that takes part beside the lead."""

    bid = models.ForeignKey(Bid, models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["bid", "organisation"], name="bid_partner_once")]

    def __str__(self) -> str:
        return str(self.organisation)


class BidBudget(models.Model):
    """The money of one year from one source, in fen."""

    bid = models.ForeignKey(Bid, models.CASCADE, related_name="budget")
    year = models.PositiveSmallIntegerField(_("year"))
    source = models.CharField(_("source of the money"), max_length=8, choices=SOURCES)
    fen = models.BigIntegerField(_("amount"))

    class Meta:
        ordering = ["year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bid", "year", "source"], name="bid_budget_once"),
            models.CheckConstraint(condition=Q(fen__gte=0), name="bid_budget_not_negative"),
            models.CheckConstraint(
                condition=Q(source__in=[source.value for source in Source]), name="bid_budget_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.source} {self.fen}"

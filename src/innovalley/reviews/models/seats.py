"""Seats in panels, and the reviews written from them."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovalley.registry.models import Person
from innovalley.reviews.models.rounds import Item, Round
from innovalley.reviews.models.rubrics import Criterion


class Fit(models.Model):
    """How well an expert fits an item, 0 to 1; written by a job from the expert's achievements."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="fits")
    expert = models.ForeignKey(Person, models.CASCADE, related_name="+")
    value = models.DecimalField(max_digits=5, decimal_places=4)
    evidence = models.JSONField(default=list)  # ids of achievements, best first

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "expert"], name="fit_once"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=1), name="fit_range"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.expert_id} {self.value}"


class Plan(models.Model):
    """A proposed assignment, to be seen before it is applied.

    pairs      [[item, expert, fit], …]; empty when infeasible
    basis      digest of everything it was computed from; when that changes, it can no longer be applied
    digest     of what was shown: whoever applies names it
    diagnosis  {"proven": …, "relaxations": […], "alternatives": […]} when no assignment keeps the rules
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Being computed")
        READY = "ready", _("Ready")
        INFEASIBLE = "infeasible", _("Not possible")
        FAILED = "failed", _("Failed")
        APPLIED = "applied", _("Applied")

    round = models.ForeignKey(Round, models.CASCADE, related_name="plans")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    basis = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    pairs = models.JSONField(default=list)
    total = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    worst = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    proven = models.BooleanField(default=True)
    diagnosis = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "ready", "infeasible", "failed", "applied"]),
                name="plan_state_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.digest[:8]}"


class SeatState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    INVITED = "invited", _("Invited")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Replaced")


SITTING = (SeatState.PLANNED, SeatState.INVITED, SeatState.ACCEPTED)


class Seat(models.Model):
    """An expert in the panel of an item; one row for each pair, whatever becomes of it."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="seats")
    expert = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    state = models.CharField(max_length=8, choices=SeatState.choices, default=SeatState.PLANNED)
    locked = models.BooleanField(default=False)
    fit = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal(0))
    invited_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)  # of declining

    class Meta:
        ordering = ["item__number", "id"]
        verbose_name = _("seat")
        constraints = [
            models.UniqueConstraint(fields=["item", "expert"], name="seat_once"),
            models.CheckConstraint(condition=Q(state__in=SeatState.values), name="seat_state_known"),
            models.CheckConstraint(condition=Q(fit__gte=0, fit__lte=1), name="seat_fit_range"),
            models.CheckConstraint(
                condition=~Q(state=SeatState.DECLINED) | ~Q(reason=""), name="seat_declined_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(locked=False) | Q(state__in=SITTING), name="seat_locked_is_sitting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.expert_id} {self.state}"


class ReviewState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Handed in")


class Review(models.Model):
    """评审意见. A submitted one cannot change until it is reopened (the database refuses it).

    version  counts saves; `tab` names the open page that saved last
    total    points of 100, of the criteria that were judged; None for an abstention, which is not zero
    """

    seat = models.OneToOneField(Seat, models.PROTECT, related_name="review")
    state = models.CharField(max_length=9, choices=ReviewState.choices, default=ReviewState.DRAFT)
    confidence = models.PositiveSmallIntegerField(_("confidence"), null=True, blank=True)
    comment_applicant = models.TextField(_("comment for the applicant"), max_length=8000, blank=True)
    comment_office = models.TextField(_("comment for the office"), max_length=8000, blank=True)
    is_abstention = models.BooleanField(default=False)
    abstention_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)
    tab = models.CharField(max_length=36, blank=True)
    tab_since = models.PositiveIntegerField(default=0)  # the version that this tab started from
    total = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    times_reopened = models.PositiveSmallIntegerField(default=0)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("review")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="review_state_known"),
            models.CheckConstraint(
                condition=Q(confidence__gte=1, confidence__lte=5), name="review_confidence_1_to_5"
            ),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=100), name="review_total_range"),
            models.CheckConstraint(
                condition=Q(is_abstention=False) | (~Q(abstention_reason="") & Q(total=None)),
                name="review_abstention_has_reason_and_no_total",
            ),
            models.CheckConstraint(
                condition=Q(state=ReviewState.DRAFT, submitted_at=None, total=None)
                | (
                    Q(state=ReviewState.SUBMITTED, submitted_at__isnull=False)
                    & (Q(is_abstention=True) | Q(total__isnull=False, confidence__isnull=False))
                ),
                name="review_submitted_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.state}"


class Mark(models.Model):
    """What a review gives for one criterion. `value` None with `is_not_applicable` is a judgement, not zero."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    is_not_applicable = models.BooleanField(default=False)
    reason = models.TextField(_("reason"), max_length=4000, blank=True)

    class Meta:
        ordering = ["criterion__position"]
        verbose_name = _("mark")
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="mark_once"),
            models.CheckConstraint(
                condition=Q(is_not_applicable=False) | Q(value=None), name="mark_not_applicable_has_no_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.criterion_id} {self.value}"

"""From the reviews of a call's bids to its awards: rounds, the list, meetings with votes, the notice, awards.

Limits on money and winners, and that a list stands still from its notice on, are also held by triggers of the
database (migration 0006), for two officers at once and for every way of writing.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovalley.challenges.models.bids import Bid
from innovalley.challenges.models.calls import Call, Challenge
from innovalley.notices.models import PublicNotice
from innovalley.registry.models import Organisation, Team
from innovalley.reviews.models import Round


def _user(**more: object) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **more)  # type: ignore[call-overload]


class CallRound(models.Model):
    """A round of review over a call's eligible bids; one of each kind (documents, visit, interview)."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="rounds")
    round = models.OneToOneField(Round, models.PROTECT, related_name="of_call")
    kind = models.CharField(max_length=10, choices=Round.Kind.choices)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="call_round_one_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.kind}"


class Recommendation(models.Model):
    """A bid on the list of those to be supported, with how much fiscal money, in fen."""

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="recommendation")
    fund_fen = models.BigIntegerField(_("fiscal support"))
    by = _user()
    at = models.DateTimeField()

    class Meta:
        ordering = ["bid__challenge__number", "bid__number"]
        verbose_name = _("recommendation")
        constraints = [
            models.CheckConstraint(condition=Q(fund_fen__gte=0), name="recommended_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.bid_id}: {self.fund_fen}"


class NoWinner(models.Model):
    """流榜: no bid wins the challenge, why, and what comes next for the demand."""

    class NextStep(models.TextChoices):
        REPUBLISH = "republish", _("Publish again in another call")
        RETURN = "return", _("Return to the company")
        CLOSE = "close", _("Close the demand")

    challenge = models.OneToOneField(Challenge, models.PROTECT, related_name="no_winner")
    reason = models.TextField(_("reason"), max_length=2000)
    next_step = models.CharField(_("next step"), max_length=10, choices=NextStep.choices)
    by = _user()
    at = models.DateTimeField()

    class Meta:
        ordering = ["challenge__number"]
        verbose_name = _("challenge without a winner")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="no_winner_has_reason"),
            models.CheckConstraint(
                condition=Q(next_step__in=["republish", "return", "close"]), name="no_winner_next_step_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id}: {self.next_step}"


class Meeting(models.Model):
    """A meeting at which a call's list is voted on; one a day. The votes of the last one count."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="meetings")
    held_on = models.DateField(_("date"))
    text = models.TextField(_("minutes"), max_length=20000, blank=True)
    by = _user()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-held_on", "-id"]
        verbose_name = _("meeting")
        constraints = [models.UniqueConstraint(fields=["call", "held_on"], name="meeting_one_a_day")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.held_on}"


class Attendee(models.Model):
    """Somebody who takes part in a meeting."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendees")
    user = _user()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "user"], name="attendee_once")]

    def __str__(self) -> str:
        return str(self.user)


class Vote(models.Model):
    """An attendee's one vote on what the list says of a challenge; void when that is changed (`digest`)."""

    class Choice(models.TextChoices):
        YES = "yes", _("In favour")
        NO = "no", _("Against")
        ABSTAIN = "abstain", _("Abstain")

    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="votes")
    challenge = models.ForeignKey(Challenge, models.PROTECT, related_name="votes")
    choice = models.CharField(_("vote"), max_length=7, choices=Choice.choices)
    digest = models.CharField(max_length=64)  # of what the list said of the challenge
    by = _user()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("vote")
        constraints = [
            models.UniqueConstraint(fields=["attendee", "challenge"], name="vote_one_an_attendee"),
            models.CheckConstraint(condition=Q(choice__in=["yes", "no", "abstain"]), name="vote_known"),
        ]

    def __str__(self) -> str:
        return f"{self.attendee_id} {self.challenge_id} {self.choice}"


class Decision(models.Model):
    """Where the decision on a call stands: who made the list, its notice, when it was decided."""

    call = models.OneToOneField(Call, models.PROTECT, related_name="decision")
    list_by = _user(null=True)
    list_at = models.DateTimeField(null=True)
    notice = models.ForeignKey(PublicNotice, models.PROTECT, null=True, related_name="+")  # the running one
    decided_by = _user(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("decision")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(notice__isnull=False), name="decision_after_notice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_id}"


class Award(models.Model):
    """立项: a bid that won, with its fiscal support in fen. Contracts hang on it."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    bid = models.OneToOneField(Bid, models.PROTECT, related_name="award")
    challenge = models.ForeignKey(Challenge, models.PROTECT, related_name="awards")
    team = models.ForeignKey(Team, models.PROTECT, related_name="awards")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="awards")
    fund_fen = models.BigIntegerField(_("fiscal support"))
    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="+")
    awarded_by = _user()
    awarded_at = models.DateTimeField(_("awarded"))

    class Meta:
        ordering = ["number"]
        verbose_name = _("award")
        constraints = [models.CheckConstraint(condition=Q(fund_fen__gte=0), name="award_not_negative")]

    def __str__(self) -> str:
        return self.number

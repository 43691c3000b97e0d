"""What the site tells: users of what concerns them, and the public of what is decided."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from innovalley.ledger.models import Seal
from innovalley.notices.kinds import Channel


def _user(related_name: str = "+", **more: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name=related_name, **more)


class Notification(models.Model):
    """One message to one user. Its `subject` is an English text of the catalogues, shown in the reader's language."""

    recipient = _user("notifications")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)  # the same key reaches the same user once
    subject = models.CharField(max_length=300)
    params = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True)  # a path of this site
    channel = models.CharField(max_length=6, choices=Channel.choices)
    created = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notification_once"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notification_channel_known"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_of"),
            models.Index(fields=["recipient"], name="notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The subject in the present language, its placeholders filled."""
        translated = gettext(self.subject)
        try:
            return translated % self.params if self.params else translated
        except (KeyError, ValueError, TypeError):
            return translated


class Preference(models.Model):
    """How one user wants one kind; without a row the kind's default holds."""

    user = _user("notification_preferences")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=6, choices=Channel.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="preference_one_a_kind"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="preference_channel_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel}"


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent, or unclear whether it was")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent")


class Mail(models.Model):
    """The outbox: one row for each notification that leaves by mail. Those of one digest share a `batch`."""

    notification = models.OneToOneField(Notification, models.PROTECT, related_name="mail")
    is_digest = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    batch = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent"]) | Q(claimed_at__isnull=False),
                name="mail_claimed_before_sent",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="mail_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="mail_due", condition=Q(state="waiting")),
            models.Index(fields=["state"], name="mail_unclear", condition=Q(state__in=["sending", "failed"])),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.notification_id}"


class NoticeState(models.TextChoices):
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PublicNotice(models.Model):
    """公示. Objections are taken until the end of its last working day, Chinese time.

    `body` is {"text": str, "columns": [str, …], "rows": [[str, …], …]}; text and rows are shown as they are.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    body = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=NoticeState.choices, default=NoticeState.PUBLISHED)
    published_at = models.DateTimeField(_("published"))
    published_by = _user(verbose_name=_("by"))
    working_days = models.PositiveSmallIntegerField(_("working days"))
    first_day = models.DateField()
    ends_on = models.DateField(_("objections until"))
    ends_at = models.DateTimeField()  # the instant after the last day
    calendar_known = models.BooleanField()  # whether the holidays of all its days were known
    seal = models.ForeignKey(Seal, models.PROTECT, null=True, related_name="+")  # the newest at publication
    withdrawn_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = _("public notice")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
            models.CheckConstraint(
                condition=Q(first_day__lte=F("ends_on")) & Q(ends_at__gt=F("published_at")),
                name="notice_days_in_order",
            ),
            models.CheckConstraint(condition=Q(working_days__gte=1), name="notice_has_days"),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="notice_subject")]

    def __str__(self) -> str:
        return f"{self.number} {self.display_title}"

    def get_absolute_url(self) -> str:
        return reverse("public_notice", args=[self.number])

    @property
    def display_title(self) -> str:
        """In the reader's language where there is one."""
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def is_running(self) -> bool:
        """Whether its days last, by this machine's clock; the deadline itself is the database's."""
        return self.state == NoticeState.PUBLISHED and timezone.now() < self.ends_at


class ObjectionState(models.TextChoices):
    RECEIVED = "received", _("Received")
    ACCEPTED = "accepted", _("Accepted for examination")
    REFUSED = "refused", _("Not accepted")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")


class Objection(models.Model):
    """异议 to a notice, under a real name. Who objects and how to reach them, only the office sees."""

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="objections")
    receipt = models.CharField(
        _("receipt"), max_length=24, unique=True
    )  # random; its holder may follow the case
    name = models.CharField(_("name"), max_length=60)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    contact = models.CharField(_("telephone or e-mail"), max_length=120)
    reason = models.TextField(_("reason"), max_length=5000)
    state = models.CharField(max_length=9, choices=ObjectionState.choices, default=ObjectionState.RECEIVED)
    outcome = models.TextField(_("outcome"), max_length=2000, blank=True)
    received_at = models.DateTimeField(_("received"))
    decided_at = models.DateTimeField(null=True)
    decided_by = _user(null=True, verbose_name=_("by"))
    token = models.UUIDField(unique=True)  # of the form: sent twice, kept once
    sender = models.CharField(max_length=32)  # a keyed digest of the sender's address, to limit how many come

    class Meta:
        ordering = ["-id"]
        verbose_name = _("objection")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ObjectionState.values), name="objection_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "accepted"]) | ~Q(outcome=""), name="objection_has_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(contact="") & ~Q(reason=""), name="objection_is_complete"
            ),
        ]
        indexes = [models.Index(fields=["sender", "received_at"], name="objection_sender")]

    def __str__(self) -> str:
        return self.receipt

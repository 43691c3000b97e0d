"""What pages read of calls and bids. Nothing here counts envelopes by challenge, and nothing could."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from innovalley.accounts.permissions import allowed
from innovalley.challenges.actions import choosable_demands
from innovalley.challenges.models import (
    Bid,
    BidDraft,
    BidState,
    Call,
    CallState,
    Challenge,
    Custodian,
    Demand,
    DemandState,
    Envelope,
)

_ORDER = Case(
    When(state=CallState.OPEN, then=0),
    When(state=CallState.DRAFT, then=1),
    default=2,
    output_field=IntegerField(),
)


def visible_calls(user: Any) -> QuerySet[Call]:
    """The calls that `user` may see: published ones, for the office and a custodian drafts too."""
    if allowed(user, "challenges.manage_call"):
        return Call.objects.all()
    seen = ~Q(state=CallState.DRAFT)
    if getattr(user, "is_authenticated", False):
        seen |= Q(pk__in=Custodian.objects.filter(user=user.pk).values("call"))
    return Call.objects.filter(seen)


def calls(user: Any) -> QuerySet[Call]:
    """The list of calls: open ones first, the next deadline first; then the others, the newest first."""
    return (
        visible_calls(user)
        .annotate(challenges_count=Count("challenges"), place=_ORDER)
        .order_by(
            "place",
            Case(When(state=CallState.OPEN, then=F("deadline_at"))).asc(nulls_last=True),
            F("deadline_at").desc(nulls_first=True),
            "-pk",
        )
    )


def challenges_of(call: Call) -> list[Challenge]:
    """The challenges of a call with what a line shows."""
    return list(
        call.challenges.select_related(
            "demand__organisation", "demand__field", "demand__region"
        ).prefetch_related("specs")
    )


def demands_to_choose(call: Call) -> list[Demand]:
    """The demands that the office may put into a draft of a call: those in it, vetted ones, the newest published."""
    place = Subquery(call.challenges.filter(demand=OuterRef("pk")).values("number")[:1])
    rank = Case(When(state=DemandState.VETTED, then=0), default=1, output_field=IntegerField())
    rows = choosable_demands().select_related("organisation", "field").annotate(place=place, rank=rank)
    return list(
        rows.order_by(
            F("place").asc(nulls_last=True), "rank", F("published_at").desc(nulls_last=True), "-pk"
        )[:120]
    )


def keys_of(user: Any) -> QuerySet[Custodian]:
    """The calls for which `user` keeps a share, those that wait for something first."""
    waits = Case(
        When(call__state=CallState.DRAFT, ready_at=None, then=0),
        When(call__state=CallState.CLOSED, contributed_at=None, then=0),
        default=1,
        output_field=IntegerField(),
    )
    return (
        Custodian.objects.filter(user=user.pk)
        .select_related("call")
        .annotate(waits=waits)
        .order_by("waits", "-pk")
    )


def own_drafts(user: Any) -> QuerySet[BidDraft]:
    """Drafts that are being written, the last changed first."""
    return (
        BidDraft.objects.filter(owner=user.pk, is_locked=False)
        .select_related("call", "organisation")
        .order_by("-updated", "-pk")
    )


def own_envelopes(user: Any) -> QuerySet[Envelope]:
    """What `user` has handed in, the newest first, with what became of it."""
    return (
        Envelope.objects.filter(submitted_by=user.pk)
        .select_related("call", "organisation", "draft", "bid__challenge__demand")
        .defer("sealed", "draft__content")
    )


def draft_of(user: Any, draft_uuid: uuid.UUID) -> BidDraft | None:
    """The draft, for its owner."""
    return (
        BidDraft.objects.filter(uuid=draft_uuid, owner=user.pk).select_related("call", "organisation").first()
    )


def opened_bids(call: Call) -> QuerySet[Bid]:
    """The bids of a call after the opening, challenge by challenge; replaced ones at the end of each."""
    last = Case(When(state=BidState.REPLACED, then=1), default=0, output_field=IntegerField())
    return (
        Bid.objects.filter(challenge__call=call)
        .select_related("challenge__demand", "team", "organisation")
        .annotate(last=last)
        .order_by("challenge__number", "last", "number")
    )


def sealed_count(call: Call) -> int:
    """How many envelopes wait in a call, over all challenges."""
    return call.envelopes.filter(withdrawn_at=None).count()

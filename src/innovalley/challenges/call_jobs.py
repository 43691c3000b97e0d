"""What the worker does for calls: closes them at their deadline, opens their bids when enough custodians came."""

from __future__ import annotations

from django.db.models import Count, F, Q
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from innovalley.challenges.locking import clock
from innovalley.challenges.models import Call, CallState
from innovalley.registry.queueing import defer

_again = RetryStrategy(max_attempts=6, exponential_wait=4)


def queue_opening(call_id: int) -> None:
    """Queues the opening of a call's bids, in the caller's transaction."""
    defer("challenges.open_bids", key=f"challenges.open_bids:{call_id}", call_id=call_id)


@app.periodic(cron="* * * * *")
@app.task(name="challenges.close_due", queueing_lock="challenges.close_due", pass_context=False)
def close_due(timestamp: int) -> None:
    """Closes the calls whose deadline has passed, and takes up openings that were never finished."""
    from innovalley.challenges.actions import close_call

    for pk in Call.objects.filter(state=CallState.OPEN, deadline_at__lte=clock()).values_list(
        "pk", flat=True
    ):
        close_call(call_id=pk)
    came = Count("custodians", filter=Q(custodians__contribution__isnull=False))
    begun = Call.objects.filter(state=CallState.CLOSED, bids_opened_at=None).annotate(came=came)
    for pk in begun.filter(came__gte=F("threshold")).values_list("pk", flat=True):
        queue_opening(pk)


@app.task(name="challenges.open_bids", priority=30, retry=_again)
def open_bids(call_id: int) -> None:
    """Opens every envelope of a call that is not open yet."""
    from innovalley.challenges import actions

    actions.open_bids(call_id=call_id)

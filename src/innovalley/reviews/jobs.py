"""What the worker does for reviews. Every job may be killed and repeated."""

from __future__ import annotations

import logging

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from innovalley.reviews import actions, fitting
from innovalley.reviews.models import Round, RoundState

_again = RetryStrategy(max_attempts=4, exponential_wait=4)
logger = logging.getLogger(__name__)


@app.task(name="reviews.prepare_round", priority=15, retry=_again)
def prepare_round(round_id: int) -> None:
    """Looks for conflicts and computes the fits of a round's items, where it has not ended meanwhile."""
    round = Round.objects.filter(pk=round_id).exclude(state=RoundState.CLOSED).first()
    if round is None:
        return
    with transaction.atomic():
        actions.find_conflicts(actor=None, round_id=round_id)
    if round.fits_ready_at is None:
        fitting.fit_round(round_id)


@app.task(name="reviews.compute_plan", priority=15, retry=_again)
def compute_plan(plan_id: int) -> None:
    """Computes a plan that an officer asked for."""
    actions.compute_plan(plan_id=plan_id)

"""What the worker does for demands: embed the achievements, rank what they can answer.

Every job may be killed and repeated. Long ones work in slices of a few seconds and queue their own
continuation, so that a new demand is ranked between two slices even with a single worker.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from innovalley.accounts.permissions import require
from innovalley.challenges import call_jobs, ranking  # noqa: F401  (call_jobs: the worker finds its tasks here)
from innovalley.challenges.models import Demand
from innovalley.challenges.supply import (
    EMBED_TASK,
    EMBEDDING,
    current_index,
    embedding_is_under_way,
    kept_embedder,
    read_supply,
)
from innovalley.engine.matching import passage_texts
from innovalley.ledger.actions import record
from innovalley.registry import embeddings, progress
from innovalley.registry.models import Achievement
from innovalley.registry.queueing import defer

SLICE_SECONDS = 8.0
CHUNK = 500  # achievements read at a time

_again = RetryStrategy(max_attempts=6, exponential_wait=4)  # after 4 s, 16 s, 64 s …
logger = logging.getLogger(__name__)


class NoAnswerError(Exception):
    """The model that embeds texts did not answer; the demand was ranked by words, and waits for it."""


def queue_ranking() -> None:
    """Queues all that follows from new or changed achievements, in the caller's transaction."""
    defer("challenges.rank_all", below=None)
    defer(EMBED_TASK, after=0)


def queue_demand(demand_id: int) -> None:
    """Queues the ranking of a demand, in the caller's transaction; several requests that wait become one."""
    defer("challenges.rank_demand", key=f"challenges.rank_demand:{demand_id}", demand_id=demand_id)


@transaction.atomic
def start_matching(*, actor: Any) -> None:
    """Reads the achievements for their meaning, as far as that is not done, and ranks all demands anew.

    Raises:
        Refused: the actor is not of the office.
    """
    require(actor, "challenges.steer_matching")
    queue_ranking()
    record(actor=actor, act="matching.start", subject=Achievement)


@transaction.atomic
def stop_embedding(*, actor: Any) -> None:
    """Ends the reading of achievements; what is read stays, and demands are ranked by words meanwhile.

    Raises:
        Refused: the actor is not of the office.
    """
    require(actor, "challenges.steer_matching")
    if embedding_is_under_way():
        progress.ask_to_stop(EMBEDDING)
        record(actor=actor, act="matching.stop", subject=Achievement)


def supply_was_changed(sender: Any, **_other: Any) -> None:
    """Receiver of `supply_changed`: an import has written rows of the model `sender`."""
    if sender is Demand:
        defer("challenges.rank_all", below=None)
    else:
        queue_ranking()


@app.task(name="challenges.rank_demand", priority=20, retry=_again)
def rank_demand(demand_id: int) -> None:
    """Ranks one demand with the index that the worker holds; again later where the model did not answer."""
    index = current_index()
    run = ranking.rank(demand_id, index)
    if run is not None and index.semantic and not run.semantic:
        raise NoAnswerError


@app.task(name="challenges.rank_all", priority=10, retry=_again)
def rank_all(below: int | None = None) -> None:
    """Ranks every demand whose result is missing or stale, the newest first.

    While achievements are still being embedded only those without any result are ranked: the others keep
    theirs until a better one can be made. `below` is the demand's id that the last slice ended with.
    """
    end = time.monotonic() + SLICE_SECONDS
    index = current_index()
    waits = not index.semantic and embedding_is_under_way()
    rows = ranking.unranked() if waits else ranking.stale(index)
    if below is not None:
        rows = rows.filter(pk__lt=below)
    for demand_id in rows.order_by("-pk").values_list("pk", flat=True)[:CHUNK]:
        ranking.rank(demand_id, index)
        below = demand_id
        if time.monotonic() >= end:
            break
    if below is not None and rows.filter(pk__lt=below).exists():
        defer("challenges.rank_all", below=below)


@app.task(name=EMBED_TASK, priority=0, retry=_again)
def embed_supply(after: int = 0) -> None:
    """Embeds the achievements that have no vector yet, by slices; then all demands are ranked again.

    What is embedded is committed every few texts and is found there by the next slice, or by the retry after
    a crash. `after` is the achievement's id that the last slice ended with. Cancelling leaves what is done.
    """
    kept = kept_embedder()
    if kept is None:
        return
    total = Achievement.objects.count()
    done = Achievement.objects.filter(pk__lte=after).count()
    try:
        if not after:
            progress.start(EMBEDDING, total)
        after, done = _embed_slice(kept, after, done, total)
        if Achievement.objects.filter(pk__gt=after).exists():
            defer(EMBED_TASK, after=after)
            return
    except progress.CancelledError:
        logger.info("embedding was stopped at %s of %s", done, total)
    except Exception:
        progress.clear(EMBEDDING)
        defer("challenges.rank_all", below=None)  # without meaning, until the retry succeeds
        raise
    progress.clear(EMBEDDING)
    defer("challenges.rank_all", below=None)


def _embed_slice(kept: embeddings.KeptEmbedder, after: int, done: int, total: int) -> tuple[int, int]:
    """Embeds for SLICE_SECONDS; returns the last id that is done and how many are done up to it."""
    end = time.monotonic() + SLICE_SECONDS
    while True:  # at least one step, however little time there is
        ids = Achievement.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK]
        supply = read_supply(ids)
        if not supply:
            return after, done
        missing = set(kept.missing("passage", (text for item in supply for text in passage_texts(item))))
        step = embeddings.BATCH if missing else CHUNK
        for start in range(0, len(supply), step):
            part = supply[start : start + step]
            kept.keep("passage", [t for item in part for t in passage_texts(item) if t in missing])
            after, done = int(part[-1].id), done + len(part)
            progress.report(EMBEDDING, done, max(done, total))
            if time.monotonic() >= end:
                return after, done

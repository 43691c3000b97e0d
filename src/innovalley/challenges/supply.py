"""The achievements as the matching engine knows them, and the fitted index that the worker keeps."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from innovalley.engine.matching import Matcher, Supply, passage_texts
from innovalley.engine.specs import Spec
from innovalley.registry.embeddings import KeptEmbedder, installed_embedder
from innovalley.registry.models import Achievement, AchievementSpec, Embedding, Progress

EMBED_TASK = "challenges.embed_supply"
EMBEDDING = "embeddings"  # the name of the progress of that task
SILENCE = dt.timedelta(minutes=5)  # a job that reports nothing for so long is taken for dead


@dataclass(frozen=True, slots=True)
class Index:
    """A fitted matcher with what it was fitted on.

    stamp     of the achievements it knows (see `supply_stamp`)
    embedder  with the meaning of every achievement; None where words, specs and fields decide
    size      how many achievements it knows
    vectors   how many embeddings there were when it was fitted
    """

    matcher: Matcher
    stamp: str
    embedder: KeptEmbedder | None
    size: int
    vectors: int

    @property
    def semantic(self) -> bool:
        """Whether it compares by meaning as well."""
        return self.embedder is not None


_kept: Index | None = None
_lock = threading.Lock()


def current_index() -> Index:
    """The index of the achievements as they are now; fitted anew only when they or their embeddings changed.

    While embeddings are being made the lexical index serves, so that a demand is not kept waiting.
    """
    global _kept
    with _lock:
        stamp = supply_stamp()
        if _kept is None or _kept.stamp != stamp or _can_improve(_kept):
            _kept = _fit(stamp)
        return _kept


def supply_stamp() -> str:
    """A digest of all achievements: another one as soon as one of them is added, changed or removed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(hashtextextended(concat_ws("
            "'|', a.id, a.title, a.text, a.team_id, f.path), 0)::numeric), 0)"
            " FROM registry_achievement a LEFT JOIN registry_field f ON f.id = a.field_id"
        )
        count, digest = cursor.fetchone()
    return f"{count}:{digest}"


def read_supply(ids: Iterable[int] | None = None) -> list[Supply]:
    """Achievements (those of `ids`, all without) with owner, field path and specs, in the order of their ids."""
    rows = Achievement.objects.order_by("pk")
    spec_rows = AchievementSpec.objects.all()
    if ids is not None:
        wanted = list(ids)
        rows = rows.filter(pk__in=wanted)
        spec_rows = spec_rows.filter(achievement__in=wanted)
    specs: dict[int, list[Spec]] = defaultdict(list)
    for row in spec_rows.order_by("achievement_id", "position", "pk").iterator(5000):
        specs[row.achievement_id].append(row.spec)
    columns = rows.values_list("pk", "title", "text", "team_id", "field__path")
    return [
        Supply(
            id=str(pk),
            title=title,
            text=text,
            owner=str(team or ""),
            field=path or "",
            specs=tuple(specs.get(pk, ())),
        )
        for pk, title, text, team, path in columns.iterator(5000)
    ]


def kept_embedder() -> KeptEmbedder | None:
    """The installation's model behind the vectors kept in the database; None where there is none."""
    embedder = installed_embedder()
    return KeptEmbedder(embedder, embed_missing=False) if embedder else None


def has_embedder() -> bool:
    """Whether this installation can read texts for their meaning, as far as its settings tell."""
    try:
        return installed_embedder() is not None
    except Exception:  # a setting that makes no sense: the worker's log tells which
        return False


def embedding_is_under_way() -> bool:
    """Whether the job that embeds achievements waits, or is at work and heard of."""
    heard = Progress.objects.filter(name=EMBEDDING, updated__gt=timezone.now() - SILENCE)
    return heard.exists() or ProcrastinateJob.objects.filter(task_name=EMBED_TASK, status="todo").exists()


def _can_improve(index: Index) -> bool:
    embedder = installed_embedder()
    return (
        not index.semantic
        and embedder is not None
        and not embedding_is_under_way()
        and Embedding.objects.filter(model=embedder.name).count() > index.vectors
    )


def _fit(stamp: str) -> Index:
    supply = read_supply()
    embedder = kept_embedder()
    vectors = Embedding.objects.filter(model=embedder.name).count() if embedder else 0
    if embedder and embedder.missing("passage", (text for item in supply for text in passage_texts(item))):
        embedder = None
    matcher = Matcher.fit(supply, embedder=embedder)
    return Index(matcher, stamp, embedder, len(supply), vectors)

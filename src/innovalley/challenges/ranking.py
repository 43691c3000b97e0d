"""Ranks the achievements and teams for a demand and writes what was found into rows."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from innovalley.challenges.models import AchievementMatch, Demand, DemandState, MatchRun, TeamMatch
from innovalley.challenges.supply import Index
from innovalley.engine import matching
from innovalley.registry.embeddings import KeptEmbedder
from innovalley.registry.models import Achievement, Team

TOP_ACHIEVEMENTS = 50
TOP_TEAMS = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the engine found: achievements best first with their explanations, and teams with their evidence."""

    achievements: list[tuple[int, float, dict[str, Any]]]
    teams: list[tuple[int, float, list[int]]]


def rankable() -> QuerySet[Demand]:
    """Demands that are worth ranking: with something to read, and not withdrawn."""
    return Demand.objects.exclude(state=DemandState.WITHDRAWN).exclude(title="", text="")


def stale(index: Index) -> QuerySet[Demand]:
    """Demands whose result is missing, or of an older text or older achievements, or could now be better."""
    outdated = (
        Q(match_run=None)
        | ~Q(match_run__demand_version=F("version"))
        | ~Q(match_run__supply_stamp=index.stamp)
    )
    if index.semantic:
        outdated |= Q(match_run__semantic=False)
    return rankable().filter(outdated)


def unranked() -> QuerySet[Demand]:
    """Demands of which no result can be shown, or only one of an older text."""
    return rankable().filter(Q(match_run=None) | ~Q(match_run__demand_version=F("version")))


def rank(demand_id: int, index: Index) -> MatchRun | None:
    """Ranks one demand and replaces its result in one transaction; None when there is nothing to rank.

    A demand that is saved meanwhile is ranked once more: the job of that save may have been taken for this one.
    Where the model does not answer, the demand is ranked by words, and the run says so.
    """
    while demand := rankable().select_related("field").filter(pk=demand_id).first():
        query = engine_demand(demand)
        is_semantic = index.embedder is not None and _embed(query, index.embedder)
        if run := _write(demand, index, _find(query, index), is_semantic):
            return run
    return None


def _embed(query: matching.Demand, embedder: KeptEmbedder) -> bool:
    """Keeps the vectors of a demand's texts; False when the model does not answer."""
    try:
        embedder.keep("query", embedder.missing("query", matching.query_texts(query)))
    except Exception:
        logger.exception("demand %s could not be embedded", query.id)
        return False
    return True


def _find(query: matching.Demand, index: Index) -> _Found:
    if not index.size:
        return _Found([], [])
    matcher = index.matcher
    owners = matcher.rank_owners(query, top=TOP_TEAMS)
    ids = [item.id for item in matcher.rank(query, top=TOP_ACHIEVEMENTS)]
    # The evidence of a team may stand below the top: it is explained on the page all the same.
    ids += dict.fromkeys(id for owner in owners for id in owner.evidence if id not in set(ids))
    explained = {id: matcher.explain(query, id) for id in ids}
    best_first = sorted(explained.items(), key=lambda pair: -pair[1].score)
    return _Found(
        [(int(id), explanation.score, explanation.as_json()) for id, explanation in best_first],
        [(int(owner.owner), owner.score, [int(id) for id in owner.evidence]) for owner in owners],
    )


def engine_demand(demand: Demand) -> matching.Demand:
    """The demand as the engine knows it."""
    return matching.Demand(
        id=str(demand.pk),
        title=demand.title,
        text=demand.text,
        field=demand.field.path if demand.field else "",
        specs=tuple(row.spec for row in demand.specs.all()),
    )


@transaction.atomic
def _write(demand: Demand, index: Index, found: _Found, is_semantic: bool) -> MatchRun | None:
    now = Demand.objects.select_for_update(of=("self",)).filter(pk=demand.pk).first()
    if now is None or now.version != demand.version:
        return None
    run, _ = MatchRun.objects.update_or_create(
        demand=demand,
        defaults={
            "demand_version": demand.version,
            "supply_stamp": index.stamp,
            "semantic": is_semantic,
            "considered": index.size,
        },
    )
    run.achievements.all().delete()
    run.teams.all().delete()
    # What was removed from the registry since the index was fitted is left out.
    present = set(
        Achievement.objects.filter(pk__in=[a[0] for a in found.achievements]).values_list("pk", flat=True)
    )
    AchievementMatch.objects.bulk_create(
        AchievementMatch(run=run, achievement_id=pk, rank=rank, score=score, explanation=explanation)
        for rank, (pk, score, explanation) in enumerate(
            (item for item in found.achievements if item[0] in present), start=1
        )
    )
    teams = set(Team.objects.filter(pk__in=[team[0] for team in found.teams]).values_list("pk", flat=True))
    TeamMatch.objects.bulk_create(
        TeamMatch(
            run=run, team_id=pk, rank=rank, score=score, evidence=[id for id in evidence if id in present]
        )
        for rank, (pk, score, evidence) in enumerate(
            (item for item in found.teams if item[0] in teams), start=1
        )
    )
    return run

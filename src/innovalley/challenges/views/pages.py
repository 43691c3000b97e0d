"""The page of a demand: what is asked, who could solve it, and why."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.challenges import queries, why
from innovalley.challenges.lifecycle import DEMAND, EDITABLE
from innovalley.challenges.models import Demand, DemandState, MatchRun
from innovalley.challenges.supply import EMBEDDING, embedding_is_under_way, has_embedder
from innovalley.registry import progress
from innovalley.registry.details import pieces
from innovalley.registry.listing import Tree
from innovalley.registry.models import Field

TEAMS = 5  # shown with their evidence at once
ACHIEVEMENTS = 10


def seen_demand(request: HttpRequest, pk: int) -> Demand:
    """The demand, where this reader may see it.

    Raises:
        Http404: there is none, or the reader may not know of it.
    """
    rows = queries.visible_demands(request.user)
    return get_object_or_404(rows.select_related("organisation", "field", "industry", "region"), pk=pk)


def own_demand(request: HttpRequest, pk: int, permission: str) -> Demand:
    """The demand, where this reader may see it and holds `permission` on it.

    Raises:
        Refused: the reader sees it but may not, or is not signed in – whether there is one or not, so that
            someone whose session has ended gets the form back.
        Http404
    """
    if not request.user.is_authenticated:
        require(request.user, permission)
    demand = seen_demand(request, pk)
    require(request.user, permission, demand)
    return demand


@require_safe
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, and the ranked teams and achievements: ?teams=all ?achievements=all for all of them."""
    demand = seen_demand(request, pk)
    fields = Tree.of(Field)
    all_teams, all_achievements = (request.GET.get(name) == "all" for name in ("teams", "achievements"))
    answer = why.answer(demand, achievements=50 if all_achievements else ACHIEVEMENTS, fields=fields)
    specs = why.specs_shown(demand)
    context = {
        "demand": demand,
        "pieces": pieces(demand.display_text, specs),
        "specs": [(why.written(spec), spec.end > 0) for spec in specs],
        "places": fields.places(demand.field),
        "answer": answer,
        "teams": answer.teams if answer and all_teams else answer.teams[:TEAMS] if answer else [],
        "part_names": _part_names(answer),
        "all_teams": all_teams,
        "all_achievements": all_achievements,
        **_work(request, demand, answer.run if answer else None),
        **_desk(request, demand),
    }
    return render(request, "challenges/demand.html", context)


@require_safe
def demand_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The strip that tells how far the matching is; the page asks for it again and again until it is done."""
    demand = seen_demand(request, pk)
    run = MatchRun.objects.filter(demand=demand).first()
    context = {"demand": demand, **_work(request, demand, run)}
    context["is_newer"] = context["seen"] != request.GET.get("seen", "")
    return render(request, "challenges/parts/progress.html", context)


@require_safe
def demand_why(request: HttpRequest, pk: int, achievement: int) -> HttpResponse:
    """Why one achievement was found: both texts side by side, requirement by requirement."""
    demand = seen_demand(request, pk)
    fields = Tree.of(Field)
    evidence = why.evidence_of(demand, achievement, fields)
    if evidence is None:
        raise Http404
    specs = list(evidence.achievement.specs.all())
    context = {
        "demand": demand,
        "evidence": evidence,
        "places": fields.places(evidence.achievement.field),
        "specs": [why.written(row.spec) for row in specs],
    }
    return render(request, "challenges/why.html", context)


def _part_names(answer: why.Answer | None) -> list[str]:
    """The kinds of evidence that any bar of the page shows."""
    present = {part.name for team in answer.teams for part in team.bar} if answer else set()
    return [name for name in ("words", "meaning", "specs", "field") if name in present]


def _work(request: HttpRequest, demand: Demand, run: MatchRun | None) -> dict[str, Any]:
    """What the matching still has to do for this page."""
    has_words = bool(demand.title or demand.text)
    is_due = has_words and demand.state != DemandState.WITHDRAWN
    embedding = embedding_is_under_way()
    is_ranking = is_due and (run is None or run.demand_version != demand.version)
    return {
        "is_ranking": is_ranking,
        "is_embedding": embedding and is_due,
        "embedding": progress.of(EMBEDDING) if embedding else None,
        "is_working": is_ranking or (embedding and is_due),
        "may_steer": allowed(request.user, "challenges.steer_matching"),
        "is_by_words": run is not None and not run.semantic and has_embedder(),
        "seen": f"{run.finished.timestamp():.6f}" if run else "",
    }


def _desk(request: HttpRequest, demand: Demand) -> dict[str, Any]:
    """What this reader may do, and, for the company and the office, what was said and done."""
    user = request.user
    is_owner = allowed(user, "challenges.edit_demand", demand)
    vets = allowed(user, "challenges.vet_demand", demand)
    acts = [step.act for step in DEMAND.acts_from(demand.state) if allowed(user, step.permission, demand)]
    return {
        "acts": acts,
        "may_edit": is_owner and demand.state in EDITABLE,
        "is_insider": is_owner or vets,
        "comments": list(demand.comments.select_related("author")) if is_owner or vets else [],
        "history": queries.history(demand) if is_owner or vets else [],
    }

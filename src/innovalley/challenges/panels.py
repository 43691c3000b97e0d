"""What the pages of teams, achievements and organisations show of demands; see registry.panels."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from innovalley.challenges.models import AchievementMatch, Demand, DemandState, TeamMatch
from innovalley.registry.models import Achievement, Organisation, Team
from innovalley.registry.panels import Panel, show_on

SHOWN = 6
GOOD_RANK = 5  # whoever stands further down is no answer to a demand


def register() -> None:
    """Puts the panels on the registry's pages."""
    show_on(Team, fitting_team)
    show_on(Achievement, fitting_achievement)
    show_on(Organisation, of_organisation)


def fitting_team(request: HttpRequest, team: Team) -> Panel | None:
    """The open demands for which this team stands among the first."""
    return _fitting(TeamMatch.objects.filter(team=team))


def fitting_achievement(request: HttpRequest, achievement: Achievement) -> Panel | None:
    """The open demands for which this achievement stands among the first, each with its reasons."""
    return _fitting(AchievementMatch.objects.filter(achievement=achievement), achievement=achievement)


def of_organisation(request: HttpRequest, organisation: Organisation) -> Panel | None:
    """The published demands of an organisation, the newest first."""
    rows = Demand.objects.filter(organisation=organisation, state=DemandState.PUBLISHED)
    demands = list(rows.select_related("field").order_by("-published_at", "-pk")[: SHOWN + 1])
    if not demands:
        return None
    count = rows.count() if len(demands) > SHOWN else len(demands)
    return Panel("challenges/panels/organisation.html", {"demands": demands[:SHOWN], "count": count})


def _fitting(matches: QuerySet[Any], **more: Any) -> Panel | None:
    is_open = Q(run__demand__deadline=None) | Q(run__demand__deadline__gte=timezone.localdate())
    rows = matches.filter(is_open, run__demand__state=DemandState.PUBLISHED, rank__lte=GOOD_RANK)
    rows = rows.select_related("run__demand__organisation", "run__demand__field")
    found = list(rows.order_by("rank", "-score", "pk")[:SHOWN])
    return Panel("challenges/panels/fitting.html", {"matches": found, **more}) if found else None

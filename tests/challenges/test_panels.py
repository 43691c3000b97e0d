"""What the registry's pages show of demands: only published, open ones, and only where the fit is good."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from innovalley.challenges.models import AchievementMatch, Demand, DemandState, MatchRun, TeamMatch
from innovalley.registry.models import Achievement
from tests.challenges import factories as make
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def achievement() -> Achievement:
    return registry.achievement("循环流化床低氮燃烧", team=registry.team("清洁燃烧团队"))


def ranked(achievement: Achievement, rank: int, **values: Any) -> Demand:
    """A demand for which the achievement and its team stand at `rank`."""
    demand = make.demand(**values)
    run = MatchRun.objects.create(
        demand=demand, demand_version=1, supply_stamp="1", semantic=True, considered=10
    )
    AchievementMatch.objects.create(run=run, achievement=achievement, rank=rank, score=0.5, explanation={})
    TeamMatch.objects.create(run=run, team=achievement.team, rank=rank, score=0.5, evidence=[achievement.pk])
    return demand


def page(client: Client, subject: Any) -> str:
    response = client.get(subject.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_a_team_and_an_achievement_show_the_open_demands_they_fit_best(
    client: Client, achievement: Achievement
) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    second = ranked(achievement, 2, title="锅炉低氮改造", deadline=tomorrow)
    first = ranked(achievement, 1, title="煤矸石清洁燃烧")
    ranked(achievement, 1, title="已撤回的需求", state=DemandState.WITHDRAWN)
    ranked(achievement, 1, title="已截止的需求", deadline=timezone.localdate() - dt.timedelta(days=1))
    ranked(achievement, 6, title="不太相符的需求")
    for subject in (achievement.team, achievement):
        html = page(client, subject)
        assert 0 < html.index(first.title) < html.index(second.title)
        for hidden in ("已撤回的需求", "已截止的需求", "不太相符的需求"):
            assert hidden not in html
    why = reverse("demand_why", args=[first.pk, achievement.pk])
    assert why in page(client, achievement)


def test_an_organisation_shows_its_published_demands(client: Client) -> None:
    company = registry.organisation()
    make.demand("公开的需求", organisation=company)
    make.demand("未公开的草稿", organisation=company, state=DemandState.DRAFT)
    html = page(client, company)
    assert "公开的需求" in html
    assert "未公开的草稿" not in html


def test_who_has_no_demands_shows_no_panel(client: Client, achievement: Achievement) -> None:
    ranked(achievement, 11)
    for subject in (achievement, achievement.team, achievement.organisation):
        assert "需求" not in page(client, subject).partition("<main")[2].partition("</main>")[0]


def test_panels_take_as_many_queries_for_one_demand_as_for_forty(
    client: Client, achievement: Achievement
) -> None:
    def count() -> list[int]:
        counts = []
        for subject in (achievement, achievement.team, achievement.organisation):
            with CaptureQueriesContext(connection) as context:
                page(client, subject)
            counts.append(len(context))
        return counts

    def add() -> None:
        ranked(achievement, 1)
        make.demand(organisation=achievement.organisation)

    for _ in range(7):  # one more than a panel shows
        add()
    few = count()
    for _ in range(40):
        add()
    assert count() == few

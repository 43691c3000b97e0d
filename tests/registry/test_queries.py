"""Lists: what they leave out, what their filters mean, and that they do not slow down with their length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from innovalley.registry import queries
from innovalley.registry.models import AchievementSpec, Field, Industry, Organisation, Region
from tests.registry import factories as make

pytestmark = pytest.mark.django_db


def names(rows: Any) -> list[str]:
    return [row.name_zh for row in rows]


def test_lists_leave_out_what_was_merged() -> None:
    kept = make.organisation("晋能")
    make.organisation("晋能旧名", merged_into=kept)
    one = make.person("李明", organisation=kept)
    make.person("李明", organisation=kept, merged_into=one)
    assert names(queries.organisations()) == ["晋能"]
    assert names(queries.persons()) == ["李明"]
    assert queries.organisations()[0].persons_count == 1


def test_organisations_are_found_by_words_kind_region_and_industry_below() -> None:
    make.taxonomies()
    taiyuan = Region.objects.get(code="140000.140100")
    chemistry = Industry.objects.get(code="C.26")
    one = make.organisation("太原化工厂", region=taiyuan)
    one.industries.add(chemistry)
    make.organisation("中北大学", kind=Organisation.Kind.UNIVERSITY)
    assert names(queries.organisations(q="化工")) == ["太原化工厂"]
    assert names(queries.organisations(q=one.code.lower())) == ["太原化工厂"]
    assert names(queries.organisations(kind="university")) == ["中北大学"]
    assert names(queries.organisations(region="140000")) == ["太原化工厂"]
    assert names(queries.organisations(region="140000.140200")) == []
    assert names(queries.organisations(industry="C")) == ["太原化工厂"]


def test_an_organisation_of_two_industries_below_one_is_listed_once() -> None:
    make.taxonomies()
    one = make.organisation("太原化工厂")
    one.industries.add(*Industry.objects.all())
    assert names(queries.organisations(industry="C")) == ["太原化工厂"]


@pytest.mark.parametrize("path", ["a..b", "能源", "' OR 1=1", ".", "a b"])
def test_what_is_no_path_finds_nothing_and_breaks_nothing(path: str) -> None:
    make.taxonomies()
    make.team(field=Field.objects.get(code="energy"))
    assert list(queries.teams(field=path)) == []
    assert list(queries.achievements(region=path)) == []


def test_teams_are_found_by_field_region_and_kind_of_their_organisation() -> None:
    make.taxonomies()
    university = make.organisation(
        kind=Organisation.Kind.UNIVERSITY, region=Region.objects.get(code="140000.140100")
    )
    coal = make.team("煤转化", organisation=university, field=Field.objects.get(code="energy.coal"))
    make.team("陶瓷", field=Field.objects.get(code="materials"))
    for found in (
        queries.teams(field="energy"),
        queries.teams(region="140000"),
        queries.teams(kind="university"),
        queries.teams(organisation=university.pk),
        queries.teams(q="煤"),
    ):
        assert names(found) == ["煤转化"]
    make.achievement(team=coal)
    make.achievement(team=coal)
    assert queries.teams(field="energy")[0].achievements_count == 2


def test_achievements_come_newest_first_those_without_a_year_last() -> None:
    make.achievement("旧", year=2019)
    make.achievement("无年份")
    make.achievement("新", year=2024)
    assert [row.title for row in queries.achievements()] == ["新", "旧", "无年份"]


def test_achievements_are_found_by_level_kind_team_and_words_of_their_text() -> None:
    team = make.team()
    make.achievement("甲", trl=8, kind="material", team=team, text="锂离子电池隔膜")
    make.achievement("乙", trl=3, kind="software")
    for found in (
        queries.achievements(trl_from=8),
        queries.achievements(kind="material"),
        queries.achievements(team=team.pk),
        queries.achievements(q="电池 隔膜"),
    ):
        assert [row.title for row in found] == ["甲"]


def read_organisations() -> list[Any]:
    return [
        (o.name, o.region and o.region.name, [i.name for i in o.industries.all()], o.teams_count)
        for o in queries.organisations()
    ]


def read_persons() -> list[Any]:
    return [(p.name, p.organisation.name, [f.name for f in p.fields.all()]) for p in queries.persons()]


def read_teams() -> list[Any]:
    return [
        (t.organisation.name, t.organisation.region, t.leader and t.leader.name, t.field, t.members_count)
        for t in queries.teams()
    ]


def read_achievements() -> list[Any]:
    return [
        (a.title, a.team and a.team.name, a.organisation.name, a.field and a.field.name, list(a.specs.all()))
        for a in queries.achievements()
    ]


@pytest.mark.parametrize("read", [read_organisations, read_persons, read_teams, read_achievements])
def test_a_list_takes_as_many_queries_for_one_row_as_for_many(read: Callable[[], list[Any]]) -> None:
    make.taxonomies()

    def add() -> None:
        organisation = make.organisation(region=Region.objects.get(code="140000.140100"))
        organisation.industries.add(Industry.objects.get(code="C.26"))
        leader = make.person(organisation=organisation)
        leader.fields.add(Field.objects.get(code="energy.coal"))
        team = make.team(organisation=organisation, leader=leader, members=(leader,))
        achievement = make.achievement(team=team, field=Field.objects.get(code="energy.coal"))
        AchievementSpec.objects.create(achievement=achievement, quantity="强度", comparison=">=", low=60)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert read()
        return len(context)

    add()
    one = count()
    for _ in range(5):
        add()
    assert count() == one <= 3

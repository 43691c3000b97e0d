"""The sample province is complete, plausible, invented, and loads once."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from stdnum.cn import uscc

from innovalley.accounts.models import Role, User
from innovalley.challenges.models import Demand, DemandComment, DemandState
from innovalley.ledger.models import Entry
from innovalley.registry.models import (
    Achievement,
    Field,
    Holding,
    Industry,
    Organisation,
    Person,
    Region,
    Team,
)
from innovalley.sample.load import load_sample

pytestmark = pytest.mark.usefixtures("province")


def characters(text: str) -> int:
    """How long a Chinese text is, spaces not counted."""
    return len(re.sub(r"\s", "", text))


class TestWhatIsThere:
    def test_has_one_province_of_eleven_cities(self) -> None:
        province = Region.objects.get(parent=None)
        cities = province.children.all()
        assert len(cities) == 11
        cells = {(city.column, city.row) for city in cities}
        assert len(cells) == 11, "two cities would lie on one another in the tile map"
        assert max(row for _, row in cells) > max(column for column, _ in cells), "the province is tall"

    def test_has_the_organisations_that_a_programme_needs(self) -> None:
        kinds = Counter(Organisation.objects.values_list("kind", flat=True))
        assert kinds["company"] >= 40
        assert kinds["university"] + kinds["institute"] == 8
        assert (kinds["office"], kinds["park"]) == (1, 1)
        companies = Organisation.objects.filter(kind="company")
        assert {company.scale for company in companies} == {"large", "medium", "small", "micro"}
        cities = {str(company.region.path).split(".")[1] for company in companies if company.region}
        assert len(cities) == 11, "every city has a company"

    def test_has_parents_and_holdings_for_conflicts_of_interest(self) -> None:
        assert Organisation.objects.filter(parent__isnull=False).count() >= 5
        assert Holding.objects.count() >= 8
        for company in Organisation.objects.filter(parent__isnull=False).select_related("parent"):
            holding = Holding.objects.get(holder=company.parent, held=company)
            assert holding.percent > 50, f"{company.parent} controls {company}"
        shared = Person.objects.filter(teams__isnull=False).distinct()
        assert sum(person.teams.count() > 1 for person in shared) >= 10, "some people are in two teams"

    def test_has_teams_and_demands(self) -> None:
        assert Team.objects.count() == 70
        assert Person.objects.count() >= 150
        assert Counter(Demand.objects.values_list("state", flat=True)) == {
            DemandState.PUBLISHED: 48,
            DemandState.SUBMITTED: 4,
            DemandState.RETURNED: 3,
            DemandState.DRAFT: 3,
            DemandState.WITHDRAWN: 2,
        }

    def test_every_team_has_people(self) -> None:
        for team in Team.objects.prefetch_related("members"):
            assert team.leader in team.members.all(), team
            assert team.members.count() >= 2, team

    def test_every_demand_has_teams_near_its_field(self) -> None:
        for demand in Demand.objects.select_related("field__parent"):
            assert demand.field is not None
            root = str(demand.field.path).split(".")[0]
            near = demand.field.parent or demand.field
            assert Team.objects.filter(field__path__under=near.path).exists(), demand.key
            assert Team.objects.filter(field__path__under=root).count() >= 2, demand.key


class TestHowTextsAre:
    def test_everything_is_marked_as_a_sample(self) -> None:
        for model in (Organisation, Person, Team, Achievement, Demand, User):
            assert not model.objects.filter(is_sample=False).exists(), model

    def test_every_credit_code_is_valid_and_says_that_it_is_a_demonstration(self) -> None:
        for organisation in Organisation.objects.all():
            assert uscc.is_valid(organisation.code), organisation
            assert organisation.code[8:12] == "DEM0", organisation

    @pytest.mark.parametrize("model", [Field, Industry, Region])
    def test_every_place_of_a_tree_has_two_names(self, model: Any) -> None:
        assert not model.objects.filter(name_zh="").exists()
        assert not model.objects.filter(name_en="").exists()

    def test_every_name_summary_and_text_is_there_in_both_languages(self) -> None:
        promised: dict[Any, list[str]] = {
            Organisation: ["name_zh", "name_en", "summary_zh", "summary_en"],
            Person: ["name_zh", "name_en", "title", "summary_zh"],
            Team: ["name_zh", "name_en", "summary_zh", "summary_en"],
            Achievement: ["title", "text", "title_en", "text_en"],
            Demand: ["title", "summary", "text", "title_en", "text_en"],
        }
        empty = [
            f"{model.__name__} {row.pk}: {name}"
            for model, names in promised.items()
            for row in model.objects.all()
            for name in names
            if not getattr(row, name).strip()
        ]
        assert empty == []

    def test_chinese_is_chinese_and_english_is_english(self) -> None:
        han = re.compile(r"[\u4e00-\u9fff]")
        for row in [*Achievement.objects.all(), *Demand.objects.all()]:
            assert len(han.findall(row.text)) > 60, row.key
            assert not han.search(row.title_en + row.text_en), row.key

    def test_texts_are_as_long_as_real_ones(self) -> None:
        for demand in Demand.objects.all():
            assert 180 <= characters(demand.text) <= 400, demand.key
            assert 90 <= len(demand.text_en.split()) <= 160, demand.key

    @pytest.mark.parametrize("model", [Achievement, Demand])
    @pytest.mark.parametrize("column", ["title", "text", "title_en", "text_en"])
    def test_no_two_are_alike(self, model: Any, column: str) -> None:
        counts = Counter(model.objects.values_list(column, flat=True))
        assert [text for text, count in counts.items() if count > 1] == []

    def test_chinese_and_english_of_a_demand_state_the_same_title_number(self) -> None:
        for demand in Demand.objects.all():
            zh = set(re.findall(r"\d+(?:\.\d+)?", demand.title))
            en = set(re.findall(r"\d+(?:\.\d+)?", demand.title_en.replace(",", "")))
            assert zh == en, demand.key


class TestSpecs:
    def test_every_demand_asks_for_several_figures(self) -> None:
        for demand in Demand.objects.prefetch_related("specs"):
            specs = list(demand.specs.all())
            assert len(specs) >= 3, demand.key
            for spec in specs:
                assert spec.quantity, demand.key
                assert demand.text[spec.start : spec.end].strip(), demand.key

    def test_money_and_dates_are_sane(self) -> None:
        for demand in Demand.objects.all():
            assert demand.budget_min_fen is not None
            assert demand.budget_max_fen is not None
            assert 50_000_000 <= demand.budget_min_fen < demand.budget_max_fen <= 3_000_000_000, demand.key
            assert demand.deadline is not None
            assert demand.deadline.year == 2027


class TestDemoAccounts:
    def test_there_is_one_for_each_role(self) -> None:
        assert set(User.objects.values_list("role", flat=True)) == set(Role.values)

    def test_the_company_has_a_draft_to_go_on_with(self) -> None:
        membership = User.objects.get(email="company@example.org").memberships.get()
        states = set(
            Demand.objects.filter(organisation=membership.organisation).values_list("state", flat=True)
        )
        assert {DemandState.DRAFT, DemandState.PUBLISHED} <= states

    def test_the_team_account_leads_a_team(self) -> None:
        person = User.objects.get(email="team@example.org").person
        assert person.led_teams.exists()

    def test_every_returned_demand_says_why(self) -> None:
        for demand in Demand.objects.filter(state=DemandState.RETURNED):
            comment = DemandComment.objects.get(demand=demand)
            assert comment.author.role == Role.OFFICE
            assert len(comment.text) >= 20


def test_a_second_load_changes_nothing() -> None:
    def counted() -> list[int]:
        return [m.objects.count() for m in (Organisation, Person, Team, Achievement, Demand, User, Entry)]

    before = counted()
    assert load_sample() is False
    assert counted() == before


def test_the_ranking_of_its_demands_is_queued_for_the_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        assert {"challenges.rank_all", "challenges.embed_supply"} <= {name for (name,) in cursor.fetchall()}

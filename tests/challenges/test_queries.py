"""Who sees which demands, and what the list finds, in which order, in how many queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import allowed
from innovalley.challenges import queries
from innovalley.challenges.models import Demand, DemandState
from innovalley.challenges.queries import DemandFilter, DemandPaginator
from innovalley.ledger.actions import record
from innovalley.registry.models import Field, Industry, Region
from tests.challenges.factories import company_user, demand
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def titles(user: Any = None, **wanted: Any) -> list[str]:
    return [d.title for d in queries.demands(user or AnonymousUser(), DemandFilter(**wanted))]


def readers(owner: Any) -> dict[str, Any]:
    inactive = registry.user()
    inactive.is_active = False
    inactive.save()
    return {
        "public": AnonymousUser(),
        "own company": owner,
        "other company": company_user(),
        "office": registry.user(),
        "inactive office": inactive,
        "team": registry.user(Role.TEAM),
        "expert": registry.user(Role.EXPERT),
        "park": registry.user(Role.PARK),
        "leader": registry.user(Role.LEADER),
    }


# Who sees what: everyone not named sees only what was published, and what came of it.
PUBLIC = {"published", "awarded", "failed"}
SEEN = {
    "own company": set(DemandState.values),
    "office": set(DemandState.values) - {"draft"},
}


@pytest.mark.parametrize(
    "reader",
    [
        "public",
        "own company",
        "other company",
        "office",
        "inactive office",
        "team",
        "expert",
        "park",
        "leader",
    ],
)
def test_each_reader_sees_only_what_is_meant_for_them_and_the_permission_agrees(reader: str) -> None:
    company = registry.organisation()
    for state in DemandState.values:
        demand(state, state=state, organisation=company)
    user = readers(company_user(company))[reader]
    expected = SEEN.get(reader, PUBLIC)
    assert {d.state for d in queries.visible_demands(user)} == expected
    for each in Demand.objects.all():
        assert allowed(user, "challenges.see_demand", each) == (each.state in expected)


def test_what_a_company_has_not_handed_in_is_not_the_offices_to_withdraw() -> None:
    company, office = registry.organisation(), registry.user()
    draft = demand(state="draft", organisation=company)
    handed_in = demand(state="submitted", organisation=company)
    assert not allowed(office, "challenges.withdraw_demand", draft)
    assert allowed(office, "challenges.withdraw_demand", handed_in)
    assert allowed(company_user(company), "challenges.withdraw_demand", draft)


def test_the_list_shows_published_demands_and_other_states_to_the_office_alone() -> None:
    company = registry.organisation()
    for state in DemandState.values:
        demand(state, state=state, organisation=company)
    owner, office = company_user(company), registry.user()
    assert titles() == ["published"]
    for state in DemandState.values:
        assert titles(owner, state=state) == ["published"]
        assert titles(state=state) == ["published"]
        assert titles(office, state=state) == ([] if state == "draft" else [state])


def test_filters_narrow_the_list() -> None:
    registry.taxonomies()
    coal = demand(
        "煤",
        field=Field.objects.get(path="energy.coal"),
        industry=Industry.objects.get(path="C.26"),
        region=Region.objects.get(path="140000.140100"),
        budget_min_fen=50_000_000,
        budget_max_fen=80_000_000,
        deadline=dt.date(2030, 5, 31),
        kind="process",
        rights="shared",
    )
    demand(
        "材料",
        field=Field.objects.get(path="materials"),
        budget_min_fen=200_000_000,
        budget_max_fen=300_000_000,
    )
    demand("空")
    for wanted in (
        {"field": "energy"},
        {"field": "energy.coal"},
        {"industry": "C"},
        {"region": "140000"},
        {"budget_to": 50_000_000},
        {"budget_from": 80_000_000, "budget_to": 100_000_000},
        {"deadline_from": dt.date(2030, 5, 31), "deadline_to": dt.date(2030, 5, 31)},
        {"kind": "process"},
        {"rights": "shared"},
        {"q": "煤"},
        {"field": "energy", "region": "140000.140100", "q": "煤"},
    ):
        assert titles(**wanted) == [coal.title], wanted
    for wanted in (
        {"field": "energy.coal.deeper"},
        {"field": "no such"},
        {"field": "energy'; DROP TABLE"},
        {"region": "140000.140200"},
        {"budget_from": 80_000_001, "budget_to": 100_000_000},
        {"deadline_to": dt.date(2030, 5, 30)},
    ):
        assert titles(**wanted) == [], wanted


def test_search_finds_words_of_title_text_and_english_in_any_order() -> None:
    demand("低热值煤气高效燃烧", text="蓄热式燃烧器寿命短", title_en="Burning lean coal gas")
    demand("不锈钢薄带轧制")
    assert titles(q="燃烧 煤气") == ["低热值煤气高效燃烧"]
    assert titles(q="ＣＯＡＬ") == ["低热值煤气高效燃烧"]
    assert titles(q="寿命 轧制") == []


def test_orders() -> None:
    today = timezone.localdate()
    day = dt.timedelta(days=1)
    rows = {
        "soon": {"deadline": today + day, "budget_max_fen": 100, "published_at": timezone.now() - 3 * day},
        "late": {
            "deadline": today + 9 * day,
            "budget_max_fen": 300,
            "published_at": timezone.now() - 2 * day,
        },
        "gone": {"deadline": today - day, "budget_max_fen": 200, "published_at": timezone.now() - 1 * day},
        "open": {"published_at": timezone.now()},
    }
    for title, values in rows.items():
        demand(title, **values)
    assert titles() == ["open", "gone", "late", "soon"]
    assert titles(sort="published") == ["soon", "late", "gone", "open"]
    assert titles(sort="deadline") == ["soon", "late", "gone", "open"]
    assert titles(sort="-deadline") == ["late", "soon", "gone", "open"]
    assert titles(sort="-budget") == ["late", "gone", "soon", "open"]
    assert titles(sort="budget") == ["soon", "gone", "late", "open"]
    assert titles(sort="nonsense") == titles()


def searched(number: int = 1, **wanted: Any) -> list[str]:
    asked = DemandFilter(**wanted)
    rows = queries.demands(AnonymousUser(), asked)
    return [d.title for d in DemandPaginator(rows, 2, words=queries.title_words(asked)).page(number)]


def test_what_names_the_words_in_its_title_comes_first() -> None:
    demand("锅炉低氮燃烧改造")
    demand("余热回收", text="锅炉低氮燃烧之后")
    demand("锅炉给水", text="低氮")
    assert searched(q="锅炉 低氮") == ["锅炉低氮燃烧改造", "锅炉给水"]
    assert searched(2, q="锅炉 低氮") == ["余热回收"]
    assert searched(q="锅炉 低氮", sort="-published") == ["锅炉给水", "余热回收"]


def test_a_word_of_very_many_demands_is_put_in_order_among_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "BEST_OF", 4)
    demand("锅炉零")
    demand("五", text="锅炉")
    for title in ("一", "锅炉二", "三", "锅炉四"):
        demand(title, text="锅炉")
    pages = [searched(number, q="锅炉") for number in (1, 2, 3)]
    assert pages == [["锅炉四", "锅炉二"], ["三", "一"], ["五", "锅炉零"]]


@pytest.mark.parametrize("count", [1, 40])
def test_a_page_of_the_list_takes_three_queries_whatever_its_length(
    count: int, django_assert_num_queries: Any
) -> None:
    registry.taxonomies()
    field = Field.objects.get(path="energy.coal")
    for _ in range(count):
        demand(field=field)
    with django_assert_num_queries(3):
        page = DemandPaginator(queries.demands(AnonymousUser(), DemandFilter()), 20).get_page(1)
        assert page.paginator.count == count
        lines = [
            (d.organisation.name, d.field and d.field.name, d.industry, d.region, d.specs_count) for d in page
        ]
    assert len(lines) == min(count, 20)


def test_pages_follow_each_other_without_gaps() -> None:
    made = [demand().pk for _ in range(45)]
    rows = queries.demands(AnonymousUser(), DemandFilter())
    pages = [DemandPaginator(rows, 20).get_page(number) for number in (1, 2, 3)]
    assert [d.pk for page in pages for d in page] == made[::-1]
    assert DemandPaginator(rows, 20).get_page(99).number == 3
    assert DemandPaginator(rows, 20).get_page("x").number == 1


def test_history_folds_saves_that_follow_each_other() -> None:
    each, user = demand(), company_user()
    for act in ("demand.write", "demand.save", "demand.save", "demand.submit", "demand.save"):
        record(actor=user, act=act, subject=each, version=1)
    record(actor=user, act="demand.save", subject=demand(), version=1)
    assert [(act.act, act.times) for act in queries.history(each)] == [
        ("demand.save", 1),
        ("demand.submit", 1),
        ("demand.save", 2),
        ("demand.write", 1),
    ]

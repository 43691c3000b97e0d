"""The pages everyone can open: home, search, about, and the switches of language and colours."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from innovalley.accounts.models import Role
from innovalley.challenges.models import DemandState
from innovalley.registry.models import Field
from tests.challenges import factories as challenges
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/search/", "/search/?q=煤", "/about/", "/robots.txt"]


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("address", PUBLIC)
def test_opens_without_an_account(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", PUBLIC)
def test_changes_nothing_when_posted_to(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


# Home ------------------------------------------------------------------------------------------------


def test_home_counts_what_everyone_may_see(client: Client) -> None:
    challenges.demand()
    challenges.demand(state=DemandState.DRAFT)
    gone = registry.organisation()
    gone.merged_into = registry.organisation()
    gone.save()
    figures = client.get("/").context["figures"]
    assert (figures.demands, figures.teams, figures.achievements, figures.organisations) == (1, 0, 0, 3)


@pytest.mark.parametrize(
    ("role", "links"),
    [
        (None, ["/accounts/login/?next=/my/demands/", "/accounts/login/"]),
        (Role.COMPANY, ["/my/demands/"]),
        (Role.OFFICE, ["/vetting/"]),
        (Role.TEAM, []),
        (Role.EXPERT, []),
    ],
)
def test_home_leads_everyone_to_their_own_desk_only(
    client: Client, role: Role | None, links: list[str]
) -> None:
    if role:
        client.force_login(registry.user(role=role))
    ways = text_of(client, "/").split('id="ways-title"')[1].split("</section>")[0]
    found = re.findall(r'href="([^"]+)"', ways)
    assert [link for link in found if link not in ("/demands/", "/about/")] == links


def test_home_shows_no_demand_before_it_is_published(client: Client) -> None:
    challenges.demand("已发布的需求")
    for state in DemandState.values:
        if state != DemandState.PUBLISHED:
            challenges.demand(f"秘密{state}", state=state)
    page = text_of(client, "/")
    assert "已发布的需求" in page
    assert "秘密" not in page


def test_home_counts_demands_and_teams_under_their_top_field(client: Client) -> None:
    registry.taxonomies()
    coal, energy = Field.objects.get(path="energy.coal"), Field.objects.get(path="energy")
    challenges.demand(field=coal)
    challenges.demand(field=energy)
    challenges.demand(field=energy, state=DemandState.SUBMITTED)
    registry.team(field=coal)
    (field,) = client.get("/").context["fields"]
    assert (field["name"], field["demands"], field["teams"]) == ("能源", 2, 1)


@pytest.mark.parametrize("rows", [1, 8])
def test_home_reads_in_constant_queries(
    client: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    registry.taxonomies()
    field = Field.objects.get(path="materials")
    for _ in range(rows):
        challenges.demand(field=field)
        registry.achievement(team=registry.team(field=field))
    with django_assert_num_queries(4):
        client.get("/")


# Search ----------------------------------------------------------------------------------------------


def test_search_groups_what_it_finds(client: Client) -> None:
    college = registry.organisation("煤炭研究院", kind="institute")
    leader = registry.person("煤老师", organisation=college)
    team = registry.team("煤基材料团队", organisation=college, members=(leader,))
    registry.achievement("煤沥青成果", team=team)
    challenges.demand("煤泥需求", organisation=college)
    groups = {group["kind"]: group for group in client.get("/search/?q=煤").context["groups"]}
    assert {kind: group["total"] for kind, group in groups.items()} == {
        "demands": 1,
        "teams": 1,
        "achievements": 1,
        "organisations": 1,
        "persons": 1,
    }


def test_search_finds_only_published_demands_whoever_asks(client: Client) -> None:
    for state in DemandState.values:
        challenges.demand(f"钛合金{state}", state=state)
    for role in (None, *Role.values):
        if role:
            client.force_login(registry.user(role))
        page = text_of(client, "/search/?q=钛合金")
        assert "published" in page
        assert [state for state in DemandState.values if f"</mark>{state}" in page] == ["published"]


def test_search_never_shows_addresses_of_persons(client: Client) -> None:
    registry.person("钱学同", email="qian@secret.example", phone="13900001111")
    page = text_of(client, "/search/?q=钱学同")
    assert "学同" in page
    assert "secret.example" not in page
    assert "13900001111" not in page
    assert client.get("/search/?q=secret.example").context["total"] == 0


def test_search_leaves_out_what_was_merged(client: Client) -> None:
    registry.organisation("旧名钢铁", merged_into=registry.organisation("新名"))
    assert client.get("/search/?q=旧名钢铁").context["total"] == 0


def test_search_marks_the_words_and_puts_titles_first(client: Client) -> None:
    challenges.demand("别的题目", text="正文里才有石墨烯")
    challenges.demand("石墨烯散热膜")
    (demands, *_) = client.get("/search/?q=石墨烯").context["groups"]
    assert [demand.title for demand in demands["hits"]] == ["石墨烯散热膜", "别的题目"]
    challenges.demand("英文题目", text="graphene too")
    challenges.demand("另一个题目", title_en="A Graphene film")
    (demands, *_) = client.get("/search/?q=graphene").context["groups"]
    assert [demand.title for demand in demands["hits"]] == ["另一个题目", "英文题目"]
    assert "<mark>石墨烯</mark>散热膜" in text_of(client, "/search/?q=石墨烯")


def test_search_counts_all_and_shows_the_first_few(client: Client) -> None:
    for _ in range(7):
        challenges.demand("钒电池")
    (demands, *_) = client.get("/search/?q=钒电池").context["groups"]
    assert demands["total"] == 7
    assert len(demands["hits"]) == 5


@pytest.mark.parametrize(
    "query", ["", "  ", "%00", "'", "%", "_", "\\", "<script>alert(1)</script>", "长" * 5000]
)
def test_search_takes_whatever_is_typed(client: Client, query: str) -> None:
    challenges.demand("一项需求")
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


@pytest.mark.parametrize("rows", [1, 9])
def test_search_reads_in_constant_queries(
    client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        organisation = registry.organisation(f"碳纤维公司{number}")
        person = registry.person(f"碳纤维{number}", organisation=organisation)
        team = registry.team(f"碳纤维团队{number}", organisation=organisation, members=(person,))
        registry.achievement(f"碳纤维成果{number}", team=team)
        challenges.demand(f"碳纤维需求{number}", organisation=organisation)
    with django_assert_max_num_queries(7):
        client.get("/search/?q=碳纤维")


# Language and colours --------------------------------------------------------------------------------


def test_speaks_chinese_first_whatever_the_browser_asks_for(client: Client) -> None:
    response = client.get("/", headers={"Accept-Language": "en-US,en"})
    assert response.headers["Content-Language"] == "zh-hans"
    assert '<html lang="zh-Hans"' in response.content.decode()
    assert "最新需求" in response.content.decode()


def test_the_language_switch_is_kept_and_leads_back(client: Client) -> None:
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/about/"}, follow=True)
    assert response.redirect_chain == [("/about/", 302)]
    assert "About and help" in response.content.decode()
    assert "Newest demands" in text_of(client, "/")


def test_the_theme_is_kept_and_leads_back(client: Client) -> None:
    response = client.post("/theme/", {"theme": "dark", "next": "/about/"})
    assert response.headers["Location"] == "/about/"
    assert 'data-theme="dark"' in text_of(client, "/")
    client.post("/theme/", {"theme": ""})
    assert "data-theme" not in text_of(client, "/")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_theme_switch_leads_to_no_other_site(client: Client, target: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": target}).headers["Location"] == "/"


def test_an_unknown_theme_in_the_cookie_is_ignored(client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in text_of(client, "/")

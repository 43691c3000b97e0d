"""The pages of the registry as a reader sees them: what they say, where they lead, what a list finds."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovalley.registry import listing, panels
from innovalley.registry.models import (
    AchievementSpec,
    Field,
    Holding,
    ImportRun,
    Industry,
    MergeProposal,
    Organisation,
    Region,
    Team,
)
from tests.registry import factories as make

pytestmark = pytest.mark.django_db

LISTS = ["teams", "achievements", "organisations", "persons"]


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(make.user())
    return client


def add_one_of_each() -> dict[str, Any]:
    """A team with a leader and an achievement with specs, in an organisation with relatives."""
    if not Field.objects.exists():
        make.taxonomies()
    parent = make.organisation("晋工集团")
    region = Region.objects.get(code="140000.140100")
    organisation = make.organisation(region=region, parent=parent)
    organisation.industries.add(Industry.objects.get(code="C.26"))
    Holding.objects.create(holder=organisation, held=make.organisation(), percent=Decimal("35.5"))
    Holding.objects.create(holder=make.organisation(), held=organisation, percent=Decimal(20))
    make.organisation(parent=organisation)
    leader = make.person(organisation=organisation, title="教授")
    coal = Field.objects.get(code="energy.coal")
    leader.fields.add(coal)
    team = make.team(organisation=organisation, leader=leader, members=(leader, make.person()), field=coal)
    text = "浆料粘度不超过 1200 mPa·s，抗压强度 ≥ 60 MPa。"
    achievement = make.achievement(team=team, field=coal, text=text, trl=6, year=2024, kind="material")
    specs = [AchievementSpec(achievement=achievement, **row) for row in AchievementSpec.found_in(text)]
    AchievementSpec.objects.bulk_create(specs)
    return {"team": team, "achievement": achievement, "organisation": organisation, "person": leader}


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# Lists ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_for_one_row_as_for_forty(office: Client, name: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as context:
            page(office, reverse(name))
        return len(context)

    add_one_of_each()
    few = count()
    for _ in range(40):
        add_one_of_each()
    assert count() == few < 12


@pytest.mark.parametrize("name", ["team", "achievement", "organisation", "person"])
def test_a_page_takes_as_many_queries_with_one_thing_on_it_as_with_forty(office: Client, name: str) -> None:
    one = add_one_of_each()
    add_one_of_each()
    address = reverse(name, args=[one[name].pk])

    def count() -> int:
        with CaptureQueriesContext(connection) as context:
            page(office, address)
        return len(context)

    few = count()
    for _ in range(40):
        more = add_one_of_each()
        Team.objects.filter(pk=more["team"].pk).update(organisation=one["organisation"])
        make.achievement(team=one["team"], field=one["achievement"].field)
        one["team"].members.add(more["person"])
        make.team(organisation=one["organisation"], members=(one["person"],))
    assert count() == few <= 20


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_so(office: Client, name: str) -> None:
    assert "没有符合条件的结果" in page(office, reverse(name))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "?sort=nonsense&page=999&organisation=abc&trl=0&team=99999999999999999999999",
        "?field=a..b&region='&kind=nonsense&industry=能源&organisation=-1&sort=--name",
        "?q=%00&page=-1&organisation=%C2%B2&trl=%E2%91%A2",
    ],
)
def test_no_address_breaks_a_list(office: Client, name: str, query: str) -> None:
    add_one_of_each()
    page(office, reverse(name) + query)


def names_in_order(html: str, names: list[str]) -> list[str]:
    return sorted((name for name in names if name in html), key=html.index)


def test_teams_are_sorted_filtered_and_searched_by_address(client: Client) -> None:
    one = add_one_of_each()
    Team.objects.filter(pk=one["team"].pk).update(name_zh="乙煤转化团队", summary_zh="煤焦油加氢")
    make.team("甲陶瓷团队", field=Field.objects.get(code="materials"))
    both = ["乙煤转化团队", "甲陶瓷团队"]
    teams = reverse("teams")
    assert names_in_order(page(client, f"{teams}?sort=-members"), both) == both
    assert names_in_order(page(client, f"{teams}?sort=members"), both) == both[::-1]
    for query in (
        "field=energy",
        "region=140000",
        "q=加氢",
        f"organisation={one['organisation'].pk}",
        "kind=company&q=煤焦油",
    ):
        assert names_in_order(page(client, f"{teams}?{query}"), both) == ["乙煤转化团队"]
    assert "乙煤<mark>转化</mark>团队" in page(client, f"{teams}?q=转化")


def test_achievements_show_their_specs_and_can_be_narrowed_to_a_team_and_a_level(client: Client) -> None:
    one = add_one_of_each()
    make.achievement("另一项", trl=3)
    achievements = reverse("achievements")
    html = page(client, f"{achievements}?team={one['team'].pk}&trl=6")
    assert one["achievement"].title in html
    assert "另一项" not in html
    assert "抗压强度 ≥ 60 MPa" in html
    assert f"取消“仅限{one['team'].name_zh}”" in html
    assert one["achievement"].title not in page(client, f"{achievements}?trl=7")


def test_a_list_has_twenty_rows_a_page(client: Client) -> None:
    for number in range(21):
        make.organisation(f"单位{number:02}")
    first, second = page(client, "/organisations/"), page(client, "/organisations/?page=2")
    assert "单位19" in first
    assert "单位20" not in first
    assert "单位20" in second


def test_a_word_that_is_everywhere_shows_a_part_and_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MAX_FOUND", 3)
    for number in range(4):
        make.organisation(f"晋能{number}")
    html = page(client, "/organisations/?q=晋能")
    assert "共 3 条" in html
    assert "超过 3 条" in html
    assert "超过 3 条" not in page(client, "/organisations/?q=晋能1")
    exported = b"".join(client.get("/organisations/?q=晋能&export=csv").streaming_content).decode()
    assert [name for name in range(4) if f"晋能{name}" in exported] == [0, 1, 2, 3]


def test_organisations_are_found_by_code_and_merged_ones_are_left_out(client: Client) -> None:
    one = make.organisation("晋能化工")
    make.organisation("晋能化工旧名", merged_into=one)
    html = page(client, f"/organisations/?q={one.code}")
    assert "晋能化工" in html
    assert "晋能化工旧名" not in page(client, "/organisations/")


def test_the_office_reads_the_addresses_of_persons(office: Client) -> None:
    person = make.person("陆文博", email="lu@example.org", phone="0351-7010001")
    for address in (reverse("persons"), reverse("person", args=[person.pk])):
        html = page(office, address)
        assert "lu@example.org" in html
        assert "0351-7010001" in html


# Exports -------------------------------------------------------------------------------------------


def exported(client: Client, address: str, fmt: str) -> list[list[Any]]:
    """The cells of a list's export, its header first."""
    response = client.get(address, query_params={**dict(parse_qsl(urlsplit(address).query)), "export": fmt})
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].endswith(f".{fmt}")
    content = b"".join(response.streaming_content)
    if fmt == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_exported_as_it_is_filtered_and_sorted_all_pages(
    office: Client, name: str, fmt: str
) -> None:
    organisation = make.organisation()
    for number in range(21):
        person = make.person(f"甲{number:02}", organisation=organisation, email=f"p{number}@example.org")
        team = make.team(f"甲{number:02}", organisation=organisation, members=(person,))
        make.achievement(f"甲{number:02}", team=team)
        make.organisation(f"甲{number:02}")
    make.achievement("乙", team=make.team("乙", members=(make.person("乙"),)))
    sort = "-title" if name == "achievements" else "-name"
    rows = exported(office, f"{reverse(name)}?q=甲&sort={sort}&page=2", fmt)
    column = [str(cell) for cell in rows[0]].index(
        {"achievements": "标题", "persons": "姓名"}.get(name, "名称")
    )
    assert [row[column] for row in rows[1:]] == [f"甲{number:02}" for number in reversed(range(21))]
    assert ("p20@example.org" in rows[1]) == (name == "persons")  # for the office alone, like the page


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
@pytest.mark.parametrize("name", ["imports", "merges"])
def test_the_lists_of_the_office_are_exported_too(office: Client, name: str, fmt: str) -> None:
    first, second = make.organisation("甲厂"), make.organisation("乙厂")
    MergeProposal.objects.create(
        kind="organisation", first_id=first.pk, second_id=second.pk, score=90, reasons=["same_name"]
    )
    ImportRun.objects.create(kind="person", file_name="人员.csv", content=b"", sha256="0" * 64)
    cells = [str(cell) for cell in exported(office, reverse(name), fmt)[1]]
    assert set(cells) >= ({"甲厂", "乙厂", "90"} if name == "merges" else {"人员.csv", "人员"})


@pytest.mark.parametrize("name", [*LISTS, "imports", "merges"])
def test_a_format_that_there_is_not_is_not_found(office: Client, name: str) -> None:
    assert office.get(f"{reverse(name)}?export=pdf").status_code == 404


# One thing each ------------------------------------------------------------------------------------


def test_a_team_page_tells_who_they_are_and_what_they_can_show(client: Client) -> None:
    one = add_one_of_each()
    html = page(client, one["team"].get_absolute_url())
    for text in ("能源", "煤炭清洁利用", "太原市", one["person"].name_zh, "教授", one["achievement"].title):
        assert text in html
    assert "抗压强度 ≥ 60 MPa" in html
    assert reverse("person", args=[one["person"].pk]) not in html  # for the office alone


def test_an_achievement_marks_its_specs_where_they_stand(client: Client) -> None:
    html = page(client, add_one_of_each()["achievement"].get_absolute_url())
    assert '<mark class="spec-mark" id="spec-2" title="抗压强度 ≥ 60 MPa">抗压强度 ≥ 60 MPa</mark>' in html
    assert 'href="#spec-2"' in html
    assert "技术成熟度 6 级（共 9 级）" in html


def test_specs_are_listed_when_they_name_what_they_measure_and_lead_to_their_place_if_they_have_one(
    client: Client,
) -> None:
    text = "膜厚 0.22 mm，在 85 ℃ 下运行，抗压强度 ≥ 60 MPa。"
    achievement = make.achievement(text=text)
    rows = AchievementSpec.found_in(text)
    typed = AchievementSpec(
        achievement=achievement, quantity="寿命", comparison=">=", low=5, unit="a", position=9
    )
    AchievementSpec.objects.bulk_create(
        [*(AchievementSpec(achievement=achievement, **row) for row in rows), typed]
    )
    html = page(client, achievement.get_absolute_url())
    chips = html.partition('class="chips mt"')[2].partition("</div>")[0]
    assert '">抗压强度 ≥ 60 MPa</a>' in chips
    assert "<span>寿命 ≥ 5 年</span>" in chips
    assert "85 ℃" not in chips
    assert chips.count('href="#spec-') == 2


def test_a_text_is_escaped_inside_and_outside_of_its_specs(client: Client) -> None:
    text = "<script>alert(1)</script>抗压强度 ≥ 60 MPa <b>"
    achievement = make.achievement(text=text)
    AchievementSpec.objects.bulk_create(
        AchievementSpec(achievement=achievement, **row) for row in AchievementSpec.found_in(text)
    )
    html = page(client, achievement.get_absolute_url())
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'class="spec-mark"' in html


def test_an_english_reader_gets_the_english_text_with_its_own_specs(client: Client) -> None:
    achievement = make.achievement(
        "高强陶粒",
        title_en="Strong proppant",
        text="抗压强度 ≥ 60 MPa。",
        text_en="Strength of at least 60 MPa.",
    )
    client.cookies["django_language"] = "en"
    html = page(client, achievement.get_absolute_url())
    assert "Strong proppant" in html
    assert 'class="spec-mark"' in html
    assert "抗压强度" not in html


def test_an_achievement_of_an_organisation_alone_has_a_page(client: Client) -> None:
    achievement = make.achievement("独立成果", organisation=make.organisation("晋光研究院"))
    html = page(client, achievement.get_absolute_url())
    assert "独立成果" in html
    assert "晋光研究院" in html


def test_an_organisation_page_shows_what_stands_above_and_below_it(client: Client) -> None:
    one = add_one_of_each()
    html = page(client, one["organisation"].get_absolute_url())
    assert names_in_order(html, ["晋工集团", "35.5 %", "20 %"]) == ["晋工集团", "35.5 %", "20 %"]
    assert "下属单位" in html


def test_parents_that_go_round_in_a_circle_do_not_hang_a_page(client: Client) -> None:
    one = make.organisation("甲")
    two = make.organisation("乙", parent=one)
    Organisation.objects.filter(pk=one.pk).update(parent=two)
    assert "乙" in page(client, one.get_absolute_url())


def test_what_was_merged_leads_to_what_was_kept(office: Client) -> None:
    kept = make.organisation()
    gone = make.organisation(merged_into=kept)
    response = office.get(gone.get_absolute_url())
    assert (response.status_code, response.headers["Location"]) == (301, kept.get_absolute_url())
    person = make.person(merged_into=make.person())
    response = office.get(reverse("person", args=[person.pk]))
    assert response.headers["Location"] == reverse("person", args=[person.merged_into.pk])


# Panels of other rooms -----------------------------------------------------------------------------


def test_another_room_shows_a_panel_on_the_page_of_a_team(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "_makers", {})
    team = make.team()

    def make_panel(request: HttpRequest, subject: Any) -> panels.Panel | None:
        if subject != team:
            return None
        return panels.Panel("registry/parts/none.html")

    panels.show_on(Team, make_panel)
    panels.show_on(Team, make_panel)  # as when a site starts its rooms twice
    assert page(client, team.get_absolute_url()).count("没有符合条件的结果") == 1
    assert "没有符合条件的结果" not in page(client, make.team().get_absolute_url())
    assert "没有符合条件的结果" not in page(client, team.organisation.get_absolute_url())

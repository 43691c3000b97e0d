"""The pages of demands as their readers get them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from innovalley.accounts.models import Role
from innovalley.challenges import jobs, ranking
from innovalley.challenges.models import AchievementMatch, Demand, DemandState, MatchRun
from innovalley.engine.specs import find
from innovalley.ledger.models import Entry
from innovalley.registry.models import Achievement, AchievementSpec, Embedding, Field, Progress
from tests.challenges.factories import company_user, demand, demand_spec
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"'&<b>强度"


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def stating(text: str, **values: Any) -> Achievement:
    """An achievement with the specs of its text in rows, as an import writes them."""
    made = registry.achievement(text=text, **values)
    for position, spec in enumerate(find(text)):
        AchievementSpec.objects.create(
            achievement=made, position=position, found=True, **AchievementSpec.columns_of(spec)
        )
    return made


def boiler(**values: Any) -> Demand:
    """A demand with three specs, ranked: one team meets the first, misses the second, says nothing of the third."""
    registry.taxonomies()
    field = Field.objects.get(path="energy.coal")
    text = "锅炉热效率不低于90%，氮氧化物排放浓度不超过30mg/m3，使用寿命不低于8年。"
    asked = demand(**{"title": "循环流化床锅炉低氮改造", "text": text, "field": field, **values})
    for spec in find(text):
        demand_spec(asked, spec, found=True)
    stating(
        "本技术使锅炉热效率达到92%，氮氧化物排放浓度为45mg/m3。",
        title="循环流化床锅炉低氮燃烧技术",
        team=registry.team("清洁燃烧团队"),
        field=field,
        trl=7,
    )
    stating("抗拉强度不低于900MPa。", title="不锈钢薄带轧制", team=registry.team("轧制团队"))
    jobs.rank_demand(asked.pk)
    return asked


# ------------------------------------------------------------------------------------------- the list


def test_the_list_of_everyone(client: Client) -> None:
    demand("已发布的需求")
    demand("草稿需求", state=DemandState.DRAFT)
    shown = page(client, "/demands/")
    assert "已发布的需求" in shown
    assert "草稿需求" not in shown


def test_every_state_of_the_list_has_an_address(client: Client) -> None:
    registry.taxonomies()
    for title, amount in (("便宜", 10_000_000), ("昂贵", 500_000_000)):
        demand(
            title, budget_min_fen=amount, budget_max_fen=amount, field=Field.objects.get(path="energy.coal")
        )
    shown = page(client, "/demands/?budget_from=100&field=energy&q=贵&sort=deadline&page=1")
    assert "便宜" not in shown
    assert 'value="100"' in shown
    assert '<option value="energy" selected>' in shown
    assert "<mark>贵</mark>" in shown


def test_a_filter_nobody_understands_is_said_and_left_out(client: Client) -> None:
    demand("需求一")
    shown = page(client, "/demands/?budget_from=很多&due_to=明天&page=zz&sort=%00")
    assert "需求一" in shown
    assert "以万元为单位" in shown
    assert "2024-03-05" in shown


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "没有符合条件的需求" in page(client, "/demands/?q=不存在的词")


@pytest.mark.parametrize("count", [1, 40])
def test_the_list_takes_the_same_queries_whatever_its_length(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    registry.taxonomies()
    for _ in range(count):
        demand(field=Field.objects.get(path="energy.coal"))
    with django_assert_max_num_queries(8):
        page(client, "/demands/?field=energy&q=需求")
    client.force_login(registry.user())
    with django_assert_max_num_queries(11):
        page(client, "/demands/?state=published&field=energy&industry=C&region=140000&q=需求")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_exported_as_it_is_filtered(client: Client, kind: str) -> None:
    demand("=HYPERLINK(1)")
    demand("其他需求")
    demand("=草稿", state=DemandState.DRAFT)
    answer = client.get(f"/demands/?q=HYPERLINK&export={kind}")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert "attachment" in answer["Content-Disposition"]
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        cells = [cell for row in rows[1:] for cell in row]
        assert len(rows) == 2
        assert not [cell for cell in cells if cell.startswith("=")]
        assert any("HYPERLINK(1)" in cell for cell in cells)


# ------------------------------------------------------------------------------------- who may open what


def plain(shown: str, number: int) -> str:
    """A page without what differs from one request to the next."""
    return (
        re.sub(r'value="\w{64}"', "", shown).replace(f"%2F{number}%2F", "/N/").replace(f"/{number}/", "/N/")
    )


ADDRESSES = ("/demands/{}/", "/demands/{}/progress/")


@pytest.mark.parametrize("state", DemandState.values)
@pytest.mark.parametrize("who", ["public", "own company", "other company", "office", "team"])
def test_a_demand_that_is_not_for_the_reader_does_not_exist_for_them(
    client: Client, state: str, who: str
) -> None:
    company = registry.organisation()
    each = demand("机密题目", state=state, organisation=company)
    users = {
        "own company": lambda: company_user(company),
        "other company": company_user,
        "office": registry.user,
        "team": lambda: registry.user(Role.TEAM),
    }
    if who in users:
        client.force_login(users[who]())
    is_public = state in ("published", "awarded", "failed")
    sees = is_public or who == "own company" or (who == "office" and state != "draft")
    for address in ADDRESSES:
        shown = page(client, address.format(each.pk), 200 if sees else 404)
        unknown = page(client, address.format(each.pk + 999), 404)
        if not sees:
            assert "机密题目" not in shown
            assert plain(shown, each.pk) == plain(unknown, each.pk + 999)


@pytest.mark.parametrize(
    ("address", "method", "company", "office"),
    [
        ("/demands/{}/submit/", "get", "own", False),
        ("/demands/{}/submit/", "post", "own", False),
        ("/demands/{}/publish/", "get", "", True),
        ("/demands/{}/publish/", "post", "", True),
        ("/demands/{}/return/", "get", "", True),
        ("/demands/{}/return/", "post", "", True),
        ("/demands/{}/withdraw/", "get", "own", True),
        ("/demands/{}/withdraw/", "post", "own", True),
        ("/my/demands/{}/edit/", "get", "own", False),
        ("/my/demands/{}/edit/", "post", "own", False),
        ("/my/demands/{}/autosave/", "post", "own", False),
        ("/my/demands/", "get", "any", False),
        ("/my/demands/specs/", "post", "any", False),
        ("/vetting/", "get", "", True),
    ],
)
def test_desks_are_closed_to_whom_they_are_not_for(
    client: Client, address: str, method: str, company: str, office: bool
) -> None:
    each = demand("公开题目")
    address = address.format(each.pk)
    everyone = {
        "public": (None, False),
        "own": (company_user(each.organisation), company in ("own", "any")),
        "other": (company_user(), company == "any"),
        "office": (registry.user(), office),
        "team": (registry.user(Role.TEAM), False),
        "expert": (registry.user(Role.EXPERT), False),
        "leader": (registry.user(Role.LEADER), False),
        "park": (registry.user(Role.PARK), False),
    }
    for who, (user, may) in everyone.items():
        client.logout()
        if user is not None:
            client.force_login(user)
        answer = getattr(client, method)(address, {"reason": "理由"} if method == "post" else None)
        assert (answer.status_code != 403) == may, (who, answer.status_code)


def test_acts_that_are_no_acts_are_not_found(client: Client) -> None:
    client.force_login(registry.user())
    page(client, f"/demands/{demand().pk}/delete/", 404)


# -------------------------------------------------------------------------------------------- the page


def test_a_visitor_sees_the_ranked_teams_and_why(client: Client) -> None:
    shown = page(client, f"/demands/{boiler().pk}/")
    assert shown.index("清洁燃烧团队") < shown.index("轧制团队")
    assert "可能解决这项需求的团队" in shown
    assert '<mark class="spec-mark" id="spec-1"' in shown  # the specs where they stand in the text
    best = shown[shown.index('<li class="team card"') :]
    assert "循环流化床锅炉低氮燃烧技术" in best  # the best evidence
    assert "<blockquote" in best
    assert "<mark>" in best  # the words both texts share
    assert 'class="part-words"' in shown


def test_the_matrix_says_who_meets_which_spec(client: Client) -> None:
    asked = boiler()
    shown = page(client, f"/demands/{asked.pk}/")
    matrix = shown[shown.index('<table class="matrix">') :]
    first_row = matrix[matrix.index("<tbody>") : matrix.index("</tr>", matrix.index("<tbody>"))]
    outcomes = [cell.split('"')[0] for cell in first_row.split("says says--")[1:]]
    assert outcomes == ["met", "missed", "unstated"]
    assert "15 mg/m³" in first_row  # by how much it is missed


def test_a_page_of_its_own_tells_why_one_achievement_was_found(client: Client) -> None:
    asked = boiler()
    found = Achievement.objects.get(title="循环流化床锅炉低氮燃烧技术")
    shown = page(client, f"/demands/{asked.pk}/why/{found.pk}/")
    assert "差 15 mg/m³" in shown
    assert "煤炭清洁利用" in shown  # the field that both share
    page(client, f"/demands/{asked.pk}/why/{found.pk + 999}/", 404)


def test_reasons_of_a_hidden_demand_are_hidden_too(client: Client) -> None:
    asked = boiler(state=DemandState.SUBMITTED)
    page(client, f"/demands/{asked.pk}/why/{Achievement.objects.first().pk}/", 404)


def test_the_page_reads_rows_only_however_much_was_found(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    asked = boiler()
    with django_assert_max_num_queries(10):
        page(client, f"/demands/{asked.pk}/")
    for number in range(60):
        stating("锅炉热效率达到95%。", title=f"锅炉技术{number}", team=registry.team())
    jobs.rank_demand(asked.pk)
    with django_assert_max_num_queries(10):
        shown = page(client, f"/demands/{asked.pk}/?teams=all&achievements=all")
    assert shown.count('<li class="team card"') == ranking.TOP_TEAMS
    assert shown.count('<li class="evidence card"') == ranking.TOP_ACHIEVEMENTS


def test_hostile_texts_are_only_text(client: Client) -> None:
    organisation = registry.organisation(HOSTILE)
    team = registry.team(HOSTILE, organisation=organisation)
    asked = demand(HOSTILE, text=HOSTILE + "不低于60MPa", organisation=organisation)
    demand_spec(asked, find(asked.text)[0], found=True)
    found = stating(HOSTILE + "达到70MPa", title=HOSTILE, team=team)
    jobs.rank_demand(asked.pk)
    client.force_login(company_user(organisation))
    Demand.objects.filter(pk=asked.pk).update(state=DemandState.RETURNED)
    for address in (
        "/demands/?q=<script>",
        f"/demands/{asked.pk}/",
        f"/demands/{asked.pk}/why/{found.pk}/",
        "/my/demands/",
        f"/my/demands/{asked.pk}/edit/",
        f"/demands/{asked.pk}/withdraw/",
    ):
        shown = page(client, address)
        assert "<script>alert" not in shown, address
        assert "<b>强度" not in shown, address


def test_in_english_the_english_text_is_shown_with_its_own_specs(client: Client) -> None:
    asked = boiler(title_en="Low-NOx retrofit", text_en="Thermal efficiency of at least 90%.")
    client.cookies["django_language"] = "en"
    shown = page(client, f"/demands/{asked.pk}/")
    assert "Low-NOx retrofit" in shown
    assert "Teams that could solve it" in shown
    assert '<mark class="spec-mark" id="spec-1"' in shown


# ----------------------------------------------------------------------------------- while it is worked on


def test_a_demand_that_is_not_ranked_yet_asks_again_until_it_is(client: Client) -> None:
    asked = demand("锅炉")
    shown = page(client, f"/demands/{asked.pk}/")
    assert "正在匹配团队" in shown
    assert f"/demands/{asked.pk}/progress/" in shown
    registry.achievement("锅炉技术", team=registry.team("锅炉团队"))
    jobs.rank_demand(asked.pk)
    strip = page(client, f"/demands/{asked.pk}/progress/?seen=")
    assert 'hx-target="#matches"' in strip  # now the result is fetched
    assert "progress/" not in strip  # and nobody asks again
    assert "锅炉团队" in page(client, f"/demands/{asked.pk}/")


def test_a_demand_that_is_ranked_asks_nobody(client: Client) -> None:
    asked = boiler()
    run = MatchRun.objects.get(demand=asked)
    seen = f"{run.finished.timestamp():.6f}"
    assert "progress/" not in page(client, f"/demands/{asked.pk}/")
    assert "hx-get" not in page(client, f"/demands/{asked.pk}/progress/?seen={seen}")


def test_while_achievements_are_embedded_the_page_shows_how_far_it_is(client: Client) -> None:
    asked = boiler()
    Progress.objects.create(name="embeddings", done=30, total=120)
    shown = page(client, f"/demands/{asked.pk}/")
    assert "30 / 120" in shown
    assert "清洁燃烧团队" in shown  # what is known already is shown
    Progress.objects.update(updated=timezone.now() - dt.timedelta(minutes=10))
    assert "30 / 120" not in page(client, f"/demands/{asked.pk}/")  # a dead job is not waited for


@pytest.mark.django_db(transaction=True)  # the wish to stop is read on another connection
def test_the_office_alone_starts_and_stops_the_reading_of_achievements(client: Client) -> None:
    asked = boiler()
    here = {"next": f"/demands/{asked.pk}/"}
    for user in (None, company_user(asked.organisation), registry.user(Role.LEADER)):
        if user:
            client.force_login(user)
        assert "分析成果语义" not in page(client, here["next"])
        for act in ("start", "stop"):
            assert client.post("/matching/", {"act": act, **here}).status_code == 403
    assert not ProcrastinateJob.objects.exists()
    client.force_login(registry.user())
    assert "分析成果语义" in page(client, here["next"])
    assert client.post("/matching/", {"act": "start", **here})["Location"] == here["next"]
    assert {job.task_name for job in ProcrastinateJob.objects.all()} == {
        "challenges.rank_all",
        "challenges.embed_supply",
    }
    assert "停止分析" in page(client, here["next"])
    client.post("/matching/", {"act": "stop", "next": "https://elsewhere.example/"})
    jobs.embed_supply()
    assert not Embedding.objects.exists()
    assert Entry.objects.filter(act__in=["matching.start", "matching.stop"]).count() == 2


def test_without_any_achievement_the_page_says_so(client: Client) -> None:
    asked = demand("锅炉")
    jobs.rank_demand(asked.pk)
    assert "没有找到团队" in page(client, f"/demands/{asked.pk}/")
    assert not AchievementMatch.objects.exists()

"""The pages of reviews as their readers get them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from innovalley.reviews import jobs
from innovalley.reviews.models import Item, Plan, Review, Round, RoundState, Rubric, Seat
from tests.registry import factories as registry
from tests.reviews import factories

pytestmark = pytest.mark.django_db


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def panel(items: int = 2, experts: int = 2, **values: object) -> tuple[Round, list[Item], list[Seat]]:
    """A round under review whose panels have all accepted."""
    round = factories.round(**{"state": RoundState.REVIEWING, "panel_size": experts, **values})
    people = [factories.expert(f"评审专家{n}") for n in range(experts)]
    made = [factories.item(round, factories.proposal(f"申报单位{n}有限公司")) for n in range(items)]
    seats = [factories.seat(item, person) for item in made for person in people]
    factories.fits(round)
    return round, made, seats


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", RoundState.values)
def test_every_page_of_the_office_opens_in_every_state(client: Client, language: str, state: str) -> None:
    client.cookies["django_language"] = language
    round, items, seats = panel()
    for seat in seats:
        factories.reviewed(seat, "8", "6")
    Round.objects.filter(pk=round.pk).update(state=state)
    client.force_login(factories.officer())
    for address in (
        "/rounds/", "/rounds/?state=draft", "/rounds/new/", f"/rounds/{round.pk}/", f"/rounds/{round.pk}/edit/",
        f"/rounds/{round.pk}/items/", f"/rounds/{round.pk}/assignment/", f"/rounds/{round.pk}/conflicts/",
        f"/rounds/{round.pk}/results/", f"/rounds/items/{items[0].pk}/", "/experts/", "/experts/?q=评审",
        f"/experts/{seats[0].expert_id}/", "/rubrics/", "/rubrics/new/", f"/rubrics/{round.rubric_id}/",
    ):  # fmt: skip
        page(client, address)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_expert_opens(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    _round, items, seats = panel()
    invited = factories.seat(factories.item(items[0].round), seats[0].expert, state="invited")
    client.force_login(factories.user_of(seats[0]))
    for address in (
        "/reviews/", "/reviews/ties/", f"/reviews/{seats[0].pk}/", f"/reviews/{seats[0].pk}/abstain/",
        f"/reviews/{invited.pk}/answer/",
    ):  # fmt: skip
        page(client, address)
    factories.reviewed(seats[0], "8", "6")
    assert "70.00" not in page(client, "/reviews/ties/")
    assert "72.00" in page(client, f"/reviews/{seats[0].pk}/")


def test_the_desk_of_a_stranger_is_empty_and_the_pages_of_others_are_refused(client: Client) -> None:
    round, items, seats = panel()
    client.force_login(registry.user("company"))
    page(client, "/reviews/")
    for address in (
        f"/reviews/{seats[0].pk}/", f"/reviews/{seats[0].pk}/answer/", "/rounds/", f"/rounds/{round.pk}/",
        f"/rounds/{round.pk}/results/", f"/rounds/items/{items[0].pk}/", "/experts/", "/rubrics/",
    ):  # fmt: skip
        page(client, address, 403)


# Every address × every role --------------------------------------------------------------------------

ROLES = ("office", "chair", "own expert", "other expert", "company", "team", "park", "leader", "public")
EVERYONE = {"office", "chair", "own expert", "other expert", "company", "team", "park", "leader"}
# (method, address): who is let in; everybody else is refused with 403.
MATRIX: dict[tuple[str, str], set[str]] = {
    ("get", "/reviews/"): EVERYONE,
    ("get", "/reviews/ties/"): EVERYONE,
    ("post", "/reviews/ties/"): EVERYONE,
    ("get", "/reviews/{seat}/"): {"own expert"},
    ("post", "/reviews/{seat}/"): {"own expert"},
    ("get", "/reviews/{seat}/answer/"): {"own expert"},
    ("post", "/reviews/{seat}/autosave/"): {"own expert"},
    ("get", "/reviews/{seat}/abstain/"): {"own expert"},
    ("get", "/rounds/"): {"office", "chair"},
    ("get", "/rounds/new/"): {"office"},
    ("post", "/rounds/new/"): {"office"},
    ("get", "/rounds/{round}/"): {"office", "chair"},
    ("get", "/rounds/{round}/edit/"): {"office"},
    ("get", "/rounds/{round}/items/"): {"office"},
    ("get", "/rounds/{round}/assignment/"): {"office"},
    ("get", "/rounds/{round}/conflicts/"): {"office"},
    ("get", "/rounds/{round}/conflicts/?export=csv"): {"office"},
    ("get", "/rounds/{round}/results/"): {"office", "chair"},
    ("get", "/rounds/{round}/results/?export=csv"): {"office", "chair"},
    ("get", "/rounds/{round}/act/close/"): {"office"},
    ("get", "/rounds/items/{item}/"): {"office", "chair"},
    ("post", "/rounds/items/{item}/forbid/{person}/"): {"office"},
    ("post", "/rounds/seats/{seat}/lock/"): {"office"},
    ("post", "/rounds/{round}/minutes/"): {"office"},
    ("post", "/rounds/{round}/assignment/propose/"): {"office"},
    ("post", "/rounds/{round}/assignment/apply/"): {"office"},
    ("get", "/experts/"): {"office"},
    ("get", "/experts/?export=csv"): {"office"},
    ("get", "/experts/{person}/"): {"office"},
    ("post", "/experts/{person}/"): {"office"},
    ("get", "/rubrics/"): {"office"},
    ("get", "/rubrics/new/"): {"office"},
    ("get", "/rubrics/{rubric}/"): {"office"},
}


@pytest.mark.parametrize("who", ROLES)
def test_every_address_lets_in_whom_it_is_for_and_nobody_else(client: Client, who: str) -> None:
    chair = registry.user("expert")
    round, items, seats = panel(chair=chair)
    users = {
        "chair": chair,
        "own expert": factories.user_of(seats[0]),
        "other expert": factories.expert().user,
    }
    if who != "public":
        client.force_login(users.get(who) or registry.user(who))
    places = {
        "round": round.pk, "item": items[0].pk, "seat": seats[0].pk, "person": seats[0].expert_id,
        "rubric": round.rubric_id,
    }  # fmt: skip
    for (method, pattern), may in MATRIX.items():
        answer = getattr(client, method)(
            pattern.format(**places), {"reason": "出差", "minutes": "纪要"} if method == "post" else {}
        )
        assert (answer.status_code != 403) == (who in may), (method, pattern, answer.status_code)
        assert answer.status_code < 500, pattern


# Lists stay quick ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [
    "/rounds/", "/rounds/{round}/", "/rounds/{round}/assignment/", "/rounds/{round}/conflicts/",
    "/rounds/{round}/results/", "/rounds/items/{item}/", "/experts/", "/rubrics/",
])  # fmt: skip
def test_the_number_of_queries_does_not_grow(client: Client, address: str) -> None:
    client.force_login(factories.officer())
    counts = []
    for items, experts in ((1, 1), (40, 2)):
        round, made, seats = panel(items, experts)
        factories.all_reviewed(seats)
        for item in made:
            item.conflicts.create(expert=seats[0].expert, ground="declared", source="kinship")
        for _n in range(items - 1):
            factories.round()
        place = address.format(round=round.pk, item=made[0].pk)
        client.get(place)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(place).status_code == 200
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1, counts
    assert counts[1] <= (12 if "/assignment/" not in address and "/items/" not in address else 24), counts


def test_the_desk_of_an_expert_takes_the_same_queries_for_1_and_40_seats(client: Client) -> None:
    counts = []
    for items in (1, 40):
        _round, _made, seats = panel(items, 1)
        client.force_login(factories.user_of(seats[0]))
        client.get("/reviews/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/reviews/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


# Writing ---------------------------------------------------------------------------------------------


def typed(round: Round, version: int, tab: str = "t", value: str = "8", **more: str) -> dict[str, str]:
    fields = {"version": str(version), "tab": tab, "confidence": "4", "comment_applicant": "给申报方"}
    for criterion in round.rubric.criteria.all():
        fields |= {f"mark_{criterion.pk}": value, f"reason_{criterion.pk}": "理由充分"}
    return fields | more


def test_autosave_keeps_what_is_typed_and_shows_the_points_so_far(client: Client) -> None:
    round, _items, seats = panel(1, 1)
    client.force_login(factories.user_of(seats[0]))
    answer = client.post(f"/reviews/{seats[0].pk}/autosave/", typed(round, 1, value="7.5")).content.decode()
    assert "75.00" in answer
    assert 'name="version" id="id_version" value="2"' in answer
    assert 'value="7.5"' in page(client, f"/reviews/{seats[0].pk}/")


def test_a_mark_off_the_scale_is_said_at_the_field_and_nothing_is_lost(client: Client) -> None:
    round, _items, seats = panel(1, 1)
    client.force_login(factories.user_of(seats[0]))
    fields = typed(round, 1, value="7.3", submit="1")
    answer = client.post(f"/reviews/{seats[0].pk}/", fields)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "应为 0 至 10 之间、以 0.5 为步长的分值" in text
    assert text.count('value="7.3"') == 2
    assert "给申报方" in text
    assert Review.objects.get(seat=seats[0]).version == 1


def test_a_conflict_of_two_tabs_shows_both_and_keeps_what_was_typed(client: Client) -> None:
    round, _items, seats = panel(1, 1)
    client.force_login(factories.user_of(seats[0]))
    client.post(f"/reviews/{seats[0].pk}/autosave/", typed(round, 1, "a", "9", comment_office="第一页"))
    answer = client.post(
        f"/reviews/{seats[0].pk}/", typed(round, 1, "b", "4", comment_office="第二页", save="1")
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "第一页" in text
    assert "第二页" in text
    assert 'value="4"' in text
    assert 'id="id_version" value="2"' in text
    client.post(f"/reviews/{seats[0].pk}/", typed(round, 2, "b", "4", comment_office="第二页", save="1"))
    assert Review.objects.get(seat=seats[0]).comment_office == "第二页"


def test_what_was_typed_stays_when_the_time_is_over(client: Client) -> None:
    round, _items, seats = panel(1, 1)
    Round.objects.update(closes_at=timezone.now())
    client.force_login(factories.user_of(seats[0]))
    answer = client.post(f"/reviews/{seats[0].pk}/", typed(round, 1, submit="1"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "评审时间已结束" in text
    assert "理由充分" in text
    assert (
        "评审时间已结束" in client.post(f"/reviews/{seats[0].pk}/autosave/", typed(round, 1)).content.decode()
    )
    assert Review.objects.get(seat=seats[0]).state == "draft"


def test_an_incomplete_review_is_kept_as_a_draft_and_says_what_is_missing(client: Client) -> None:
    round, _items, seats = panel(1, 1)
    client.force_login(factories.user_of(seats[0]))
    first = round.rubric.criteria.first()
    assert first is not None
    answer = client.post(
        f"/reviews/{seats[0].pk}/", typed(round, 1, submit="1", confidence="", **{f"mark_{first.pk}": ""})
    )
    assert answer.status_code == 422
    assert "草稿已保存" in answer.content.decode()
    assert "请打分" in answer.content.decode()
    assert Review.objects.get(seat=seats[0]).version == 2
    client.post(
        f"/reviews/{seats[0].pk}/",
        typed(round, 2, submit="1", **{f"mark_{first.pk}": "", f"na_{first.pk}": "on"}),
    )
    assert str(Review.objects.get(seat=seats[0]).total) == "80.0000"


def test_hostile_text_is_text_on_pages_and_in_files(client: Client) -> None:
    round, items, seats = panel(1, 2)
    hostile = "<script>alert(1)</script>"
    for seat in seats:
        factories.reviewed(seat, "8", "6", comment_office=hostile)
    Round.objects.update(title_zh=hostile)
    client.force_login(factories.officer())
    for address in (f"/rounds/items/{items[0].pk}/", f"/rounds/{round.pk}/results/"):
        assert hostile not in page(client, address)
    seats[0].expert.name_zh = "=HYPERLINK(1)"
    seats[0].expert.save()
    answer = client.get("/experts/?export=csv")
    assert "'=HYPERLINK(1)" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


# Setting up ------------------------------------------------------------------------------------------


def test_an_officer_sets_a_round_up_from_rubric_to_invitations(client: Client) -> None:
    client.force_login(factories.officer())
    lines = {"c-TOTAL_FORMS": "3", "c-INITIAL_FORMS": "0", "title_zh": "新标准"}
    for n, weight in enumerate(("60", "30")):
        lines |= {
            f"c-{n}-name_zh": f"评分项{n}",
            f"c-{n}-weight": weight,
            f"c-{n}-maximum": "10",
            f"c-{n}-step": "1",
        }
    lines["c-0-levels"] = "8 优秀\n0 很差"
    answer = client.post("/rubrics/new/", lines)
    assert answer.status_code == 422
    assert "权重之和为 90，应为 100" in answer.content.decode()
    assert client.post("/rubrics/new/", lines | {"c-1-weight": "40"}).status_code == 302
    rubric = Rubric.objects.get(title_zh="新标准")
    assert rubric.criteria.first().meanings[0][1] == "优秀"  # type: ignore[union-attr]

    experts = [factories.expert() for _n in range(3)]
    subject = factories.proposal("申报单位")
    due = timezone.localtime() + dt.timedelta(days=5)
    settings = {
        "title_zh": "第一轮", "subject_type": factories.TYPE, "kind": "documents", "rubric": str(rubric.pk),
        "blind": "double", "panel_size": "2", "max_load": "4", "min_load": "0", "per_organisation": "1", "finance": "0",
        "outside_percent": "0", "in_field": "0", "years": "3", "objective": "fair",
        "closes_at": f"{due:%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert client.post("/rounds/new/", settings | {"min_load": "9"}).status_code == 422
    client.post("/rounds/new/", settings)
    round = Round.objects.get(title_zh="第一轮")
    client.post(f"/rounds/{round.pk}/items/", {"subject": [str(subject.pk)]})
    client.post(f"/rounds/{round.pk}/act/assign/")
    jobs.prepare_round(round.pk)
    client.post(f"/rounds/{round.pk}/assignment/propose/")
    waiting = client.get(f"/rounds/{round.pk}/assignment/").content.decode()
    assert "正在计算评审组" in waiting
    plan = Plan.objects.get()
    jobs.compute_plan(plan.pk)
    plan.refresh_from_db()
    shown = client.get(f"/rounds/{round.pk}/assignment/").content.decode()
    assert plan.digest in shown
    client.post(f"/rounds/{round.pk}/assignment/apply/", {"digest": plan.digest})
    client.post(f"/rounds/{round.pk}/act/open/")
    round.refresh_from_db()
    assert round.state == RoundState.REVIEWING
    invited = Seat.objects.filter(state="invited")
    assert invited.count() == 2
    assert {seat.expert for seat in invited} < set(experts)
    client.force_login(factories.user_of(invited[0]))
    assert "方案 1" in page(client, "/reviews/")
    assert client.post(f"/reviews/{invited[0].pk}/answer/", {"accept": "1"}).headers["Location"].endswith("/")

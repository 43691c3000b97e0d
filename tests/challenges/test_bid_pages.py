"""The pages of calls and bids: every address for every role, lists that stay quick, forms that lose nothing."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovalley.accounts.models import Role
from innovalley.challenges import actions
from innovalley.challenges.content import Typed
from innovalley.challenges.locking import clock
from innovalley.challenges.models import (
    Bid,
    BidDraft,
    Call,
    CallState,
    Custodian,
    DemandState,
    Envelope,
    Extension,
)
from tests.challenges.call_factories import (
    HOUR,
    PASSPHRASES,
    Stage,
    bidder,
    contribute,
    draft_call,
    handed_in,
    open_call,
    opened,
    pass_deadline,
    started,
    token,
    typed_bid,
)
from tests.challenges.factories import company_user, demand
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def client_of(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def fields(typed: Typed, **more: str) -> dict[str, Any]:
    """What the form sends of a bid."""
    sent: dict[str, Any] = {
        "version": "1",
        "tab": "tab-a",
        "token": token(),
        "challenge": typed.challenge,
        "team": typed.team,
        "partner": typed.partners,
        "step_until": [step["until"] for step in typed.timetable],
        "step_what": [step["what"] for step in typed.timetable],
        **{f"plan_{name}": text for name, text in typed.plan.items()},
        **{f"budget-{name}": text for name, text in typed.budget.items()},
    }
    for number, row in typed.promises.items():
        sent |= {f"promise-{number}-{name}": value for name, value in row.items()}
    if typed.declared:
        sent["declared"] = "1"
    return {**sent, **more}


# Every address × every role --------------------------------------------------------------------------

ROLES = ("public", "office", "custodian", "own bidder", "other bidder", "company", "expert", "park")
# address: the status for each role of ROLES; 302 is a page that sends on, 403 a refusal, 404 unknown to them
MATRIX: dict[str, tuple[int, ...]] = {
    "calls": (200, 200, 200, 200, 200, 200, 200, 200),
    "call": (200, 200, 200, 200, 200, 200, 200, 200),
    "draft call": (404, 200, 200, 404, 404, 404, 404, 404),
    "edit_call": (403, 200, 403, 404, 404, 404, 404, 404),
    "open_call": (403, 200, 403, 404, 404, 404, 404, 404),
    "extend_call": (403, 200, 403, 403, 403, 403, 403, 403),
    "call_key": (403, 403, 200, 403, 403, 403, 403, 403),
    "my_keys": (403, 200, 200, 403, 403, 403, 403, 403),
    "call_bids": (403, 200, 403, 403, 403, 403, 403, 403),
    "opened_bid": (403, 200, 404, 200, 404, 404, 404, 404),
    "my_bids": (403, 403, 403, 200, 200, 200, 403, 403),
    "bid": (403, 403, 403, 200, 404, 404, 403, 403),
    "receipt": (403, 403, 403, 200, 404, 404, 403, 403),
    "withdraw_bid": (403, 403, 403, 200, 404, 404, 403, 403),
}


def test_every_address_answers_each_role_as_the_table_says() -> None:
    stage, draft_stage, open_stage = open_call(), draft_call(), open_call()
    user, team = bidder()
    envelope = handed_in(stage, user, team)
    opened(stage)
    draft = started(open_stage, user, team)
    leader = registry.user(Role.LEADER)
    for call in (stage.call, draft_stage.call, open_stage.call):
        Custodian.objects.create(call=call, user=leader)
    people = {
        "public": None,
        "office": registry.user(Role.OFFICE),
        "custodian": leader,
        "own bidder": user,
        "other bidder": bidder()[0],
        "company": registry.user(Role.COMPANY),
        "expert": registry.user(Role.EXPERT),
        "park": registry.user(Role.PARK),
    }
    addresses = {
        "calls": reverse("calls"),
        "call": stage.call.get_absolute_url(),
        "draft call": draft_stage.call.get_absolute_url(),
        "edit_call": reverse("edit_call", args=[draft_stage.call.number]),
        "open_call": reverse("open_call", args=[draft_stage.call.number]),
        "extend_call": reverse("extend_call", args=[open_stage.call.number]),
        "call_key": reverse("call_key", args=[open_stage.call.number]),
        "my_keys": reverse("my_keys"),
        "call_bids": reverse("call_bids", args=[stage.call.number]),
        "opened_bid": envelope.bid.get_absolute_url(),
        "my_bids": reverse("my_bids"),
        "bid": draft.get_absolute_url(),
        "receipt": envelope.get_absolute_url(),
        "withdraw_bid": reverse("withdraw_bid", args=[envelope.number]),
    }
    answered = {
        name: tuple(client_of(people[role]).get(address).status_code for role in ROLES)
        for name, address in addresses.items()
    }
    assert answered == MATRIX


# Counts and names that nobody may see ------------------------------------------------------------------


def test_before_the_opening_no_page_tells_who_bid_or_how_many_for_a_challenge() -> None:
    stage = open_call()
    teams = []
    for _ in range(3):
        user, team = bidder()
        handed_in(stage, user, team)
        teams.append(team)
    pass_deadline(stage)
    actions.close_call(call_id=stage.call.pk)
    for person in (None, stage.office, stage.custodians[0]):
        client = client_of(person)
        for address in (reverse("calls"), stage.call.get_absolute_url()):
            html = client.get(address).content.decode()
            assert not any(team.name_zh in html or team.organisation.name_zh in html for team in teams)
            for part in re.findall(r'<article class="card challenge".*?</article>', html, re.S):
                assert "封存" not in part
    bids = client_of(stage.office).get(reverse("call_bids", args=[stage.call.number]))
    assert (bids.status_code, bids.headers["Location"]) == (302, stage.call.get_absolute_url())


# Lists ---------------------------------------------------------------------------------------------------


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # what is read once for all
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_lists_ask_no_more_with_many_rows_than_with_one() -> None:
    stage = open_call()
    user, team = bidder()
    handed_in(stage, user, team)
    started(stage, user, team)
    pages = {
        reverse("calls"): client_of(stage.office),
        reverse("my_bids"): client_of(user),
        reverse("my_keys"): client_of(stage.custodians[0]),
    }
    few = {address: queries_of(client, address) for address, client in pages.items()}
    for number in range(12):
        handed_in(stage, user, team)
        started(stage, user, team)
        copied = Call.objects.get(pk=stage.call.pk)
        copied.pk, copied.number = None, f"JB2030-{number:03}"
        copied.save()
        Custodian.objects.create(call=copied, user=stage.custodians[0])
    many = {address: queries_of(client, address) for address, client in pages.items()}
    assert many == few
    assert max(many.values()) <= 12


def test_the_list_of_opened_bids_asks_no_more_with_many_rows() -> None:
    counts = []
    for number in (1, 6):
        stage = open_call()
        for _ in range(number):
            handed_in(stage, *bidder())
        opened(stage)
        counts.append(queries_of(client_of(stage.office), reverse("call_bids", args=[stage.call.number])))
    assert counts[0] == counts[1] <= 12


# Writing and handing in ----------------------------------------------------------------------------------


def test_a_bidder_takes_a_challenge_writes_hands_in_and_keeps_a_copy() -> None:
    stage = open_call()
    user, team = bidder()
    client = client_of(user)
    chosen = stage.call.challenges.all()[0]
    answer = client.post(reverse("new_bid"), {"call": stage.call.number, "challenge": chosen.pk})
    draft = BidDraft.objects.get()
    assert answer.headers["Location"] == draft.get_absolute_url()
    page = client.get(draft.get_absolute_url()).content.decode()
    assert chosen.demand.title in page
    assert "抗压强度 ≥ 60 MPa" in page
    sent = fields(typed_bid(stage, team), submit="1")
    answers = [client.post(draft.get_absolute_url(), sent) for _ in range(2)]  # a reload
    envelope = Envelope.objects.get()
    assert [each.headers["Location"] for each in answers] == [envelope.get_absolute_url()] * 2
    receipt = client.get(envelope.get_absolute_url()).content.decode()
    assert envelope.number in receipt
    assert envelope.sha256 in receipt
    copy = client.get(reverse("receipt_copy", args=[envelope.number]))
    assert copy.json()["content"]["plan"]["route"] == "低温烧结路线"
    other_browser = client_of(user)
    assert other_browser.get(reverse("receipt_copy", args=[envelope.number])).status_code == 404
    load = other_browser.post(reverse("new_bid"), {"call": stage.call.number})
    upload = SimpleUploadedFile("bid.json", copy.content, content_type="application/json")
    other_browser.post(f"{load.headers['Location']}load/", {"copy": upload})
    newest = BidDraft.objects.order_by("-pk")[0]
    assert actions.typed_of_draft(newest).plan["route"] == "低温烧结路线"


def test_what_is_no_copy_is_refused_and_the_draft_stays() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    for content in (
        b"{",
        b"[]",
        b'{"content": {"format": "x", "challenge": 1}}',
        json.dumps({"content": 1}).encode(),
    ):
        client_of(user).post(
            reverse("load_bid", args=[draft.uuid]), {"copy": SimpleUploadedFile("a.json", content)}
        )
    assert actions.typed_of_draft(BidDraft.objects.get()).plan["route"] == "低温烧结路线"


def test_after_the_deadline_what_was_typed_is_on_the_page_and_in_the_draft() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    pass_deadline(stage)
    typed = typed_bid(stage, team, plan={"goal": "最后一分钟写的", "route": "a", "ability": "b"})
    answer = client_of(user).post(draft.get_absolute_url(), fields(typed, submit="1"))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "最后一分钟写的" in html
    assert "截止时间已过" in html
    assert actions.typed_of_draft(BidDraft.objects.get()).plan["goal"] == "最后一分钟写的"
    assert not Envelope.objects.exists()


def test_another_tab_is_told_and_sees_both() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    client = client_of(user)
    client.post(f"{draft.get_absolute_url()}autosave/", fields(typed_bid(stage, team, plan={"goal": "甲页"})))
    mine = fields(typed_bid(stage, team, plan={"goal": "乙页"}), save="1", tab="tab-b")
    answer = client.post(draft.get_absolute_url(), mine)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "甲页" in html
    assert "乙页" in html
    version = re.search(r'name="version" id="id_version" value="(\d+)"', html)
    assert version is not None
    assert client.post(draft.get_absolute_url(), {**mine, "version": version[1]}).status_code == 302
    assert actions.typed_of_draft(BidDraft.objects.get()).plan["goal"] == "乙页"


def test_a_session_that_ended_gives_the_form_back() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    typed = typed_bid(stage, team, plan={"goal": "写了很久的目标", "route": "a", "ability": "b"})
    answer = Client().post(draft.get_absolute_url(), fields(typed, submit="1"))
    assert answer.status_code == 403
    assert "写了很久的目标" in answer.content.decode()


def test_the_form_says_live_what_is_met_and_what_it_comes_to() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    sent = fields(typed_bid(stage, team), **{"budget-2028.poster": "0.0001"})
    html = client_of(user).post(f"{draft.get_absolute_url()}check/", sent).content.decode()
    first, second = stage.call.challenges.all()[0].specs.all()
    assert re.search(rf'verdict--met" id="verdict-{first.pk}"', html)
    assert re.search(rf'verdict--missed" id="verdict-{second.pk}".*差 2 %', html)
    assert '<span id="sum-total" hx-swap-oob="true">1,805,001 元</span>' in html
    assert actions.typed_of_draft(BidDraft.objects.get()).budget == typed_bid(stage, team).budget


def test_a_file_is_added_and_dropped_with_and_without_a_script() -> None:
    stage = open_call(documents=["联合体协议"])
    user, team = bidder()
    draft = started(stage, user, team)
    client = client_of(user)
    address = reverse("bid_file", args=[draft.uuid])

    def upload(name: str, content: bytes) -> dict[str, Any]:
        return {"file": SimpleUploadedFile(name, content), "purpose": "联合体协议"}

    html = client.post(address, upload("协议.txt", b"text"), headers={"HX-Request": "true"}).content.decode()
    assert "协议.txt" in html
    assert client.post(address, upload("协议二.txt", b"more")).status_code == 302
    refused = client.post(address, upload("a.html", b"<html><script>"), headers={"HX-Request": "true"})
    assert "a.html" not in refused.content.decode()
    first, second = actions.typed_of_draft(BidDraft.objects.get()).files
    client.post(address, {"drop": first["id"]}, headers={"HX-Request": "true"})
    assert [each["name"] for each in actions.typed_of_draft(BidDraft.objects.get()).files] == [second["name"]]


# The office and the custodians -----------------------------------------------------------------------------


def call_form(stage: Stage, **more: Any) -> dict[str, Any]:
    """What the office's form sends for a draft as it stands."""
    from innovalley.challenges.call_forms import CallForm

    form = CallForm.of(stage.call)
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False, "")}
    for name in ("opens_at", "deadline_at"):
        sent[name] = sent[name].astimezone(dt.timezone(HOUR * 8)).strftime("%Y-%m-%dT%H:%M")
    return {
        **sent,
        "demand": [demand.pk for demand in stage.demands],
        "custodian": [user.pk for user in stage.custodians],
        **more,
    }


def test_the_office_makes_and_opens_a_call_from_the_form() -> None:
    stage = draft_call()
    client = client_of(stage.office)
    address = reverse("edit_call", args=[stage.call.number])
    sent = call_form(
        stage, title="改过的榜单", own_per_fiscal_company="2", documents="联合体协议\n\n承诺书", year_shares="50，50",
        **{f"fund-{stage.demands[0].pk}": "250.5", f"winners-{stage.demands[0].pk}": "2"},
    )  # fmt: skip
    assert client.post(address, {**sent, "save": "1"}).status_code == 302
    call = stage.refresh()
    assert (call.title, call.documents) == ("改过的榜单", ["联合体协议", "承诺书"])
    assert [str(share) for share in call.funding.year_shares] == ["50", "50"]
    first = call.challenges.get(demand=stage.demands[0])
    assert (first.max_fund_fen, first.max_winners) == (250_500_000, 2)
    for user, passphrase in zip(stage.custodians, PASSPHRASES, strict=True):
        key = client_of(user)
        typed = {"passphrase": passphrase, "again": passphrase}
        assert key.post(reverse("call_key", args=[call.number]), typed).status_code == 302
    client.post(reverse("open_call", args=[call.number]), {"version": call.version})
    assert stage.refresh().state == CallState.OPEN


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"year_shares": "60, 41"}, "各年比例之和必须为 100。"),
        ({"deadline_at": "2020-01-01T00:00"}, "截止时间必须晚于开始时间。"),
        ({"host_needed": "on"}, "请选择地区。"),
        ({"holding_percent": "140"}, "数值超出允许范围。"),
    ],
)
def test_a_call_that_makes_no_sense_is_told_at_the_field_and_what_was_typed_stays(
    wrong: dict[str, str], said: str
) -> None:
    stage = draft_call()
    answer: HttpResponse = client_of(stage.office).post(
        reverse("edit_call", args=[stage.call.number]), call_form(stage, title="写了一半", **wrong)
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert said in html
    assert "写了一半" in html
    assert stage.refresh().title == "2027 年重点攻关榜单"


def test_the_office_extends_the_deadline_with_a_reason_for_all_to_read() -> None:
    stage = open_call()
    assert stage.call.deadline_at is not None
    later = (stage.call.deadline_at + 24 * HOUR).astimezone(dt.timezone(8 * HOUR)).strftime("%Y-%m-%dT%H:%M")
    sent = {"deadline": later, "reason": "网络维护", "seen": stage.call.deadline_at.isoformat()}
    client_of(stage.office).post(reverse("extend_call", args=[stage.call.number]), sent)
    assert Extension.objects.get().reason == "网络维护"
    assert "网络维护" in Client().get(stage.call.get_absolute_url()).content.decode()


def test_custodians_open_together_and_a_wrong_passphrase_is_told() -> None:
    stage = open_call()
    handed_in(stage, *bidder())
    pass_deadline(stage)
    address = reverse("call_key", args=[stage.call.number])
    client = client_of(stage.custodians[0])
    wrong = client.post(address, {"passphrase": "not the passphrase"})
    assert wrong.status_code == 422
    assert "这不是您为该榜单设置的口令" in wrong.content.decode()
    assert client.post(address, {"passphrase": PASSPHRASES[0]}).status_code == 302
    contribute(stage)
    actions.open_bids(call_id=stage.call.pk)
    assert "方案已开启" in client.get(address).content.decode()
    late = client_of(stage.custodians[2]).get(address).content.decode()
    assert 'type="password"' not in late  # nothing is left to contribute to


def test_the_office_decides_on_a_bid_and_the_bidder_reads_why() -> None:
    stage = open_call()
    user, team = bidder()
    envelope = handed_in(stage, user, team)
    opened(stage)
    bid = Bid.objects.get()
    client = client_of(stage.office)
    bare = client.post(bid.get_absolute_url(), {"eligible": "no", "reason": ""})
    assert bare.status_code == 422
    assert "此判定须填写理由" in bare.content.decode()
    client.post(bid.get_absolute_url(), {"eligible": "no", "reason": "材料不实"})
    assert "材料不实" in client_of(user).get(bid.get_absolute_url()).content.decode()
    assert "不合格" in client_of(user).get(envelope.get_absolute_url()).content.decode()


def test_emails_of_custodians_are_not_public() -> None:
    stage = open_call()
    html = Client().get(stage.call.get_absolute_url()).content.decode()
    assert not any(user.email in html for user in stage.custodians)
    assert clock() < stage.call.deadline_at  # type: ignore[operator]


def test_the_form_of_a_call_sent_back_as_it_was_shown_changes_no_challenge() -> None:
    stage = draft_call()
    client = client_of(stage.office)
    address = reverse("edit_call", args=[stage.call.number])
    html = client.get(address).content.decode()
    shown = {
        name: value for name, value in re.findall(r'name="((?:fund|winners)-\d+)" value="([^"]*)"', html)
    }
    picked = re.findall(r'name="demand" value="(\d+)" checked', html)
    before = list(stage.call.challenges.values_list("number", "demand", "max_winners", "max_fund_fen"))
    answer = client.post(address, {**call_form(stage), **shown, "demand": picked, "save": "1"})
    assert answer.status_code == 302
    after = stage.refresh().challenges.values_list("number", "demand", "max_winners", "max_fund_fen")
    assert list(after) == before


def test_an_amount_that_was_emptied_stays_empty_when_the_form_comes_back() -> None:
    stage = draft_call()
    number = stage.demands[0].pk
    sent = call_form(stage, year_shares="1", **{f"fund-{number}": ""})
    answer = client_of(stage.office).post(reverse("edit_call", args=[stage.call.number]), sent)
    assert f'name="fund-{number}" value=""' in answer.content.decode()


def test_the_office_vets_a_demand_and_puts_it_into_a_call() -> None:
    office = registry.user(Role.OFFICE)
    company = registry.organisation()
    asked = demand("待审需求", state=DemandState.SUBMITTED, organisation=company)
    client = client_of(office)
    vet = reverse("demand_act", args=[asked.pk, "vet"])
    assert vet in client.get(asked.get_absolute_url()).content.decode()
    assert client.post(vet, {"version": asked.version}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == DemandState.VETTED
    call = actions.write_call(actor=office, year=2027)
    assert "待审需求" in client.get(reverse("edit_call", args=[call.number])).content.decode()
    assert client_of(company_user(company)).get(vet).status_code == 403
    assert Client().get(asked.get_absolute_url()).status_code == 404  # public once its call is

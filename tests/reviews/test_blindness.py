"""A blind round tells experts nothing of whose an item is, and nobody else who judged it."""

from __future__ import annotations

import io
import logging
import re
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client

from innovalley.ledger.models import Entry
from innovalley.notices.models import Notification
from innovalley.registry.models import Organisation
from innovalley.reviews import actions, queries
from innovalley.reviews.blinding import MASK, Masker
from innovalley.reviews.models import Item, Round, RoundState, Seat, SeatState
from tests.registry import factories as registry
from tests.reviews import factories

pytestmark = pytest.mark.django_db

COMPANY, ENGLISH, LEADER, PARENT = (
    "晋北煤化工有限公司",
    "Jinbei Coal Chemicals",
    "欧阳砚秋",
    "太行能源集团有限公司",
)
SECRETS = (
    COMPANY,
    "晋北煤化工",
    ENGLISH,
    LEADER,
    PARENT,
    "太行能源",
    "ouyang@jinbei.example",
    "13812345678",
    "jinbei.example",
)
TEXT = (
    f"{COMPANY}（{ENGLISH}）由{LEADER}牵头，晋北煤化工此前已建成示范线，隶属{PARENT}。"
    "联系 ouyang@jinbei.example，13812345678，见 https://www.jinbei.example/a。吨水电耗不超过 4 kWh。"
)


def blind_round(**values: object) -> tuple[Round, Item, list[Seat]]:
    """A round with one item full of names, seats in every state."""
    round = factories.round(**{"state": RoundState.REVIEWING, "panel_size": 2, **values})
    parent = registry.organisation(PARENT)
    subject = factories.proposal(COMPANY, TEXT, name_en=ENGLISH, parent=parent)
    registry.person(LEADER, organisation=subject, title="组长")
    item = factories.item(round, subject)
    seats = [
        factories.seat(item, factories.expert(f"甲专家{n}"), state)
        for n, state in enumerate((SeatState.ACCEPTED, SeatState.ACCEPTED, SeatState.INVITED))
    ]
    factories.fits(round)
    return round, item, seats


def walk(client: Client, start: str) -> dict[str, str]:
    """Every page of this room that can be reached by links from `start`, with what its answer says in all."""
    waiting, seen = [start], {}
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        answer = client.get(address)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        if said[:2] == b"PK":
            book = openpyxl.load_workbook(io.BytesIO(said))
            said = "\n".join(str(row) for row in book.active.iter_rows(values_only=True)).encode()  # type: ignore[union-attr]
            said += str(book.properties.creator).encode()
        text = said.decode("utf-8", "replace") + "\n".join(f"{k}: {unquote(v)}" for k, v in answer.items())
        seen[address] = text
        found = re.findall(r'(?:href|hx-get|hx-post|action)="([^"#]+)', text)
        for link in found:
            if link.startswith("?"):
                link = address.partition("?")[0] + link.replace("&amp;", "&")
            if re.match(r"/(reviews|rounds|experts|rubrics)/", link):
                waiting.append(link)
    return seen


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_an_expert_names_anybody_behind_an_item(
    client: Client, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    round, item, seats = blind_round()
    client.cookies["django_language"] = language
    for seat in seats:
        client.force_login(factories.user_of(seat))
        pages = walk(client, "/reviews/")
        own = {f"/reviews/{seat.pk}/", f"/reviews/{seat.pk}/answer/"} & pages.keys()
        assert own, "the walk has to reach the item"
        others = [f"/reviews/{each.pk}/" for each in seats if each != seat]
        wrong = [
            f"/reviews/{seat.pk}/abstain/",
            "/reviews/999999/",
            *others,
            f"/rounds/{round.pk}/",
            f"/rounds/items/{item.pk}/",
        ]
        for address in wrong:
            pages |= {address: client.get(address).content.decode()}
        bad = {"version": "1", "mark_1": "99", "confidence": "9"}
        for post in (f"/reviews/{seat.pk}/", f"/reviews/{seat.pk}/autosave/", f"/reviews/{seat.pk}/answer/"):
            pages |= {f"POST {post}": client.post(post, {**bad, "decline": "1"}).content.decode()}
        for address, text in pages.items():
            for secret in SECRETS:
                assert secret not in text + unquote(address), (secret, address)
    for message in Notification.objects.all():
        assert not any(secret in str(message.params) + message.subject for secret in SECRETS)
    for entry in Entry.objects.all():
        assert not any(secret in str(entry.data) for secret in SECRETS)
    assert not any(secret in caplog.text for secret in SECRETS)


def test_an_expert_reads_the_text_with_what_matters_left_in_it(client: Client) -> None:
    _round, _item, seats = blind_round()
    client.force_login(factories.user_of(seats[0]))
    text = client.get(f"/reviews/{seats[0].pk}/").content.decode()
    assert "吨水电耗不超过 4 kWh" in text
    assert MASK in text
    assert "附件 1.pdf" in text
    assert "<title>方案 1 ·" in text


def test_a_chair_sees_progress_and_results_of_a_blind_round_without_names(client: Client) -> None:
    chair = registry.user("expert")
    round, _item, seats = blind_round(chair=chair)
    for seat in seats[:2]:
        factories.reviewed(seat, "8", "7")
    client.force_login(chair)
    pages = walk(client, f"/rounds/{round.pk}/")
    assert f"/rounds/{round.pk}/results/?export=xlsx" in pages
    for address, text in pages.items():
        assert not any(secret in text for secret in SECRETS), address
    results = pages[f"/rounds/{round.pk}/results/"]
    assert "甲专家0" not in results
    assert "专家 1" in results


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
def test_exported_results_name_nobody_even_for_the_office(client: Client, fmt: str) -> None:
    round, _item, seats = blind_round()
    for seat in seats[:2]:
        factories.reviewed(seat, "8", "7")
    client.force_login(factories.officer())
    (text,) = walk_one(client, f"/rounds/{round.pk}/results/?export={fmt}")
    assert "方案 1" in text
    assert not any(secret in text for secret in (*SECRETS, "甲专家"))


def walk_one(client: Client, address: str) -> list[str]:
    return [text for each, text in walk(client, address).items() if each == address]


def test_in_a_single_blind_round_experts_know_whose_it_is(client: Client) -> None:
    _round, _item, seats = blind_round(blind="single")
    client.force_login(factories.user_of(seats[0]))
    assert COMPANY in client.get(f"/reviews/{seats[0].pk}/").content.decode()


# Officers and chairs with a conflict -----------------------------------------------------------------


def conflicted_officer(item: Item) -> object:
    """An officer whose former employer is the bidder's subsidiary's owner: known from the registry alone."""
    user = factories.officer()
    person = registry.person("郑处长", user=user)
    subject = Organisation.objects.get(pk=item.subject_id)
    person.affiliations.create(organisation=subject, until=None)
    return user


def test_an_officer_with_a_conflict_sees_neither_item_nor_counts(client: Client) -> None:
    round, item, seats = blind_round()
    other = factories.item(round, factories.proposal("别家单位"))
    factories.seat(other, seats[0].expert)
    for seat in seats[:2]:
        factories.reviewed(seat, "9", "9")
    user = conflicted_officer(item)
    client.force_login(user)  # type: ignore[arg-type]
    board = queries.board(user, round)
    assert [line.item for line in board.lines] == [other]
    assert (board.submitted, board.wanted, sum(board.counts.values())) == (0, 2, 1)
    assert queries.round_results(user, round).results.experts == []
    pages = walk(client, f"/rounds/{round.pk}/")
    for address, text in pages.items():
        assert not any(secret in text for secret in (*SECRETS, "方案 1")), address
    for address in (
        f"/rounds/items/{item.pk}/",
        f"/rounds/{round.pk}/edit/",
        f"/rounds/{round.pk}/act/close/",
    ):
        assert client.get(address).status_code == 403
    assert client.get(f"/rounds/items/{other.pk}/").status_code == 200


def test_an_officer_who_withdraws_sees_nothing_from_then_on(client: Client) -> None:
    round, item, _seats = blind_round()
    office = factories.officer()
    client.force_login(office)
    assert client.get(f"/rounds/items/{item.pk}/").status_code == 200
    answer = client.post(f"/rounds/items/{item.pk}/recuse/", {"reason": "亲属任职"})
    assert answer.headers["Location"] == f"/rounds/{round.pk}/"
    assert client.get(f"/rounds/items/{item.pk}/").status_code == 403
    assert "方案 1" not in client.get(f"/rounds/{round.pk}/").content.decode()


def test_files_are_for_those_who_have_taken_a_seat_only() -> None:
    _round, item, seats = blind_round()
    subject = (item.subject_type, item.subject_id)
    assert queries.is_reviewer(factories.user_of(seats[0]), *subject)
    assert not queries.is_reviewer(factories.user_of(seats[2]), *subject)
    assert not queries.is_reviewer(factories.officer(), *subject)
    actions.decline_seat(
        actor=factories.user_of(seats[0]), seat_id=seats[0].pk, reason="认出来了", is_conflict=True
    )
    assert not queries.is_reviewer(factories.user_of(seats[0]), *subject)


# The mask --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("由晋北煤化工有限公司承担", f"由{MASK}承担"),
        ("晋北煤化工的示范线", f"{MASK}的示范线"),
        ("by JINBEI  coal chemicals, in 2024", f"by {MASK}, in 2024"),
        ("Jinbei Coal Chemicalsson", "Jinbei Coal Chemicalsson"),
        ("电话0351-6010203，", f"电话{MASK}，"),
        ("代码91140100MA0GWXAJ3D。", f"代码{MASK}。"),
        ("抗压强度 60 MPa，寿命 13800000000 次以上", "抗压强度 60 MPa，寿命 13800000000 次以上"),
    ],
)  # fmt: skip
def test_the_mask_hides_names_and_traces_and_nothing_else(text: str, masked: str) -> None:
    mask = Masker([COMPANY, ENGLISH, "", "x"])
    if "13800000000" in text:
        masked = text.replace("13800000000", MASK)  # eleven digits may be somebody's telephone
    assert mask(text) == masked

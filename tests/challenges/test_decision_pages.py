"""The office's pages of a decision, the votes' page, and what the public reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from innovalley.accounts.models import Role, User
from innovalley.challenges import actions
from innovalley.challenges.decision_lists import Proposal, standing, tidy
from innovalley.challenges.models import Attendee, Award, CallState, Vote
from innovalley.registry.models import Membership
from innovalley.reviews.models import Round
from tests.challenges.decision_factories import (
    Case,
    applied,
    end_notice,
    meeting,
    nobody_for_second,
    noticed,
    passed,
    reviewed,
    under_review,
    winners,
)
from tests.registry import factories as registry
from tests.reviews import factories as reviews

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def address(case: Case, rest: str = "") -> str:
    return f"/calls/{case.call.number}/decision/{rest}"


def test_the_office_leads_a_call_from_its_round_to_the_awards() -> None:
    case = under_review()
    office = signed_in(case.office)
    assert "建立评审轮次" in page(office, address(case))
    office.post(address(case, "round/"), {"rubric": reviews.rubric().pk})
    assert Round.objects.get().items.count() == 4


def test_a_list_is_shown_whole_before_it_is_made() -> None:
    case = reviewed()
    office = signed_in(case.office)
    board = page(office, address(case))
    assert board.index(case.firsts[0].number) < board.index(case.firsts[1].number)
    typed = {
        f"bid-{case.firsts[0].pk}": "on",
        f"fund-{case.firsts[0].pk}": "80",
        f"reason-{case.challenge(2).pk}": "无方案达到要求",
        f"next-{case.challenge(2).pk}": "republish",
    }
    shown = office.post(address(case, "list/"), typed).content.decode()
    assert standing(case.call) == Proposal()
    assert all(bid.number in shown for bid in case.firsts + case.seconds)
    answer = office.post(address(case, "list/"), fields_of(shown))
    assert answer.status_code == 302
    assert standing(case.call) == nobody_for_second(case)


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("", "请填写支持金额"),
        ("八十", "万元"),
        ("301", "最多 300 万元"),
    ],
)
def test_a_list_with_a_fault_says_where_and_keeps_what_was_typed(amount: str, message: str) -> None:
    case = reviewed()
    typed = {f"bid-{case.firsts[0].pk}": "on", f"fund-{case.firsts[0].pk}": amount}
    answer = signed_in(case.office).post(address(case, "list/"), typed)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert message in html
    assert f'value="{amount}"' in html
    assert standing(case.call) == Proposal()


def test_what_changed_after_it_was_shown_is_shown_again() -> None:
    case = reviewed()
    office = signed_in(case.office)
    typed = {f"bid-{case.firsts[0].pk}": "on", f"fund-{case.firsts[0].pk}": "80"}
    typed |= {f"bid-{case.seconds[0].pk}": "on", f"fund-{case.seconds[0].pk}": "50"}
    shown = office.post(address(case, "list/"), typed).content.decode()
    applied(case, nobody_for_second(case), actor=registry.user(Role.OFFICE))
    again = office.post(address(case, "list/"), fields_of(shown)).content.decode()
    assert "方案或名单刚刚有变动" in again
    assert standing(case.call) == nobody_for_second(case)
    office.post(address(case, "list/"), fields_of(again))
    assert standing(case.call) == tidy(winners(case))


def test_meeting_votes_notice_and_award_by_pages() -> None:
    case = reviewed()
    applied(case, winners(case))
    office = signed_in(case.office)
    first, second, _third = case.stage.custodians
    office.post(
        address(case, "meeting/"),
        {"held_on": "2026-01-05", "attendees": [first.pk, second.pk], "text": "会议纪要文字"},
    )
    votes = f"/calls/{case.call.number}/votes/"
    for user in (first, second):
        form = page(signed_in(user), votes)
        own_row_alone = user.role != Role.OFFICE
        assert form.count('name="attendee"') == (1 if own_row_alone else 2)
        answer = {f"vote-{case.challenge(number).pk}": "yes" for number in (1, 2)}
        own = str(Attendee.objects.get(user=user).pk)
        signed_in(user).post(votes, {**fields_of(form), **answer, "attendee": own})
    assert Vote.objects.filter(choice="yes").count() == 4
    html = page(office, address(case, "notice/"))
    assert "公示 5 个工作日" in html
    office.post(address(case, "notice/"), fields_of(html))
    assert case.call.state == CallState.NOTICED
    assert office.post(address(case, "award/")).status_code == 422
    public = page(Client(), f"/calls/{case.call.number}/")
    assert "公示中" in public
    notice = actions.publish_decision(actor=case.office, call_id=case.call.pk, digest="").notice
    assert notice is not None
    assert case.firsts[0].team.name_zh in page(Client(), notice.get_absolute_url())
    end_notice(notice)
    office.post(address(case, "award/"))
    assert Award.objects.count() == 2
    public = page(Client(), f"/calls/{case.call.number}/")
    assert case.firsts[0].team.name_zh in public
    assert case.firsts[1].team.name_zh not in public
    page(office, address(case))
    assert "已获立项" in page(signed_in(case.bidders[0][0]), "/notifications/")


def test_nothing_of_the_list_is_public_before_its_notice() -> None:
    case = reviewed()
    applied(case, winners(case))
    public = page(Client(), f"/calls/{case.call.number}/")
    assert case.firsts[0].team.name_zh not in public


def test_the_list_is_taken_back_and_the_notice_withdrawn_by_pages() -> None:
    case = reviewed()
    applied(case, winners(case))
    office = signed_in(case.office)
    page(office, address(case, "back/"))
    office.post(address(case, "back/"))
    assert standing(case.call) == Proposal()
    noticed(case)
    assert office.post(address(case, "reconsider/"), {"reason": " "}).status_code == 422
    office.post(address(case, "reconsider/"), {"reason": "异议成立"})
    assert case.call.state == CallState.REVIEWING


PAGES = ("", "meeting/", "notice/", "back/", "reconsider/", "award/")


def test_only_an_officer_without_a_conflict_sees_the_decision() -> None:
    case = reviewed()
    applied(case, winners(case))
    passed(case)
    conflicted = registry.user(Role.OFFICE)
    Membership.objects.create(user=conflicted, organisation=case.firsts[0].organisation)
    others: list[Any] = [registry.user(role) for role in Role.values if role != Role.OFFICE]
    for user in [*others, conflicted]:
        client = signed_in(user)
        for rest in PAGES:
            assert client.get(address(case, rest)).status_code == 403
        assert client.get(f"/calls/{case.call.number}/votes/").status_code == 404
    for rest in PAGES:
        assert Client().get(address(case, rest)).status_code in (302, 403)
        page(signed_in(case.office), address(case, rest))


def test_an_attendee_with_a_conflict_does_not_see_that_challenge() -> None:
    case = reviewed()
    applied(case, winners(case))
    attendee = case.stage.custodians[1]
    Membership.objects.create(user=attendee, organisation=case.firsts[1].organisation)
    meeting(case, [attendee])
    html = page(signed_in(attendee), f"/calls/{case.call.number}/votes/")
    assert not any(bid.number in html for bid in case.firsts)
    assert all(bid.number in html for bid in case.seconds)


def test_the_board_asks_the_database_the_same_for_more_bids() -> None:
    counts = []
    for more in (1, 4):
        case = reviewed(1, more)
        office = signed_in(case.office)
        page(office, address(case))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(office, address(case))
        counts.append(len(asked))
    assert counts[0] == counts[1]

"""From reviewed bids to awards: whole lists, votes, the notice, awards and challenges without a winner."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import Refused
from innovalley.challenges import actions
from innovalley.challenges.decision_lists import ListError, Nobody, Proposal, Support, digest_of, standing
from innovalley.challenges.models import (
    Award,
    BidState,
    CallState,
    DemandState,
    Recommendation,
    Vote,
)
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from innovalley.notices.actions import accept_objection, dismiss_objection, object_to_notice, uphold_objection
from innovalley.notices.models import NoticeState, Notification, PublicNotice
from innovalley.notices.workdays import period
from innovalley.registry.models import Membership
from innovalley.reviews.models import Round
from innovalley.reviews.subjects import subject
from tests.challenges.decision_factories import (
    MAX_FEN,
    Case,
    applied,
    end_notice,
    meeting,
    nobody_for_second,
    noticed,
    passed,
    reviewed,
    round_of,
    under_review,
    vote,
    winners,
)
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def test_a_round_takes_the_eligible_bids_once_set_up_as_the_call_says() -> None:
    case = under_review()
    round = round_of(case)
    assert (round.panel_size, round.max_load, round.blind) == (5, 8, "double")
    assert {item.subject_id for item in round.items.all()} == {bid.pk for bid in case.firsts + case.seconds}
    assert round_of(case).pk == round.pk
    assert Round.objects.count() == 1


def test_experts_read_bids_without_names_and_everyone_behind_a_bid_is_a_party() -> None:
    case = under_review()
    bid, kind = case.firsts[0], subject("challenges.bid")
    view = str(kind.blind_view(bid.pk))
    assert "低温烧结路线" in view
    assert bid.team.name_zh not in view
    assert bid.organisation.name_zh not in view
    behind = kind.parties([bid.pk])[bid.pk]
    assert behind.organisations == {bid.organisation_id, bid.challenge.demand.organisation_id}
    assert bid.organisation.name_zh in str(kind.open_view(bid.pk))


def test_results_are_taken_only_from_closed_rounds() -> None:
    case = under_review()
    with pytest.raises(actions.NotReviewedError):
        actions.take_results(actor=case.office, call_id=case.call.pk)
    round_of(case)
    with pytest.raises(actions.NotReviewedError):
        actions.take_results(actor=case.office, call_id=case.call.pk)
    with pytest.raises(actions.NotReviewedError):
        applied(case, winners(case))
    assert set(case.states()) == {BidState.ELIGIBLE}


def test_a_list_is_applied_whole_as_it_was_seen() -> None:
    case = reviewed()
    decision = applied(case, winners(case))
    assert case.states() == ["recommended", "reviewed", "recommended", "reviewed"]
    entries = Entry.objects.filter(act="call.list").count()
    again = actions.apply_list(
        actor=case.office, call_id=case.call.pk, proposal=winners(case), digest="of the first sending"
    )
    assert again.list_at == decision.list_at
    assert Entry.objects.filter(act="call.list").count() == entries == 1


def test_what_another_officer_changed_meanwhile_is_not_overwritten() -> None:
    case = reviewed()
    mine = winners(case)
    seen = digest_of(case.call, mine)
    applied(case, nobody_for_second(case), actor=registry.user(Role.OFFICE))
    with pytest.raises(actions.SeenOtherError):
        actions.apply_list(actor=case.office, call_id=case.call.pk, proposal=mine, digest=seen)
    assert standing(case.call) == nobody_for_second(case)


def test_a_list_can_be_changed_and_taken_back_until_it_is_noticed() -> None:
    case = reviewed()
    applied(case, winners(case))
    applied(case, nobody_for_second(case))
    assert case.states() == ["recommended", "reviewed", "reviewed", "reviewed"]
    actions.take_list_back(actor=case.office, call_id=case.call.pk)
    assert standing(case.call) == Proposal()
    assert set(case.states()) == {BidState.REVIEWED}
    noticed(case)
    for act in (
        lambda: applied(case, nobody_for_second(case)),
        lambda: actions.take_list_back(actor=case.office, call_id=case.call.pk),
    ):
        with pytest.raises(WrongStateError):
            act()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda case: winners(case, first=MAX_FEN + 1), "fund"),
        (lambda case: winners(case, first=-1), "fund"),
        (lambda case: winners(case, first=MAX_FEN, second=100_000_001), "money"),
        (lambda case: Proposal(winners(case).support[:1]), "undecided"),
        (lambda case: Proposal((*winners(case).support, Support(case.firsts[1].pk, 1))), "winners"),
        (lambda case: Proposal((*winners(case).support, winners(case).support[0])), "bid"),
        (lambda case: Proposal(winners(case).support, nobody_for_second(case).nobody), "both"),
        (
            lambda case: Proposal(
                winners(case).support[:1], (Nobody(case.challenge(2).pk, " ", "republish"),)
            ),
            "reason",
        ),
        (
            lambda case: Proposal(winners(case).support[:1], (Nobody(case.challenge(2).pk, "无", "burn"),)),
            "next_step",
        ),
    ],
)
def test_a_list_that_cannot_stand_changes_nothing(change: object, code: str) -> None:
    case = reviewed()
    applied(case, nobody_for_second(case))
    with pytest.raises(ListError) as refused:
        applied(case, change(case))  # type: ignore[operator]
    assert code in [each.code for each in refused.value.troubles]
    assert standing(case.call) == nobody_for_second(case)


def test_exactly_the_money_there_is_can_be_given() -> None:
    case = reviewed()
    applied(case, winners(case, first=MAX_FEN, second=100_000_000))
    assert sum(Recommendation.objects.values_list("fund_fen", flat=True)) == 400_000_000


# votes -----------------------------------------------------------------------------------------------


def test_an_attendee_has_one_vote_and_others_have_none() -> None:
    case = reviewed()
    applied(case, winners(case))
    first, second, third = case.stage.custodians
    meeting(case, [first, second])
    vote(case, first, 1)
    vote(case, first, 1, "no")
    assert list(Vote.objects.values_list("choice", flat=True)) == ["no"]
    vote(case, second, 1, actor=case.office)  # the office writes it down
    with pytest.raises(Refused):
        vote(case, first, 1, actor=case.stage.custodians[1])
    with pytest.raises(actions.VotedError):
        meeting(case, [third])


def test_a_conflicted_attendee_votes_on_other_challenges_only() -> None:
    case = reviewed()
    applied(case, winners(case))
    attendee = case.stage.custodians[1]
    Membership.objects.create(user=attendee, organisation=case.firsts[1].organisation)
    meeting(case, [attendee])
    with pytest.raises(actions.ConflictedError):
        vote(case, attendee, 1)
    with pytest.raises(actions.ConflictedError):
        vote(case, attendee, 1, actor=case.office)
    vote(case, attendee, 2)
    assert list(Vote.objects.values_list("challenge__number", flat=True)) == [2]


def test_votes_on_another_list_are_void() -> None:
    case = reviewed()
    applied(case, winners(case))
    passed(case)
    applied(case, winners(case, second=60_000_000))
    call = case.call
    with pytest.raises(actions.NotPassedError) as refused:
        actions.publish_decision(actor=case.office, call_id=call.pk, digest=digest_of(call, standing(call)))
    assert refused.value.numbers == [2]


@pytest.mark.parametrize(
    ("choices", "goes"),
    [
        ("yes yes no", True),
        ("yes no abstain", False),
        ("yes abstain", False),
        ("yes", True),
        ("yes no", False),
        ("", False),
    ],
)
def test_more_than_half_of_the_votes_pass_a_list(choices: str, goes: bool) -> None:
    case = reviewed(1, 0)
    proposal = Proposal(
        (Support(case.firsts[0].pk, 1),), (Nobody(case.challenge(2).pk, "无人揭榜", "close"),)
    )
    applied(case, proposal)
    meeting(case, case.stage.custodians)
    for user, choice in zip(case.stage.custodians, choices.split(), strict=False):
        vote(case, user, 1, choice)
    call = case.call
    digest = digest_of(call, proposal)
    if goes:
        actions.publish_decision(actor=case.office, call_id=call.pk, digest=digest)
    else:
        with pytest.raises(actions.NotPassedError):
            actions.publish_decision(actor=case.office, call_id=call.pk, digest=digest)


# notice and award --------------------------------------------------------------------------------------


def test_the_notice_shows_the_list_for_the_call_s_working_days() -> None:
    case = reviewed()
    notice = noticed(case, nobody_for_second(case))
    span = period(timezone.localdate(notice.published_at), 5)
    assert (notice.working_days, notice.ends_on) == (5, span.last)
    assert [row[0] for row in notice.body["rows"]] == ["1", "2"]
    assert notice.body["rows"][0][2:] == [
        case.firsts[0].organisation.name_zh,
        case.firsts[0].team.name_zh,
        "80 万元",
    ]
    assert case.call.state == CallState.NOTICED
    again = actions.publish_decision(actor=case.office, call_id=case.call.pk, digest="")
    assert again.notice == notice
    assert PublicNotice.objects.count() == 1
    told = set(
        Notification.objects.filter(kind="challenges.decision_noticed").values_list("recipient", flat=True)
    )
    assert told == {user.pk for user, _team in case.bidders}


def test_nothing_is_awarded_while_the_notice_runs() -> None:
    case = reviewed()
    notice = noticed(case)
    with pytest.raises(actions.HinderedError) as refused:
        actions.award(actor=case.office, call_id=case.call.pk)
    assert refused.value.hindrances == ["running"]
    end_notice(notice)
    assert len(actions.award(actor=case.office, call_id=case.call.pk)) == 2


def test_awards_are_made_once_and_everyone_hears_of_it() -> None:
    case = reviewed()
    end_notice(noticed(case))
    first = actions.award(actor=case.office, call_id=case.call.pk)
    again = actions.award(actor=case.office, call_id=case.call.pk)
    assert [each.pk for each in first] == [each.pk for each in again]
    assert [each.fund_fen for each in first] == [80_000_000, 50_000_000]
    assert case.states() == ["awarded", "not_awarded", "awarded", "not_awarded"]
    assert case.call.state == CallState.DECIDED
    for demand in case.stage.demands:
        demand.refresh_from_db()
        assert demand.state == DemandState.AWARDED
    assert Entry.objects.filter(act="call.decide").count() == 1
    told = Notification.objects.filter(kind="challenges.decided").values_list("recipient", flat=True)
    assert sorted(told) == sorted(user.pk for user, _team in case.bidders)


def _objection(notice: PublicNotice) -> int:
    return object_to_notice(
        notice_id=notice.pk,
        token=uuid.uuid4(),
        name="张三",
        contact="13800000000",
        reason="该单位不符合条件",
        address="192.0.2.7",
    ).pk


def test_an_open_objection_holds_the_award_and_a_dismissed_one_does_not() -> None:
    case = reviewed()
    notice = noticed(case)
    objection = _objection(notice)
    end_notice(notice)
    for _ in ("received", "accepted"):
        with pytest.raises(actions.HinderedError) as refused:
            actions.award(actor=case.office, call_id=case.call.pk)
        assert refused.value.hindrances == ["undecided"]
        accept_objection(actor=case.office, objection_id=objection)
    dismiss_objection(actor=case.office, objection_id=objection, outcome="查无此事")
    assert len(actions.award(actor=case.office, call_id=case.call.pk)) == 2


def test_an_upheld_objection_leads_back_to_the_list() -> None:
    case = reviewed()
    notice = noticed(case)
    objection = _objection(notice)
    accept_objection(actor=case.office, objection_id=objection)
    uphold_objection(actor=case.office, objection_id=objection, outcome="属实")
    end_notice(notice)
    with pytest.raises(actions.HinderedError) as refused:
        actions.award(actor=case.office, call_id=case.call.pk)
    assert refused.value.hindrances == ["upheld"]
    with pytest.raises(ValueError, match="reason"):
        actions.reconsider(actor=case.office, call_id=case.call.pk, reason=" ")
    actions.reconsider(actor=case.office, call_id=case.call.pk, reason="异议成立")
    notice.refresh_from_db()
    assert notice.state == NoticeState.WITHDRAWN
    second = noticed(case, nobody_for_second(case))
    assert second.pk != notice.pk
    end_notice(second)
    assert len(actions.award(actor=case.office, call_id=case.call.pk)) == 1


@pytest.mark.parametrize(
    ("next_step", "state"),
    [
        ("republish", DemandState.PUBLISHED),
        ("return", DemandState.RETURNED),
        ("close", DemandState.FAILED),
    ],
)
def test_what_comes_next_when_no_one_wins(next_step: str, state: str) -> None:
    case = reviewed()
    end_notice(noticed(case, nobody_for_second(case, next_step)))
    actions.award(actor=case.office, call_id=case.call.pk)
    demand = case.stage.demands[1]
    demand.refresh_from_db()
    assert demand.state == state
    assert case.states() == ["awarded", "not_awarded", "not_awarded", "not_awarded"]
    may_be_in_another_call = actions.choosable_demands().filter(pk=demand.pk).exists()
    assert may_be_in_another_call is (next_step == "republish")
    comments = list(demand.comments.values_list("text", flat=True))
    assert comments == ([] if next_step == "republish" else ["无方案达到要求"])


# who, and when -----------------------------------------------------------------------------------------

ACTS = ("apply_list", "take_list_back", "publish_decision", "reconsider", "award", "record_meeting")


def _do(case: Case, act: str, actor: object) -> object:
    call = case.call
    more = {
        "apply_list": {
            "proposal": winners(case, second=1),
            "digest": digest_of(call, winners(case, second=1)),
        },
        "publish_decision": {"digest": digest_of(call, standing(call))},
        "reconsider": {"reason": "重新审议"},
        "record_meeting": {
            "held_on": timezone.localdate(),
            "attendees": [each.pk for each in case.stage.custodians],
            "text": "补记",
        },
    }.get(act, {})
    return getattr(actions, act)(actor=actor, call_id=call.pk, **more)


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.OFFICE])
def test_no_other_role_decides(role: str) -> None:
    case = reviewed()
    applied(case, winners(case))
    passed(case)
    for act in ACTS:
        with pytest.raises(Refused):
            _do(case, act, registry.user(role))


def test_an_officer_with_a_conflict_does_not_decide() -> None:
    case = reviewed()
    officer = registry.user(Role.OFFICE)
    Membership.objects.create(user=officer, organisation=case.seconds[1].organisation)
    for act in ACTS:
        with pytest.raises(Refused):
            _do(case, act, officer)


POSSIBLE = {
    CallState.REVIEWING: {"apply_list", "take_list_back", "publish_decision", "record_meeting"},
    CallState.NOTICED: {"publish_decision", "reconsider", "award"},  # publishing again changes nothing
    CallState.DECIDED: {"award"},  # again
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", list(POSSIBLE))
def test_each_act_starts_from_its_states_alone(state: str, act: str) -> None:
    case = reviewed()
    applied(case, winners(case))
    passed(case)
    if state != CallState.REVIEWING:
        end_notice(noticed(case))
    if state == CallState.DECIDED:
        actions.award(actor=case.office, call_id=case.call.pk)
    if act in POSSIBLE[state]:
        _do(case, act, case.office)
    else:
        with pytest.raises(WrongStateError):
            _do(case, act, case.office)
    assert Award.objects.count() == (2 if case.call.state == CallState.DECIDED else 0)

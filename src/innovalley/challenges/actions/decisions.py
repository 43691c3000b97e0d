"""Acts that decide a call: its round of review, the results, the list, the public notice, the awards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from innovalley.accounts.permissions import require
from innovalley.challenges import decision_texts
from innovalley.challenges.decision_lists import (
    ListError,
    Proposal,
    digest_of,
    standing,
    tidy,
    troubles_of,
)
from innovalley.challenges.lifecycle import BID, CALL, DEMAND
from innovalley.challenges.locking import call_to_change, clock
from innovalley.challenges.models import (
    Award,
    Bid,
    BidState,
    Call,
    CallRound,
    CallState,
    Challenge,
    Decision,
    Demand,
    DemandComment,
    NoWinner,
    Recommendation,
)
from innovalley.challenges.review_subject import TYPE
from innovalley.challenges.tallies import lacking_votes
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.actions import record
from innovalley.notices.actions import publish_notice, withdraw_notice
from innovalley.notices.queries import hindrances, lock_notice
from innovalley.reviews.actions import add_items, create_round
from innovalley.reviews.models import Item, Round, RoundState, Rubric

# A call's "single" says that experts do not know the bidders; that bidders do not know the experts comes along.
_BLIND = {"none": "none", "single": "double", "double": "double"}


class NotReviewedError(Exception):
    """A round of the call is not closed, or a bid was in none; `count` bids wait."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} bids are not reviewed")
        self.count = count


class SeenOtherError(Exception):
    """Bids or list have changed since they were shown: what was seen cannot be done any more."""


class NotPassedError(Exception):
    """The list did not pass the vote for some challenges; `numbers` are theirs."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(", ".join(map(str, numbers)))
        self.numbers = numbers


class HinderedError(Exception):
    """The notice stands against the award: "running", "withdrawn", "undecided" or "upheld" (`hindrances`)."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(", ".join(found))
        self.hindrances = found


@transaction.atomic
def make_round(
    *,
    actor: Any,
    call_id: int,
    rubric_id: int,
    closes_at: dt.datetime | None = None,
    kind: str = "documents",
) -> Round:
    """A draft round over the call's eligible bids, set up as the call says. The same kind again: the one there is.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist, Rubric.DoesNotExist
        ValueError: there is no eligible bid.
    """
    call = _reviewing(actor, call_id, "make_round")
    known = CallRound.objects.filter(call=call, kind=kind).select_related("round").first()
    if known is not None:
        return known.round
    bids = list(
        Bid.objects.filter(
            challenge__call=call, state__in=(BidState.ELIGIBLE, BidState.REVIEWED)
        ).values_list("pk", flat=True)
    )
    if not bids:
        raise ValueError("there is no bid to review")
    panel = call.panel
    made = create_round(
        actor=actor,
        subject_type=TYPE,
        settings={
            "title_zh": call.title[:120],
            "title_en": call.title_en[:160],
            "kind": kind,
            "rubric": Rubric.objects.get(pk=rubric_id),
            "blind": _BLIND[panel.blind],
            "panel_size": panel.size,
            "max_load": panel.max_load,
            "closes_at": closes_at,
        },
    )
    add_items(actor=actor, round_id=made.pk, subject_ids=bids)
    CallRound.objects.create(call=call, round=made, kind=kind)
    record(actor=actor, act="call.make_round", subject=call, round=made.pk, kind=kind)
    return made


@transaction.atomic
def take_results(*, actor: Any, call_id: int) -> Call:
    """With all rounds closed the eligible bids are reviewed, and the list can be made. Again: nothing changes.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        NotReviewedError
    """
    call = _reviewing(actor, call_id, "take_results")
    bids = list(Bid.objects.select_for_update().filter(challenge__call=call, state=BidState.ELIGIBLE))
    rounds = list(call.rounds.values_list("round__state", flat=True))
    items = Item.objects.filter(round__of_call__call=call, round__state=RoundState.CLOSED)
    reviewed = set(items.values_list("subject_id", flat=True))
    waiting = sum(bid.pk not in reviewed for bid in bids)
    if waiting or any(state != RoundState.CLOSED for state in rounds):
        raise NotReviewedError(waiting or len(bids))
    for bid in bids:
        _move_bid(bid, "review")
    if bids:
        record(actor=actor, act="call.take_results", subject=call, bids=sorted(bid.pk for bid in bids))
    return call


@transaction.atomic
def apply_list(*, actor: Any, call_id: int, proposal: Proposal, digest: str) -> Decision:
    """Makes `proposal`, which was shown whole, the list of the call; `digest` names what was shown (`digest_of`).

    Another list later takes its place, as long as none is on public notice. The list that stands changes nothing.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        NotReviewedError: eligible bids whose results are not taken.
        SeenOtherError: bids or list are not as they were shown.
        ListError: the list cannot stand.
    """
    call = _reviewing(actor, call_id, "apply_list")
    proposal = tidy(proposal)
    if waiting := Bid.objects.filter(challenge__call=call, state=BidState.ELIGIBLE).count():
        raise NotReviewedError(waiting)
    decision = Decision.objects.get_or_create(call=call)[0]
    if decision.list_at is not None and standing(call) == proposal:
        return decision
    if digest != digest_of(call, proposal):
        raise SeenOtherError
    if troubles := troubles_of(call, proposal):
        raise ListError(troubles)
    _clear(call)
    at = clock()
    for support in proposal.support:
        _move_bid(Bid.objects.select_for_update().get(pk=support.bid), "recommend")
        Recommendation.objects.create(bid_id=support.bid, fund_fen=support.fund_fen, by=actor, at=at)
    NoWinner.objects.bulk_create(
        NoWinner(challenge_id=each.challenge, reason=each.reason, next_step=each.next_step, by=actor, at=at)
        for each in proposal.nobody
    )
    decision.list_by, decision.list_at = actor, at
    decision.save(update_fields=["list_by", "list_at"])
    record(
        actor=actor,
        act="call.list",
        subject=call,
        digest=digest,
        support=[[each.bid, each.fund_fen] for each in proposal.support],
        nobody=[[each.challenge, each.next_step] for each in proposal.nobody],
        total_fen=proposal.total_fen,
    )
    return decision


@transaction.atomic
def take_list_back(*, actor: Any, call_id: int) -> Decision:
    """The whole list is taken back, the bids are as they were before it. Again: nothing changes.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
    """
    call = _reviewing(actor, call_id, "take_list_back")
    decision = Decision.objects.get_or_create(call=call)[0]
    if decision.list_at is None:
        return decision
    _clear(call)
    decision.list_by = decision.list_at = None
    decision.save(update_fields=["list_by", "list_at"])
    record(actor=actor, act="call.take_list_back", subject=call)
    return decision


@transaction.atomic
def publish_decision(*, actor: Any, call_id: int, digest: str) -> Decision:
    """Puts the list on public notice for the call's working days; from then on it stands still.

    `digest` names what was shown. Publishing again what is on notice changes nothing.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        SeenOtherError, NotPassedError
        ListError: there is no whole list.
    """
    call = call_to_change(call_id)
    require(actor, "challenges.decide_call", call)
    if call.state == CallState.NOTICED:
        return Decision.objects.get(call=call)
    step = CALL.step("notice", call.state)
    proposal = standing(call)
    decision = Decision.objects.get_or_create(call=call)[0]
    if digest != digest_of(call, proposal):
        raise SeenOtherError
    if troubles := troubles_of(call, proposal):
        raise ListError(troubles)
    if lacking := lacking_votes(call):
        raise NotPassedError(lacking)
    title, title_en = decision_texts.notice_titles(call)
    decision.notice = publish_notice(
        actor=actor,
        subject=call,
        title=title,
        title_en=title_en,
        body=decision_texts.notice_body(call),
        working_days=call.notice_working_days,
    )
    decision.save(update_fields=["notice"])
    _move_call(call, step.target)
    record(actor=actor, act="call.notice", subject=call, notice=decision.notice.number, digest=digest)
    decision_texts.tell_noticed(call, decision.notice)
    return decision


@transaction.atomic
def reconsider(*, actor: Any, call_id: int, reason: str) -> Decision:
    """Withdraws the notice publicly, with the reason, and takes the call back to its list.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        ValueError: no reason.
    """
    call = call_to_change(call_id)
    require(actor, "challenges.decide_call", call)
    step = CALL.step("reconsider", call.state)
    decision = Decision.objects.select_related("notice").get(call=call)
    assert decision.notice is not None  # of a call that is on notice
    withdraw_notice(actor=actor, notice_id=decision.notice.pk, reason=reason)
    decision.notice = None
    decision.save(update_fields=["notice"])
    _move_call(call, step.target)
    record(actor=actor, act="call.reconsider", subject=call, reason=reason.strip())
    return decision


@transaction.atomic
def award(*, actor: Any, call_id: int) -> list[Award]:
    """After the notice, with all objections settled: awards, and for challenges without a winner the next step.

    Deciding again what is decided changes nothing.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        HinderedError
    """
    call = call_to_change(call_id)
    require(actor, "challenges.decide_call", call)
    if call.state == CallState.DECIDED:
        return list(Award.objects.filter(challenge__call=call))
    step = CALL.step("decide", call.state)
    decision = Decision.objects.get(call=call)
    assert decision.notice_id is not None  # of a call that is on notice
    notice = lock_notice(decision.notice_id)
    if found := hindrances(notice):
        raise HinderedError(found)
    decision.decided_by, decision.decided_at = actor, clock()
    decision.save(update_fields=["decided_by", "decided_at"])
    awards: list[Award] = []
    for challenge in call.challenges.select_related("demand"):
        awards += _decide_challenge(actor, call, challenge, decision)
    _move_call(call, step.target)
    record(
        actor=actor,
        act="call.decide",
        subject=call,
        notice=notice.number,
        awards=[[each.number, each.bid_id, each.fund_fen] for each in awards],
    )
    decision_texts.tell_decided(call)
    return awards


def _decide_challenge(actor: Any, call: Call, challenge: Challenge, decision: Decision) -> list[Award]:
    awards: list[Award] = []
    # The bids first, in the order of their ids: whoever else locks several does so, too.
    bids = list(Bid.objects.select_for_update(of=("self",)).filter(challenge=challenge).order_by("pk"))
    funds = dict(Recommendation.objects.filter(bid__challenge=challenge).values_list("bid", "fund_fen"))
    for bid in bids:
        if bid.state == BidState.REVIEWED:
            _move_bid(bid, "decline")
        elif bid.state == BidState.RECOMMENDED:
            _move_bid(bid, "award")
            awards.append(
                Award.objects.create(
                    number=f"{call.number}-{challenge.number:02}-{len(awards) + 1}",
                    bid=bid,
                    challenge=challenge,
                    team_id=bid.team_id,
                    organisation_id=bid.organisation_id,
                    fund_fen=funds[bid.pk],
                    notice_id=decision.notice_id,
                    awarded_by=actor,
                    awarded_at=decision.decided_at,
                )
            )
    if awards:
        _move_demand(actor, challenge.demand_id, "award")
    else:
        _follow(actor, NoWinner.objects.get(challenge=challenge), challenge.demand_id)
    return awards


def _follow(actor: Any, outcome: NoWinner, demand_id: int) -> None:
    """What comes next for the demand of a challenge without a winner."""
    if outcome.next_step == NoWinner.NextStep.RETURN:
        _move_demand(actor, demand_id, "hand_back", outcome.reason)
    elif outcome.next_step == NoWinner.NextStep.CLOSE:
        _move_demand(actor, demand_id, "fail", outcome.reason)
    # To be published again it stays as it is: a later call may take it.


def _move_demand(actor: Any, demand_id: int, act: str, comment: str = "") -> None:
    demand = Demand.objects.select_for_update(of=("self",)).get(pk=demand_id)
    try:
        step = DEMAND.step(act, demand.state)
    except WrongStateError:
        return  # its company has withdrawn it meanwhile: that is not undone
    demand.state = step.target
    demand.version += 1
    demand.save(update_fields=["state", "version", "updated"])
    if comment:
        DemandComment.objects.create(demand=demand, author=actor, text=comment, act=act)
    record(actor=actor, act=f"demand.{act}", subject=demand, state=demand.state, version=demand.version)


def _clear(call: Call) -> None:
    """No list: its bids are reviewed ones again."""
    Recommendation.objects.filter(bid__challenge__call=call).delete()
    NoWinner.objects.filter(challenge__call=call).delete()
    for bid in Bid.objects.select_for_update(of=("self",)).filter(
        challenge__call=call, state=BidState.RECOMMENDED
    ):
        _move_bid(bid, "take_back")


def _move_bid(bid: Bid, act: str) -> None:
    bid.state = BID.step(act, bid.state).target
    bid.save(update_fields=["state"])


def _move_call(call: Call, state: str) -> None:
    call.state = state
    call.version += 1
    call.save(update_fields=["state", "version", "updated"])


def _reviewing(actor: Any, call_id: int, act: str) -> Call:
    """The call, locked, under review, for one who decides on it."""
    call = call_to_change(call_id)
    require(actor, "challenges.decide_call", call)
    if call.state != CallState.REVIEWING:
        raise WrongStateError(act, call.state)
    return call

"""Calls whose bids are reviewed, for tests of decisions: everything by the very acts but the reviews themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from innovalley.accounts.models import User
from innovalley.challenges import actions
from innovalley.challenges.actions.decisions import make_round, take_results
from innovalley.challenges.decision_lists import (
    Nobody,
    Proposal,
    Support,
    challenge_digests,
    digest_of,
    standing,
)
from innovalley.challenges.models import Attendee, Bid, Call, Challenge, Decision, Meeting
from innovalley.notices.models import PublicNotice
from innovalley.registry.models import Team
from innovalley.reviews.models import Item, Review, ReviewState, Round, RoundState, Seat, SeatState
from tests.challenges.call_factories import Stage, bidder, handed_in, open_call, opened
from tests.reviews import factories as reviews

MAX_FEN = 300_000_000  # of challenge 1
MONEY_FEN = 400_000_000


@dataclass
class Case:
    """A call under review: challenge 1 has `firsts`, challenge 2 (two winners at most) has `seconds`."""

    stage: Stage
    bidders: list[tuple[User, Team]]
    firsts: list[Bid]
    seconds: list[Bid]

    @property
    def call(self) -> Call:
        return Call.objects.get(pk=self.stage.call.pk)

    @property
    def office(self) -> User:
        return self.stage.office

    def challenge(self, number: int) -> Challenge:
        return Challenge.objects.get(call=self.stage.call, number=number)

    def states(self) -> list[str]:
        rows = Bid.objects.filter(pk__in=[bid.pk for bid in self.firsts + self.seconds])
        found = dict(rows.values_list("pk", "state"))
        return [found[bid.pk] for bid in self.firsts + self.seconds]


def under_review(firsts: int = 2, seconds: int = 2) -> Case:
    """Opened, eligible, and the review begun."""
    stage = open_call()
    bidders, envelopes = [], []
    for number, count in enumerate((firsts, seconds)):
        for _ in range(count):
            bidders.append(bidder())
            more: dict[str, Any] = {"promises": {}} if number else {}
            envelopes.append(handed_in(stage, *bidders[-1], challenge=number, **more))
    Call.objects.filter(pk=stage.call.pk).update(money_available_fen=MONEY_FEN)
    opened(stage)
    bids = [Bid.objects.get(envelope=each) for each in envelopes]
    for bid in bids:
        actions.decide_bid(actor=stage.office, bid_id=bid.pk, eligible=True, reason="符合条件")
    actions.begin_review(actor=stage.office, call_id=stage.call.pk)
    stage.refresh()
    return Case(stage, bidders, bids[:firsts], bids[firsts:])


def round_of(case: Case) -> Round:
    return make_round(
        actor=case.office,
        call_id=case.call.pk,
        rubric_id=reviews.rubric().pk,
        closes_at=timezone.now() + dt.timedelta(days=7),
    )


def reviewed(firsts: int = 2, seconds: int = 2) -> Case:
    """The round is closed, with one review for each bid, and its results are taken: earlier bids are better."""
    case = under_review(firsts, seconds)
    if firsts + seconds:
        round = round_of(case)
        expert = reviews.expert()
        for place, bid in enumerate(case.firsts + case.seconds):
            item = Item.objects.get(round=round, subject_id=bid.pk)
            seat = Seat.objects.create(item=item, expert=expert, state=SeatState.ACCEPTED, fit=Decimal("0.5"))
            Review.objects.create(
                seat=seat,
                state=ReviewState.SUBMITTED,
                total=Decimal(90 - place),
                confidence=4,
                submitted_at=timezone.now(),
            )
        Round.objects.filter(pk=round.pk).update(
            state=RoundState.CLOSED,
            seed=7,
            seed_published_at=timezone.now(),
            closed_at=timezone.now(),
        )
    take_results(actor=case.office, call_id=case.call.pk)
    return case


def winners(case: Case, *, first: int = 80_000_000, second: int = 50_000_000) -> Proposal:
    """The best bid of each challenge wins."""
    return Proposal(
        (Support(case.firsts[0].pk, first), Support(case.seconds[0].pk, second)),
    )


def nobody_for_second(case: Case, next_step: str = "republish") -> Proposal:
    """Challenge 2 fails."""
    return Proposal(
        (Support(case.firsts[0].pk, 80_000_000),),
        (Nobody(case.challenge(2).pk, "无方案达到要求", next_step),),
    )


def applied(case: Case, proposal: Proposal, actor: User | None = None) -> Decision:
    return actions.apply_list(
        actor=actor or case.office,
        call_id=case.call.pk,
        proposal=proposal,
        digest=digest_of(case.call, proposal),
    )


def meeting(case: Case, attendees: list[User]) -> Meeting:
    return actions.record_meeting(
        actor=case.office,
        call_id=case.call.pk,
        held_on=timezone.localdate(),
        attendees=[each.pk for each in attendees],
        text="会议讨论了评审结果。",
    )


def vote(case: Case, user: User, number: int, choice: str = "yes", actor: User | None = None) -> Any:
    attendee = Attendee.objects.get(meeting__call=case.call, user=user)
    challenge = case.challenge(number)
    return actions.cast_vote(
        actor=actor or user,
        attendee_id=attendee.pk,
        challenge_id=challenge.pk,
        choice=choice,
        digest=challenge_digests(case.call)[challenge.pk],
    )


def passed(case: Case) -> None:
    """A meeting of the three custodians says yes to everything."""
    meeting(case, case.stage.custodians)
    for user in case.stage.custodians:
        for number in (1, 2):
            vote(case, user, number)


def noticed(case: Case, proposal: Proposal | None = None) -> PublicNotice:
    """The list is on public notice."""
    applied(case, proposal or winners(case))
    passed(case)
    call = case.call
    decision = actions.publish_decision(
        actor=case.office, call_id=call.pk, digest=digest_of(call, standing(call))
    )
    assert decision.notice is not None
    return decision.notice


def end_notice(notice: PublicNotice) -> None:
    """Its last working day is over, as time would have it."""
    PublicNotice.objects.filter(pk=notice.pk).update(
        published_at=notice.published_at - dt.timedelta(days=60),
        ends_at=timezone.now() - dt.timedelta(seconds=1),
    )

"""What pages read of a call's decision; every list in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from innovalley.challenges.call_rules import Source
from innovalley.challenges.decision_lists import ON_LIST
from innovalley.challenges.decision_rules import barred_challenges
from innovalley.challenges.models import (
    Attendee,
    Award,
    Bid,
    BidBudget,
    BidState,
    Call,
    CallState,
    Challenge,
    Decision,
    Meeting,
    NoWinner,
    Recommendation,
    Vote,
)
from innovalley.challenges.tallies import Tally, tallies
from innovalley.reviews.models import Round
from innovalley.reviews.queries import round_results
from innovalley.reviews.statistics import ItemLine

SHOWN = (*ON_LIST, BidState.ELIGIBLE, BidState.AWARDED, BidState.NOT_AWARDED)


@dataclass(slots=True)
class Row:
    """A bid on the board: what its reviews led to, what it asks for, what the list gives it."""

    bid: Bid
    line: ItemLine | None
    asked_fen: int
    fund_fen: int | None  # None: not on the list
    place: int = 0  # in its challenge by adjusted points
    typed: str = ""  # the amount as typed in a form
    chosen: bool = False
    error: str = ""


@dataclass(slots=True)
class Group:
    """A challenge with its bids, the best adjusted points first."""

    challenge: Challenge
    rows: list[Row]
    nobody: NoWinner | None
    tally: Tally
    reason: str = ""
    next_step: str = ""
    error: str = ""

    @property
    def fails(self) -> bool:
        """Whether no bid is chosen in the form."""
        return not any(row.chosen for row in self.rows)

    @property
    def next_label(self) -> str:
        """The next step that the form says."""
        return str(dict(NoWinner.NextStep.choices).get(self.next_step, ""))


def rounds_of(call: Call) -> list[Round]:
    """The call's rounds of review, the first one first."""
    return [each.round for each in call.rounds.select_related("round").order_by("pk")]


def groups(user: Any, call: Call, lines: Mapping[int, ItemLine] | None = None) -> list[Group]:
    """The challenges of the call with their bids; those that `user` has a conflict of interest with are left out."""
    barred = barred_challenges(user, call)
    if lines is None:
        lines = lines_of(user, call)
    challenges = call.challenges.select_related("demand__organisation").exclude(pk__in=barred)
    bids = (
        Bid.objects.filter(challenge__in=challenges, state__in=SHOWN)
        .select_related("team", "organisation")
        .order_by("number")
    )
    funds = dict(Recommendation.objects.filter(bid__challenge__call=call).values_list("bid", "fund_fen"))
    asked = dict(
        BidBudget.objects.filter(bid__challenge__call=call, source=Source.FISCAL)
        .order_by()
        .values_list("bid")
        .annotate(sum=Sum("fen"))
    )
    nobody = {each.challenge_id: each for each in NoWinner.objects.filter(challenge__call=call)}
    counts = tallies(call)
    found = {each.pk: Group(each, [], nobody.get(each.pk), counts[each.pk]) for each in challenges}
    for bid in bids:
        row = Row(bid, lines.get(bid.pk), asked.get(bid.pk, 0), funds.get(bid.pk))
        found[bid.challenge_id].rows.append(row)
    for group in found.values():
        group.rows.sort(key=_best_first)
        for place, row in enumerate(group.rows, start=1):
            row.place = place if row.line and row.line.adjusted is not None else 0
    return list(found.values())


def lines_of(user: Any, call: Call) -> dict[int, ItemLine]:
    """By bid id, the results of the first round that `user` may see."""
    first = next(iter(rounds_of(call)), None)
    if first is None:
        return {}
    found = round_results(user, first)
    return {found.items[line.item].subject_id: line for line in found.results.items}


def _best_first(row: Row) -> tuple[int, float]:
    if row.line is None or row.line.adjusted is None:
        return (1, 0.0)
    return (0, -row.line.adjusted)


def last_meeting(call: Call) -> Meeting | None:
    """The meeting whose votes count."""
    return call.meetings.first()


def attendee_of(user: Any, call: Call) -> Attendee | None:
    """The user as one who attends the meeting whose votes count."""
    meeting = last_meeting(call)
    if meeting is None or not getattr(user, "is_authenticated", False):
        return None
    return meeting.attendees.filter(user=user.pk).first()


@dataclass(frozen=True, slots=True)
class Ballot:
    """A row of the table of votes: an attendee, and for each challenge the vote, or that there may be none."""

    attendee: Attendee
    cells: list[tuple[Challenge, str, bool]]  # challenge, choice or "", whether barred


def ballots(
    call: Call, meeting: Meeting, challenges: list[Challenge], digests: Mapping[int, str]
) -> list[Ballot]:
    """The votes of a meeting on the list as it stands; void ones are not shown."""
    votes = {
        (vote.attendee_id, vote.challenge_id): vote.choice
        for vote in Vote.objects.filter(attendee__meeting=meeting)
        if vote.digest == digests[vote.challenge_id]
    }
    rows = []
    for attendee in meeting.attendees.select_related("user"):
        barred = barred_challenges(attendee.user, call)
        cells = [(each, votes.get((attendee.pk, each.pk), ""), each.pk in barred) for each in challenges]
        rows.append(Ballot(attendee, cells))
    return rows


def public_result(call: Call) -> dict[str, Any]:
    """What everyone may know: nothing before the notice; the notice then; awards and no winners in the end."""
    if call.state not in (CallState.NOTICED, CallState.DECIDED):
        return {}
    decision = Decision.objects.filter(call=call).select_related("notice").first()
    found: dict[str, Any] = {"notice": decision.notice if decision else None, "decision": decision}
    if call.state == CallState.DECIDED:
        found["awards"] = list(
            Award.objects.filter(challenge__call=call).select_related(
                "challenge__demand", "team", "organisation"
            )
        )
        found["nobody"] = list(
            NoWinner.objects.filter(challenge__call=call).select_related("challenge__demand")
        )
    return found

"""The list of a call: what is proposed for its challenges, checked against money and winners. Plain data.

A list is proposed whole. What the actor saw is named by `digest_of`, so that exactly that is done, or nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from innovalley.challenges.models import Bid, BidState, Call, Challenge, NoWinner, Recommendation
from innovalley.ledger.canonical import canonical_json

# Bids that a list decides on.
ON_LIST = (BidState.REVIEWED, BidState.RECOMMENDED)


@dataclass(frozen=True, slots=True, order=True)
class Support:
    """A bid to be recommended, with its fiscal support in fen."""

    bid: int
    fund_fen: int


@dataclass(frozen=True, slots=True, order=True)
class Nobody:
    """A challenge that no bid wins, why, and what comes next (NoWinner.NextStep)."""

    challenge: int
    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole list; every challenge of the call has winners, or nobody."""

    support: tuple[Support, ...] = ()
    nobody: tuple[Nobody, ...] = ()

    @property
    def total_fen(self) -> int:
        """The fiscal money it takes."""
        return sum(each.fund_fen for each in self.support)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a list cannot stand: `code` is

    bid          not a bid that can be recommended
    fund         less than nothing, or more than the challenge's most (most_fen)
    winners      more winners than the challenge may have
    money        more than the call has (most_fen)
    undecided    a challenge with neither winners nor a reason why there are none
    both         a challenge with winners and without
    reason, next_step  missing or unknown
    """

    code: str
    challenge: int | None = None
    bid: int | None = None
    most_fen: int | None = None


class ListError(Exception):
    """The list cannot stand; `troubles` says why."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__(", ".join(each.code for each in troubles))
        self.troubles = list(troubles)


def standing(call: Call) -> Proposal:
    """The list as it stands."""
    support = Recommendation.objects.filter(bid__challenge__call=call).values_list("bid", "fund_fen")
    nobody = NoWinner.objects.filter(challenge__call=call).values_list("challenge", "reason", "next_step")
    return Proposal(
        tuple(sorted(Support(*row) for row in support)), tuple(sorted(Nobody(*row) for row in nobody))
    )


def tidy(proposal: Proposal) -> Proposal:
    """The same list, in one order and without spaces around reasons."""
    nobody = [Nobody(each.challenge, each.reason.strip(), each.next_step) for each in proposal.nobody]
    return Proposal(tuple(sorted(proposal.support)), tuple(sorted(nobody)))


def troubles_of(call: Call, proposal: Proposal) -> list[Trouble]:
    """Everything that keeps `proposal` from being the list of `call`."""
    challenges = {each.pk: each for each in call.challenges.all()}
    bids = {bid.pk: bid for bid in Bid.objects.filter(challenge__call=call, state__in=ON_LIST)}
    found: list[Trouble] = []
    winners: Counter[int] = Counter()
    twice = Counter(each.bid for each in proposal.support)
    for each in proposal.support:
        bid = bids.get(each.bid)
        if bid is None or twice[each.bid] > 1:
            found.append(Trouble("bid", bid=each.bid))
            continue
        winners[bid.challenge_id] += 1
        most = challenges[bid.challenge_id].max_fund_fen
        if each.fund_fen < 0 or (most is not None and each.fund_fen > most):
            found.append(Trouble("fund", challenge=bid.challenge_id, bid=bid.pk, most_fen=most))
    nobody = Counter(each.challenge for each in proposal.nobody)
    found += [
        Trouble("reason" if not each.reason.strip() else "next_step", challenge=each.challenge)
        for each in proposal.nobody
        if not each.reason.strip() or each.next_step not in NoWinner.NextStep.values
    ]
    found += [Trouble("undecided", challenge=pk) for pk in nobody if pk not in challenges or nobody[pk] > 1]
    found += [each for pk in challenges.values() for each in _of_challenge(pk, winners[pk.pk], nobody[pk.pk])]
    money = call.money_available_fen
    if money is not None and proposal.total_fen > money:
        found.append(Trouble("money", most_fen=money))
    return found


def _of_challenge(challenge: Challenge, winners: int, nobody: int) -> list[Trouble]:
    if winners > challenge.max_winners:
        return [Trouble("winners", challenge=challenge.pk)]
    if not winners and not nobody:
        return [Trouble("undecided", challenge=challenge.pk)]
    return [Trouble("both", challenge=challenge.pk)] if winners and nobody else []


def digest_of(call: Call, proposal: Proposal) -> str:
    """The SHA-256 of what a page showed: this list, beside every bid of the call and the list that stood."""
    rows = Bid.objects.filter(challenge__call=call).order_by("pk").values_list("pk", "state")
    before = standing(call)
    return _sha256({"list": _plain(proposal), "before": _plain(before), "bids": [list(row) for row in rows]})


def challenge_digests(call: Call) -> dict[int, str]:
    """By challenge id, the SHA-256 of what the standing list says of it: what a vote is on."""
    said: dict[int, dict[str, Any]] = {
        pk: {"challenge": pk, "support": [], "nobody": []}
        for pk in call.challenges.values_list("pk", flat=True)
    }
    support = Recommendation.objects.filter(bid__challenge__call=call).order_by("bid")
    for pk, bid, fen in support.values_list("bid__challenge", "bid", "fund_fen"):
        said[pk]["support"].append([bid, fen])
    nobody = NoWinner.objects.filter(challenge__call=call)
    for pk, reason, step in nobody.values_list("challenge", "reason", "next_step"):
        said[pk]["nobody"].append([reason, step])
    return {pk: _sha256(each) for pk, each in said.items()}


def amount(fen: int) -> str:
    """Money for tables that everyone reads, in 10,000 yuan, exact: "80 万元"."""
    return f"{(Decimal(fen) / 1_000_000).normalize():f} 万元"


def _plain(proposal: Proposal) -> dict[str, Any]:
    tidied = tidy(proposal)
    return {
        "support": [[each.bid, each.fund_fen] for each in tidied.support],
        "nobody": [[each.challenge, each.reason, each.next_step] for each in tidied.nobody],
    }


def _sha256(value: Any) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()

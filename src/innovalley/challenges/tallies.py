"""How a call's list did in the votes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from innovalley.challenges.decision_lists import ON_LIST, challenge_digests
from innovalley.challenges.models import Bid, Call, Vote


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes of the last meeting on what the list says of a challenge now; void ones are not counted."""

    yes: int = 0
    no: int = 0
    abstain: int = 0
    void: int = 0

    @property
    def passed(self) -> bool:
        """More than half of those who voted said yes: an abstention is a vote, and no yes."""
        return 2 * self.yes > self.yes + self.no + self.abstain


def tallies(call: Call) -> dict[int, Tally]:
    """By challenge id."""
    challenges = list(call.challenges.all())
    meeting = call.meetings.first()
    counted: dict[int, Counter[str]] = {each.pk: Counter() for each in challenges}
    digests = challenge_digests(call)
    votes = Vote.objects.filter(attendee__meeting=meeting) if meeting else Vote.objects.none()
    for challenge, choice, digest in votes.values_list("challenge", "choice", "digest"):
        counted[challenge]["void" if digest != digests[challenge] else choice] += 1
    return {pk: Tally(**dict(counts)) for pk, counts in counted.items()}


def lacking_votes(call: Call) -> list[int]:
    """The numbers of the challenges whose part of the list did not pass; one nobody bid for needs no vote."""
    counts = tallies(call)
    with_bids = set(
        Bid.objects.filter(challenge__call=call, state__in=ON_LIST).values_list("challenge", flat=True)
    )
    return [
        each.number for each in call.challenges.all() if each.pk in with_bids and not counts[each.pk].passed
    ]

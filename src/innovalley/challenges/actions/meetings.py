"""Meetings on a call's list, and the votes given there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from innovalley.accounts.models import Role, User
from innovalley.accounts.permissions import require
from innovalley.challenges.decision_lists import challenge_digests
from innovalley.challenges.decision_rules import may_vote_on
from innovalley.challenges.locking import call_to_change, clock
from innovalley.challenges.models import Attendee, Call, CallState, Challenge, Meeting, Vote
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.actions import record

ATTENDEE_ROLES = (Role.OFFICE, Role.LEADER, Role.EXPERT)


class ConflictedError(Exception):
    """The attendee has a conflict of interest with a bid for this challenge, and does not vote on it."""


class VotedError(Exception):
    """Who has voted at a meeting stays among its attendees."""


class ListChangedError(Exception):
    """What the list says of the challenge is not what was read."""


def attendee_users() -> Any:
    """The users who may take part in a meeting."""
    return User.objects.filter(role__in=ATTENDEE_ROLES, is_active=True)


@transaction.atomic
def record_meeting(
    *, actor: Any, call_id: int, held_on: dt.date, attendees: Sequence[int], text: str
) -> Meeting:
    """Writes down a meeting; one on the same day is changed. `attendees` are ids of users.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        VotedError: somebody who voted would no longer have attended.
        ValueError: no attendees, or users who cannot be ones.
    """
    call = _call(actor, call_id, "challenges.decide_call")
    wanted = set(attendees)
    if not wanted or attendee_users().filter(pk__in=wanted).count() < len(wanted):
        raise ValueError("a meeting has attendees, of the office, decision makers or experts")
    meeting, is_new = Meeting.objects.get_or_create(
        call=call, held_on=held_on, defaults={"text": text.strip(), "by": actor}
    )
    there = set(meeting.attendees.values_list("user", flat=True))
    if not is_new and there == wanted and meeting.text == text.strip():
        return meeting
    gone = meeting.attendees.exclude(user__in=wanted)
    if gone.filter(votes__isnull=False).exists():
        raise VotedError
    gone.delete()
    Attendee.objects.bulk_create(Attendee(meeting=meeting, user_id=pk) for pk in sorted(wanted - there))
    meeting.text = text.strip()
    meeting.save(update_fields=["text"])
    record(
        actor=actor,
        act="meeting.record",
        subject=meeting,
        call=call.pk,
        held_on=held_on.isoformat(),
        attendees=sorted(wanted),
    )
    return meeting


@transaction.atomic
def cast_vote(*, actor: Any, attendee_id: int, challenge_id: int, choice: str, digest: str) -> Vote:
    """An attendee's vote on what the list says of a challenge; another one later takes its place.

    `digest` names what was read (`challenge_digests`). The attendee votes, or the office writes the vote down.

    Raises:
        Refused, WrongStateError, Attendee.DoesNotExist, Challenge.DoesNotExist
        ConflictedError, ListChangedError
        ValueError: no such choice.
    """
    call_id = Attendee.objects.values_list("meeting__call", flat=True).get(pk=attendee_id)
    call = call_to_change(call_id)
    attendee = Attendee.objects.select_related("meeting__call", "user").get(pk=attendee_id)
    require(actor, "challenges.vote", attendee)
    _require_reviewing(call, "vote")
    if attendee.user_id != actor.pk:
        require(actor, "challenges.decide_call", call)
    challenge = Challenge.objects.select_related("call").get(pk=challenge_id, call=call)
    if not may_vote_on(attendee.user, challenge):
        raise ConflictedError
    if choice not in Vote.Choice.values:
        raise ValueError(f"no such vote: {choice}")
    if digest != challenge_digests(call)[challenge.pk]:
        raise ListChangedError
    return _keep(actor, attendee, challenge, choice, digest)


def _keep(actor: Any, attendee: Attendee, challenge: Challenge, choice: str, digest: str) -> Vote:
    vote = Vote.objects.filter(attendee=attendee, challenge=challenge).first()
    if vote is not None and (vote.choice, vote.digest) == (choice, digest):
        return vote
    vote = vote or Vote(attendee=attendee, challenge=challenge)
    vote.choice, vote.digest, vote.by, vote.at = choice, digest, actor, clock()
    vote.save()
    record(
        actor=actor,
        act="vote.cast",
        subject=vote,
        attendee=attendee.user_id,
        challenge=challenge.pk,
        choice=choice,
        digest=digest,
    )
    return vote


def _call(actor: Any, call_id: int, permission: str) -> Call:
    call = call_to_change(call_id)
    require(actor, permission, call)
    _require_reviewing(call, "meet")
    return call


def _require_reviewing(call: Call, act: str) -> None:
    if call.state != CallState.REVIEWING:
        raise WrongStateError(act, call.state)

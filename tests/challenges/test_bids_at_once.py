"""Bids and calls under several hands at once, on connections of their own."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from innovalley.accounts.models import Role
from innovalley.challenges import actions
from innovalley.challenges.locking import clock
from innovalley.challenges.models import Bid, BidDraft, Call, CallState, Envelope, Extension
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from tests.challenges.call_factories import (
    HOUR,
    PASSPHRASES,
    bidder,
    contribute,
    draft_call,
    handed_in,
    open_call,
    pass_deadline,
    set_deadline,
    set_passphrases,
    started,
    token,
)
from tests.challenges.test_actions import at_once
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_submits_of_one_form_at_once_give_one_receipt() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    form = {"actor": user, "draft_uuid": draft.uuid, "version": 1, "token": token()}
    results = at_once(*[lambda: actions.submit_bid(**form)] * 4)
    assert {each.envelope.number for each in results} == {Envelope.objects.get().number}
    assert Entry.objects.filter(act="bid.submit").count() == 1


def test_submits_across_the_deadline_are_in_time_or_refused_and_none_is_in_between() -> None:
    stage = open_call()
    bidders = [bidder() for _ in range(4)]
    deadline = clock() + dt.timedelta(milliseconds=700)
    set_deadline(stage.call, deadline)

    def until_refused(user: Any, team: Any) -> Callable[[], int]:
        def work() -> int:
            for count in itertools.count():
                draft = BidDraft.objects.create(
                    owner=user, organisation=team.organisation, call=stage.call, content=content
                )
                try:
                    actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token())
                except actions.WindowError:
                    return count if clock() >= deadline else -1

        content = bytes(started(stage, user, team).content)
        return work

    counts = at_once(*[until_refused(*each) for each in bidders])
    assert -1 not in counts
    assert sum(counts) == Envelope.objects.count()
    assert not Envelope.objects.filter(submitted_at__gte=deadline).exists()
    actions.close_call(call_id=stage.call.pk)
    contribute(stage)
    assert actions.open_bids(call_id=stage.call.pk) == sum(counts)


def test_a_submit_and_an_extension_at_once_both_stand() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    old = stage.call.deadline_at
    assert old is not None
    sealed, extended = at_once(
        lambda: actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token()),
        lambda: actions.extend_call(
            actor=stage.office, call_id=stage.call.pk, seen_deadline=old, deadline=old + HOUR, reason="理由"
        ),
    )
    assert isinstance(sealed, actions.HandedIn)
    assert isinstance(extended, Extension)


def test_two_officers_extend_at_once_and_one_is_told_of_the_other() -> None:
    stage = open_call()
    old = stage.call.deadline_at
    assert old is not None
    others = [stage.office, registry.user(Role.OFFICE)]
    results = at_once(
        *[
            lambda officer=officer, hours=hours: actions.extend_call(
                actor=officer,
                call_id=stage.call.pk,
                seen_deadline=old,
                deadline=old + hours * HOUR,
                reason="理由",
            )
            for hours, officer in enumerate(others, start=1)
        ]
    )
    [refused] = [each for each in results if isinstance(each, Exception)]
    assert isinstance(refused, actions.CallChangedError)
    extension = Extension.objects.get()
    assert Call.objects.get(pk=stage.call.pk).deadline_at == extension.new_deadline


def test_a_withdrawal_while_the_call_is_opened_is_before_or_too_late_never_half() -> None:
    for _ in range(3):
        stage = open_call()
        user, team = bidder()
        envelope = handed_in(stage, user, team)
        set_deadline(stage.call, clock() + dt.timedelta(milliseconds=60))

        def opening(stage: Any = stage) -> int:
            while actions.close_call(call_id=stage.call.pk).state != CallState.CLOSED:
                pass
            contribute(stage)
            return actions.open_bids(call_id=stage.call.pk)

        withdrawn, count = at_once(
            lambda user=user, number=envelope.number: actions.withdraw_envelope(actor=user, number=number),
            opening,
        )
        envelope.refresh_from_db()
        if isinstance(withdrawn, Exception):
            assert isinstance(withdrawn, actions.WindowError)
            assert envelope.withdrawn_at is None
            assert count == 1
        else:
            assert envelope.opened_at is None
            assert count == 0


def test_two_workers_open_every_bid_once() -> None:
    stage = open_call()
    for _ in range(4):
        handed_in(stage, *bidder())
    pass_deadline(stage)
    contribute(stage)
    results = at_once(*[lambda: actions.open_bids(call_id=stage.call.pk)] * 2)
    assert results == [4, 4]
    assert Bid.objects.count() == 4
    assert Entry.objects.filter(act="call.open_bids").count() == 1
    assert Entry.objects.filter(act="bid.open").count() == 4


def test_custodians_who_contribute_at_once_are_both_counted() -> None:
    stage = open_call()
    pass_deadline(stage)
    results = at_once(
        *[
            lambda user=user, passphrase=passphrase: actions.contribute_share(
                actor=user, call_id=stage.call.pk, passphrase=passphrase
            )
            for user, passphrase in zip(stage.custodians[:2], PASSPHRASES, strict=False)
        ]
    )
    assert not [each for each in results if isinstance(each, Exception)]
    shares = Entry.objects.filter(act="call.contribute").order_by("pk")
    assert [entry.data["shares"] for entry in shares] == [1, 2]


def test_a_call_is_not_opened_twice_at_once() -> None:
    stage = draft_call()
    set_passphrases(stage)
    results = at_once(*[lambda: actions.open_call(actor=stage.office, call_id=stage.call.pk)] * 2)
    assert not [each for each in results if isinstance(each, Exception)]
    assert Entry.objects.filter(act="call.open").count() == 1
    assert not isinstance(results[0], WrongStateError)
    assert bytes(results[0].public_key) == bytes(results[1].public_key)


def test_two_officers_who_begin_a_call_at_once_get_two_numbers() -> None:
    officers = [registry.user(Role.OFFICE) for _ in range(4)]
    calls = at_once(*[lambda user=user: actions.write_call(actor=user, year=2031) for user in officers])
    assert {call.number for call in calls} == {f"JB2031-{number:03}" for number in range(1, 5)}

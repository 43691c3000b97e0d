"""The opening: only after the deadline, only by enough custodians, every bid exactly once, whatever happens."""

from __future__ import annotations

import pytest

from innovalley.accounts.permissions import Refused
from innovalley.challenges import actions
from innovalley.challenges.actions import opening
from innovalley.challenges.models import Bid, BidState, CallState, Custodian, Envelope
from innovalley.engine.lifecycle import WrongStateError
from innovalley.engine.sealing import UnsealError
from innovalley.ledger.models import Entry
from tests.challenges.call_factories import (
    PASSPHRASES,
    bidder,
    contribute,
    handed_in,
    open_call,
    opened,
    pass_deadline,
)

pytestmark = pytest.mark.django_db


def test_enough_custodians_open_every_bid_after_the_deadline() -> None:
    stage = open_call()
    user, team = bidder()
    envelope = handed_in(stage, user, team)
    opened(stage)
    bid = Bid.objects.get()
    assert (bid.number, bid.challenge.number, bid.team) == (envelope.number, 1, team)
    assert bid.content["plan"]["route"] == "低温烧结路线"
    assert [str(spec) for spec in bid.specs.all()] == ["抗压强度 ≥ 65 MPa", "回收率 ≥ 88 %"]
    assert [(row.year, row.source, row.fen) for row in bid.budget.all()] == [
        (2027, "fiscal", 80_000_000),
        (2027, "own", 100_500_000),
    ]
    assert stage.call.state == CallState.CLOSED
    assert stage.call.bids_opened_at is not None
    assert not Custodian.objects.exclude(contribution=None).exists()
    assert Entry.objects.filter(act="bid.open", subject_id=bid.pk).count() == 1


def test_nobody_contributes_before_the_deadline() -> None:
    stage = open_call()
    with pytest.raises(WrongStateError):
        contribute(stage)
    assert not Custodian.objects.exclude(contributed_at=None).exists()


def test_one_custodian_of_two_opens_nothing() -> None:
    stage = open_call()
    handed_in(stage, *bidder())
    pass_deadline(stage)
    contribute(stage, 1)
    with pytest.raises(UnsealError):
        actions.open_bids(call_id=stage.call.pk)
    assert not Bid.objects.exists()


def test_a_wrong_passphrase_and_a_stranger_contribute_nothing() -> None:
    stage = open_call()
    pass_deadline(stage)
    with pytest.raises(UnsealError):
        actions.contribute_share(actor=stage.custodians[0], call_id=stage.call.pk, passphrase=PASSPHRASES[1])
    with pytest.raises(Refused):
        actions.contribute_share(actor=stage.office, call_id=stage.call.pk, passphrase=PASSPHRASES[0])
    assert not Custodian.objects.exclude(contributed_at=None).exists()


def test_a_killed_opening_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = open_call()
    envelopes = [handed_in(stage, *bidder()) for _ in range(3)]
    pass_deadline(stage)
    contribute(stage)
    real, count = opening._open_envelope, 0

    def killed_at_second(pk: int, private: bytes) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        real(pk, private)

    with monkeypatch.context() as patch:
        patch.setattr(opening, "_open_envelope", killed_at_second)
        with pytest.raises(KeyboardInterrupt):
            actions.open_bids(call_id=stage.call.pk)
    assert Bid.objects.count() == 1
    assert actions.open_bids(call_id=stage.call.pk) == 3
    assert actions.open_bids(call_id=stage.call.pk) == 3
    assert set(Bid.objects.values_list("number", flat=True)) == {each.number for each in envelopes}


def test_the_latest_bid_of_a_team_for_a_challenge_counts() -> None:
    stage = open_call()
    user, team = bidder()
    first, second = handed_in(stage, user, team), handed_in(stage, user, team)
    other_challenge = handed_in(stage, user, team, challenge=1, promises={})
    opened(stage)
    states = dict(Bid.objects.values_list("number", "state"))
    assert states == {
        first.number: BidState.REPLACED,
        second.number: BidState.OPENED,
        other_challenge.number: BidState.OPENED,
    }
    assert Bid.objects.get(number=first.number).replaced_by == Bid.objects.get(number=second.number)


def test_a_withdrawn_envelope_is_not_opened_and_a_damaged_one_stops_no_other() -> None:
    stage = open_call()
    user, team = bidder()
    withdrawn = handed_in(stage, user, team)
    actions.withdraw_envelope(actor=user, number=withdrawn.number)
    damaged, good = handed_in(stage, *bidder()), handed_in(stage, *bidder())
    Envelope.objects.filter(pk=damaged.pk).update(sealed=bytes(damaged.sealed)[:-1] + b"x")
    opened(stage)
    assert [bid.number for bid in Bid.objects.all()] == [good.number]
    damaged.refresh_from_db()
    assert damaged.problem
    assert Entry.objects.filter(act="bid.unopenable", subject_id=damaged.pk).exists()

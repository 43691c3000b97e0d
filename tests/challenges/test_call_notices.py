"""Who is told what of a call, once each; and nothing that tells of a challenge before the opening."""

from __future__ import annotations

import pytest

from innovalley.challenges import actions
from innovalley.challenges.models import Bid
from innovalley.notices.models import Notification
from tests.challenges.call_factories import HOUR, bidder, draft_call, handed_in, open_call, opened, started

pytestmark = pytest.mark.django_db


def told(kind: str, key: str = "") -> list[int]:
    rows = Notification.objects.filter(kind=kind, key__endswith=key)
    return sorted(rows.values_list("recipient", flat=True))


def test_custodians_are_asked_for_passphrases_and_later_for_their_shares() -> None:
    stage = draft_call()
    keepers = sorted(user.pk for user in stage.custodians)
    assert told("challenges.custodian", ":passphrase") == keepers
    other = open_call()
    assert told("challenges.custodian", ":share") == []
    opened(other)
    assert told("challenges.custodian", ":share") == sorted(user.pk for user in other.custodians)


def test_everyone_with_a_draft_or_a_bid_hears_of_an_extension_once() -> None:
    stage = open_call()
    writer, writers_team = bidder()
    sealer, sealers_team = bidder()
    started(stage, writer, writers_team)
    handed_in(stage, sealer, sealers_team)
    handed_in(stage, sealer, sealers_team)
    old = stage.call.deadline_at
    assert old is not None
    actions.extend_call(
        actor=stage.office, call_id=stage.call.pk, seen_deadline=old, deadline=old + HOUR, reason="理由"
    )
    assert told("challenges.call_extended") == sorted([writer.pk, sealer.pk])


def test_a_bidder_hears_whether_the_bid_takes_part() -> None:
    stage = open_call()
    user, team = bidder()
    handed_in(stage, user, team)
    assert told("challenges.bid_checked") == []
    opened(stage)
    bid = Bid.objects.get()
    for _ in range(2):
        actions.decide_bid(actor=stage.office, bid_id=bid.pk, eligible=False, reason="材料不实")
    [notice] = Notification.objects.filter(kind="challenges.bid_checked")
    assert (notice.recipient, notice.url) == (user, bid.get_absolute_url())

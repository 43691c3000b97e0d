"""Who may take part: each rule finds what it should, with the reason, and the office decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from innovalley.accounts.permissions import Refused
from innovalley.challenges import actions
from innovalley.challenges.call_rules import CallRules, Relation
from innovalley.challenges.eligibility import findings_of
from innovalley.challenges.models import Bid, BidState
from innovalley.registry.models import Holding, Organisation, Region
from tests.challenges.call_factories import bidder, handed_in, open_call, opened
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

ALL = tuple(Relation)


def broken(rules: CallRules, relate: Any = None, *, partners: int = 0, **organisation: Any) -> list[str]:
    """What the check finds broken for a bidder that `relate` puts into a relation to the poster."""
    stage = open_call(rules=rules)
    lead = registry.organisation(**{"kind": Organisation.Kind.COMPANY, **organisation})
    if relate:
        relate(stage.demands[0].organisation, lead)
    names = [registry.organisation().name_zh for _ in range(partners)]
    handed_in(stage, *bidder(lead), partners=names)
    opened(stage)
    return [each.code for each in findings_of(Bid.objects.get(challenge__call=stage.call)) if not each.holds]


def parent(child: Organisation, of: Organisation) -> None:
    Organisation.objects.filter(pk=child.pk).update(parent=of)


def sisters(poster: Organisation, lead: Organisation) -> None:
    group = registry.organisation()
    parent(poster, group)
    parent(lead, group)


@pytest.mark.parametrize(
    ("relate", "code"),
    [
        (lambda poster, lead: parent(lead, poster), "relation.subsidiary"),
        (lambda poster, lead: parent(poster, lead), "relation.parent"),
        (lambda poster, lead: sisters(poster, lead), "relation.sister"),
        (
            lambda poster, lead: Holding.objects.create(holder=poster, held=lead, percent=Decimal("50.01")),
            "relation.holding",
        ),
        (
            lambda poster, lead: Holding.objects.create(holder=lead, held=poster, percent=Decimal(30)),
            "relation.holding",
        ),
    ],
)
def test_each_relation_to_the_poster_is_found_where_it_bars_and_not_where_it_does_not(
    relate: Any, code: str
) -> None:
    barred = CallRules(barred_relations=ALL, holding_percent=Decimal(30))
    assert broken(barred, relate) == [code]
    assert broken(CallRules(barred_relations=(Relation.SELF,)), relate) == []


def test_a_grandchild_is_a_subsidiary_and_half_of_the_shares_is_none() -> None:
    def grandchild(poster: Organisation, lead: Organisation) -> None:
        middle = registry.organisation(parent=poster)
        parent(lead, middle)

    assert broken(CallRules(), grandchild) == ["relation.subsidiary"]
    assert (
        broken(
            CallRules(),
            lambda poster, lead: Holding.objects.create(holder=poster, held=lead, percent=Decimal(50)),
        )
        == []
    )


def test_kinds_and_hosts_are_checked() -> None:
    assert broken(CallRules(bidder_kinds=("university",))) == ["kind.no"]
    assert broken(CallRules(bidder_kinds=("company",))) == []
    home = registry.taxon(Region, "140000", "山西省")
    inside = registry.taxon(Region, "140000.140100", "太原市")
    rules = CallRules(host_needed=True, home_region=home.path)
    assert broken(rules, partners=1) == ["host.no"]
    assert broken(rules, region=inside) == []


def test_the_office_decides_and_says_why_when_it_excludes_or_overrules_the_check() -> None:
    stage = open_call(rules=CallRules(bidder_kinds=("company",)))
    user, team = bidder()
    handed_in(stage, user, team)
    opened(stage)
    bid = Bid.objects.get()
    with pytest.raises(Refused):
        actions.decide_bid(actor=user, bid_id=bid.pk, eligible=True, reason="我自己")
    for eligible in (True, False):
        with pytest.raises(ValueError, match="reason"):
            actions.decide_bid(actor=stage.office, bid_id=bid.pk, eligible=eligible)
    decided = actions.decide_bid(actor=stage.office, bid_id=bid.pk, eligible=False, reason="单位类型不符")
    assert (decided.state, decided.reason, decided.decided_by) == (
        BidState.INELIGIBLE,
        "单位类型不符",
        stage.office,
    )
    overruled = actions.decide_bid(actor=stage.office, bid_id=bid.pk, eligible=True, reason="经复核属企业")
    assert overruled.state == BidState.ELIGIBLE

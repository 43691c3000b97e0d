"""Calls: who may do what in which state; what opening lays down; deadlines that only move later, for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import Refused
from innovalley.challenges import actions
from innovalley.challenges.call_rules import CallRules, Funding, PanelSettings, Relation, RulesError
from innovalley.challenges.locking import clock
from innovalley.challenges.models import Call, CallState, DemandState, Envelope, Extension
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from tests.challenges.call_factories import (
    HOUR,
    PASSPHRASES,
    Stage,
    bidder,
    draft_call,
    handed_in,
    open_call,
    opened,
    pass_deadline,
    set_deadline,
    set_passphrases,
)
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

C: Any = CallState
WHEN = ("draft", "open", "past deadline", "bids opened", "reviewing")


def stage_in(when: str) -> Stage:
    """A call as it stands at that time; in a draft the passphrases are set."""
    if when == "draft":
        stage = draft_call()
        set_passphrases(stage)
        stage.refresh()
        return stage
    stage = open_call()
    if when == "past deadline":
        pass_deadline(stage)
    elif when in ("bids opened", "reviewing"):
        opened(stage)
        if when == "reviewing":
            actions.begin_review(actor=stage.office, call_id=stage.call.pk)
    stage.refresh()
    return stage


def act(name: str, actor: Any, stage: Stage) -> None:
    call = stage.call
    doing: dict[str, Callable[[], Any]] = {
        "save": lambda: actions.save_call(
            actor=actor,
            call_id=call.pk,
            version=call.version,
            content={"title": "改过的标题"},
            rules=CallRules(),
            funding=Funding(),
            panel=PanelSettings(),
            challenges=[(each.pk, 1, None) for each in stage.demands],
            custodians=[user.pk for user in stage.custodians],
        ),
        "open": lambda: actions.open_call(actor=actor, call_id=call.pk),
        "extend": lambda: actions.extend_call(
            actor=actor,
            call_id=call.pk,
            seen_deadline=call.deadline_at,  # type: ignore[arg-type]
            deadline=call.deadline_at + HOUR,  # type: ignore[operator]
            reason="系统维护",
        ),
        "set passphrase": lambda: actions.set_passphrase(
            actor=actor, call_id=call.pk, passphrase="another passphrase"
        ),
        "contribute": lambda: actions.contribute_share(
            actor=actor, call_id=call.pk, passphrase=PASSPHRASES[2]
        ),
        "begin review": lambda: actions.begin_review(actor=actor, call_id=call.pk),
    }
    doing[name]()


ACTORS = ("office", "custodian", "leader", "team", "company", "expert", "park", "public")
# act: who may, and at which times it does something (again changes nothing where the state is its target)
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "save": ({"office"}, {"draft"}),
    "open": ({"office"}, {"draft", "open", "past deadline"}),
    "extend": ({"office"}, {"open"}),
    "set passphrase": ({"custodian"}, {"draft"}),
    "contribute": ({"custodian"}, {"past deadline"}),
    "begin review": ({"office"}, {"bids opened", "reviewing"}),
}


def actor(name: str, stage: Stage) -> Any:
    if name == "public":
        return AnonymousUser()
    if name == "office":
        return stage.office
    if name == "custodian":
        return stage.custodians[2]
    return registry.user(
        {
            "leader": Role.LEADER,
            "team": Role.TEAM,
            "company": Role.COMPANY,
            "expert": Role.EXPERT,
            "park": Role.PARK,
        }[name]
    )


@pytest.mark.parametrize("when", WHEN)
def test_who_may_do_what_at_which_time(when: str) -> None:
    for name, (may, times) in TABLE.items():
        stage = stage_in(when)
        for who in ACTORS:
            if who in may or (who == "custodian" and "office" in may):  # this custodian is of the office, too
                continue
            with pytest.raises(Refused):
                act(name, actor(who, stage), stage)
        before = Call.objects.values().get(pk=stage.call.pk)
        for who in may:
            if when in times:
                act(name, actor(who, stage), stage)
            else:
                with pytest.raises((WrongStateError, actions.DeadlineError)):
                    act(name, actor(who, stage), stage)
                after = Call.objects.values().get(pk=stage.call.pk)
                closing = {"state", "version", "updated"}  # an act that comes late closes the call
                assert {k: v for k, v in after.items() if k not in closing} == {
                    k: v for k, v in before.items() if k not in closing
                }


def test_opening_publishes_the_vetted_demands_and_copies_their_specs() -> None:
    stage = open_call()
    first, second = stage.call.challenges.all()
    assert [str(spec) for spec in first.specs.all()] == ["抗压强度 ≥ 60 MPa", "回收率 ≥ 90 %"]
    assert not second.specs.exists()
    for demand in stage.demands:
        demand.refresh_from_db()
        assert demand.state == DemandState.PUBLISHED
    stage.demands[0].specs.all().delete()
    assert first.specs.count() == 2
    entry = Entry.objects.get(act="call.open")
    assert entry.data["threshold"] == 2
    assert entry.data["public_key"] == bytes(stage.call.public_key or b"").hex()


def test_the_private_key_is_kept_nowhere_and_each_share_is_sealed() -> None:
    stage = open_call()
    shares = [bytes(each.sealed_share or b"") for each in stage.call.custodians.all()]
    assert len(set(shares)) == 3
    assert all(b" academic " not in share for share in shares)  # a word list would be readable
    assert all(each.contribution is None for each in stage.call.custodians.all())


def test_a_draft_that_lacks_something_is_not_opened_and_what_is_named() -> None:
    stage = draft_call()
    with pytest.raises(actions.NotReadyError) as error:
        actions.open_call(actor=stage.office, call_id=stage.call.pk)
    assert error.value.missing == ["passphrases"]
    bare = actions.write_call(actor=stage.office, year=2028)
    with pytest.raises(actions.NotReadyError) as error:
        actions.open_call(actor=stage.office, call_id=bare.pk)
    assert error.value.missing == ["title", "opens_at", "deadline_at", "challenges", "custodians"]


def test_numbers_count_on_within_their_year() -> None:
    office = registry.user()
    numbers = [actions.write_call(actor=office, year=year).number for year in (2027, 2027, 2028)]
    assert numbers == ["JB2027-001", "JB2027-002", "JB2028-001"]


def test_nobody_opens_or_saves_what_was_changed_after_they_read_it() -> None:
    stage = stage_in("draft")
    act("save", stage.office, stage)
    with pytest.raises(actions.CallChangedError):
        act("save", stage.office, stage)
    with pytest.raises(actions.CallChangedError):
        actions.open_call(actor=stage.office, call_id=stage.call.pk, version=stage.call.version)


def test_a_demand_in_a_call_under_way_stays_and_is_in_no_second_call() -> None:
    stage = open_call()
    with pytest.raises(actions.InCallError):
        actions.withdraw_demand(actor=stage.office, demand_id=stage.demands[0].pk)
    other = actions.write_call(actor=stage.office, year=2027)
    with pytest.raises(ValueError, match="demand"):
        actions.save_call(
            actor=stage.office,
            call_id=other.pk,
            version=1,
            content={},
            rules=CallRules(),
            funding=Funding(),
            panel=PanelSettings(),
            challenges=[(stage.demands[0].pk, 1, None)],
            custodians=[],
        )


@pytest.mark.parametrize("role", [Role.TEAM, Role.COMPANY, Role.EXPERT, Role.PARK])
def test_nobody_who_bids_or_reviews_is_a_custodian(role: str) -> None:
    stage = draft_call()
    stage.custodians.append(registry.user(role))
    with pytest.raises(ValueError, match="custodian"):
        act("save", stage.office, stage)


def test_an_extension_is_later_for_all_with_a_reason_and_recorded() -> None:
    stage = open_call()
    old = stage.call.deadline_at
    assert old is not None
    with pytest.raises(ValueError, match="reason"):
        actions.extend_call(
            actor=stage.office, call_id=stage.call.pk, seen_deadline=old, deadline=old + HOUR, reason=" "
        )
    for wrong in (old, old - HOUR):
        with pytest.raises(actions.DeadlineError):
            actions.extend_call(
                actor=stage.office, call_id=stage.call.pk, seen_deadline=old, deadline=wrong, reason="理由"
            )
    for _ in range(2):  # a second click
        act("extend", stage.office, stage)
    extension = Extension.objects.get()
    assert (extension.old_deadline, extension.new_deadline, extension.reason) == (old, old + HOUR, "系统维护")
    assert stage.refresh().deadline_at == old + HOUR
    assert Entry.objects.filter(act="call.extend").count() == 1


def test_a_deadline_that_has_passed_is_not_extended() -> None:
    stage = open_call()
    set_deadline(stage.call, clock())
    stage.refresh()
    with pytest.raises(actions.DeadlineError):
        act("extend", stage.office, stage)
    assert not Extension.objects.exists()


def test_a_call_closes_at_its_deadline_and_not_before() -> None:
    stage = open_call()
    assert actions.close_call(call_id=stage.call.pk).state == CallState.OPEN
    set_deadline(stage.call, clock())
    for _ in range(2):
        assert actions.close_call(call_id=stage.call.pk).state == CallState.CLOSED
    assert Entry.objects.filter(act="call.close").count() == 1


def test_review_begins_when_every_bid_is_decided_on() -> None:
    stage = open_call()
    envelope: Envelope = handed_in(stage, *bidder())
    opened(stage)
    with pytest.raises(actions.UncheckedError):
        actions.begin_review(actor=stage.office, call_id=stage.call.pk)
    actions.decide_bid(actor=stage.office, bid_id=envelope.bid.pk, eligible=True)
    assert actions.begin_review(actor=stage.office, call_id=stage.call.pk).state == CallState.REVIEWING
    with pytest.raises(WrongStateError):
        actions.decide_bid(actor=stage.office, bid_id=envelope.bid.pk, eligible=False, reason="太迟了")


def test_rules_survive_being_kept() -> None:
    rules = CallRules(
        barred_relations=(Relation.SELF, Relation.HOLDING),
        holding_percent=Decimal("33.4"),
        bidder_kinds=("university",),
        max_participants=None,
        host_needed=True,
        home_region="140000",
    )
    assert CallRules.from_json(rules.to_json()) == rules
    funding = Funding(year_shares=(Decimal("33.3"), Decimal("66.7")), own_per_fiscal_company=Decimal(2))
    assert Funding.from_json(funding.to_json()) == funding


@pytest.mark.parametrize(
    ("make", "column"),
    [
        (lambda: CallRules.from_json({"max_years": 0}), "max_years"),
        (lambda: CallRules.from_json({"holding_percent": 50.0}), "holding_percent"),
        (lambda: CallRules.from_json({"barred_relations": ["cousin"]}), "barred_relations"),
        (lambda: CallRules.from_json({"host_needed": True}), "home_region"),
        (lambda: CallRules.from_json({"no_such_rule": 1}), "no_such_rule"),
        (lambda: Funding.from_json({"year_shares": ["60", "41"]}), "year_shares"),
        (lambda: Funding.from_json({"own_per_fiscal_other": "-1"}), "own_per_fiscal_other"),
        (lambda: PanelSettings.from_json({"blind": "half"}), "blind"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_name(make: Callable[[], Any], column: str) -> None:
    with pytest.raises(RulesError) as error:
        make()
    assert list(error.value.problems) == [column]


def test_the_window_ends_at_the_deadline_itself() -> None:
    at = dt.datetime(2027, 5, 1, 9, tzinfo=dt.UTC)
    call = Call(state=CallState.OPEN, opens_at=at - HOUR, deadline_at=at)
    assert call.accepts(at - HOUR)
    assert call.accepts(at - dt.timedelta(microseconds=1))
    assert not call.accepts(at)
    assert not call.accepts(at - HOUR - dt.timedelta(microseconds=1))

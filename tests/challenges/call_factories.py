"""Calls and bids for tests: made by the very acts, at a deadline that is set afterwards."""

from __future__ import annotations

import datetime as dt
import functools
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from innovalley.accounts.models import Role, User
from innovalley.challenges import actions
from innovalley.challenges.call_rules import CallRules, Funding, PanelSettings
from innovalley.challenges.content import Typed
from innovalley.challenges.locking import clock
from innovalley.challenges.models import BidDraft, Call, Custodian, Demand, DemandState, Envelope
from innovalley.engine.sealing import CustodianKey, custodian_key
from innovalley.registry.models import Membership, Organisation, Team
from tests.challenges.factories import at_least, demand, demand_spec
from tests.registry import factories as registry

PASSPHRASES = ["correct horse battery 1", "correct horse battery 2", "correct horse battery 3"]
HOUR = dt.timedelta(hours=1)


@dataclass
class Stage:
    """A call with its people. Demand 1 wants ≥ 60 MPa and ≥ 90 %, demand 2 nothing."""

    call: Call
    office: User
    custodians: list[User]
    demands: list[Demand]
    rules: CallRules = field(default_factory=CallRules)

    def refresh(self) -> Call:
        self.call = Call.objects.get(pk=self.call.pk)
        return self.call


def draft_call(
    *, rules: CallRules | None = None, funding: Funding | None = None, documents: list[str] | None = None
) -> Stage:
    """A call that only has to be opened: two challenges, three custodians of whom two are needed."""
    office = registry.user(Role.OFFICE)
    first = demand("高强度混凝土攻关", state=DemandState.VETTED)
    demand_spec(first, at_least("抗压强度", "60", "MPa"), position=0)
    demand_spec(first, at_least("回收率", "90", "%"), position=1)
    second = demand("已公开的需求")
    custodians = [registry.user(Role.OFFICE), registry.user(Role.LEADER), registry.user(Role.OFFICE)]
    call = actions.write_call(actor=office, year=2027)
    now = clock()
    call = actions.save_call(
        actor=office,
        call_id=call.pk,
        version=call.version,
        content={
            "title": "2027 年重点攻关榜单",
            "opens_at": now - HOUR,
            "deadline_at": now + 48 * HOUR,
            "threshold": 2,
            "documents": documents or [],
        },
        rules=rules or CallRules(),
        funding=funding or Funding(),
        panel=PanelSettings(),
        challenges=[(first.pk, 1, 300_000_000), (second.pk, 2, None)],
        custodians=[user.pk for user in custodians],
    )
    return Stage(call, office, custodians, [first, second], rules or CallRules())


def open_call(**values: Any) -> Stage:
    """An open call whose custodians' passphrases are PASSPHRASES."""
    stage = draft_call(**values)
    set_passphrases(stage)
    actions.open_call(actor=stage.office, call_id=stage.call.pk)
    stage.refresh()
    return stage


@functools.cache
def _key(passphrase: str) -> CustodianKey:
    return custodian_key(passphrase)


def set_passphrases(stage: Stage) -> None:
    """As if each custodian had set one of PASSPHRASES; making a key takes long on purpose, so each is made once."""
    for user, passphrase in zip(stage.custodians, PASSPHRASES, strict=True):
        key = _key(passphrase)
        Custodian.objects.filter(call=stage.call, user=user).update(
            salt=key.salt, public_key=key.public, ready_at=clock()
        )


def set_deadline(call: Call, at: dt.datetime) -> None:
    """Moves the deadline behind the product's back, as time would."""
    Call.objects.filter(pk=call.pk).update(deadline_at=at, opens_at=min(call.opens_at or at, at - HOUR))


def pass_deadline(stage: Stage) -> None:
    """The deadline has passed; envelopes were handed in before it."""
    at = clock()
    Envelope.objects.filter(call=stage.call, submitted_at__gte=at).update(submitted_at=at)
    set_deadline(stage.call, at)
    stage.refresh()


def bidder(organisation: Organisation | None = None) -> tuple[User, Team]:
    """A user who may bid, and a team of the organisation."""
    organisation = organisation or registry.organisation(kind=Organisation.Kind.UNIVERSITY)
    user = registry.user(Role.TEAM)
    Membership.objects.create(user=user, organisation=organisation)
    return user, registry.team(organisation=organisation)


def typed_bid(stage: Stage, team: Team, *, challenge: int = 0, **values: Any) -> Typed:
    """A bid that can be handed in."""
    chosen = stage.call.challenges.all()[challenge]
    promises = {
        str(spec.pk): {"comparison": spec.comparison, "value": value, "unit": spec.unit}
        for spec, value in zip(chosen.specs.all(), ["65", "88"], strict=False)
    }
    typed = Typed(
        challenge=str(chosen.pk),
        team=str(team.pk),
        plan={"goal": "目标文字", "route": "低温烧结路线", "ability": "团队文字"},
        promises=promises,
        budget={"2027.fiscal": "80", "2027.own": "100.5"},
        timetable=[{"until": "2027-12", "what": "完成中试"}],
        declared=True,
    )
    for name, value in values.items():
        setattr(typed, name, value)
    return typed


def started(stage: Stage, user: User, team: Team, **values: Any) -> BidDraft:
    """A draft with a bid that can be handed in."""
    return actions.start_bid(
        actor=user,
        call_id=stage.call.pk,
        organisation=team.organisation,
        typed=typed_bid(stage, team, **values),
    )


def handed_in(stage: Stage, user: User, team: Team, **values: Any) -> Envelope:
    """A sealed bid."""
    draft = started(stage, user, team, **values)
    done = actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=draft.version, token=token())
    return done.envelope


def token() -> str:
    return secrets.token_urlsafe(24)


def contribute(stage: Stage, count: int = 2) -> None:
    """The first custodians contribute; nothing is opened by it but the job is queued."""
    for user, passphrase in list(zip(stage.custodians, PASSPHRASES, strict=True))[:count]:
        actions.contribute_share(actor=user, call_id=stage.call.pk, passphrase=passphrase)


def opened(stage: Stage) -> None:
    """The deadline passes, two custodians come, all bids are opened."""
    pass_deadline(stage)
    contribute(stage)
    actions.open_bids(call_id=stage.call.pk)
    stage.refresh()


def everything_in_the_database() -> str:
    """The text of every row of every table, as someone with the whole database reads it."""
    parts = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts)

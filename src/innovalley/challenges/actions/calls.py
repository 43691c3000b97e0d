"""Acts on calls: made and opened by the office, extended for all, closed by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from innovalley.accounts.models import Role, User
from innovalley.accounts.permissions import require
from innovalley.challenges import call_notifying
from innovalley.challenges.call_rules import CallRules, Funding, PanelSettings
from innovalley.challenges.lifecycle import CALL
from innovalley.challenges.locking import call_to_change, clock
from innovalley.challenges.models import (
    Call,
    CallState,
    Challenge,
    ChallengeSpec,
    Custodian,
    Demand,
    DemandState,
    Extension,
)
from innovalley.engine.lifecycle import WrongStateError
from innovalley.engine.sealing import CustodianKey, custodian_key, make_call_key
from innovalley.ledger.actions import record
from innovalley.ledger.canonical import utc

CALL_CONTENT = (
    "title", "title_en", "text", "text_en", "programme", "year", "mode", "opens_at", "deadline_at",
    "documents", "notice_working_days", "money_available_fen", "threshold",
)  # fmt: skip
_LOCK_NUMBERS = 7_420_501
CUSTODIAN_ROLES = (Role.OFFICE, Role.LEADER)  # nobody who bids or reviews


class CallChangedError(Exception):
    """The call was changed since it was read; `call` is as it stands now."""

    def __init__(self, call: Call) -> None:
        super().__init__(f"call {call.pk} is at version {call.version}")
        self.call = call


class NotReadyError(Exception):
    """The call lacks something to be opened; `missing` names what, as words of code."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = list(missing)


class DeadlineError(Exception):
    """A deadline that cannot be: in the past, or not later than the one before; or the one before has passed."""


@transaction.atomic
def write_call(*, actor: Any, year: int) -> Call:
    """An empty draft of a call, under the next number of the year.

    Raises:
        Refused: the actor is not of the programme office.
    """
    require(actor, "challenges.manage_call")
    with connection.cursor() as cursor:  # two officers who begin at once get two numbers
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_NUMBERS])
    last = Call.objects.filter(number__startswith=f"JB{year}-").order_by("-number").first()
    number = int(last.number.rpartition("-")[2]) + 1 if last else 1
    call = Call.objects.create(
        number=f"JB{year}-{number:03}",
        year=year,
        rules_json=CallRules().to_json(),
        funding_json=Funding().to_json(),
        panel_json=PanelSettings().to_json(),
        created_by=actor,
    )
    record(actor=actor, act="call.write", subject=call, number=call.number)
    return call


@transaction.atomic
def save_call(
    *,
    actor: Any,
    call_id: int,
    version: int,
    content: dict[str, Any],
    rules: CallRules,
    funding: Funding,
    panel: PanelSettings,
    challenges: Sequence[tuple[int, int, int | None]],
    custodians: Sequence[int],
) -> Call:
    """Saves a draft that was read at `version`.

    `content` has columns of CALL_CONTENT; `challenges` are (demand, winners at most, fiscal support at most in
    fen) in their order, of vetted or published demands; `custodians` are ids of users. Who stays a custodian
    keeps the passphrase that was set.

    Raises:
        Refused, WrongStateError, CallChangedError, Call.DoesNotExist
        ValueError: a demand or a custodian that cannot be one.
    """
    require(actor, "challenges.manage_call")
    call = call_to_change(call_id)
    if call.state != CallState.DRAFT:
        raise WrongStateError("save", call.state)
    if call.version != version:
        raise CallChangedError(call)
    if unknown := set(content) - set(CALL_CONTENT):
        raise TypeError(f"no columns of a call: {sorted(unknown)}")
    for name, value in content.items():
        setattr(call, name, value)
    call.rules_json, call.funding_json, call.panel_json = rules.to_json(), funding.to_json(), panel.to_json()
    call.version += 1
    call.save()
    _replace_challenges(call, challenges)
    _replace_custodians(call, custodians)
    record(actor=actor, act="call.save", subject=call, version=call.version)
    call_notifying.tell_custodians(call)
    return call


@transaction.atomic
def set_passphrase(*, actor: Any, call_id: int, passphrase: str) -> Custodian:
    """Makes the custodian's key out of a passphrase, of which only the public half is kept. Again until the call opens.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        ValueError: the passphrase is too short.
    """
    require(actor, "challenges.keep_key", Call.objects.get(pk=call_id))
    key = custodian_key(passphrase)  # takes a while: before the lock
    call = call_to_change(call_id)
    custodian = Custodian.objects.select_for_update().get(call=call, user=actor)
    if call.state != CallState.DRAFT:
        raise WrongStateError("set_passphrase", call.state)
    custodian.salt, custodian.public_key, custodian.ready_at = key.salt, key.public, timezone.now()
    custodian.save()
    record(actor=actor, act="call.set_passphrase", subject=call, public_key=key.public.hex())
    return custodian


def missing_for_opening(call: Call, at: dt.datetime) -> list[str]:
    """What a draft still needs before it can be opened, as words of code."""
    missing = [name for name in ("title", "opens_at", "deadline_at") if not getattr(call, name)]
    if call.deadline_at is not None and call.deadline_at <= at:
        missing.append("deadline_passed")
    if not call.challenges.exists():
        missing.append("challenges")
    ready = [custodian.ready_at is not None for custodian in call.custodians.all()]
    if len(ready) < call.threshold:
        missing.append("custodians")
    elif not all(ready):
        missing.append("passphrases")
    return missing


@transaction.atomic
def open_call(*, actor: Any, call_id: int, version: int | None = None) -> Call:
    """The key ceremony and the publication: the call is public, its demands are, and bids can be sealed to its key.

    Opening again what is open changes nothing.

    Raises:
        Refused, WrongStateError, CallChangedError, Call.DoesNotExist
        NotReadyError: something is missing.
    """
    require(actor, "challenges.manage_call")
    call = call_to_change(call_id)
    if call.state == CallState.OPEN:
        return call
    step = CALL.step("open", call.state)
    if version is not None and call.version != version:
        raise CallChangedError(call)
    at = clock()
    if missing := missing_for_opening(call, at):
        raise NotReadyError(missing)
    _share_key(call)
    _publish_demands(actor, call)
    call.state, call.published_at = step.target, at
    call.version += 1
    call.save()
    record(
        actor=actor,
        act="call.open",
        subject=call,
        number=call.number,
        challenges=[challenge.demand_id for challenge in call.challenges.all()],
        opens_at=utc(call.opens_at),  # type: ignore[arg-type]
        deadline_at=utc(call.deadline_at),  # type: ignore[arg-type]
        public_key=bytes(call.public_key or b"").hex(),
        custodians=[custodian.user_id for custodian in call.custodians.all()],
        threshold=call.threshold,
        rules=call.rules_json,
        funding=call.funding_json,
    )
    return call


@transaction.atomic
def extend_call(
    *, actor: Any, call_id: int, seen_deadline: dt.datetime, deadline: dt.datetime, reason: str
) -> Extension:
    """A later deadline for all, before the present one has passed; `seen_deadline` is the one the actor read.

    The same again (a second click, a lost answer) changes nothing.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        CallChangedError: another officer has extended it meanwhile.
        DeadlineError: the new one is not later, or the present one has passed.
        ValueError: no reason.
    """
    require(actor, "challenges.manage_call")
    if not reason.strip():
        raise ValueError("a deadline is extended with a reason")
    call = call_to_change(call_id)
    last = call.extensions.last()
    if last and (last.by_id, last.old_deadline, last.new_deadline) == (actor.pk, seen_deadline, deadline):
        return last
    if call.state != CallState.OPEN:
        raise WrongStateError("extend", call.state)
    if call.deadline_at != seen_deadline:
        raise CallChangedError(call)
    at = clock()
    if at >= seen_deadline or deadline <= seen_deadline:
        raise DeadlineError
    extension = Extension.objects.create(
        call=call, old_deadline=seen_deadline, new_deadline=deadline, reason=reason.strip(), by=actor, at=at
    )
    call.deadline_at = deadline
    call.version += 1
    call.save(update_fields=["deadline_at", "version", "updated"])
    record(
        actor=actor,
        act="call.extend",
        subject=call,
        before=utc(seen_deadline),
        after=utc(deadline),
        reason=extension.reason,
    )
    call_notifying.tell_extension(extension)
    return extension


@transaction.atomic
def close_call(*, call_id: int) -> Call:
    """Closes a call whose deadline has passed; anyone's clock may ask for it. Before, nothing happens.

    Raises:
        Call.DoesNotExist
    """
    call = call_to_change(call_id)
    if call.state != CallState.OPEN or call.deadline_at is None or clock() < call.deadline_at:
        return call
    call.state = CALL.step("close", call.state).target
    call.version += 1
    call.save(update_fields=["state", "version", "updated"])
    record(actor=None, act="call.close", subject=call, deadline=utc(call.deadline_at))
    call_notifying.tell_custodians(call)
    return call


def custodian_users() -> Any:
    """The users that may be custodians."""
    return User.objects.filter(is_active=True, role__in=CUSTODIAN_ROLES).order_by("name", "email")


def choosable_demands() -> Any:
    """The demands that a call may publish: vetted or published, and in no other call that is under way."""
    busy = Challenge.objects.exclude(call__state__in=(CallState.DRAFT, CallState.DECIDED))
    return Demand.objects.filter(state__in=(DemandState.VETTED, DemandState.PUBLISHED)).exclude(
        pk__in=busy.values("demand")
    )


def _replace_challenges(call: Call, wanted: Sequence[tuple[int, int, int | None]]) -> None:
    ids = [demand_id for demand_id, _, _ in wanted]
    if len(set(ids)) < len(ids):
        raise ValueError("a demand stands twice in a call")
    if choosable_demands().filter(pk__in=ids).count() < len(ids):
        raise ValueError("a demand cannot be in this call")
    call.challenges.all().delete()
    Challenge.objects.bulk_create(
        Challenge(call=call, demand_id=demand_id, number=number, max_winners=winners, max_fund_fen=fund)
        for number, (demand_id, winners, fund) in enumerate(wanted, start=1)
    )


def _replace_custodians(call: Call, users: Sequence[int]) -> None:
    if custodian_users().filter(pk__in=users).count() < len(set(users)):
        raise ValueError("a custodian is an active user of the office or a decision maker")
    call.custodians.exclude(user__in=users).delete()
    there = set(call.custodians.values_list("user", flat=True))
    Custodian.objects.bulk_create(
        Custodian(call=call, user_id=user) for user in dict.fromkeys(users) if user not in there
    )


def _share_key(call: Call) -> None:
    custodians = list(call.custodians.select_for_update())
    keys = [CustodianKey(bytes(each.salt or b""), bytes(each.public_key or b"")) for each in custodians]
    made = make_call_key(keys, call.threshold)
    call.public_key = made.public
    for custodian, share in zip(custodians, made.sealed_shares, strict=True):
        custodian.sealed_share = share
        custodian.save(update_fields=["sealed_share"])


def _publish_demands(actor: Any, call: Call) -> None:
    from innovalley.challenges.actions.demands import publish_demand

    challenges = list(call.challenges.select_related("demand").prefetch_related("demand__specs"))
    if choosable_demands().filter(pk__in=[each.demand_id for each in challenges]).count() < len(challenges):
        raise NotReadyError(["challenges"])
    for challenge in challenges:
        publish_demand(actor=actor, demand_id=challenge.demand_id)
        ChallengeSpec.objects.bulk_create(
            ChallengeSpec(
                challenge=challenge, position=position, found=row.found, **ChallengeSpec.columns_of(row.spec)
            )
            for position, row in enumerate(challenge.demand.specs.all())
        )

"""Conflicts of interest: finding them, declaring ties, and setting one aside by two officers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.permissions import Refused, allowed
from innovalley.engine.lifecycle import WrongStateError
from innovalley.engine.panels.conflicts import Conflict, Finder
from innovalley.ledger.actions import record
from innovalley.registry.models import Person
from innovalley.reviews import barring, facts, notifying
from innovalley.reviews.actions.checks import locked_item, locked_round, require_now
from innovalley.reviews.models import (
    Affiliation,
    ConflictRecord,
    Declaration,
    ExpertProfile,
    Item,
    Round,
    RoundState,
)

_OWN_ONLY = _("Ties and former organisations are declared by the person, or by the programme office.")
BY_SEAT, BY_OFFICER = "seat", "officer"  # sources of what people said themselves: no search takes it back


class SamePersonError(Exception):
    """The officer who asks for a conflict to be set aside cannot be the one who grants it."""


@transaction.atomic
def find_conflicts(*, actor: Any, round_id: int) -> int:
    """Looks for conflicts between every item and every expert of the pool; returns how many hold now.

    What the facts no longer show is marked as gone; what was set aside stays so. `actor` None is the system.

    Raises:
        Refused
    """
    round = locked_round(round_id)
    if actor is not None:
        require_now(actor, "reviews.manage_round", round)
    found = _search(round)
    kept = {_identity(each): each for each in ConflictRecord.objects.filter(item__round=round, user=None)}
    now = timezone.now()
    new = [each for identity, each in found.items() if identity not in kept]
    ConflictRecord.objects.bulk_create(new, batch_size=1000)
    changed = []
    for identity, each in kept.items():
        is_there = identity in found or each.source in (BY_SEAT, BY_OFFICER)
        if is_there == (each.gone_at is not None):
            each.gone_at = None if is_there else now
            changed.append(each)
    ConflictRecord.objects.bulk_update(changed, ["gone_at"], batch_size=1000)
    holding = sum(1 for each in [*kept.values(), *new] if each.holds)
    if new or changed:
        record(
            actor=actor, act="round.find_conflicts", subject=round, new=len(new), changed=len(changed),
            holding=holding,
        )  # fmt: skip
    return holding


def _search(round: Round) -> dict[tuple[Any, ...], ConflictRecord]:
    experts = list(ExpertProfile.objects.filter(is_active=True).values_list("person_id", flat=True))
    behind = facts.parties(round.items.values_list("pk", flat=True))
    persons = set(experts).union(*(facts.ids_of(party.persons, "p") for party in behind.values()))
    organisations: set[int] = set().union(*(facts.ids_of(p.organisations, "o") for p in behind.values()))
    finder = Finder(facts.read_facts(persons, organisations), timezone.localdate(), barring.windows_of(round))
    found: dict[tuple[Any, ...], ConflictRecord] = {}
    for item, party in behind.items():
        for expert in experts:
            seen: set[tuple[Any, ...]] = set()
            for conflict in finder.find(facts.person_key(expert), party):
                if (
                    conflict.ground,
                    conflict.other,
                ) in seen:  # one reason a tie: the gravest source comes first
                    continue
                seen.add((conflict.ground, conflict.other))
                row = _row(item, expert, conflict)
                found[_identity(row)] = row
    return found


def _row(item: int, expert: int, conflict: Conflict) -> ConflictRecord:
    number = int(conflict.other[1:])
    is_person = conflict.other.startswith("p")
    return ConflictRecord(
        item_id=item,
        expert_id=expert,
        ground=conflict.ground.value,
        other_person_id=number if is_person else None,
        other_organisation_id=None if is_person else number,
        source=conflict.source[:200],
    )


def _identity(row: ConflictRecord) -> tuple[Any, ...]:
    return (
        row.item_id, row.expert_id, row.ground, row.other_person_id, row.other_organisation_id, row.source,
    )  # fmt: skip


# Declared by people --------------------------------------------------------------------------------


@transaction.atomic
def declare_tie(
    *,
    actor: Any,
    person_id: int,
    kind: str,
    other_person_id: int | None = None,
    other_organisation_id: int | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    note: str = "",
) -> Declaration:
    """A person declares a tie for himself, or an officer on the word of others. Running rounds look again.

    Raises:
        Refused: neither the person nor an officer.
        ValueError: not exactly one of person and organisation, or a tie with oneself.
    """
    person = Person.objects.get(pk=person_id)
    _require_own(actor, person)
    if (other_person_id is None) == (other_organisation_id is None) or other_person_id == person_id:
        raise ValueError("a tie is with another person or with an organisation")
    made = Declaration.objects.create(
        person=person,
        kind=kind,
        other_person_id=other_person_id,
        other_organisation_id=other_organisation_id,
        since=since,
        until=until,
        note=note.strip(),
        declared_by=actor,
    )
    record(actor=actor, act="declaration.make", subject=made, kind=kind)
    _look_again(actor)
    return made


@transaction.atomic
def withdraw_declaration(*, actor: Any, declaration_id: int) -> Declaration:
    """Takes a declaration back; it stays as history.

    Raises:
        Refused
    """
    made = Declaration.objects.select_for_update(of=("self",)).select_related("person").get(pk=declaration_id)
    _require_own(actor, made.person)
    if made.withdrawn_at is None:
        made.withdrawn_at = timezone.now()
        made.save(update_fields=["withdrawn_at"])
        record(actor=actor, act="declaration.withdraw", subject=made)
        _look_again(actor)
    return made


@transaction.atomic
def add_affiliation(
    *,
    actor: Any,
    person_id: int,
    organisation_id: int,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Affiliation:
    """Where a person works besides, or worked before. The same again changes nothing.

    Raises:
        Refused
    """
    person = Person.objects.get(pk=person_id)
    _require_own(actor, person)
    made, is_new = Affiliation.objects.get_or_create(
        person=person,
        organisation_id=organisation_id,
        until=until,
        defaults={"since": since, "created_by": actor},
    )
    if is_new:
        record(actor=actor, act="affiliation.add", subject=made)
        _look_again(actor)
    return made


@transaction.atomic
def remove_affiliation(*, actor: Any, affiliation_id: int) -> None:
    """Takes one that was entered by mistake out again.

    Raises:
        Refused
    """
    made = Affiliation.objects.select_related("person").get(pk=affiliation_id)
    _require_own(actor, made.person)
    record(actor=actor, act="affiliation.remove", subject=made, organisation=made.organisation_id)
    made.delete()
    _look_again(actor)


def _require_own(actor: Any, person: Person) -> None:
    require_now(actor, "reviews.declare")
    if person.user_id != actor.pk and not allowed(actor, "reviews.manage"):
        raise Refused(_OWN_ONLY)


def _look_again(actor: Any) -> None:
    """Rounds that are under way search for conflicts again."""
    from innovalley.reviews.actions.rounds import queue_preparation

    barring.forget(actor)
    for round in Round.objects.filter(state__in=[RoundState.ASSIGNING, RoundState.REVIEWING]):
        queue_preparation(round)


# Officers ------------------------------------------------------------------------------------------


@transaction.atomic
def recuse_oneself(*, actor: Any, item_id: int, reason: str) -> ConflictRecord:
    """An officer or the chair withdraws from an item: from now on he sees nothing of it.

    Raises:
        Refused
        ValueError: no reason.
    """
    item = locked_item(item_id)
    require_now(actor, "reviews.see_item", item)
    if not reason.strip():
        raise ValueError("one withdraws with a reason")
    made = ConflictRecord.objects.create(
        item=item,
        user=actor,
        ground=ConflictRecord.Grounds.DECLARED,
        source=BY_OFFICER,
        reason=reason.strip(),
    )
    record(actor=actor, act="item.recuse", subject=item)
    barring.forget(actor)
    return made


@transaction.atomic
def ask_override(*, actor: Any, conflict_id: int, reason: str) -> ConflictRecord:
    """An officer asks, with a reason, that an expert's conflict be set aside; a second officer decides.

    Raises:
        Refused, WrongStateError
        ValueError: no reason.
    """
    conflict = _locked_conflict(actor, conflict_id)
    if not reason.strip():
        raise ValueError("a conflict is set aside with a reason")
    if not conflict.holds:
        raise WrongStateError("ask_override", "gone")
    conflict.asked_by, conflict.asked_at, conflict.reason = actor, timezone.now(), reason.strip()
    conflict.save(update_fields=["asked_by", "asked_at", "reason"])
    record(actor=actor, act="conflict.ask_override", subject=conflict, reason=reason.strip())
    notifying.override_asked(conflict.item, actor, conflict.pk)
    return conflict


@transaction.atomic
def grant_override(*, actor: Any, conflict_id: int) -> ConflictRecord:
    """The second officer sets the conflict aside. Again: nothing changes.

    Raises:
        Refused, WrongStateError
        SamePersonError: the actor asked for it.
    """
    conflict = _locked_conflict(actor, conflict_id)
    if conflict.overridden_by_id is not None:
        return conflict
    if conflict.asked_by_id is None or conflict.gone_at is not None:
        raise WrongStateError("grant_override", "not asked")
    if conflict.asked_by_id == actor.pk:
        raise SamePersonError
    conflict.overridden_by, conflict.overridden_at = actor, timezone.now()
    conflict.save(update_fields=["overridden_by", "overridden_at"])
    record(actor=actor, act="conflict.override", subject=conflict, reason=conflict.reason)
    return conflict


@transaction.atomic
def refuse_override(*, actor: Any, conflict_id: int) -> ConflictRecord:
    """The second officer does not; or an override is taken back. The conflict bars again.

    Raises:
        Refused
    """
    conflict = _locked_conflict(actor, conflict_id)
    if conflict.asked_by_id is None:
        return conflict
    conflict.asked_by = conflict.asked_at = conflict.overridden_by = conflict.overridden_at = None
    conflict.reason = ""
    conflict.save(update_fields=["asked_by", "asked_at", "overridden_by", "overridden_at", "reason"])
    record(actor=actor, act="conflict.refuse_override", subject=conflict)
    return conflict


def _locked_conflict(actor: Any, conflict_id: int) -> ConflictRecord:
    round_id = Item.objects.values_list("round_id", flat=True).get(conflicts=conflict_id)
    locked_round(round_id)
    rows = ConflictRecord.objects.select_for_update(of=("self",)).select_related("item__round")
    conflict = rows.get(pk=conflict_id, user=None)
    require_now(actor, "reviews.manage_item", conflict.item)
    return conflict

"""Which items an officer or a chair must not see, because of a conflict of interest of their own.

It is found anew each time: an officer who is appointed today, or whose company bids today, is barred today.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from innovalley.engine.panels.conflicts import Finder, Windows
from innovalley.registry.models import Membership, Person
from innovalley.reviews import facts
from innovalley.reviews.models import ConflictRecord, Round
from innovalley.reviews.models.conflicts import HOLDS


def windows_of(round: Round) -> Windows:
    """How long ties count in this round; years that it does not name have their usual length."""
    usual = Windows()
    years = {
        name: int(round.windows[name])
        for name in ("organisation", "joint_work", "declared")
        if name in round.windows
    }
    return Windows(
        organisation=years.get("organisation", usual.organisation),
        joint_work=years.get("joint_work", usual.joint_work),
        declared=years.get("declared", usual.declared),
    )


def barred_items(user: Any, round: Round) -> frozenset[int]:
    """The ids of the items of `round` that `user` may neither see nor count.

    Asked twice for one user object and round it is looked up once: a page asks often.
    """
    if not getattr(user, "is_authenticated", False):
        return frozenset()
    kept: dict[int, frozenset[int]] = user.__dict__.setdefault("_barred_items", {})
    if round.pk not in kept:
        kept[round.pk] = _find(user, round)
    return kept[round.pk]


def forget(user: Any) -> None:
    """After an act that changes what a user is barred from, or where a check must see the newest facts."""
    user.__dict__.pop("_barred_items", None)


def _find(user: Any, round: Round) -> frozenset[int]:
    declared = set(
        ConflictRecord.objects.filter(HOLDS, item__round=round, user=user).values_list("item_id", flat=True)
    )
    person = Person.objects.filter(user=user).values_list("pk", flat=True).first()
    if person is None and not Membership.objects.filter(user=user).exists():
        return frozenset(declared)
    behind = facts.parties(round.items.values_list("pk", flat=True))
    persons = {pk for party in behind.values() for pk in facts.ids_of(party.persons, "p")}
    organisations = {pk for party in behind.values() for pk in facts.ids_of(party.organisations, "o")}
    own = {person} if person is not None else set()
    known = facts.read_facts(persons | own, organisations, [user.pk])
    finder = Finder(known, timezone.localdate(), windows_of(round))
    key = facts.person_key(person) if person is not None else f"u{user.pk}"
    return frozenset(declared | {item for item, party in behind.items() if finder.find(key, party)})

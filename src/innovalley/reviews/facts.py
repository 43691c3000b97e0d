"""What the registry knows of ties between people and organisations, as the engine wants it.

Keys: "p12" is a person, "u12" a user without a person, "o5" an organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from innovalley.engine.panels import conflicts as engine
from innovalley.registry.models import Achievement, Membership, Person, Team, TeamMember
from innovalley.reviews.models import Affiliation, Declaration, ItemParty

_ABOVE = """
    WITH RECURSIVE above(held, holder, percent) AS (
        SELECT e.held, e.holder, e.percent FROM edges e WHERE e.held = ANY(%s)
        UNION
        SELECT e.held, e.holder, e.percent FROM edges e JOIN above a ON e.held = a.holder
    ), edges(held, holder, percent) AS (
        SELECT held_id, holder_id, percent FROM registry_holding
        UNION ALL
        SELECT id, parent_id, 100 FROM registry_organisation WHERE parent_id IS NOT NULL
    )
    SELECT DISTINCT held, holder, percent FROM above
"""


def person_key(pk: int) -> str:
    """The key of a person."""
    return f"p{pk}"


def organisation_key(pk: int) -> str:
    """The key of an organisation."""
    return f"o{pk}"


def parties(item_ids: Iterable[int]) -> dict[int, engine.Party]:
    """By item id, everybody behind it: the recorded parties, and where the people among them work now."""
    persons: dict[int, set[str]] = defaultdict(set)
    organisations: dict[int, set[str]] = defaultdict(set)
    ids = list(item_ids)
    rows = ItemParty.objects.filter(item__in=ids)
    for item, person, own, organisation in rows.values_list(
        "item_id", "person_id", "person__organisation_id", "organisation_id"
    ):
        if person is not None:
            persons[item].add(person_key(person))
            organisations[item].add(organisation_key(own))
        else:
            organisations[item].add(organisation_key(organisation))
    return {item: engine.Party(frozenset(persons[item]), frozenset(organisations[item])) for item in ids}


def read_facts(
    person_ids: Iterable[int], organisation_ids: Iterable[int], user_ids: Iterable[int] = ()
) -> engine.Facts:
    """Everything about these people and organisations, in a fixed number of queries.

    Users stand under their person's key where they have one.
    """
    persons, organisations = set(person_ids), set(organisation_ids)
    affiliations: set[engine.Affiliation] = set()
    for pk, own in Person.objects.filter(pk__in=persons).values_list("pk", "organisation_id"):
        affiliations.add(engine.Affiliation(person_key(pk), organisation_key(own)))
        organisations.add(own)
    for pk, former, until in Affiliation.objects.filter(person__in=persons).values_list(
        "person_id", "organisation_id", "until"
    ):
        affiliations.add(engine.Affiliation(person_key(pk), organisation_key(former), until))
        organisations.add(former)
    users = list(user_ids)
    if users:
        rows = Membership.objects.filter(user__in=users)
        for user, own_person, organisation in rows.values_list("user_id", "user__person", "organisation_id"):
            key = person_key(own_person) if own_person else f"u{user}"
            affiliations.add(engine.Affiliation(key, organisation_key(organisation)))
            organisations.add(organisation)
    return engine.Facts(
        affiliations=sorted(affiliations, key=lambda a: (a.person, a.organisation, str(a.until))),
        holdings=_holdings(organisations),
        joint_works=_joint_works(persons),
        declarations=_declarations(persons, organisations),
    )


def _holdings(organisations: set[int]) -> list[engine.Holding]:
    """All that stands above these organisations: parents and holders, theirs too."""
    if not organisations:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [sorted(organisations)])
        rows = cursor.fetchall()
    return [
        engine.Holding(organisation_key(holder), organisation_key(held), Decimal(percent))
        for held, holder, percent in sorted(rows)
    ]


def _joint_works(persons: set[int]) -> list[engine.JointWork]:
    """Teams these people are in, and the teams' achievements: who is in a team works together still."""
    together: dict[int, set[str]] = defaultdict(set)
    for team, person in TeamMember.objects.filter(person__in=persons).values_list("team_id", "person_id"):
        together[team].add(person_key(person))
    for team, leader in Team.objects.filter(leader__in=persons).values_list("pk", "leader_id"):
        together[team].add(person_key(leader))
    several = {team: frozenset(members) for team, members in together.items() if len(members) > 1}
    works = [engine.JointWork(members, f"team:{team}") for team, members in sorted(several.items())]
    rows = Achievement.objects.filter(team__in=several, year__isnull=False).order_by("pk")
    for pk, team, year in rows.values_list("pk", "team_id", "year"):
        works.append(engine.JointWork(several[team], f"achievement:{pk}", year))
    return works


def _declarations(persons: set[int], organisations: set[int]) -> list[engine.Declaration]:
    rows = Declaration.objects.filter(withdrawn_at=None).filter(
        Q(person__in=persons) | Q(other_person__in=persons)
    )
    found = []
    for person, other, organisation, kind, until in rows.order_by("pk").values_list(
        "person_id", "other_person_id", "other_organisation_id", "kind", "until"
    ):
        subject = person_key(other) if other else organisation_key(organisation)
        found.append(engine.Declaration(person_key(person), subject, kind, until))
    return found


def ids_of(keys: Iterable[str], prefix: str) -> set[int]:
    """The ids among `keys` that begin with `prefix` ("p" or "o")."""
    return {int(key[1:]) for key in keys if key.startswith(prefix)}

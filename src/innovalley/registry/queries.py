"""What pages and the API read of the registry. Lists leave out rows that were merged into others."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Count, F, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from innovalley.registry.models import (
    Achievement,
    Field,
    Industry,
    Organisation,
    Person,
    Region,
    Team,
    TeamMember,
)
from innovalley.registry.search import search

_PATH = re.compile(r"[A-Za-z0-9_-]{1,100}(\.[A-Za-z0-9_-]{1,100}){0,20}")


def organisations(
    *, q: str = "", kind: str = "", region: str = "", industry: str = ""
) -> QuerySet[Organisation]:
    """Organisations by name, with `teams_count`, `achievements_count` and `persons_count`.

    q         words that name or code contain
    kind      a value of Organisation.Kind
    region    an ltree path: that region and all below it
    industry  an ltree path likewise
    """
    rows = (
        Organisation.objects.filter(merged_into=None)
        .select_related("region")
        .prefetch_related("industries")
        .annotate(
            teams_count=_count(Team, "organisation"),
            achievements_count=_count(Achievement, "organisation"),
            persons_count=_count(Person, "organisation", merged_into=None),
        )
    )
    if kind:
        rows = rows.filter(kind=kind)
    if region:
        rows = rows.filter(region__in=under(Region, region))
    if industry:
        links = Organisation.industries.through.objects.filter(industry__in=under(Industry, industry))
        rows = rows.filter(pk__in=links.values("organisation_id"))
    return search(rows, q).order_by("name_zh", "pk")


def persons(*, q: str = "", organisation: int | None = None, field: str = "") -> QuerySet[Person]:
    """Persons by name, with organisation, fields and `teams_count`. Not for the public: it has addresses."""
    rows = (
        Person.objects.filter(merged_into=None)
        .select_related("organisation")
        .prefetch_related("fields")
        .annotate(teams_count=_count(TeamMember, "person"))
    )
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    if field:
        links = Person.fields.through.objects.filter(field__in=under(Field, field))
        rows = rows.filter(pk__in=links.values("person_id"))
    return search(rows, q).order_by("name_zh", "pk")


def teams(
    *, q: str = "", field: str = "", region: str = "", organisation: int | None = None, kind: str = ""
) -> QuerySet[Team]:
    """Teams by name, with organisation, region, leader, field, `members_count` and `achievements_count`.

    q             words that name or summary contain
    field         an ltree path: that field and all below it
    region        an ltree path, of the team's organisation
    organisation  the id of the team's organisation
    kind          a value of Organisation.Kind, of the team's organisation
    """
    rows = Team.objects.select_related("organisation__region", "leader", "field").annotate(
        members_count=_count(TeamMember, "team"), achievements_count=_count(Achievement, "team")
    )
    rows = _of_organisations(rows, region=region, organisation=organisation, kind=kind)
    if field:
        rows = rows.filter(field__in=under(Field, field))
    return search(rows, q).order_by("name_zh", "pk")


def achievements(
    *,
    q: str = "",
    field: str = "",
    region: str = "",
    organisation: int | None = None,
    team: int | None = None,
    kind: str = "",
    trl_from: int | None = None,
) -> QuerySet[Achievement]:
    """Achievements, the newest first, with team, organisation, region, field and specs.

    q             words that title or text contain
    field         an ltree path: that field and all below it
    region        an ltree path, of the organisation
    organisation  the id of the organisation
    team          the id of the team
    kind          a value of Achievement.Kind
    trl_from      1 to 9: that level or higher
    """
    rows = Achievement.objects.select_related("team", "organisation__region", "field")
    rows = _of_organisations(rows.prefetch_related("specs"), region=region, organisation=organisation)
    if field:
        rows = rows.filter(field__in=under(Field, field))
    if team is not None:
        rows = rows.filter(team=team)
    if kind:
        rows = rows.filter(kind=kind)
    if trl_from is not None:
        rows = rows.filter(trl__gte=trl_from)
    return search(rows, q).order_by(F("year").desc(nulls_last=True), "title", "pk")


def survivor(row: Any) -> Any:
    """The row that `row` was merged into, or `row` itself."""
    return row.merged_into or row


def _of_organisations(
    rows: QuerySet[Any], *, region: str = "", organisation: int | None = None, kind: str = ""
) -> QuerySet[Any]:
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    if region or kind:
        owners = Organisation.objects.all()
        if region:
            owners = owners.filter(region__in=under(Region, region))
        if kind:
            owners = owners.filter(kind=kind)
        rows = rows.filter(organisation__in=owners.values("pk"))
    return rows


def under(taxonomy: Any, path: str) -> QuerySet[Any]:
    """The ids of that place and all below it; nothing for what is no path."""
    if not _PATH.fullmatch(path):
        return taxonomy.objects.none()
    return taxonomy.objects.filter(path__under=path).values("pk")


def _count(model: type[Model], owner: str, **conditions: Any) -> Coalesce:
    """How many rows of `model` belong to the row: counted for the rows of a page, not for the whole table."""
    rows = model._default_manager.filter(**{owner: OuterRef("pk")}, **conditions)
    counted = rows.order_by().values(owner).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

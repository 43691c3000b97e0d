"""What the public front reads: the figures of the home page, and the search through everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovalley.challenges.models import Demand, DemandState
from innovalley.registry import search as searching
from innovalley.registry.models import Achievement, Field, Organisation, Person, Team

NEWEST = 6
SHOWN = 5  # hits of each kind on the page of all kinds
_NEWEST_FIRST = (F("published_at").desc(nulls_last=True), "-pk")  # the very order of the index
COUNTED = 1000  # beyond this, a search says "1000+"


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is to find."""

    demands: int
    teams: int
    achievements: int
    organisations: int
    samples: bool  # whether any of it is sample data


def published_demands() -> QuerySet[Demand]:
    """The demands that everyone may see."""
    return Demand.objects.filter(state=DemandState.PUBLISHED)


def figures() -> Figures:
    """The figures of the home page, in one query."""
    organisations = Organisation.objects.filter(merged_into=None)
    demands, teams, achievements, known, samples = count(
        [
            published_demands(),
            Team.objects.all(),
            Achievement.objects.all(),
            organisations,
            organisations.filter(is_sample=True)[:1],
        ]
    )
    return Figures(demands, teams, achievements, known, bool(samples))


def newest_demands() -> QuerySet[Demand]:
    """The demands published last, with what a line about them needs."""
    return (
        published_demands()
        .select_related("organisation", "field", "region")
        .order_by(*_NEWEST_FIRST)[:NEWEST]
    )


@dataclass(frozen=True, slots=True)
class FieldBalance:
    """A top field with what is asked for and who is there to answer."""

    path: str
    name: str
    demands: int
    teams: int


def demand_and_supply() -> list[FieldBalance]:
    """Published demands and teams by top field, the most asked for first; empty fields left out.

    Counted in the database by the first label of the field's path.
    """
    demand, team = (model._meta.db_table for model in (Demand, Team))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT top, sum(demands)::int, sum(teams)::int FROM (
                SELECT subpath(f.path, 0, 1)::text AS top, d.n AS demands, t.n AS teams
                FROM {Field._meta.db_table} f
                LEFT JOIN (SELECT field_id, count(*) n FROM {demand} WHERE state = %s GROUP BY 1) d
                       ON d.field_id = f.id
                LEFT JOIN (SELECT field_id, count(*) n FROM {team} GROUP BY 1) t ON t.field_id = f.id
            ) counted
            GROUP BY top
            HAVING coalesce(sum(demands), 0) + coalesce(sum(teams), 0) > 0
            ORDER BY sum(demands) DESC NULLS LAST, sum(teams) DESC NULLS LAST, top
            """,  # noqa: S608  only table names of our models are put in
            [DemandState.PUBLISHED],
        )
        rows = cursor.fetchall()
    names = {str(field.path): field.name for field in Field.objects.filter(path__in=[row[0] for row in rows])}
    return [FieldBalance(top, names.get(top, top), d or 0, t or 0) for top, d, t in rows]


# Search ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind: the first few, and how many there are (`capped`: at least that many)."""

    kind: str  # also the name of the list's address
    label: str | Promise
    icon: str
    hits: Sequence[Any]
    total: int
    capped: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of thing that is searched: `rows` are those that everyone may see, in the order of its list."""

    name: str
    label: str | Promise
    icon: str
    rows: QuerySet[Any]
    order: tuple[Any, ...]


def _kinds() -> list[_Kind]:
    by_name = ("name_zh", "pk")
    by_year = (F("year").desc(nulls_last=True), "title", "pk")
    return [
        _Kind(
            "demands",
            _("Demands"),
            "light-bulb",
            published_demands().select_related("organisation", "field"),
            _NEWEST_FIRST,
        ),
        _Kind(
            "teams", _("Teams"), "user-group", Team.objects.select_related("organisation", "field"), by_name
        ),
        _Kind(
            "achievements",
            _("Achievements"),
            "beaker",
            Achievement.objects.select_related("organisation", "team", "field"),
            by_year,
        ),
        _Kind(
            "organisations",
            _("Organisations"),
            "building-office-2",
            Organisation.objects.filter(merged_into=None).select_related("region"),
            by_name,
        ),
        _Kind(
            "persons",
            _("Persons"),
            "users",
            # Never their addresses: this page is public.
            Person.objects.filter(merged_into=None)
            .defer("email", "phone", "user")
            .select_related("organisation")
            .prefetch_related("teams"),
            by_name,
        ),
    ]


def search_all(query: str) -> list[Group]:
    """Whatever holds every word of `query`, in groups; of demands only the published ones. Empty for no words."""
    if not searching.terms(query):
        return []
    kinds = _kinds()
    found = _ids([searching.search(kind.rows, query).order_by() for kind in kinds], COUNTED + 1)
    return [
        Group(
            kind.name,
            kind.label,
            kind.icon,
            _best(kind, ids[:COUNTED], query) if ids else [],
            min(len(ids), COUNTED),
            len(ids) > COUNTED,
        )
        for kind, ids in zip(kinds, found, strict=True)
    ]


def _best(kind: _Kind, ids: Sequence[int], query: str) -> list[Any]:
    """The first few of the rows with these `ids`: those with the first word in their title or name come first."""
    names = ("title", "title_en") if hasattr(kind.rows.model, "title_en") else ("name_zh", "name_en")
    word = searching.terms(query)[0]
    in_name = Q(**{f"{names[0]}__icontains": word}) | Q(**{f"{names[1]}__icontains": word})
    first = Case(When(in_name, then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(kind.rows.filter(pk__in=ids).order_by(first, *kind.order)[:SHOWN])


def _ids(querysets: Sequence[QuerySet[Any]], at_most: int) -> list[list[int]]:
    """The ids of several querysets, `at_most` of each, in one query."""
    return _together("ARRAY({sql})", [rows[:at_most] for rows in querysets])


def count(querysets: Sequence[QuerySet[Any]]) -> list[int]:
    """The lengths of several querysets (a slice counts up to its end) in one query."""
    return _together("(SELECT count(*) FROM ({sql}) piece)", querysets)


def _together(column: str, querysets: Sequence[QuerySet[Any]]) -> list[Any]:
    """One query with a column for each queryset; `column` says what becomes of the "{sql}" of its ids."""
    columns: list[str] = []
    parameters: list[Any] = []
    for rows in querysets:
        sql, values = rows.values("pk").query.sql_with_params()
        columns.append(column.format(sql=sql))
        parameters.extend(values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}", parameters)  # the SQL is the ORM's
        return list(cursor.fetchone())

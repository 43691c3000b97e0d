"""The lists of teams, achievements, organisations and persons: search, filters, sorting, pages, exports."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from innovalley.accounts.permissions import require
from innovalley.registry import details, listing, queries
from innovalley.registry.listing import Orders, Tree, number, word
from innovalley.registry.models import Achievement, Field, Industry, Organisation, Region, Team
from innovalley.registry.readiness import LEVELS
from innovalley.registry.views.exports import export

TEAM_ORDERS: Orders = {
    "name": [F("name_zh")],
    "organisation": [F("organisation__name_zh"), F("name_zh")],
    "members": [F("members_count")],
    "achievements": [F("achievements_count")],
}
ACHIEVEMENT_ORDERS: Orders = {"title": [F("title")], "trl": [F("trl")], "year": [F("year")]}
ORGANISATION_ORDERS: Orders = {
    "name": [F("name_zh")],
    "persons": [F("persons_count")],
    "teams": [F("teams_count")],
    "achievements": [F("achievements_count")],
}
PERSON_ORDERS: Orders = {
    "name": [F("name_zh")],
    "organisation": [F("organisation__name_zh"), F("name_zh")],
    "teams": [F("teams_count")],
}


@require_safe
def teams(request: HttpRequest) -> HttpResponseBase:
    """Teams, for everyone: ?q= ?field= ?region= ?kind= ?organisation="""
    state = {name: word(request, name) for name in ("q", "field", "region", "kind")}
    organisation = number(request, "organisation")
    find = partial(queries.teams, **_without_q(state), organisation=organisation)
    return _list(
        request,
        "team",
        find,
        TEAM_ORDERS,
        lambda: {
            "filter": state,
            "of": _organisation(organisation),
            "fields": Tree.of(Field),
            "regions": Tree.of(Region),
            "kinds": Organisation.Kind.choices,
        },
    )


@require_safe
def achievements(request: HttpRequest) -> HttpResponseBase:
    """Achievements, for everyone: ?q= ?field= ?region= ?kind= ?trl= (that level or higher) ?organisation= ?team="""
    state = {name: word(request, name) for name in ("q", "field", "region", "kind")}
    trl = number(request, "trl", high=9)
    organisation, team = number(request, "organisation"), number(request, "team")
    find = partial(
        queries.achievements, **_without_q(state), trl_from=trl, organisation=organisation, team=team
    )
    return _list(
        request,
        "achievement",
        find,
        ACHIEVEMENT_ORDERS,
        lambda: {
            "filter": {**state, "trl": trl},
            "of": Team.objects.filter(pk=team).first() if team else _organisation(organisation),
            "of_name": "team" if team else "organisation",
            "fields": Tree.of(Field),
            "regions": Tree.of(Region),
            "kinds": Achievement.Kind.choices,
            "levels": [(level, _("%(level)d or higher") % {"level": level}) for level in LEVELS],
        },
    )


@require_safe
def organisations(request: HttpRequest) -> HttpResponseBase:
    """Organisations, for everyone: ?q= ?kind= ?region= ?industry="""
    state = {name: word(request, name) for name in ("q", "kind", "region", "industry")}
    return _list(
        request,
        "organisation",
        partial(queries.organisations, **_without_q(state)),
        ORGANISATION_ORDERS,
        lambda: {
            "filter": state,
            "regions": Tree.of(Region),
            "industries": Tree.of(Industry),
            "kinds": Organisation.Kind.choices,
        },
    )


@require_safe
def persons(request: HttpRequest) -> HttpResponseBase:
    """Persons with their addresses, for the office alone: ?q= ?field= ?organisation="""
    require(request.user, "registry.see_persons")
    state = {name: word(request, name) for name in ("q", "field")}
    organisation = number(request, "organisation")
    return _list(
        request,
        "person",
        partial(queries.persons, **_without_q(state), organisation=organisation),
        PERSON_ORDERS,
        lambda: {"filter": state, "of": _organisation(organisation), "fields": Tree.of(Field)},
        public=False,
    )


def _list(
    request: HttpRequest,
    kind: str,
    find: Callable[..., QuerySet[Any]],
    orders: Orders,
    more: Callable[[], dict[str, Any]],
    *,
    public: bool = True,
) -> HttpResponseBase:
    """The page of a list, or all its rows as a file.

    `find` takes the words to look for as q; `more` gives what only the page needs.
    """
    q, sort = word(request, "q"), word(request, "sort")
    if request.GET.get("export"):
        return export(request, kind, listing.ordered(find(q=q), sort, orders), public=public)
    rows, has_more = listing.found(find, q)
    page = listing.page_of(request, listing.ordered(rows, sort, orders))
    if kind == "achievement":
        details.with_chips(page.object_list)
    context = {"page": page, "has_more": has_more, "max_found": listing.MAX_FOUND, **more()}
    return render(request, f"registry/{kind}s.html", context)


def _without_q(state: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in state.items() if name != "q"}


def _organisation(pk: int | None) -> Organisation | None:
    return Organisation.objects.filter(pk=pk).first() if pk else None

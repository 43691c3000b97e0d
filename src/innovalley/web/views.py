"""The public front: home, search, about, and the switch between light and dark."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST, require_safe

from innovalley.accounts.models import Role
from innovalley.web import queries
from innovalley.web.context import THEME_COOKIE, THEMES
from innovalley.web.navigation import address

_A_YEAR = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the site is, its figures, the newest demands, and the ways in."""
    balance = queries.demand_and_supply()
    demands_url = address("demands")
    fields = [
        {
            "name": field.name,
            "demands": field.demands,
            "teams": field.teams,
            "demands_url": f"{demands_url}?{urlencode({'field': field.path})}" if demands_url else "",
        }
        for field in balance
    ]
    context = {
        "figures": queries.figures(),
        "newest": queries.newest_demands(),
        "fields": fields,
        "most_demands": max((field.demands for field in balance), default=0),
        "most_teams": max((field.teams for field in balance), default=0),
    }
    return render(request, "web/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything that holds the words of ?q=, by kind."""
    query = request.GET.get("q", "").strip()
    groups = queries.search_all(query)
    context = {
        "q": query,
        "total": sum(group.total for group in groups),
        "groups": [_with_links(request, group, query) for group in groups],
    }
    return render(request, "web/search.html", context)


def _with_links(request: HttpRequest, group: queries.Group, query: str) -> dict[str, Any]:
    """A group as the page shows it: the list of all its hits is linked where the reader may open it."""
    list_url = address(group.kind)
    may_open = group.kind != "persons" or getattr(request.user, "role", "") == Role.OFFICE
    more = group.total > len(group.hits) and list_url and may_open
    return {
        **{field.name: getattr(group, field.name) for field in dataclasses.fields(group)},
        "template": f"web/hits/{group.kind}.html",
        "more_url": f"{list_url}?{urlencode({'q': query})}" if more else "",
    }


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the site does, how to read it, and how accessible it is."""
    shares = {"words": 0.42, "meaning": 0.31, "specs": 0.18, "field": 0.09}
    parts = [{"name": name, "share": share} for name, share in shares.items()]
    return render(request, "web/about.html", {"example_parts": parts})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen colours in a cookie; none of THEMES means those of the reader's system."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read what the public may, but for the endless space of filters."""
    return HttpResponse("User-agent: *\nDisallow: /accounts/\nDisallow: /*?\n", content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask without looking into the page."""
    return redirect(static("web/img/mark.svg"), permanent=True)

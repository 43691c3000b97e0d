"""The public front: home, search, about, and the switch between light and dark."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from innovalley.web import queries
from innovalley.web.context import THEME_COOKIE, THEMES

_A_YEAR = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the site is, its figures, the newest demands, and the ways in."""
    return render(
        request,
        "web/home.html",
        {
            "figures": queries.figures(),
            "newest": queries.newest_demands(),
            "fields": queries.demand_and_supply(),
        },
    )


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything that holds the words of ?q=, by kind; ?in= looks through one kind."""
    query = request.GET.get("q", "").strip()
    return render(request, "web/search.html", {"q": query, "groups": queries.search_all(query)})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the site does, how to read it, and how accessible it is."""
    return render(request, "web/about.html")


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

"""The public list of demands, and the desks of companies and of the office."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.challenges import queries
from innovalley.challenges.forms import WanField
from innovalley.challenges.models import Demand, DemandState
from innovalley.challenges.queries import DemandFilter, DemandPaginator
from innovalley.registry.listing import ROWS_A_PAGE, Tree, word
from innovalley.registry.models import Field, Industry, Organisation, Region
from innovalley.registry.views.exports import export

# Published ones are what stands there when no state is chosen; drafts are their company's own.
STATES = [
    (value, label)
    for value, label in DemandState.choices
    if value not in (DemandState.DRAFT, DemandState.PUBLISHED)
]


@require_safe
def demands(request: HttpRequest) -> HttpResponse:
    """Published demands, for everyone; other states for the office (see `_asked` for the parameters)."""
    wanted, typed, problems = _asked(request)
    rows = queries.demands(request.user, wanted)
    if request.GET.get("export"):
        return export(request, "demand", queries.with_line(rows))
    pages = DemandPaginator(rows, ROWS_A_PAGE, words=queries.title_words(wanted))
    vets = allowed(request.user, "challenges.vet_demand")
    return render(
        request,
        "challenges/demands.html",
        {
            "page": pages.get_page(request.GET.get("page")),
            "filter": wanted,
            "typed": typed,
            "problems": problems,
            "has_more": any(typed[name] for name in ("industry", "kind", "rights", "due_from")),
            "fields": Tree.of(Field),
            "industries": Tree.of(Industry),
            "regions": Tree.of(Region),
            "kinds": Demand.Kind.choices,
            "rights": Demand.Rights.choices,
            "states": STATES if vets else [],
        },
    )


@require_safe
def my_demands(request: HttpRequest) -> HttpResponse:
    """What the companies of this user ask, in every state."""
    require(request.user, "challenges.write_demand")
    companies = Organisation.objects.filter(memberships__user=request.user.pk).order_by("name_zh")
    return render(
        request,
        "challenges/my_demands.html",
        {"demands": queries.own_demands(request.user)[:200], "companies": companies},
    )


@require_safe
def vetting(request: HttpRequest) -> HttpResponse:
    """Demands that wait for the office, the longest waiting first."""
    require(request.user, "challenges.vet_demand")
    page = DemandPaginator(queries.waiting_for_vetting(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "challenges/vetting.html", {"page": page})


def _asked(request: HttpRequest) -> tuple[DemandFilter, dict[str, str], list[str]]:
    """The filter of the address, what was typed into it, and what of that could not be understood.

    ?q= ?field= ?industry= ?region= ?kind= ?rights= ?state= ?sort= ?budget_from= ?budget_to= (10,000 yuan)
    ?due_from= ?due_to= (dates)
    """
    names = ("q", "field", "industry", "region", "kind", "rights", "state", "sort")
    amounts, days = ("budget_from", "budget_to"), ("due_from", "due_to")
    typed = {name: word(request, name) for name in (*names, *amounts, *days)}
    problems: list[str] = []
    read: dict[str, Any] = {}
    for name in amounts:
        try:
            read[name] = WanField().clean(typed[name])
        except forms.ValidationError as error:
            problems.extend(error.messages)
    for name in days:
        try:
            read[name] = dt.date.fromisoformat(typed[name]) if typed[name] else None
        except ValueError:
            problems.append(_("Please write dates as 2024-03-05."))
    return (
        DemandFilter(
            **{name: typed[name] for name in names if name != "state"},
            state=typed["state"] if typed["state"] in DemandState.values else "published",
            budget_from=read.get("budget_from"),
            budget_to=read.get("budget_to"),
            deadline_from=read.get("due_from"),
            deadline_to=read.get("due_to"),
        ),
        typed,
        problems,
    )

"""Duplicates, for the office: what may be one and the same, side by side, and what merging would do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from innovalley.accounts.permissions import require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry import listing
from innovalley.registry.exporting import ExportColumn
from innovalley.registry.listing import word
from innovalley.registry.merging import actions
from innovalley.registry.merging.actions import CannotMergeError, Outcome
from innovalley.registry.merging.proposals import (
    KINDS,
    Proposal,
    proposals,
    searches_under_way,
    side_by_side,
    with_rows,
)
from innovalley.registry.models import MergeProposal
from innovalley.registry.views.exports import export_table

PERMISSION = "registry.merge"
OPEN = "open"


@require_safe
def merges(request: HttpRequest) -> HttpResponseBase:
    """Proposals, the likeliest first: ?kind= ?state= (open ones unless it says otherwise; "all")"""
    require(request.user, PERMISSION)
    searching = searches_under_way()
    if request.headers.get("HX-Target") == "search" and not searching:
        return HttpResponseClientRefresh()  # the search has ended: the list is another one now
    kind, state = word(request, "kind"), word(request, "state") or OPEN
    rows = proposals(kind=kind, state="" if state == "all" else state)
    if request.GET.get("export"):
        return export_table(request, _columns(), with_rows(rows), name=_("Duplicates"))
    page = listing.page_of(request, rows)
    return render(
        request,
        "registry/merges.html",
        {
            "page": page,
            "proposals": with_rows(page.object_list),
            "filter": {"kind": kind, "state": state},
            "kinds": list(KINDS.items()),
            "states": [*MergeProposal.State.choices, ("all", _("All"))],
            "searching": [KINDS.get(each, each) for each in searching],
        },
    )


@require_POST
def merges_search(request: HttpRequest) -> HttpResponse:
    """Look for duplicates of ?kind= anew; a search that waits already is not asked for twice."""
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise Http404
    actions.ask_for_proposals(actor=request.user, kind=kind)
    return redirect("merges")


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Two rows side by side, and what merging them would do; ?keep= is the id of the one that stays."""
    require(request.user, PERMISSION)
    proposal = with_rows([get_object_or_404(MergeProposal.objects.select_related("decided_by"), pk=pk)])[0]
    if request.method == "POST":
        return _merge(request, proposal)
    keep, other = _chosen(proposal, word(request, "keep"))
    outcome, refusal = _preview(request, proposal, keep, other)
    return render(
        request,
        "registry/merge.html",
        {
            "proposal": proposal,
            "kind_title": KINDS[proposal.row.kind],
            "keep": keep,
            "other": other,
            "lines": side_by_side(proposal.row.kind, proposal.first, proposal.second)
            if proposal.first and proposal.second
            else [],
            "outcome": outcome,
            "filled": _filled(outcome, keep) if outcome else [],
            "refusal": refusal,
            "is_open": proposal.row.state == OPEN,
        },
    )


@require_POST
def merge_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """They are different, and are not proposed again."""
    require(request.user, PERMISSION)
    get_object_or_404(MergeProposal, pk=pk)
    try:
        actions.refuse_merge(actor=request.user, proposal_id=pk)
    except WrongStateError:
        messages.warning(request, _("The two have been merged meanwhile."))
        return redirect("merge", pk=pk)
    messages.success(request, _("Noted: the two are different. They are not proposed again."))
    return redirect("merges")


def _columns() -> list[ExportColumn]:
    return [
        ExportColumn(_("Kind"), lambda proposal: KINDS.get(proposal.row.kind, proposal.row.kind)),
        ExportColumn(_("The one"), lambda proposal: proposal.first),
        ExportColumn(_("The other"), lambda proposal: proposal.second),
        ExportColumn(_("How alike"), lambda proposal: proposal.row.score),
        ExportColumn(_("Why"), lambda proposal: _(", ").join(str(reason) for reason in proposal.reasons)),
        ExportColumn(_("State"), lambda proposal: proposal.row.get_state_display()),
        ExportColumn(_("Decided by"), lambda proposal: proposal.row.decided_by),
        ExportColumn(_("Decided at"), lambda proposal: proposal.row.decided_at),
    ]


def _merge(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    keep, other = _chosen(proposal, request.POST.get("keep", ""))
    if keep is None or other is None:
        messages.error(request, _("One of the two is no longer in the registry."))
        return redirect("merge", pk=proposal.row.pk)
    try:
        actions.merge_rows(actor=request.user, kind=proposal.row.kind, keep_id=keep.pk, other_id=other.pk)
    except CannotMergeError as error:
        messages.error(request, _("Not merged: %(reason)s") % {"reason": error})
        return redirect("merge", pk=proposal.row.pk)
    messages.success(request, _("“%(other)s” is merged into “%(keep)s”.") % {"other": other, "keep": keep})
    return redirect("merges")


def _chosen(proposal: Proposal, keep: str) -> tuple[Any, Any]:
    """The row that stays and the other one: the older stays unless the reader chose."""
    first, second = proposal.first, proposal.second
    return (second, first) if second is not None and keep == str(second.pk) else (first, second)


def _preview(request: HttpRequest, proposal: Proposal, keep: Any, other: Any) -> tuple[Outcome | None, str]:
    """What would be moved, or why it cannot be done; neither for a proposal that is decided."""
    if proposal.row.state != OPEN:
        return None, ""
    if keep is None or other is None:
        return None, _("One of the two is no longer in the registry.")
    try:
        outcome = actions.preview_merge(
            actor=request.user, kind=proposal.row.kind, keep_id=keep.pk, other_id=other.pk
        )
    except CannotMergeError as error:
        return None, str(error)
    return outcome, ""


def _filled(outcome: Outcome, keep: Any) -> list[str]:
    """The names of the columns that the kept row takes over from the other one."""
    return [str(keep._meta.get_field(column).verbose_name) for column in outcome.filled]

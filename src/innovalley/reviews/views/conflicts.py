"""The conflicts of a round, and setting one aside by two officers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from innovalley.accounts.permissions import require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry.exporting import ExportColumn
from innovalley.registry.listing import page_of
from innovalley.registry.views.exports import export_table
from innovalley.reviews import actions, queries
from innovalley.reviews.models import ConflictRecord
from innovalley.reviews.views.rounds import frame, reason_of, seen_round

STATES = [
    ("asked", gettext_lazy("Await a second officer")),
    ("overridden", gettext_lazy("Set aside")),
    ("gone", gettext_lazy("No longer there")),
]


@require_safe
def round_conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may not judge what, and why; ?q= names of experts, ?state=."""
    round = seen_round(request, pk)
    require(request.user, "reviews.manage")
    q, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    rows = queries.conflicts(request.user, round, expert=q, state=state)
    if request.GET.get("export"):
        return export_table(
            request,
            [
                ExportColumn(_("Item"), lambda row: row.item.label),
                ExportColumn(_("Expert"), lambda row: row.expert.name),
                ExportColumn(_("Ground"), lambda row: row.get_ground_display()),
                ExportColumn(_("Set aside"), lambda row: _("yes") if row.overridden_by_id else ""),
            ],
            rows,
            name=_("Conflicts of interest"),
        )
    page = page_of(request, rows)
    queries.with_sentences(page.object_list)
    context = {
        **frame(request, round, "conflicts"),
        "page": page,
        "q": q,
        "state": state,
        "states": STATES,
    }
    return render(request, "reviews/round_conflicts.html", context)


@require_POST
def conflict_override(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """`act` is ask (with a reason), grant or refuse."""
    if act not in ("ask", "grant", "refuse"):
        raise Http404
    require(request.user, "reviews.manage")
    record = get_object_or_404(ConflictRecord.objects.select_related("item__round"), pk=pk, user=None)
    require(request.user, "reviews.see_item", record.item)
    try:
        if act == "ask":
            if reason := reason_of(request):
                actions.ask_override(actor=request.user, conflict_id=pk, reason=reason)
                messages.success(request, _("A second officer decides now."))
            else:
                messages.warning(request, _("Nothing was done: please give a reason."))
        elif act == "grant":
            actions.grant_override(actor=request.user, conflict_id=pk)
            messages.success(request, _("The conflict is set aside."))
        else:
            actions.refuse_override(actor=request.user, conflict_id=pk)
            messages.success(request, _("The conflict stands."))
    except actions.SamePersonError:
        messages.warning(
            request, _("Nothing was done: a second officer has to decide, not the one who asked.")
        )
    except WrongStateError:
        messages.warning(request, _("Nothing was done: somebody decided it meanwhile."))
    return redirect("round_conflicts", pk=record.item.round_id)

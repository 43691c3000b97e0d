"""The office's desk of objections."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.documents.queries import documents_of
from innovalley.engine.lifecycle import WrongStateError
from innovalley.notices import actions, queries
from innovalley.notices.forms import OutcomeForm
from innovalley.notices.lifecycle import OBJECTION, UNDECIDED
from innovalley.notices.models import Objection, ObjectionState, PublicNotice

ROWS_A_PAGE = 20

TITLES = {
    "accept": gettext_lazy("Accept this objection for examination"),
    "refuse": gettext_lazy("Do not accept this objection"),
    "uphold": gettext_lazy("Uphold this objection"),
    "dismiss": gettext_lazy("Dismiss this objection"),
}
CONSEQUENCES = {
    "accept": (gettext_lazy("Until it is decided, what the notice announces cannot be decided either."),),
    "refuse": (gettext_lazy("The objector reads your reason with the receipt."),),
    "uphold": (
        gettext_lazy("What the notice announces cannot be decided as announced."),
        gettext_lazy("The objector reads your outcome with the receipt."),
    ),
    "dismiss": (gettext_lazy("The objector reads your outcome with the receipt."),),
}


@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """Those to decide, newest first; ?state=all for all of them."""
    require(request.user, "notices.see_objections")
    show_all = request.GET.get("state") == "all"
    page = Paginator(queries.objections(() if show_all else UNDECIDED), ROWS_A_PAGE)
    context = {"page": page.get_page(request.GET.get("page")), "show_all": show_all}
    return render(request, "notices/objections.html", context)


@require_safe
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Who objects to what and why, the evidence, and what may be done."""
    require(request.user, "notices.see_objections")
    row = get_object_or_404(queries.objections(), pk=pk)
    acts = [
        (step.act, TITLES[step.act])
        for step in OBJECTION.acts_from(row.state)
        if allowed(request.user, step.permission, row)
    ]
    context = {"objection": row, "documents": documents_of(row), "acts": acts}
    return render(request, "notices/objection.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def objection_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """`act` is one of TITLES; GET asks, POST does it."""
    if act not in TITLES:
        raise Http404
    require(request.user, "notices.decide_objection")
    row = get_object_or_404(Objection.objects.select_related("notice"), pk=pk)
    form = OutcomeForm(
        request.POST if request.method == "POST" else None,
        is_required=act != "accept",
        help_text=_("The objector reads it; name nobody."),
    )
    if request.method == "POST" and form.is_valid():
        return _do(request, row, act, form)
    context = {"objection": row, "form": form, "act_title": TITLES[act], "consequences": CONSEQUENCES[act]}
    return render(request, "notices/objection_act.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a notice back, with a reason that the public reads."""
    require(request.user, "notices.publish")
    notice = get_object_or_404(PublicNotice, number=number)
    form = OutcomeForm(
        request.POST if request.method == "POST" else None, help_text=_("Everyone reads it on the notice.")
    )
    if request.method == "POST" and form.is_valid():
        actions.withdraw_notice(actor=request.user, notice_id=notice.pk, reason=form.cleaned_data["outcome"])
        messages.success(request, _("The notice is withdrawn."))
        return redirect(notice)
    return render(
        request, "notices/withdraw.html", {"notice": notice, "form": form}, status=422 if form.errors else 200
    )


def _do(request: HttpRequest, row: Objection, act: str, form: OutcomeForm) -> HttpResponse:
    doing: dict[str, Callable[..., Objection]] = {
        "accept": actions.accept_objection,
        "refuse": actions.refuse_objection,
        "uphold": actions.uphold_objection,
        "dismiss": actions.dismiss_objection,
    }
    try:
        done = doing[act](actor=request.user, objection_id=row.pk, **form.cleaned_data)
    except WrongStateError:
        row.refresh_from_db(fields=["state"])
        state = ObjectionState(row.state).label
        messages.warning(
            request, _("Nothing was done: the objection is “%(state)s” by now.") % {"state": state}
        )
    else:
        messages.success(request, _("The objection: %(state)s.") % {"state": done.get_state_display()})
    return redirect("objection", pk=row.pk)

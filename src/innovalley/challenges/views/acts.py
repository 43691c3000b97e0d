"""The acts on a demand: each a page that says what will happen, then the act itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from innovalley.challenges import actions, jobs
from innovalley.challenges.forms import ReasonForm
from innovalley.challenges.lifecycle import DEMAND
from innovalley.challenges.models import Demand
from innovalley.challenges.views.pages import own_demand
from innovalley.engine.lifecycle import WrongStateError

TITLES = {
    "submit": gettext_lazy("Submit this demand"),
    "vet": gettext_lazy("Vet this demand for a call"),
    "publish": gettext_lazy("Publish this demand"),
    "return": gettext_lazy("Return this demand"),
    "withdraw": gettext_lazy("Withdraw this demand"),
}
CONSEQUENCES = {
    "submit": (
        gettext_lazy("The programme office reads it and publishes it or returns it with a reason."),
        gettext_lazy("Until then it cannot be changed; it can be withdrawn."),
    ),
    "vet": (
        gettext_lazy("It can be put into a call, which publishes it with the others of the call."),
        gettext_lazy("Until then it stays hidden from the public; it can still be returned or published."),
    ),
    "publish": (
        gettext_lazy("Everyone can read it, with the company's name and the teams that were found."),
        gettext_lazy("It can be withdrawn later, but what was public may have been read."),
    ),
    "return": (
        gettext_lazy("The company reads your reason, changes the demand and submits it again."),
        gettext_lazy("It stays hidden from the public."),
    ),
    "withdraw": (
        gettext_lazy("It disappears from the public list; its company and the office can still read it."),
        gettext_lazy("This cannot be undone: to ask again, the company writes a new demand."),
    ),
}
WITHDRAWN_UNSEEN = gettext_lazy("It was never public; its company and the office can still read it.")
DONE = {
    "submit": gettext_lazy("The demand is with the programme office now."),
    "vet": gettext_lazy("The demand is vetted and can be put into a call."),
    "publish": gettext_lazy("The demand is published."),
    "return": gettext_lazy("The demand is returned to the company."),
    "withdraw": gettext_lazy("The demand is withdrawn."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """`act` is one of TITLES; GET asks, POST does it."""
    if act not in TITLES:
        raise Http404
    demand = own_demand(request, pk, next(step.permission for step in DEMAND.transitions if step.act == act))
    takes_reason = act in ("return", "withdraw")
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        initial={"version": demand.version},
        is_required=act == "return",
    )
    if not takes_reason:
        del form.fields["reason"]
    if request.method == "POST" and form.is_valid():
        return _do(request, demand, act, form.cleaned_data)
    if request.method != "POST" and act not in {step.act for step in DEMAND.acts_from(demand.state)}:
        return _not_now(request, demand)
    context = {
        "demand": demand,
        "act": act,
        "act_title": TITLES[act],
        "consequences": _consequences(demand, act),
        "form": form,
    }
    return render(request, "challenges/act.html", context, status=422 if form.errors else 200)


@require_POST
def matching(request: HttpRequest) -> HttpResponse:
    """The office starts (`act=start`) or stops the reading of achievements; then back to where it was asked."""
    if request.POST.get("act") == "start":
        jobs.start_matching(actor=request.user)
        messages.success(request, _("The achievements are being read; the rankings follow by themselves."))
    else:
        jobs.stop_embedding(actor=request.user)
        messages.success(request, _("The reading of achievements stops; what has been read stays."))
    target = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if is_own else "demands")


def _consequences(demand: Demand, act: str) -> tuple[Any, ...]:
    first, *others = CONSEQUENCES[act]
    is_unseen = act == "withdraw" and demand.published_at is None
    return (WITHDRAWN_UNSEEN if is_unseen else first, *others)


def _do(request: HttpRequest, demand: Demand, act: str, typed: dict[str, Any]) -> HttpResponse:
    doing: dict[str, Callable[..., Demand]] = {
        "submit": actions.submit_demand,
        "vet": actions.vet_demand,
        "publish": actions.publish_demand,
        "return": actions.return_demand,
        "withdraw": actions.withdraw_demand,
    }
    try:
        doing[act](actor=request.user, demand_id=demand.pk, **typed)
    except WrongStateError:
        return _not_now(request, Demand.objects.get(pk=demand.pk))
    except actions.ChangedElsewhereError:
        messages.warning(
            request, _("Nothing was done: the demand was changed since you read it. Please look again.")
        )
        return redirect(demand)
    except actions.IncompleteError:
        return redirect(f"{reverse('edit_demand', args=[demand.pk])}?missing=1")
    messages.success(request, str(DONE[act]))
    return redirect("vetting" if act in ("vet", "publish", "return") else demand)


def _not_now(request: HttpRequest, demand: Demand) -> HttpResponse:
    """Someone was faster, or the page was old."""
    state = demand.get_state_display()
    messages.warning(request, _("Nothing was done: the demand is %(state)s by now.") % {"state": state})
    return redirect(demand)

"""Custodians' pages, and what the office decides on the opened bids."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.challenges import actions, call_queries
from innovalley.challenges.bid_page import OUTCOMES
from innovalley.challenges.budget import Budget
from innovalley.challenges.call_forms import DecisionForm, PassphraseForm
from innovalley.challenges.call_rules import Source
from innovalley.challenges.checking import SECTION_NAMES
from innovalley.challenges.content import SECTIONS
from innovalley.challenges.eligibility import findings_of
from innovalley.challenges.models import SOURCES, Bid, BidState, CallState
from innovalley.challenges.views.calls import seen_call
from innovalley.documents.models import Document
from innovalley.engine.lifecycle import WrongStateError
from innovalley.engine.sealing import UnsealError
from innovalley.engine.specs import Check, Outcome, compare, format_spec
from innovalley.engine.specs.writing import format_number


@require_safe
def my_keys(request: HttpRequest) -> HttpResponse:
    """The calls for which this user keeps a share of the key, and what waits."""
    require(request.user, "challenges.keep_keys")
    return render(request, "challenges/calls/keys.html", {"keys": call_queries.keys_of(request.user)[:100]})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def call_key(request: HttpRequest, number: str) -> HttpResponse:
    """A custodian's page: sets the passphrase of a draft, contributes the share after the deadline."""
    call = seen_call(request, number, "challenges.keep_key")
    actions.close_call(call_id=call.pk)
    call.refresh_from_db()
    custodian = call.custodians.get(user=request.user.pk)
    sets = call.state == CallState.DRAFT
    gives = (
        call.state == CallState.CLOSED and call.bids_opened_at is None and custodian.contributed_at is None
    )
    form = PassphraseForm(request.POST if request.method == "POST" else None, twice=sets)
    if request.method == "POST" and (sets or gives) and form.is_valid():
        passphrase = form.cleaned_data["passphrase"]
        try:
            if sets:
                actions.set_passphrase(actor=request.user, call_id=call.pk, passphrase=passphrase)
                messages.success(request, _("Your passphrase is set. Keep it: nobody can recover it."))
            else:
                actions.contribute_share(actor=request.user, call_id=call.pk, passphrase=passphrase)
                messages.success(request, _("Your share is contributed."))
        except UnsealError:
            form.add_error("passphrase", _("This is not the passphrase that you set for this call."))
        except WrongStateError:
            messages.warning(request, _("Nothing was done: the call has moved on."))
            return redirect("call_key", number=call.number)
        else:
            return redirect("call_key", number=call.number)
    context = {
        "call": call,
        "custodian": custodian,
        "form": form,
        "sets": sets,
        "gives": gives,
        "contributed": call.custodians.exclude(contributed_at=None).count(),
        "custodians": call.custodians.select_related("user"),
    }
    status = 422 if form.errors else 200
    return render(request, "challenges/calls/key.html", context, status=status)


@require_safe
def call_bids(request: HttpRequest, number: str) -> HttpResponse:
    """The opened bids, challenge by challenge, with what the check found; for the office."""
    call = seen_call(request, number, "challenges.manage_call")
    if call.bids_opened_at is None:
        return redirect(call)
    bids = list(call_queries.opened_bids(call))
    groups: dict[int, dict[str, Any]] = {}
    for challenge in call_queries.challenges_of(call):
        groups[challenge.pk] = {"challenge": challenge, "bids": []}
    for bid in bids:
        groups[bid.challenge_id]["bids"].append(
            {"bid": bid, "broken": [each for each in findings_of(bid) if not each.holds]}
        )
    context = {
        "call": call,
        "groups": list(groups.values()),
        "count": sum(bid.state != BidState.REPLACED for bid in bids),
        "undecided": sum(bid.state == BidState.OPENED for bid in bids),
        "unopenable": call.envelopes.exclude(problem="").defer("sealed"),
    }
    return render(request, "challenges/calls/bids.html", context)


@require_POST
def begin_review(request: HttpRequest, number: str) -> HttpResponse:
    """The office ends the eligibility check."""
    call = seen_call(request, number, "challenges.manage_call")
    try:
        actions.begin_review(actor=request.user, call_id=call.pk)
    except actions.UncheckedError as error:
        messages.warning(
            request, _("Nothing was done: %(n)s bids still wait for a decision.") % {"n": error.count}
        )
    except WrongStateError:
        messages.warning(request, _("Nothing was done: the call has moved on."))
    else:
        messages.success(request, _("The call is under review now."))
    return redirect("call_bids", number=call.number)


@require_http_methods(["GET", "HEAD", "POST"])
def opened_bid(request: HttpRequest, number: str) -> HttpResponse:
    """One opened bid, for the office and its bidder; POST is the office's decision on who takes part."""
    if not request.user.is_authenticated:
        require(request.user, "challenges.see_bid")
    rows = Bid.objects.select_related(
        "challenge__call",
        "challenge__demand__organisation",
        "team",
        "organisation",
        "replaced_by",
        "decided_by",
    )
    bid = get_object_or_404(rows, number=number)
    if not allowed(request.user, "challenges.see_bid", bid):
        raise Http404
    form = DecisionForm(request.POST if request.method == "POST" else None, initial={"reason": bid.reason})
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_bid(
                actor=request.user,
                bid_id=bid.pk,
                eligible=form.cleaned_data["eligible"] == "yes",
                reason=form.cleaned_data["reason"],
            )
        except ValueError:
            form.add_error("reason", _("This decision needs a reason."))
        except WrongStateError:
            messages.warning(request, _("Nothing was done: the call has moved on."))
            return redirect(bid)
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("call_bids", number=bid.challenge.call.number)
    return render(
        request,
        "challenges/bids/opened.html",
        _bid_context(request, bid, form),
        status=422 if form.errors else 200,
    )


def _bid_context(request: HttpRequest, bid: Bid, form: DecisionForm) -> dict[str, Any]:
    promised = {row.required_id: row.spec for row in bid.specs.all()}
    checks = []
    for required in bid.challenge.specs.all():
        promise = promised.get(required.pk)
        check = compare(required.spec, promise) if promise else Check(required.spec, None, Outcome.NOT_STATED)
        checks.append(
            {
                "required": required,
                "promised": format_spec(promise) if promise else "",
                "outcome": check.outcome.value,
                "says": OUTCOMES[check.outcome],
                "gap": f"{format_number(check.gap, 'zh')} {required.unit}".strip() if check.gap else "",
            }
        )
    budget = Budget.of((row.year, Source(row.source), row.fen) for row in bid.budget.all())
    years = sorted({year for year, _source in budget.amounts})
    call = bid.challenge.call
    return {
        "bid": bid,
        "call": call,
        "sections": [
            (SECTION_NAMES[name], bid.content["plan"][name])
            for name in SECTIONS
            if bid.content["plan"].get(name)
        ],
        "checks": checks,
        "sources": [label for _value, label in SOURCES],
        "budget_rows": [
            (year, [budget.amounts.get((year, source), 0) for source in Source], budget.of_year(year))
            for year in years
        ],
        "budget_sums": [budget.of_source(source) for source in Source],
        "budget_total": budget.total,
        "documents": Document.objects.filter(owner_type="challenges.bid", owner_id=bid.pk, removed_at=None),
        "findings": findings_of(bid),
        "may_decide": allowed(request.user, "challenges.check_bid")
        and call.state == CallState.CLOSED
        and bid.state in (BidState.OPENED, BidState.ELIGIBLE, BidState.INELIGIBLE),
        "form": form,
    }

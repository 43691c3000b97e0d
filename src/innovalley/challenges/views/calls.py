"""Calls: the public list and page, the office's form, the opening of a call and its extension."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.challenges import actions, call_queries, decision_queries
from innovalley.challenges.call_forms import NOT_READY, RELATIONS, CallForm, ExtensionForm
from innovalley.challenges.call_rules import Relation
from innovalley.challenges.forms import WanField
from innovalley.challenges.locking import clock
from innovalley.challenges.models import Call, CallState, Challenge
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry.listing import ROWS_A_PAGE
from innovalley.registry.models import Organisation, Region


def seen_call(request: HttpRequest, number: str, permission: str = "") -> Call:
    """The call, where this reader may see it and holds `permission` on it.

    Raises:
        Refused, Http404
    """
    if permission and not request.user.is_authenticated:
        require(request.user, permission)
    call = get_object_or_404(call_queries.visible_calls(request.user), number=number)
    if permission:
        require(request.user, permission, call)
    return call


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Every published call; drafts too for the office."""
    rows = Paginator(call_queries.calls(request.user), ROWS_A_PAGE)
    context = {
        "page": rows.get_page(request.GET.get("page")),
        "may_manage": allowed(request.user, "challenges.manage_call"),
        "now": clock(),
    }
    return render(request, "challenges/calls/calls.html", context)


@require_safe
def call(request: HttpRequest, number: str) -> HttpResponse:
    """What is asked, who may bid, until when; for the office and custodians what they have to do."""
    call = seen_call(request, number)
    now = clock()
    custodians = list(call.custodians.select_related("user"))
    own = next((each for each in custodians if each.user_id == request.user.pk), None)
    is_open = call.accepts(now)
    context = {
        "call": call,
        "now": now,
        "is_open": is_open,
        "is_due": call.deadline_at is not None and now >= call.deadline_at,
        "challenges": call_queries.challenges_of(call),
        "rules": rule_lines(call),
        "extensions": list(call.extensions.all()),
        "custodians": custodians,
        "own_key": own,
        "key_text": bytes(call.public_key or b"").hex(),
        "contributed": sum(each.contributed_at is not None for each in custodians),
        "may_manage": allowed(request.user, "challenges.manage_call"),
        "may_bid": is_open
        and (not request.user.is_authenticated or allowed(request.user, "challenges.write_bid")),
        "sealed": call_queries.sealed_count(call) if call.state == CallState.CLOSED else None,
        "result": decision_queries.public_result(call),
        "decision_stage": call.state in (CallState.REVIEWING, CallState.NOTICED, CallState.DECIDED),
        "votes": decision_queries.attendee_of(request.user, call) is not None,
    }
    return render(request, "challenges/calls/call.html", context)


@require_POST
def new_call(request: HttpRequest) -> HttpResponse:
    """Starts a draft under the next number of this year."""
    call = actions.write_call(actor=request.user, year=timezone.localdate().year)
    return redirect("edit_call", number=call.number)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_call(request: HttpRequest, number: str) -> HttpResponse:
    """The form of a draft."""
    call = seen_call(request, number, "challenges.manage_call")
    if call.state != CallState.DRAFT:
        messages.warning(request, _("The call is open: what it lays down can no longer be changed."))
        return redirect(call)
    if request.method != "POST":
        return _editor(request, call, CallForm.of(call))
    form = CallForm(request.POST)
    challenges, errors = _challenges(request)
    if not form.is_valid() or errors:
        return _editor(request, call, form, errors=errors, status=422)
    try:
        call = actions.save_call(
            actor=request.user,
            call_id=call.pk,
            version=form.cleaned_data["version"],
            content=form.content(),
            rules=form.cleaned_data["rules"],
            funding=form.cleaned_data["funding"],
            panel=form.cleaned_data["panel"],
            challenges=challenges,
            custodians=_ids(request, "custodian"),
        )
    except actions.CallChangedError as error:
        form.add_error(None, _("Another officer has saved this call since. Saving again overwrites that."))
        return _editor(request, error.call, form, version=error.call.version, status=409)
    except WrongStateError:
        return redirect(call)
    except ValueError:
        form.add_error(
            None, _("A demand or a custodian that was chosen is no longer available. Please look again.")
        )
        return _editor(request, call, form, status=409)
    messages.success(request, _("The draft is saved."))
    return redirect("open_call" if "open" in request.POST else "call", number=call.number)


@require_http_methods(["GET", "HEAD", "POST"])
def open_call(request: HttpRequest, number: str) -> HttpResponse:
    """Shows what opening will do, or what is missing; POST opens."""
    call = seen_call(request, number, "challenges.manage_call")
    if call.state != CallState.DRAFT:
        return redirect(call)
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            actions.open_call(
                actor=request.user,
                call_id=call.pk,
                version=int(version) if version.isascii() and version.isdigit() else 0,
            )
        except actions.CallChangedError:
            messages.warning(
                request, _("Nothing was done: the call was changed since you read it. Please look again.")
            )
            return redirect("open_call", number=call.number)
        except (actions.NotReadyError, WrongStateError):
            return redirect("open_call", number=call.number)
        messages.success(request, _("The call is open."))
        return redirect(call)
    context = {
        "call": call,
        "missing": [NOT_READY[name] for name in actions.missing_for_opening(call, clock())],
        "challenges": call_queries.challenges_of(call),
        "custodians": call.custodians.select_related("user"),
    }
    return render(request, "challenges/calls/open.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def extend_call(request: HttpRequest, number: str) -> HttpResponse:
    """A later deadline for all."""
    call = seen_call(request, number, "challenges.manage_call")
    if call.state != CallState.OPEN or call.deadline_at is None:
        return redirect(call)
    form = ExtensionForm(request.POST or None, initial={"seen": call.deadline_at.isoformat()})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.extend_call(
                actor=request.user,
                call_id=call.pk,
                seen_deadline=_moment(form.cleaned_data["seen"]) or call.deadline_at,
                deadline=form.cleaned_data["deadline"],
                reason=form.cleaned_data["reason"],
            )
        except actions.CallChangedError:
            messages.warning(
                request, _("Nothing was done: another officer has extended the deadline meanwhile.")
            )
            return redirect(call)
        except WrongStateError:
            return redirect(call)
        except actions.DeadlineError:
            form.add_error(
                "deadline", _("It must be later than the present deadline, which must not have passed.")
            )
        else:
            messages.success(request, _("The deadline is extended for all."))
            return redirect(call)
    if form.errors:
        status = 422
    return render(request, "challenges/calls/extend.html", {"call": call, "form": form}, status=status)


def rule_lines(call: Call) -> list[tuple[str, str]]:
    """The rules of a call in words, (what, how)."""
    rules, funding = call.rules, call.funding
    relations = dict(RELATIONS)
    barred = [str(relations[each.value]) for each in rules.barred_relations if each != Relation.HOLDING]
    if Relation.HOLDING in rules.barred_relations:
        barred.append(
            _("who holds %(percent)s %% or more of it, or is held so by it")
            % {"percent": rules.holding_percent}
        )
    kinds = dict(Organisation.Kind.choices)
    region = Region.objects.filter(path=rules.home_region).first() if rules.home_region else None
    separator = _(", ")
    lines = [
        (_("Who may lead"), separator.join(str(kinds[each]) for each in rules.bidder_kinds) or _("everyone")),
        (_("Who may not"), separator.join(barred)),
        (
            _("Participants beside the lead"),
            _("at most %(n)s") % {"n": rules.max_participants} if rules.max_participants is not None else "",
        ),
        (
            _("Good standing"),
            _("%(n)s years without serious misconduct, declared") % {"n": rules.clean_years}
            if rules.clean_years
            else "",
        ),
        (
            _("Host"),
            _("A lead from outside %(region)s names a company inside it.")
            % {"region": region or rules.home_region}
            if rules.host_needed
            else "",
        ),
        (_("Required specs"), _("a promise on every one") if rules.covers_all_specs else ""),
        (_("Years of the work"), _("at most %(n)s") % {"n": rules.max_years}),
        (_("Fiscal money by year"), " / ".join(f"{share.normalize():f} %" for share in funding.year_shares)),
        (_("Own money of a company"), _ratio(funding.own_per_fiscal_company)),
        (_("Own money of others"), _ratio(funding.own_per_fiscal_other)),
        (_("Money of the demanding company"), _ratio(funding.poster_per_fiscal)),
        (_("Files"), separator.join(call.documents)),
        (_("Public notice"), _("%(n)s working days") % {"n": call.notice_working_days}),
    ]
    return [line for line in lines if line[1]]


def _ratio(ratio: Any) -> str:
    return (
        _("at least %(n)s yuan for each yuan of fiscal money") % {"n": f"{ratio.normalize():f}"}
        if ratio
        else ""
    )


def _editor(
    request: HttpRequest,
    call: Call,
    form: CallForm,
    *,
    errors: dict[str, str] | None = None,
    version: int | None = None,
    status: int = 200,
) -> HttpResponse:
    is_sent = form.is_bound
    chosen = {each.demand_id: each for each in call.challenges.all()}
    picked = set(_ids(request, "demand")) if is_sent else set(chosen)
    custodians = (
        set(_ids(request, "custodian")) if is_sent else set(call.custodians.values_list("user", flat=True))
    )
    demands = [
        {
            "demand": demand,
            "is_picked": demand.pk in picked,
            **_beside(request, demand.pk, chosen.get(demand.pk), is_sent=is_sent),
            "error": (errors or {}).get(str(demand.pk), ""),
        }
        for demand in call_queries.demands_to_choose(call)
    ]
    context = {
        "call": call,
        "form": form,
        "version": version or form["version"].value(),
        "demands": demands,
        "errors": errors,
        "people": [(user, user.pk in custodians) for user in actions.custodian_users()[:200]],
    }
    return render(request, "challenges/calls/edit.html", context, status=status)


def _beside(request: HttpRequest, pk: int, kept: Challenge | None, *, is_sent: bool) -> dict[str, Any]:
    """What stands beside a demand: as it was typed, else as it is kept."""
    if is_sent:
        return {name: request.POST.get(f"{name}-{pk}", "") for name in ("winners", "fund")}
    if kept is None:
        return {"winners": 1, "fund": ""}
    fund = "" if kept.max_fund_fen is None else WanField().prepare_value(kept.max_fund_fen)
    return {"winners": kept.max_winners, "fund": fund}


def _challenges(request: HttpRequest) -> tuple[list[tuple[int, int, int | None]], dict[str, str]]:
    """The demands that were ticked, with what was typed beside them, and what is wrong by demand."""
    found, errors = [], {}
    wan = WanField()
    for pk in _ids(request, "demand"):
        winners = request.POST.get(f"winners-{pk}", "1").strip() or "1"
        try:
            fund = wan.clean(request.POST.get(f"fund-{pk}", ""))
        except Exception as error:
            errors[str(pk)] = " ".join(getattr(error, "messages", [str(error)]))
            continue
        if not (winners.isascii() and winners.isdigit() and 1 <= int(winners) <= 20):
            errors[str(pk)] = _("Between 1 and 20 winners.")
            continue
        found.append((pk, int(winners), fund))
    return found, errors


def _ids(request: HttpRequest, name: str) -> list[int]:
    typed = request.POST.getlist(name)
    return list(
        dict.fromkeys(int(each) for each in typed if each.isascii() and each.isdigit() and len(each) < 18)
    )


def _moment(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None

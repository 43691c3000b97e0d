"""Experts to panels: plans with their differences, locks, and single items."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from innovalley.accounts.permissions import allowed, require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry.models import Person
from innovalley.reviews import actions, blinding, planning, queries, wording
from innovalley.reviews.models import ForbiddenPair, Item, Plan, Review, Round, Seat
from innovalley.reviews.subjects import subject, titles_of
from innovalley.reviews.views.rounds import frame, reason_of, seen_round


@require_safe
def round_assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """The panels as they stand, and the newest plan with what it would change."""
    round = seen_round(request, pk)
    require(request.user, "reviews.manage")
    around = frame(request, round, "assignment")
    board = queries.board(request.user, round)
    plan = Plan.objects.filter(round=round).first() if around["may_manage"] else None
    context = {
        **around,
        "board": board,
        "plan": plan,
        "shown": _shown(round, plan, board) if plan is not None else None,
        "needs": [
            (wording.need_words(each.attribute, each.value), each.seats(round.panel_size))
            for each in planning.needing.parse_needs(round.needs)
        ],
        "pool": len(planning.pool()),
        "is_waiting": plan is not None and plan.state == Plan.State.WAITING,
    }
    return render(request, "reviews/round_assignment.html", context)


@require_safe
def plan_progress(request: HttpRequest, pk: int, plan: int) -> HttpResponse:
    """Whether a plan is ready, for the page that waits for it."""
    round = seen_round(request, pk)
    require(request.user, "reviews.manage_round", round)
    current = get_object_or_404(Plan, pk=plan, round=round)
    if current.state != Plan.State.WAITING:
        return HttpResponseClientRefresh()
    return render(request, "reviews/parts/plan_waiting.html", {"round": round, "plan": current})


def _shown(round: Round, plan: Plan, board: queries.Board) -> dict[str, Any]:
    labels = {line.item.pk: line.item.label for line in board.lines}
    if plan.state == Plan.State.INFEASIBLE and plan.diagnosis:
        return {
            "relaxations": wording.relaxation_sentences(plan.diagnosis, labels),
            "alternatives": wording.alternative_sentences(plan.diagnosis),
            "proven": plan.diagnosis["proven"],
        }
    if plan.state != Plan.State.READY:
        return {}
    changes = planning.changes(round, plan.pairs)
    ids = {pk for each in changes for pk in (*each.stays, *each.comes, *each.goes)}
    people = {each.pk: each for each in Person.objects.filter(pk__in=ids).select_related("organisation")}
    fits = {(item, expert): fit for item, expert, fit in plan.pairs}
    lines = []
    for each in changes:
        lines.append(
            {
                "label": labels.get(each.item, ""),
                "stays": [_person(people, fits, each.item, pk) for pk in each.stays],
                "comes": [_person(people, fits, each.item, pk) for pk in each.comes],
                "goes": [_person(people, fits, each.item, pk) for pk in each.goes],
            }
        )
    return {
        "lines": lines,
        "came": sum(len(each.comes) for each in changes),
        "went": sum(len(each.goes) for each in changes),
        "stayed": sum(len(each.stays) for each in changes),
        "is_outdated": _is_outdated(round, plan),
    }


def _person(people: dict[int, Person], fits: dict[Any, str], item: int, pk: int) -> dict[str, Any]:
    return {"person": people[pk], "fit": fits.get((item, pk), "")}


def _is_outdated(round: Round, plan: Plan) -> bool:
    try:
        return planning.basis_of(planning.problem_of(round), round) != plan.basis
    except (planning.NoFitsError, ValueError):
        return True


@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for a new plan; a job computes it."""
    round = seen_round(request, pk)
    try:
        actions.request_plan(actor=request.user, round_id=pk)
    except WrongStateError:
        messages.warning(request, _("Nothing was done: panels cannot be changed in this state of the round."))
    return redirect("round_assignment", pk=round.pk)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Applies the plan that was seen, known by its digest."""
    round = seen_round(request, pk)
    try:
        actions.apply_assignment(actor=request.user, round_id=pk, digest=request.POST.get("digest", ""))
        messages.success(request, _("The panels stand as shown."))
    except (actions.OutdatedPlanError, planning.NoFitsError):
        messages.warning(
            request, _("Nothing was done: something changed since this plan was computed. Compute it again.")
        )
    except WrongStateError:
        messages.warning(request, _("Nothing was done: panels cannot be changed in this state of the round."))
    return redirect("round_assignment", pk=round.pk)


@require_POST
def seat_lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Locks or, with ?lock=0, unlocks a seat."""
    seat = get_object_or_404(Seat.objects.select_related("item__round"), pk=pk)
    act = actions.unlock_seat if request.POST.get("lock") == "0" else actions.lock_seat
    try:
        act(actor=request.user, seat_id=pk)
    except WrongStateError:
        messages.warning(request, _("Nothing was done: this seat is no longer in the panel."))
    return redirect("round_item", pk=seat.item_id)


# One item ------------------------------------------------------------------------------------------


def seen_item(request: HttpRequest, pk: int) -> Item:
    """An item that the reader may see; one of an own conflict is refused like a stranger's."""
    require(request.user, "reviews.have_desk")
    item = get_object_or_404(Item.objects.select_related("round__rubric", "round__chair"), pk=pk)
    require(request.user, "reviews.see_item", item)
    return item


@require_safe
def round_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: its panel, who else could sit in it, and what was written."""
    item = seen_item(request, pk)
    is_office = allowed(request.user, "reviews.manage")
    knows = is_office or not item.round.hides_parties
    kind = subject(item.subject_type)
    seats = list(item.seats.select_related("expert__organisation", "review").order_by("-fit", "pk"))
    for seat in seats:
        seat.stage = queries.stage_of(seat)
    context = {
        **frame(request, item.round, ""),
        "item": item,
        "title": titles_of([item])[item.pk] if knows else "",
        "subject_url": kind.url(item.subject_id) if knows else "",
        "view": kind.open_view(item.subject_id) if knows else blinding.view_for_expert(item),
        "seats": seats,
        "reviews": queries.reviews_of(item),
        "candidates": queries.candidates(item) if is_office else [],
        "forbidden": ForbiddenPair.objects.filter(item=item).select_related("expert", "by")
        if is_office
        else [],
    }
    return render(request, "reviews/round_item.html", context)


@require_POST
def item_forbid(request: HttpRequest, pk: int, expert: int) -> HttpResponse:
    """Rules an expert out with a reason; `allow` in the form takes it back."""
    item = seen_item(request, pk)
    if not Person.objects.filter(pk=expert).exists():
        raise Http404
    try:
        if "allow" in request.POST:
            actions.allow_pair(actor=request.user, item_id=pk, expert_id=expert)
        elif reason := reason_of(request):
            actions.forbid_pair(actor=request.user, item_id=pk, expert_id=expert, reason=reason)
            messages.success(request, _("Ruled out. Compute the panels again to fill the seat."))
        else:
            messages.warning(request, _("Nothing was done: please give a reason."))
    except WrongStateError:
        messages.warning(request, _("Nothing was done: panels cannot be changed in this state of the round."))
    return redirect("round_item", pk=item.pk)


@require_POST
def item_recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer or the chair withdraws from the item."""
    item = seen_item(request, pk)
    if reason := reason_of(request):
        actions.recuse_oneself(actor=request.user, item_id=pk, reason=reason)
        messages.success(request, _("You will see nothing of this item from now on."))
        return redirect("round", pk=item.round_id)
    messages.warning(request, _("Nothing was done: please give a reason."))
    return redirect("round_item", pk=item.pk)


@require_POST
def review_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets an expert change a submitted review."""
    review = get_object_or_404(Review.objects.select_related("seat__item"), pk=pk)
    item = seen_item(request, review.seat.item_id)
    if reason := reason_of(request):
        try:
            actions.reopen_review(actor=request.user, review_id=pk, reason=reason)
            messages.success(request, _("The review is open again; the expert is told."))
        except (WrongStateError, actions.ClosedError):
            messages.warning(request, _("Nothing was done: it is not submitted, or the round is closed."))
    else:
        messages.warning(request, _("Nothing was done: please give a reason."))
    return redirect("round_item", pk=item.pk)

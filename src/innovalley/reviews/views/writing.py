"""Where an expert reads an item and writes the review."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovalley.engine.lifecycle import WrongStateError
from innovalley.reviews import actions, blinding, queries
from innovalley.reviews.forms import ReasonForm, ReviewForm, shown
from innovalley.reviews.marks import total_of
from innovalley.reviews.models import Criterion, Review, ReviewState, RoundState, Seat, SeatState
from innovalley.reviews.views.desk import own_seat


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The item on one side, the review on the other; read only when it is submitted or the round is closed."""
    seat = own_seat(request, pk, "reviews.write_review")
    if seat.state == SeatState.INVITED:
        return redirect("seat_answer", pk=pk)
    if seat.state != SeatState.ACCEPTED or queries.is_barred(seat):
        messages.warning(request, _("This review is no longer yours to write."))
        return redirect("my_reviews")
    criteria = list(seat.item.round.rubric.criteria.order_by("position"))
    if request.method == "POST":
        return _save(request, seat, criteria)
    current = seat.review
    return _page(request, seat, current, ReviewForm.of(current, criteria), str(uuid.uuid4()))


def _save(request: HttpRequest, seat: Seat, criteria: Sequence[Criterion]) -> HttpResponse:
    form = ReviewForm(criteria, request.POST)
    tab = request.POST.get("tab", "")[:36]
    if not form.is_valid():
        return _page(request, seat, seat.review, form, tab, status=422)
    try:
        saved = _write(request, seat, form, tab)
        if "submit" in request.POST:
            actions.submit_review(actor=request.user, seat_id=seat.pk, version=saved.version)
    except actions.ChangedElsewhereError as error:
        return _page(request, seat, error.review, form, tab, status=409, conflict=_theirs(error.review, form))
    except actions.ClosedError:
        return _page(request, seat, Review.objects.get(seat=seat), form, tab, status=409, problem="closed")
    except WrongStateError:
        return _page(request, seat, Review.objects.get(seat=seat), form, tab, status=409, problem="submitted")
    except actions.IncompleteError as error:
        form.say_missing(error.missing)
        return _page(request, seat, saved, form, tab, status=422, was_saved=True)
    if "submit" in request.POST:
        messages.success(request, _("Your review is with the office now. Thank you."))
        return redirect("my_reviews")
    messages.success(request, _("The draft is saved."))
    return redirect("review", pk=seat.pk)


def _write(request: HttpRequest, seat: Seat, form: ReviewForm, tab: str) -> Review:
    return actions.save_review(
        actor=request.user,
        seat_id=seat.pk,
        version=form.cleaned_data["version"],
        content=form.content(),
        marks=form.marks(),
        tab=tab,
    )


@require_POST
def review_autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves while one types; answers with one line, the points so far, and the version for the next save."""
    seat = own_seat(request, pk, "reviews.write_review")
    criteria = list(seat.item.round.rubric.criteria.order_by("position"))
    form = ReviewForm(criteria, request.POST)
    context: dict[str, Any] = {"seat": seat}
    if not form.is_valid():
        context["problem"] = _("Not saved yet: something in the form is not right.")
        context["errors"] = [error for errors in form.errors.values() for error in errors]
    else:
        try:
            context["review"] = _write(request, seat, form, request.POST.get("tab", "")[:36])
            context["saved_at"] = timezone.now()
            context["total"] = _total(form)
        except actions.ChangedElsewhereError:
            context["problem"] = _("Not saved: it was changed in another tab. Save to compare.")
        except actions.ClosedError:
            context["problem"] = _("Not saved: the time for reviewing is over. What you typed is still here.")
        except WrongStateError:
            context["problem"] = _("Not saved: the review can no longer be changed.")
    return render(request, "reviews/parts/saved.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review_abstain(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then hand in an abstention."""
    seat = own_seat(request, pk, "reviews.write_review")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.abstain(actor=request.user, seat_id=pk, reason=form.cleaned_data["reason"])
            messages.success(request, _("Your abstention is with the office now. Thank you."))
        except (WrongStateError, actions.ClosedError):
            messages.warning(request, _("Nothing was done: the review can no longer be changed."))
        return redirect("my_reviews")
    context = {
        "title": _("Abstain from marking %(item)s") % {"item": seat.item.label},
        "consequences": [
            _("No marks of yours count for this item: an abstention is not a zero."),
            _("The office reads your reason; applicants do not."),
        ],
        "form": form,
        "act": _("Abstain"),
        "back": seat.pk,
        "seat": seat,
    }
    return render(request, "reviews/abstain.html", context, status=422 if form.errors else 200)


def _total(form: ReviewForm) -> Decimal | None:
    marks = form.marks()
    return total_of((criterion, marks[criterion.pk].value) for criterion in form.criteria)


def _page(
    request: HttpRequest,
    seat: Seat,
    current: Review,
    form: ReviewForm,
    tab: str,
    *,
    status: int = 200,
    conflict: list[tuple[str, str]] | None = None,
    was_saved: bool = False,
    problem: str = "",
) -> HttpResponse:
    round = seat.item.round
    is_running = round.state == RoundState.REVIEWING and (
        round.closes_at is None or timezone.now() < round.closes_at
    )
    is_submitted = current.state == ReviewState.SUBMITTED
    context = {
        "seat": seat,
        "item": seat.item,
        "round": round,
        "review": current,
        "view": blinding.view_for_expert(seat.item),
        "form": form,
        "tab": tab,
        "version": current.version if conflict is not None or was_saved else form["version"].value(),
        "theirs": conflict,
        "was_saved": was_saved,
        "problem": problem,
        "may_write": (is_running and not is_submitted) or bool(problem),
        "is_running": is_running,
        "total": current.total if is_submitted else _shown_total(form, current),
    }
    return render(request, "reviews/review.html", context, status=status)


def _shown_total(form: ReviewForm, current: Review) -> Decimal | None:
    if form.is_bound:
        return _total(form) if not form.errors else None
    return total_of((mark.criterion, mark.value) for mark in current.marks.select_related("criterion"))


def _theirs(current: Review, form: ReviewForm) -> list[tuple[str, str]]:
    """(label, value) of what stands otherwise than it was typed here."""
    found: list[tuple[str, str]] = []
    for name, value in form.content().items():
        standing = getattr(current, name)
        if standing != value:
            found.append((str(form.fields[name].label), str(standing or "–")))
    kept = {mark.criterion_id: mark for mark in current.marks.all()}
    for criterion in form.criteria:
        typed, mark = form.marks()[criterion.pk], kept.get(criterion.pk)
        standing_value = mark.value if mark else None
        standing_na = bool(mark and mark.is_not_applicable)
        if (typed.value, typed.is_not_applicable) != (standing_value, standing_na):
            shown_value = _("not applicable") if standing_na else shown(standing_value) or "–"
            found.append((criterion.name, shown_value))
        if typed.reason.strip() != (mark.reason if mark else ""):
            found.append((f"{criterion.name} · {_('Reason')}", (mark.reason if mark else "") or "–"))
    return found

"""The expert's desk: invitations, and the ties an expert declares."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry.models import Person
from innovalley.reviews import actions, blinding, planning, queries
from innovalley.reviews.forms import AffiliationForm, DeclarationForm, DeclineForm
from innovalley.reviews.models import Seat, SeatState


def own_seat(request: HttpRequest, pk: int, permission: str) -> Seat:
    """The seat with item, round and expert; one that is not the reader's own is refused."""
    rows = Seat.objects.select_related("item__round__rubric", "expert__user", "review").prefetch_related(
        "review__marks__criterion"
    )
    require(request.user, "reviews.have_desk")
    seat = get_object_or_404(rows.exclude(state=SeatState.PLANNED), pk=pk)
    require(request.user, permission, seat)
    return seat


@require_safe
def my_reviews(request: HttpRequest) -> HttpResponse:
    """Invitations to answer, reviews to write, and what is done."""
    require(request.user, "reviews.have_desk")
    lines = queries.desk(request.user, timezone.now())
    groups: dict[str, list[queries.DeskLine]] = {"invited": [], "open": [], "done": [], "past": []}
    for line in lines:
        stage = queries.stage_of(line.seat)
        if stage == "invited" and line.is_open:
            groups["invited"].append(line)
        elif stage in ("accepted", "writing") and line.is_open:
            groups["open"].append(line)
        elif stage in ("submitted", "abstained"):
            groups["done"].append(line)
        else:
            groups["past"].append(line)
    return render(request, "reviews/my_reviews.html", {"groups": groups, "any": bool(lines)})


@require_http_methods(["GET", "HEAD", "POST"])
def seat_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the invitation is about, without its content, and the answer to it."""
    seat = own_seat(request, pk, "reviews.answer_seat")
    is_decline = request.method == "POST" and "decline" in request.POST
    form = DeclineForm(request.POST if is_decline else None)
    if request.method == "POST" and (not is_decline or form.is_valid()):
        try:
            if is_decline:
                actions.decline_seat(actor=request.user, seat_id=pk, **form.cleaned_data)
                messages.success(request, _("You have declined; the office finds somebody else. Thank you."))
                return redirect("my_reviews")
            actions.accept_seat(actor=request.user, seat_id=pk)
            return redirect("review", pk=pk)
        except WrongStateError:
            messages.warning(
                request, _("Nothing was done: this invitation was answered or taken back meanwhile.")
            )
        except actions.ClosedError:
            messages.warning(request, _("Nothing was done: the time for reviewing is over."))
        return redirect("my_reviews")
    if seat.state not in (SeatState.INVITED, SeatState.ACCEPTED):
        return redirect("my_reviews")
    view = blinding.view_for_expert(seat.item)
    context = {
        "seat": seat,
        "round": seat.item.round,
        "title": view.title,
        "field": planning.field_name(seat.item),
        "form": form,
    }
    return render(request, "reviews/answer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def my_ties(request: HttpRequest) -> HttpResponse:
    """The ties an expert declares, and where he worked before."""
    require(request.user, "reviews.declare")
    person = Person.objects.filter(user=request.user.pk).select_related("organisation").first()
    if person is None:
        return render(request, "reviews/my_ties.html", {"person": None})
    which = request.POST.get("act", "")
    tie = DeclarationForm(request.POST if which == "tie" else None)
    employer = AffiliationForm(request.POST if which == "employer" else None)
    if which == "tie" and tie.is_valid():
        _declare(request, person, tie.cleaned_data)
        return redirect("my_ties")
    if which == "employer" and employer.is_valid():
        given = employer.cleaned_data
        actions.add_affiliation(
            actor=request.user,
            person_id=person.pk,
            organisation_id=given["employer"].pk,
            until=given["left_on"],
        )
        messages.success(request, _("It is noted."))
        return redirect("my_ties")
    context = {
        "person": person,
        "tie": tie,
        "employer": employer,
        "ties": person.declarations.filter(withdrawn_at=None).select_related(
            "other_person", "other_organisation"
        ),
        "employers": person.affiliations.select_related("organisation"),
    }
    return render(
        request, "reviews/my_ties.html", context, status=422 if tie.errors or employer.errors else 200
    )


def _declare(request: HttpRequest, person: Person, given: dict[str, Any]) -> None:
    actions.declare_tie(
        actor=request.user,
        person_id=person.pk,
        kind=given["kind"],
        other_person_id=given["person"].pk if given["person"] else None,
        other_organisation_id=given["organisation"].pk if given["organisation"] else None,
        until=given["until"],
        note=given["note"],
    )
    messages.success(request, _("It is noted: you will not be asked to review anything of theirs."))


@require_POST
def my_tie_remove(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Takes back a tie (`kind` "tie") or a former organisation ("employer")."""
    require(request.user, "reviews.declare")
    person = get_object_or_404(Person, user=request.user.pk)
    if kind == "tie":
        tie = get_object_or_404(person.declarations, pk=pk)
        actions.withdraw_declaration(actor=request.user, declaration_id=tie.pk)
    elif kind == "employer":
        employer = get_object_or_404(person.affiliations, pk=pk)
        actions.remove_affiliation(actor=request.user, affiliation_id=employer.pk)
    else:
        raise Http404
    messages.success(request, _("It is taken back."))
    return redirect("my_ties")

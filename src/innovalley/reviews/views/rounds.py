"""The office's rounds: list, settings, and the acts that move one on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry.listing import page_of
from innovalley.reviews import actions, queries, subjects
from innovalley.reviews.forms import MinutesForm, ReasonForm, ResumeForm, RoundForm
from innovalley.reviews.lifecycle import ROUND
from innovalley.reviews.models import Round, RoundState

MISSING = {
    "items": gettext_lazy("There is nothing to review in it yet."),
    "panels": gettext_lazy("Not every panel is full. Assign experts first."),
    "closes_at": gettext_lazy("Say until when reviews are due, in the settings."),
}


def seen_round(request: HttpRequest, pk: int) -> Round:
    """A round that the reader may see."""
    require(request.user, "reviews.have_desk")
    current = _round(pk)
    require(request.user, "reviews.see_round", current)
    return current


def _round(pk: int) -> Round:
    return get_object_or_404(Round.objects.select_related("rubric", "chair"), pk=pk)


def frame(request: HttpRequest, round: Round, tab: str) -> dict[str, Any]:
    """What every page of a round shows around its content."""
    return {
        "round": round,
        "tab": tab,
        "is_office": allowed(request.user, "reviews.manage"),
        "may_manage": allowed(request.user, "reviews.manage_round", round),
        "acts": [step.act for step in ROUND.acts_from(round.state)],
    }


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds for the office, the own ones for a chair; ?state= filters."""
    require(request.user, "reviews.have_desk")
    if (
        not allowed(request.user, "reviews.manage")
        and not Round.objects.filter(chair=request.user.pk).exists()
    ):
        require(request.user, "reviews.see_round")
    state = request.GET.get("state", "")
    state = state if state in RoundState.values else ""
    rows = queries.rounds(request.user, state=state)
    context = {
        "page": page_of(request, rows),
        "state": state,
        "states": RoundState.choices,
        "is_office": allowed(request.user, "reviews.manage"),
        "labels": {each.type: each.label for each in subjects.all_subjects()},
    }
    return render(request, "reviews/rounds.html", context)


@require_safe
def round(request: HttpRequest, pk: int) -> HttpResponse:
    """The board: how far each panel is."""
    current = seen_round(request, pk)
    board = queries.board(request.user, current)
    context = {
        **frame(request, current, "board"),
        "board": board,
        "loads": queries.loads(board),
        "stages": _stages(board),
        "minutes": MinutesForm(initial={"minutes": current.minutes}),
    }
    return render(request, "reviews/round.html", context)


def _stages(board: queries.Board) -> list[dict[str, Any]]:
    """The stages of the seats of panels, side by side for a bar: stage, label, count, x, width."""
    sitting = [stage for stage in STAGES if stage not in ("declined", "replaced") and board.counts.get(stage)]
    whole = max(board.wanted, sum(board.counts[stage] for stage in sitting), 1)
    laid, x = [], 0
    for stage in sitting:
        count = board.counts[stage]
        laid.append(
            {
                "stage": stage,
                "label": STAGES[stage],
                "count": count,
                "x": f"{100 * x / whole:.2f}%",
                "width": f"{100 * count / whole:.2f}%",
            }
        )
        x += count
    return laid


STAGES = {
    "submitted": gettext_lazy("submitted"),
    "abstained": gettext_lazy("abstained"),
    "writing": gettext_lazy("being written"),
    "accepted": gettext_lazy("accepted"),
    "invited": gettext_lazy("invited"),
    "planned": gettext_lazy("planned"),
    "declined": gettext_lazy("declined"),
    "replaced": gettext_lazy("replaced"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def new_round(request: HttpRequest) -> HttpResponse:
    """A new round with its settings."""
    require(request.user, "reviews.manage")
    form = RoundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = actions.create_round(
            actor=request.user, subject_type=form.cleaned_data["subject_type"], settings=form.settings()
        )
        messages.success(request, _("The round is set up. Choose now what is reviewed in it."))
        return redirect("round_items", pk=made.pk)
    return render(
        request, "reviews/round_edit.html", {"form": form, "round": None}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_round(request: HttpRequest, pk: int) -> HttpResponse:
    """The settings; of a round that has begun only some can be changed."""
    current = seen_round(request, pk)
    require(request.user, "reviews.manage_round", current)
    form = RoundForm(request.POST) if request.method == "POST" else RoundForm.of(current)
    form.fields["subject_type"].disabled = True
    form.initial.setdefault("subject_type", current.subject_type)
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_round(actor=request.user, round_id=pk, settings=form.settings())
        except WrongStateError:
            form.add_error(
                None,
                _(
                    "Experts know of the round already: kind, rubric, blindness and ties cannot change any more."
                ),
            )
        else:
            messages.success(request, _("The settings are saved."))
            return redirect(current)
    context = {**frame(request, current, "edit"), "form": form}
    return render(request, "reviews/round_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def round_items(request: HttpRequest, pk: int) -> HttpResponse:
    """Chooses what is reviewed."""
    current = seen_round(request, pk)
    require(request.user, "reviews.manage_round", current)
    offered = subjects.subject(current.subject_type).candidates()
    present = set(current.items.values_list("subject_id", flat=True))
    if request.method == "POST":
        chosen = [int(each) for each in request.POST.getlist("subject") if each.isascii() and each.isdigit()]
        try:
            made = actions.add_items(
                actor=request.user, round_id=pk, subject_ids=[each for each in chosen if each in offered]
            )
        except WrongStateError:
            messages.warning(request, _("Nothing was done: the round is under review already."))
        else:
            messages.success(request, _("%(count)s taken into the round.") % {"count": len(made)})
        return redirect(current)
    context = {
        **frame(request, current, "items"),
        "offered": [(each, title) for each, title in offered.items() if each not in present],
    }
    return render(request, "reviews/round_items.html", context)


# Acts ----------------------------------------------------------------------------------------------

TITLES = {
    "assign": gettext_lazy("Begin to assign experts"),
    "open": gettext_lazy("Invite the experts"),
    "close": gettext_lazy("Close the round"),
    "resume": gettext_lazy("Open the round again"),
}
CONSEQUENCES = {
    "assign": (
        gettext_lazy(
            "A random number is drawn and published in the ledger: among equally good panels it decides,"
            " so nobody can foretell or arrange them."
        ),
        gettext_lazy("Conflicts of interest are looked for, and how well each expert fits each item."),
        gettext_lazy("Nobody is invited yet."),
    ),
    "open": (
        gettext_lazy("Every expert with a seat is invited and can read the items after accepting."),
        gettext_lazy("Rubric and blindness cannot be changed after that."),
    ),
    "close": (
        gettext_lazy(
            "Nothing can be written or submitted any more; drafts that were not submitted do not count."
        ),
        gettext_lazy("The results stand with what was submitted."),
    ),
    "resume": (gettext_lazy("Experts can write and submit again until the time you give."),),
}
DONE = {
    "assign": gettext_lazy("The number is drawn. Experts can be assigned now."),
    "open": gettext_lazy("The experts are invited."),
    "close": gettext_lazy("The round is closed."),
    "resume": gettext_lazy("The round is open again."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def round_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Says what will happen, then does it; `act` is one of TITLES."""
    if act not in TITLES:
        raise Http404
    current = seen_round(request, pk)
    require(request.user, "reviews.manage_round", current)
    form = ResumeForm(request.POST if request.method == "POST" else None) if act == "resume" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        return _act(request, current, act, form)
    if request.method != "POST" and act not in {step.act for step in ROUND.acts_from(current.state)}:
        messages.warning(request, _("Nothing was done: the round is in another state by now."))
        return redirect(current)
    context = {
        **frame(request, current, ""),
        "act": act,
        "title": TITLES[act],
        "consequences": CONSEQUENCES[act],
        "form": form,
        "is_danger": act == "close",
        "back": current.get_absolute_url(),
    }
    return render(request, "reviews/act.html", context, status=422 if form and form.errors else 200)


def _act(request: HttpRequest, current: Round, act: str, form: ResumeForm | None) -> HttpResponse:
    try:
        if act == "assign":
            actions.start_assigning(actor=request.user, round_id=current.pk)
        elif act == "open":
            actions.open_round(actor=request.user, round_id=current.pk)
        elif act == "close":
            actions.close_round(actor=request.user, round_id=current.pk)
        elif form is not None:
            actions.resume_round(actor=request.user, round_id=current.pk, **form.cleaned_data)
    except WrongStateError:
        messages.warning(request, _("Nothing was done: the round is in another state by now."))
        return redirect(current)
    except actions.CannotOpenError as error:
        messages.warning(request, " ".join(missing_sentences(error.missing)))
        return redirect(current)
    messages.success(request, str(DONE[act]))
    return redirect("round_assignment" if act == "assign" else "round", pk=current.pk)


def missing_sentences(missing: Sequence[str]) -> list[str]:
    """Why a round cannot be opened."""
    return [str(MISSING[each]) for each in missing]


@require_POST
def round_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps the minutes."""
    current = seen_round(request, pk)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        board = queries.board(request.user, current)
        context = {
            **frame(request, current, "board"), "board": board, "loads": queries.loads(board),
            "stages": _stages(board), "minutes": form,
        }  # fmt: skip
        return render(request, "reviews/round.html", context, status=422)
    actions.write_minutes(actor=request.user, round_id=pk, minutes=form.cleaned_data["minutes"])
    messages.success(request, _("The minutes are kept."))
    return redirect(f"{reverse('round', args=[pk])}#minutes")


def reason_of(request: HttpRequest) -> str | None:
    """The reason that was sent along with an act; None when there is none."""
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else None

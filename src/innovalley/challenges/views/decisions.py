"""The pages on which a call is decided: board, list, meeting and votes, notice, awards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import allowed
from innovalley.challenges import actions, decision_queries
from innovalley.challenges.decision_forms import NEXT_STEPS, ListForm, MeetingForm, RoundForm
from innovalley.challenges.decision_lists import (
    ListError,
    challenge_digests,
    digest_of,
    standing,
    troubles_of,
)
from innovalley.challenges.models import Attendee, BidState, Call, CallState, Decision, Vote
from innovalley.challenges.tallies import lacking_votes
from innovalley.challenges.views.calls import seen_call
from innovalley.engine.lifecycle import WrongStateError
from innovalley.notices.queries import hindrances
from innovalley.reviews.models import RoundState


def _hindrances(found: list[str]) -> list[str]:
    texts = {
        "running": _("The notice still runs."),
        "withdrawn": _("The notice was withdrawn."),
        "undecided": _("Objections are not settled yet."),
        "upheld": _("An objection was upheld: withdraw the notice and reconsider the list."),
    }
    return [texts[each] for each in found]


@require_safe
def call_decision(request: HttpRequest, number: str) -> HttpResponse:
    """The board: ranking, list and money, votes, notice, and what can be done next."""
    return _board(request, _decided_call(request, number))


def _decided_call(request: HttpRequest, number: str) -> Call:
    """The call, for who decides on it; there is nothing to decide before its review."""
    call = seen_call(request, number, "challenges.decide_call")
    if call.state not in (CallState.REVIEWING, CallState.NOTICED, CallState.DECIDED):
        raise Http404
    return call


def _board(
    request: HttpRequest, call: Call, form: ListForm | None = None, round_form: RoundForm | None = None
) -> HttpResponse:
    form = form or ListForm(decision_queries.groups(request.user, call), None)
    decision = Decision.objects.filter(call=call).select_related("notice").first()
    rounds = decision_queries.rounds_of(call)
    notice = decision.notice if decision else None
    stands = decision is not None and decision.list_at is not None
    waiting = any(row.bid.state == BidState.ELIGIBLE for group in form.groups for row in group.rows)
    context = {
        **_money(call),
        "call": call,
        "form": form,
        "groups": form.groups,
        "decision": decision,
        "stands": stands,
        "rounds": rounds,
        "round_form": round_form or RoundForm(),
        "may_take": waiting and bool(rounds) and all(each.state == RoundState.CLOSED for each in rounds),
        "waiting": waiting,
        "is_open": call.state == CallState.REVIEWING,
        "meeting": decision_queries.last_meeting(call),
        "lacking": lacking_votes(call) if stands and call.state == CallState.REVIEWING else [],
        "notice": notice,
        "hindrances": _hindrances(hindrances(notice)) if notice and call.state == CallState.NOTICED else [],
        "next_steps": NEXT_STEPS,
        "result": decision_queries.public_result(call),
    }
    failed = form.error or any(g.error or any(r.error for r in g.rows) for g in form.groups)
    return render(request, "challenges/decisions/board.html", context, status=422 if failed else 200)


def _money(call: Call, total: int | None = None) -> dict[str, Any]:
    """The bar of money: what the list takes of what there is."""
    total = standing(call).total_fen if total is None else total
    most = call.money_available_fen
    return {
        "total_fen": total,
        "money_fen": most,
        "left_fen": None if most is None else most - total,
        "money_width": None if not most else f"{min(100, 100 * total // most)}%",
    }


@require_POST
def decision_round(request: HttpRequest, number: str) -> HttpResponse:
    """Makes the round of review over the eligible bids; it is set up further in the room of reviews."""
    call = _decided_call(request, number)
    form = RoundForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing was done: choose a rubric."))
        return redirect("call_decision", number=number)
    try:
        round = actions.make_round(
            actor=request.user, call_id=call.pk, rubric_id=form.cleaned_data["rubric"].pk
        )
    except (ValueError, WrongStateError):
        messages.warning(request, _("Nothing was done: there is no bid to review."))
        return redirect("call_decision", number=number)
    return redirect(round)


@require_POST
def decision_results(request: HttpRequest, number: str) -> HttpResponse:
    """Takes the results of the closed rounds."""
    call = _decided_call(request, number)
    try:
        actions.take_results(actor=request.user, call_id=call.pk)
    except (actions.NotReviewedError, WrongStateError):
        messages.warning(request, _("Nothing was done: a round of the call is not closed."))
    else:
        messages.success(request, _("The results are taken. The list can be made now."))
    return redirect("call_decision", number=number)


@require_POST
def decision_list(request: HttpRequest, number: str) -> HttpResponse:
    """First shows the whole list that was typed, then, sent again with what was shown, makes it the list."""
    call = _decided_call(request, number)
    form = ListForm(decision_queries.groups(request.user, call), request.POST.dict())
    form.add_troubles([] if not form.is_valid else troubles_of(call, form.proposal))
    if not form.is_valid:
        return _board(request, call, form)
    if "digest" in request.POST:
        try:
            actions.apply_list(
                actor=request.user, call_id=call.pk, proposal=form.proposal, digest=request.POST["digest"]
            )
        except actions.SeenOtherError:
            messages.warning(request, _("Nothing was done: bids or list have changed meanwhile. Look again."))
        except (WrongStateError, actions.NotReviewedError, ListError):
            messages.warning(request, _("Nothing was done: the call has moved on."))
            return redirect("call_decision", number=number)
        else:
            messages.success(request, _("The list is made. It can be changed until it is on public notice."))
            return redirect("call_decision", number=number)
    context = {
        **_money(call, form.proposal.total_fen),
        "call": call,
        "form": form,
        "groups": form.groups,
        "digest": digest_of(call, form.proposal),
    }
    return render(request, "challenges/decisions/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decision_act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Says what taking back, publishing, reconsidering or awarding does, and does it when it is sent."""
    call = _decided_call(request, number)
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, _do(request, call, act))
        except ValueError:
            error = _("Write the reason.")
        except actions.SeenOtherError:
            error = _("Nothing was done: bids or list have changed meanwhile. Look again.")
        except actions.NotPassedError as lacking:
            numbers = ", ".join(map(str, lacking.numbers))
            error = _("The list did not pass the vote for challenge %(numbers)s.") % {"numbers": numbers}
        except actions.HinderedError as hindered:
            error = " ".join(_hindrances(hindered.hindrances))
        except ListError:
            error = _("There is no whole list yet.")
        except WrongStateError:
            messages.warning(request, _("Nothing was done: the call has moved on."))
            return redirect("call_decision", number=number)
        else:
            return redirect("call_decision", number=number)
    groups = decision_queries.groups(request.user, call)
    context = {
        **_money(call),
        "call": call,
        "act": act,
        "groups": groups,
        "error": error,
        "digest": digest_of(call, standing(call)),
    }
    return render(request, "challenges/decisions/act.html", context, status=422 if error else 200)


def _do(request: HttpRequest, call: Call, act: str) -> str:
    """Does it, and says so."""
    who = {"actor": request.user, "call_id": call.pk}
    if act == "back":
        actions.take_list_back(**who)
        return _("The list is taken back.")
    if act == "notice":
        actions.publish_decision(**who, digest=request.POST.get("digest", ""))
        return _("The list is on public notice.")
    if act == "reconsider":
        actions.reconsider(**who, reason=request.POST.get("reason", ""))
        return _("The notice is withdrawn. The list can be changed again.")
    actions.award(**who)
    return _("The call is decided.")


@require_http_methods(["GET", "HEAD", "POST"])
def decision_meeting(request: HttpRequest, number: str) -> HttpResponse:
    """The record of a meeting."""
    call = _decided_call(request, number)
    form = MeetingForm(call, decision_queries.last_meeting(call), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_meeting(
                actor=request.user,
                call_id=call.pk,
                held_on=form.cleaned_data["held_on"],
                attendees=[each.pk for each in form.cleaned_data["attendees"]],
                text=form.cleaned_data["text"],
            )
        except actions.VotedError:
            form.add_error("attendees", _("Who has voted stays among the attendees."))
        except WrongStateError:
            messages.warning(request, _("Nothing was done: the call has moved on."))
            return redirect("call_decision", number=number)
        else:
            messages.success(request, _("The meeting is recorded."))
            return redirect("call_votes", number=number)
    context = {"call": call, "form": form}
    status = 422 if form.errors else 200
    return render(request, "challenges/decisions/meeting.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def call_votes(request: HttpRequest, number: str) -> HttpResponse:
    """The list and the votes on it: an attendee sees and gives the own ones, who decides on the call all."""
    call = seen_call(request, number)
    own = decision_queries.attendee_of(request.user, call)
    decides = allowed(request.user, "challenges.decide_call", call)
    meeting = decision_queries.last_meeting(call)
    if meeting is None or not (decides or own) or call.state == CallState.CLOSED:
        raise Http404
    digests = challenge_digests(call)
    if request.method == "POST":
        _vote(request, call)
        return redirect("call_votes", number=number)
    groups = decision_queries.groups(request.user, call)
    challenges = [group.challenge for group in groups]
    ballots = decision_queries.ballots(call, meeting, challenges, digests)
    if not decides:
        ballots = [each for each in ballots if own is not None and each.attendee.pk == own.pk]
    context = {
        **_money(call),
        "call": call,
        "meeting": meeting,
        "groups": groups,
        "ballots": ballots,
        "digests": [(each.pk, digests[each.pk]) for each in challenges],
        "choices": Vote.Choice.choices,
        "decides": decides,
        "is_open": call.state == CallState.REVIEWING,
    }
    return render(request, "challenges/decisions/votes.html", context)


def _vote(request: HttpRequest, call: Call) -> None:
    """The votes of one attendee: all that were chosen, or none of them."""
    try:
        with transaction.atomic():
            for challenge in call.challenges.all():
                if choice := request.POST.get(f"vote-{challenge.pk}", ""):
                    actions.cast_vote(
                        actor=request.user,
                        attendee_id=int(request.POST.get("attendee", "")),
                        challenge_id=challenge.pk,
                        choice=choice,
                        digest=request.POST.get(f"digest-{challenge.pk}", ""),
                    )
    except actions.ConflictedError:
        messages.warning(request, _("Nothing was done: this attendee has a conflict of interest there."))
    except actions.ListChangedError:
        messages.warning(request, _("Nothing was done: the list has changed meanwhile. Look again."))
    except (WrongStateError, ValueError, Attendee.DoesNotExist):
        messages.warning(request, _("Nothing was done: the call has moved on."))
    else:
        messages.success(request, _("The votes are recorded."))

"""Experts to panels: a plan is computed, seen, and applied as it was seen."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from innovalley.engine.lifecycle import WrongStateError
from innovalley.engine.panels import InfeasibleError, solve
from innovalley.ledger.actions import record
from innovalley.registry.queueing import defer
from innovalley.reviews import notifying, planning
from innovalley.reviews.actions.checks import locked_item, locked_round, locked_seat, require_now
from innovalley.reviews.actions.rounds import invite
from innovalley.reviews.lifecycle import ASSIGNABLE, SEAT
from innovalley.reviews.models import (
    ConflictRecord,
    ForbiddenPair,
    Plan,
    Round,
    RoundState,
    Seat,
    SeatState,
)
from innovalley.reviews.models.conflicts import HOLDS
from innovalley.reviews.models.seats import SITTING

SECONDS = 60.0  # to search for the best assignment


class OutdatedPlanError(Exception):
    """Something has changed since the plan was computed, or another one was applied: look again."""


@transaction.atomic
def request_plan(*, actor: Any, round_id: int) -> Plan:
    """Queues the computation of a plan; `compute_plan` fills it.

    Raises:
        Refused, WrongStateError
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    _require_assignable(round)
    plan = Plan.objects.create(round=round, created_by=actor)
    record(actor=actor, act="round.request_plan", subject=round, plan=plan.pk)
    defer("reviews.compute_plan", key=f"reviews.compute_plan:{plan.pk}", plan_id=plan.pk)
    return plan


def propose_assignment(*, actor: Any, round_id: int) -> Plan:
    """A plan for the round as it stands, computed now; nothing changes until it is applied.

    Raises:
        Refused, WrongStateError
        NoFitsError: experts' fits are still being computed.
        ValueError: the settings contradict each other.
    """
    with transaction.atomic():
        round = locked_round(round_id)
        require_now(actor, "reviews.manage_round", round)
        _require_assignable(round)
        plan = Plan.objects.create(round=round, created_by=actor)
        record(actor=actor, act="round.propose_assignment", subject=round, plan=plan.pk)
    return compute_plan(plan_id=plan.pk)


def compute_plan(*, plan_id: int) -> Plan:
    """Fills a waiting plan; a filled one is returned as it is, so that a job may be repeated.

    Raises:
        NoFitsError, ValueError, TimeoutError
    """
    plan = Plan.objects.select_related("round").get(pk=plan_id)
    if plan.state != Plan.State.WAITING:
        return plan
    try:
        problem = planning.problem_of(plan.round)
        plan.basis = planning.basis_of(problem, plan.round)
        answer = solve(
            problem,
            objective=planning.objective_of(plan.round),
            seed=plan.round.seed,
            seconds=SECONDS,
        )
        planning.write_answer(plan, problem, answer)
    except InfeasibleError as error:
        plan.state, plan.diagnosis = Plan.State.INFEASIBLE, planning.diagnosis_as_json(error.diagnosis)
    except Exception:
        plan.state = Plan.State.FAILED
        plan.save()
        raise
    plan.save()
    return plan


@transaction.atomic
def apply_assignment(*, actor: Any, round_id: int, digest: str) -> Plan:
    """Makes the seats what the plan called `digest` says. The same plan again changes nothing.

    Planned seats come and go; experts who have been invited already and are not in it any more are released.
    In a round under review the new ones are invited at once.

    Raises:
        Refused, WrongStateError
        OutdatedPlanError: what it was computed from is no longer what stands.
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    _require_assignable(round)
    plans = Plan.objects.filter(round=round, digest=digest).exclude(digest="")
    if done := plans.filter(state=Plan.State.APPLIED).first():
        latest = Plan.objects.filter(round=round, state=Plan.State.APPLIED).order_by("-applied_at").first()
        if latest == done:
            return done
    plan = plans.filter(state=Plan.State.READY).first()
    if plan is None or planning.basis_of(planning.problem_of(round), round) != plan.basis:
        raise OutdatedPlanError
    came, went = _write_seats(round, plan)
    plan.state, plan.applied_at = Plan.State.APPLIED, timezone.now()
    plan.save(update_fields=["state", "applied_at"])
    record(
        actor=actor, act="round.apply_assignment", subject=round, digest=digest, seed=round.seed, came=came,
        went=went,
    )  # fmt: skip
    return plan


def _write_seats(round: Round, plan: Plan) -> tuple[int, int]:
    wanted = {(item, expert): fit for item, expert, fit in plan.pairs}
    rows = Seat.objects.select_for_update(of=("self",)).filter(item__round=round)
    seats = {
        (seat.item_id, seat.expert_id): seat for seat in rows.select_related("expert__user", "item__round")
    }
    went = 0
    for pair, seat in seats.items():
        if seat.state in SITTING and pair not in wanted:
            _release(seat)
            went += 1
    new: list[Seat] = []
    for pair, fit in wanted.items():
        old = seats.get(pair)
        if old is not None and old.state in SITTING:
            continue
        if old is None:
            new.append(Seat.objects.create(item_id=pair[0], expert_id=pair[1], fit=fit))
        else:
            old.state, old.fit, old.reason, old.answered_at = SeatState.PLANNED, fit, "", None
            old.save()
            new.append(old)
    if round.state == RoundState.REVIEWING:
        pks = [seat.pk for seat in new]
        invite(round, list(Seat.objects.filter(pk__in=pks).select_related("expert__user").order_by("pk")))
    return len(new), went


def _release(seat: Seat) -> None:
    """Takes a seat away: a planned one is gone, one whose expert knows of it stays as history."""
    if seat.state == SeatState.PLANNED:
        seat.delete()
        return
    seat.state, seat.locked = SEAT.step("replace", seat.state).target, False
    seat.save(update_fields=["state", "locked"])
    notifying.released(seat)


def _require_assignable(round: Round) -> None:
    if round.state not in ASSIGNABLE:
        raise WrongStateError("assign", round.state)


@transaction.atomic
def lock_seat(*, actor: Any, seat_id: int) -> Seat:
    """Keeps this expert in this panel whatever is computed.

    Raises:
        Refused, WrongStateError
    """
    return _set_lock(actor, seat_id, True)


@transaction.atomic
def unlock_seat(*, actor: Any, seat_id: int) -> Seat:
    """Lets computations move this expert again.

    Raises:
        Refused, WrongStateError
    """
    return _set_lock(actor, seat_id, False)


def _set_lock(actor: Any, seat_id: int, locked: bool) -> Seat:
    locked_round(Seat.objects.values_list("item__round", flat=True).get(pk=seat_id))
    seat = locked_seat(seat_id)
    require_now(actor, "reviews.manage_item", seat.item)
    _require_assignable(seat.item.round)
    if seat.state not in SITTING:
        raise WrongStateError("lock", seat.state)
    if seat.locked != locked:
        seat.locked = locked
        seat.save(update_fields=["locked"])
        record(actor=actor, act="seat.lock" if locked else "seat.unlock", subject=seat)
    return seat


@transaction.atomic
def forbid_pair(*, actor: Any, item_id: int, expert_id: int, reason: str) -> ForbiddenPair:
    """Rules an expert out for an item; one who sits there is released by the next plan, or at once if only planned.

    Raises:
        Refused, WrongStateError
        ValueError: no reason.
    """
    item = locked_item(item_id)
    require_now(actor, "reviews.manage_item", item)
    _require_assignable(item.round)
    if not reason.strip():
        raise ValueError("an expert is ruled out with a reason")
    pair, is_new = ForbiddenPair.objects.get_or_create(
        item=item, expert_id=expert_id, defaults={"reason": reason.strip(), "by": actor}
    )
    if is_new:
        Seat.objects.filter(item=item, expert_id=expert_id).update(locked=False)
        record(actor=actor, act="round.forbid_pair", subject=item, expert=expert_id, reason=reason.strip())
    return pair


@transaction.atomic
def allow_pair(*, actor: Any, item_id: int, expert_id: int) -> None:
    """Takes `forbid_pair` back.

    Raises:
        Refused, WrongStateError
    """
    item = locked_item(item_id)
    require_now(actor, "reviews.manage_item", item)
    _require_assignable(item.round)
    if ForbiddenPair.objects.filter(item=item, expert_id=expert_id).delete()[0]:
        record(actor=actor, act="round.allow_pair", subject=item, expert=expert_id)


def bars(item_id: int, expert_id: int) -> bool:
    """Whether a conflict of interest keeps this expert from this item now."""
    return ConflictRecord.objects.filter(HOLDS, item=item_id, expert=expert_id).exists()

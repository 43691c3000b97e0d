"""Rubrics and rounds: setting up, opening, closing."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.actions import record
from innovalley.registry.queueing import defer
from innovalley.reviews import needs, notifying
from innovalley.reviews.actions.checks import locked_item, locked_round, require_now
from innovalley.reviews.lifecycle import ROUND
from innovalley.reviews.models import (
    Criterion,
    Item,
    ItemParty,
    Round,
    RoundState,
    Rubric,
    Seat,
    SeatState,
)
from innovalley.reviews.subjects import Parties, subject

SETTINGS = (
    "title_zh", "title_en", "kind", "rubric", "blind", "panel_size", "max_load", "min_load", "group_limits",
    "needs", "windows", "objective", "opens_at", "closes_at", "chair",
)  # fmt: skip
# What may still be changed once experts have been told of the round.
LATER = (
    "title_zh",
    "title_en",
    "closes_at",
    "chair",
    "max_load",
    "min_load",
    "needs",
    "group_limits",
    "panel_size",
)
_SEEDS = 2**31


class InUseError(Exception):
    """A rubric that a running round judges by cannot change."""


class CannotOpenError(Exception):
    """The round cannot be opened; `missing` says what it lacks: "items", "panels" or "closes_at"."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = list(missing)


@transaction.atomic
def save_rubric(
    *,
    actor: Any,
    title_zh: str,
    criteria: Sequence[dict[str, Any]],
    title_en: str = "",
    rubric_id: int | None = None,
) -> Rubric:
    """A rubric with its criteria in order; with `rubric_id` in place of what that one said.

    `criteria` have columns of Criterion without rubric and position; their weights sum to 100.

    Raises:
        Refused
        InUseError: a round beyond its draft judges by it.
        ValueError: the weights do not sum to 100.
    """
    require_now(actor, "reviews.manage")
    if sum(each["weight"] for each in criteria) != 100:
        raise ValueError("weights sum to 100")
    if rubric_id is None:
        rubric = Rubric.objects.create(title_zh=title_zh, title_en=title_en, created_by=actor)
    else:
        rubric = Rubric.objects.select_for_update(of=("self",)).get(pk=rubric_id)
        if rubric.rounds.exclude(state=RoundState.DRAFT).exists():
            raise InUseError
        rubric.title_zh, rubric.title_en = title_zh, title_en
        rubric.save()
        rubric.criteria.all().delete()
    Criterion.objects.bulk_create(
        Criterion(rubric=rubric, position=position, **each) for position, each in enumerate(criteria, start=1)
    )
    record(actor=actor, act="rubric.save", subject=rubric, criteria=len(criteria))
    return rubric


@transaction.atomic
def create_round(*, actor: Any, subject_type: str, settings: dict[str, Any]) -> Round:
    """A draft round; `settings` has columns of SETTINGS.

    Raises:
        Refused
        KeyError: no room registered `subject_type`.
        ValueError: needs that are none.
    """
    require_now(actor, "reviews.manage")
    subject(subject_type)
    round = Round(subject_type=subject_type, created_by=actor)
    _fill(round, settings, SETTINGS)
    round.save()
    record(actor=actor, act="round.create", subject=round, type=subject_type)
    return round


@transaction.atomic
def update_round(*, actor: Any, round_id: int, settings: dict[str, Any]) -> Round:
    """Changes the settings of a draft, or of LATER those of a round that is being assigned or reviewed.

    Raises:
        Refused, WrongStateError
        ValueError
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    if round.state == RoundState.CLOSED:
        raise WrongStateError("update", round.state)
    allowed = SETTINGS if round.state == RoundState.DRAFT else LATER
    changed = {name: value for name, value in settings.items() if getattr(round, name) != value}
    if set(changed) - set(allowed):
        raise WrongStateError("update", round.state)
    _fill(round, changed, allowed)
    round.save()
    if changed:
        record(actor=actor, act="round.update", subject=round, changed=sorted(changed))
    return round


def _fill(round: Round, settings: dict[str, Any], allowed: Sequence[str]) -> None:
    if unknown := set(settings) - set(allowed):
        raise TypeError(f"no settings of a round: {sorted(unknown)}")
    needs.parse_needs(settings.get("needs", []))
    for name, value in settings.items():
        setattr(round, name, value)


@transaction.atomic
def add_items(*, actor: Any, round_id: int, subject_ids: Iterable[int]) -> list[Item]:
    """Takes objects into a draft round, or one that is being assigned; those in it already stay as they are.

    Their numbers are drawn, so that they tell nothing of who came first. `actor` None is the system.

    Raises:
        Refused, WrongStateError
    """
    round = locked_round(round_id)
    if actor is not None:
        require_now(actor, "reviews.manage_round", round)
    if round.state not in (RoundState.DRAFT, RoundState.ASSIGNING):
        raise WrongStateError("add_items", round.state)
    present = set(round.items.values_list("subject_id", flat=True))
    new = sorted(set(subject_ids) - present)
    secrets.SystemRandom().shuffle(new)
    first = max(round.items.values_list("number", flat=True), default=0) + 1
    items = Item.objects.bulk_create(
        Item(round=round, subject_type=round.subject_type, subject_id=pk, number=number)
        for number, pk in enumerate(new, start=first)
    )
    _keep_parties(round, items)
    if items:
        round.fits_ready_at = None
        round.save(update_fields=["fits_ready_at"])
        record(actor=actor, act="round.add_items", subject=round, items=sorted(item.pk for item in items))
        if round.state == RoundState.ASSIGNING:
            queue_preparation(round)
    return items


def _keep_parties(round: Round, items: Sequence[Item]) -> None:
    parties = subject(round.subject_type).parties([item.subject_id for item in items])
    rows = []
    for item in items:
        behind = parties.get(item.subject_id, Parties())
        rows += [ItemParty(item=item, person_id=pk) for pk in sorted(behind.persons)]
        rows += [ItemParty(item=item, organisation_id=pk) for pk in sorted(behind.organisations)]
    ItemParty.objects.bulk_create(rows)


@transaction.atomic
def remove_item(*, actor: Any, item_id: int) -> None:
    """Takes an item out of a round that is not reviewed yet (a bid that was withdrawn).

    Raises:
        Refused, WrongStateError
    """
    item = locked_item(item_id)
    require_now(actor, "reviews.manage_item", item)
    if item.round.state not in (RoundState.DRAFT, RoundState.ASSIGNING):
        raise WrongStateError("remove_item", item.round.state)
    record(actor=actor, act="round.remove_item", subject=item.round, item=item.pk)
    item.seats.all().delete()
    item.delete()


@transaction.atomic
def start_assigning(*, actor: Any, round_id: int) -> Round:
    """Draws the seed, publishes it in the ledger, and looks for conflicts and fits. Again: nothing changes.

    The seed stands before anyone could compute panels with it.

    Raises:
        Refused, WrongStateError
        CannotOpenError: there are no items.
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    if round.state == RoundState.ASSIGNING:
        return round
    step = ROUND.step("assign", round.state)
    if not round.items.exists():
        raise CannotOpenError(["items"])
    round.state = step.target
    round.seed, round.seed_published_at = secrets.randbelow(_SEEDS), timezone.now()
    round.save(update_fields=["state", "seed", "seed_published_at"])
    record(actor=actor, act="round.assign", subject=round, seed=round.seed)
    queue_preparation(round)
    return round


def queue_preparation(round: Round) -> None:
    """Queues the search for conflicts and fits, in the caller's transaction."""
    defer("reviews.prepare_round", key=f"reviews.prepare_round:{round.pk}", round_id=round.pk)


@transaction.atomic
def open_round(*, actor: Any, round_id: int, now: dt.datetime | None = None) -> Round:
    """Invites the experts in the planned seats. Opening again what is open changes nothing.

    Raises:
        Refused, WrongStateError
        CannotOpenError: no items, panels that are not full, or no end.
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    if round.state == RoundState.REVIEWING:
        return round
    step = ROUND.step("open", round.state)
    seats = list(
        Seat.objects.filter(item__round=round, state=SeatState.PLANNED).select_related("expert__user")
    )
    filled: dict[int, int] = {}
    for seat in seats:
        filled[seat.item_id] = filled.get(seat.item_id, 0) + 1
    items = list(round.items.values_list("pk", flat=True))
    missing = [] if items else ["items"]
    if any(filled.get(item, 0) < round.panel_size for item in items):
        missing.append("panels")
    if round.closes_at is None or round.closes_at <= (now or timezone.now()):
        missing.append("closes_at")
    if missing:
        raise CannotOpenError(missing)
    round.state = step.target
    round.save(update_fields=["state"])
    invite(round, seats)
    record(actor=actor, act="round.open", subject=round, seats=len(seats))
    return round


def invite(round: Round, seats: Sequence[Seat]) -> None:
    """Planned seats become invitations, and their experts hear of it; in the caller's transaction."""
    now = timezone.now()
    for seat in seats:
        seat.state, seat.invited_at, seat.answered_at = SeatState.INVITED, now, None
    Seat.objects.bulk_update(seats, ["state", "invited_at", "answered_at"])
    notifying.invited(round, seats)


@transaction.atomic
def close_round(*, actor: Any, round_id: int) -> Round:
    """Ends a round: nothing is written or submitted any more. Drafts that were not submitted do not count.

    Raises:
        Refused, WrongStateError
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    if round.state == RoundState.CLOSED:
        return round
    round.state = ROUND.step("close", round.state).target
    round.closed_at = timezone.now()
    round.save(update_fields=["state", "closed_at"])
    record(actor=actor, act="round.close", subject=round)
    return round


@transaction.atomic
def resume_round(*, actor: Any, round_id: int, closes_at: dt.datetime, reason: str) -> Round:
    """Opens a closed round again until `closes_at`, with a reason that stands in its minutes' record.

    Raises:
        Refused, WrongStateError
        ValueError: no reason, or an end that is past.
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    if not reason.strip() or closes_at <= timezone.now():
        raise ValueError("a round is resumed with a reason, until a time to come")
    round.state = ROUND.step("resume", round.state).target
    round.closes_at, round.closed_at = closes_at, None
    round.save(update_fields=["state", "closes_at", "closed_at"])
    record(actor=actor, act="round.resume", subject=round, reason=reason.strip(), until=closes_at.isoformat())
    return round


@transaction.atomic
def write_minutes(*, actor: Any, round_id: int, minutes: str) -> Round:
    """Keeps what was talked about at the panel's meeting.

    Raises:
        Refused
    """
    round = locked_round(round_id)
    require_now(actor, "reviews.manage_round", round)
    round.minutes = minutes.strip()
    round.save(update_fields=["minutes"])
    record(actor=actor, act="round.minutes", subject=round, characters=len(round.minutes))
    return round

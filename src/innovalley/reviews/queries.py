"""Reads that pages and exports of reviews share; they decide what a reader may see at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from innovalley.accounts.permissions import allowed
from innovalley.reviews import barring, statistics, wording
from innovalley.reviews.models import (
    ConflictRecord,
    ExpertProfile,
    Fit,
    ForbiddenPair,
    Item,
    Mark,
    Review,
    ReviewState,
    Round,
    RoundState,
    Seat,
    SeatState,
)
from innovalley.reviews.models.seats import SITTING
from innovalley.reviews.subjects import titles_of


def visible_items(user: Any, round: Round) -> QuerySet[Item]:
    """The items of `round` that `user` may see and count: all but those of own conflicts of interest."""
    return round.items.exclude(pk__in=barring.barred_items(user, round)).order_by("number")


def is_reviewer(user: Any, subject_type: str, subject_id: int) -> bool:
    """Whether `user` has taken a seat over this object in a round that runs or has ended (for its files)."""
    if not getattr(user, "is_authenticated", False):
        return False
    seats = Seat.objects.filter(
        item__subject_type=subject_type,
        item__subject_id=subject_id,
        expert__user=user,
        state=SeatState.ACCEPTED,
    )
    return any(not is_barred(seat) for seat in seats)


def is_barred(seat: Seat) -> bool:
    """Whether a conflict was found after the seat was taken."""
    return (
        ConflictRecord.objects.filter(item=seat.item_id, expert=seat.expert_id)
        .filter(gone_at=None, overridden_by=None)
        .exists()
    )


# The expert's desk ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A seat as its expert sees it; `filled` of `criteria` are judged."""

    seat: Seat
    review: Review | None
    filled: int
    criteria: int
    is_open: bool

    @property
    def percent(self) -> int:
        """How much of the review is written."""
        return 100 * self.filled // self.criteria if self.criteria else 0


def desk(user: Any, now: Any) -> list[DeskLine]:
    """All invitations and reviews of a user, what is due first at the top; three queries however many."""
    seats = list(
        Seat.objects.filter(expert__user=user)
        .exclude(state=SeatState.PLANNED)
        .select_related("item__round__rubric", "review")
        .order_by("item__round__closes_at", "item__number")
    )
    filled = dict(
        Mark.objects.filter(review__seat__in=[seat.pk for seat in seats])
        .filter(Q(value__isnull=False) | Q(is_not_applicable=True))
        .values_list("review")
        .annotate(count=Count("pk"))
    )
    wanted = {seat.item.round.rubric_id for seat in seats}
    criteria = dict(
        Round.objects.filter(rubric__in=wanted)
        .values_list("rubric")
        .annotate(count=Count("rubric__criteria", distinct=True))
    )
    lines = []
    for seat in seats:
        review = getattr(seat, "review", None)
        round = seat.item.round
        is_open = round.state == RoundState.REVIEWING and (round.closes_at is None or now < round.closes_at)
        lines.append(
            DeskLine(
                seat,
                review,
                filled.get(review.pk, 0) if review else 0,
                criteria.get(round.rubric_id, 0),
                is_open,
            )
        )
    return lines


# The board -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class PanelLine:
    """An item of the board with the seats of its panel; `title` is "" for who must not know it."""

    item: Item
    title: str
    seats: list[Seat] = field(default_factory=list)
    left: list[Seat] = field(default_factory=list)  # declined or replaced
    conflicts: int = 0

    @property
    def submitted(self) -> int:
        """Reviews handed in."""
        return sum(1 for seat in self.seats if stage_of(seat) in ("submitted", "abstained"))


@dataclass(frozen=True, slots=True)
class Board:
    """A round at a glance, of what its reader may see."""

    lines: list[PanelLine]
    wanted: int
    counts: dict[str, int]

    @property
    def submitted(self) -> int:
        """Reviews handed in."""
        return sum(line.submitted for line in self.lines)

    @property
    def percent(self) -> int:
        """Of the reviews wanted."""
        return min(100, 100 * self.submitted // self.wanted) if self.wanted else 0


def stage_of(seat: Seat) -> str:
    """Where a seat stands: planned, invited, accepted, writing, submitted, abstained, declined, replaced."""
    if seat.state != SeatState.ACCEPTED:
        return str(seat.state)
    review: Review | None = getattr(seat, "review", None)
    if review is None or (review.state == ReviewState.DRAFT and review.version == 1):
        return "accepted"
    if review.state == ReviewState.DRAFT:
        return "writing"
    return "abstained" if review.is_abstention else "submitted"


def board(user: Any, round: Round) -> Board:
    """The panels of a round; a fixed number of queries."""
    items = list(visible_items(user, round))
    knows = allowed(user, "reviews.manage") or not round.hides_parties
    titles = titles_of(items) if knows else {}
    lines = {item.pk: PanelLine(item, titles.get(item.pk, "")) for item in items}
    rows = Seat.objects.filter(item__in=list(lines)).select_related("expert__organisation", "review")
    counts: dict[str, int] = defaultdict(int)
    for seat in rows.order_by("-fit", "pk"):
        line = lines[seat.item_id]
        seat.stage = stage_of(seat)  # type: ignore[attr-defined]
        counts[seat.stage] += 1  # type: ignore[attr-defined]
        (line.seats if seat.state in SITTING else line.left).append(seat)
    holding = (
        ConflictRecord.objects.filter(item__in=list(lines), gone_at=None, overridden_by=None, user=None)
        .values_list("item")
        .annotate(count=Count("expert", distinct=True))
    )
    for item_id, count in holding:
        lines[item_id].conflicts = count
    return Board(list(lines.values()), round.panel_size * len(items), dict(counts))


@dataclass(frozen=True, slots=True)
class LoadLine:
    """How much one expert of the round has to do."""

    expert: Any
    seats: int
    submitted: int


def loads(board: Board) -> list[LoadLine]:
    """The experts of a board by load, the busiest first."""
    own: dict[int, list[Seat]] = defaultdict(list)
    for line in board.lines:
        for seat in line.seats:
            own[seat.expert_id].append(seat)
    lines = [
        LoadLine(
            seats[0].expert,
            len(seats),
            sum(1 for seat in seats if stage_of(seat) in ("submitted", "abstained")),
        )
        for seats in own.values()
    ]
    return sorted(lines, key=lambda line: (-line.seats, line.expert.name_zh, line.expert.pk))


# One item, for the office --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert who could take a seat."""

    fit: Fit
    conflicts: Sequence[ConflictRecord]
    is_forbidden: bool
    seat: Seat | None


def candidates(item: Item, limit: int = 40) -> list[Candidate]:
    """The best fitting experts for an item, with what bars them; four queries."""
    fits = list(
        Fit.objects.filter(item=item).select_related("expert__organisation").order_by("-value", "pk")[:limit]
    )
    people = [fit.expert_id for fit in fits]
    barring_rows: dict[int, list[ConflictRecord]] = defaultdict(list)
    for record in ConflictRecord.objects.filter(
        item=item, expert__in=people, gone_at=None, overridden_by=None
    ):
        barring_rows[record.expert_id or 0].append(record)
    forbidden = set(ForbiddenPair.objects.filter(item=item).values_list("expert_id", flat=True))
    seats = {seat.expert_id: seat for seat in Seat.objects.filter(item=item)}
    return [
        Candidate(
            fit, barring_rows.get(fit.expert_id, []), fit.expert_id in forbidden, seats.get(fit.expert_id)
        )
        for fit in fits
    ]


def reviews_of(item: Item) -> list[Seat]:
    """The seats of an item with their reviews and marks; two queries."""
    return list(
        Seat.objects.filter(item=item, state=SeatState.ACCEPTED)
        .select_related("expert__organisation", "review")
        .prefetch_related("review__marks__criterion")
        .order_by("pk")
    )


# Conflicts -----------------------------------------------------------------------------------------


def conflicts(user: Any, round: Round, *, expert: str = "", state: str = "") -> QuerySet[ConflictRecord]:
    """The conflicts of experts with the items that `user` may see."""
    rows = ConflictRecord.objects.filter(item__in=visible_items(user, round), user=None)
    rows = rows.select_related("item__round", "expert__organisation", "other_person", "other_organisation")
    rows = rows.select_related("asked_by", "overridden_by")
    if expert:
        rows = rows.filter(Q(expert__name_zh__icontains=expert) | Q(expert__name_en__icontains=expert))
    if state == "asked":
        rows = rows.filter(asked_by__isnull=False, overridden_by=None, gone_at=None)
    elif state == "overridden":
        rows = rows.filter(overridden_by__isnull=False, gone_at=None)
    elif state == "gone":
        rows = rows.filter(gone_at__isnull=False)
    else:
        rows = rows.filter(gone_at=None)
    return rows.order_by("item__number", "expert__name_zh", "pk")


def with_sentences(rows: Iterable[ConflictRecord]) -> list[ConflictRecord]:
    """The rows, each with `sentence`: where it is recorded."""
    found = list(rows)
    names = wording.Names(row.source for row in found)
    for row in found:
        row.sentence = wording.source_sentence(row, names)  # type: ignore[attr-defined]
    return found


# Results -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundResults:
    """The results of a round with the names that their reader may know."""

    results: statistics.Results
    items: dict[int, Item]
    titles: dict[int, str]
    experts: dict[int, str]
    codes: dict[int, str]  # "Expert 3": what an expert is called where nobody is to know who it is


def round_results(user: Any, round: Round) -> RoundResults:
    """What the submitted reviews of the items that `user` may see lead to; seats that were given up count not."""
    items = {item.pk: item for item in visible_items(user, round)}
    rows = list(
        Review.objects.filter(
            seat__item__in=list(items), seat__state=SeatState.ACCEPTED, state=ReviewState.SUBMITTED
        )
        .select_related("seat__expert")
        .order_by("seat__item__number", "seat_id")
    )
    given = [statistics.Given(row.seat.item_id, row.seat.expert_id, row.total) for row in rows]
    people = {row.seat.expert_id: row.seat.expert.name for row in rows}
    codes = {pk: _("Expert %(number)s") % {"number": n} for n, pk in enumerate(sorted(people), start=1)}
    knows = allowed(user, "reviews.manage") or not round.hides_parties
    return RoundResults(
        results=statistics.results(items, given),
        items=items,
        titles=titles_of(items.values()) if knows else {},
        experts=people if allowed(user, "reviews.manage") or not round.hides_experts else codes,
        codes=codes,
    )


# Lists ---------------------------------------------------------------------------------------------


def rounds(user: Any, *, state: str = "") -> QuerySet[Round]:
    """The rounds a user may see: the office all, a chair the own ones. Without counts: they could tell too much."""
    rows = Round.objects.select_related("rubric", "chair")
    if not allowed(user, "reviews.manage"):
        rows = rows.filter(chair=user.pk)
    return rows.filter(state=state) if state else rows


def experts(
    *, q: str = "", kind: str = "", field: str = "", outside: bool = False
) -> QuerySet[ExpertProfile]:
    """The pool, filtered."""
    rows = ExpertProfile.objects.select_related("person__organisation").prefetch_related("fields")
    if q:
        rows = rows.filter(
            Q(person__name_zh__icontains=q)
            | Q(person__name_en__icontains=q)
            | Q(person__organisation__name_zh__icontains=q)
        )
    if kind:
        rows = rows.filter(kinds__contains=[kind])
    if field:
        rows = rows.filter(fields__path__under=field).distinct()
    if outside:
        rows = rows.filter(is_outside=True)
    return rows.order_by("person__name_zh", "pk")

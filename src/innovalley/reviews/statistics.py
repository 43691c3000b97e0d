"""The results of a round: raw and adjusted side by side, from the marks that one may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from innovalley.engine.panels.scoring import Adjusted, Score, adjust
from innovalley.reviews.marks import mean_of


@dataclass(frozen=True, slots=True)
class Given:
    """One submitted review: item, expert, its points of 100, None for an abstention."""

    item: int
    expert: int
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in the results; figures are None where nobody gave marks.

    rank, adjusted_rank     from 1; equal scores share one
    is_tied, is_close       shares its rank by mean; cannot be told apart from the next one by the adjusted scores
    lowest, highest         of the points given
    error                   standard error of the adjusted score
    """

    item: int
    reviews: int
    abstentions: int
    mean: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    adjusted: float | None
    error: float
    rank: int | None
    adjusted_rank: int | None
    is_tied: bool
    is_close: bool

    @property
    def moves(self) -> int:
        """How many ranks the adjustment lifts it (negative: lowers)."""
        return (self.rank or 0) - (self.adjusted_rank or 0)


@dataclass(frozen=True, slots=True)
class ExpertLine:
    """An expert: above zero generous, below harsh; spread is the standard deviation of the own points."""

    expert: int
    reviews: int
    leaning: float
    error: float
    spread: float

    @property
    def is_marked(self) -> bool:
        """Whether the leaning is more than chance would show (twice its error)."""
        return self.reviews > 1 and abs(self.leaning) > 2 * self.error > 0


@dataclass(frozen=True, slots=True)
class Outlier:
    """Points far from what item and expert lead to expect: to be talked about, never dropped."""

    item: int
    expert: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a page of results shows; `items` best adjusted score first, those without marks at the end."""

    items: Sequence[ItemLine]
    experts: Sequence[ExpertLine]
    swaps: Sequence[tuple[int, int]]
    outliers: Sequence[Outlier]
    chance: float

    @property
    def largest_leaning(self) -> float:
        """For the scale of the picture."""
        return max((abs(each.leaning) + each.error for each in self.experts), default=0.0)


def results(items: Iterable[int], given: Iterable[Given]) -> Results:
    """The results for `items` in their order, from the reviews `given` for them."""
    order = list(items)
    reviews = [each for each in given if each.item in set(order)]
    totals: dict[int, list[Decimal]] = defaultdict(list)
    abstained: dict[int, int] = defaultdict(int)
    for each in reviews:
        if each.total is None:
            abstained[each.item] += 1
        else:
            totals[each.item].append(each.total)
    scores = [Score(str(e.item), str(e.expert), float(e.total)) for e in reviews if e.total is not None]
    fitted = adjust(scores) if scores else None
    means = {item: mean_of(own) for item, own in totals.items()}
    lines = {item: _line(item, totals[item], abstained[item], means, fitted) for item in order}
    ranked = [int(each.item) for each in fitted.items] if fitted else []
    unranked = [item for item in order if not totals[item]]
    return Results(
        items=[lines[item] for item in [*ranked, *unranked]],
        experts=_experts(fitted),
        swaps=[(int(better), int(worse)) for better, worse in fitted.swaps] if fitted else [],
        outliers=_outliers(fitted, reviews),
        chance=fitted.chance if fitted else 0.0,
    )


def _line(
    item: int,
    totals: Sequence[Decimal],
    abstentions: int,
    means: dict[int, Decimal | None],
    fitted: Adjusted | None,
) -> ItemLine:
    if fitted is None or not totals:
        return ItemLine(item, len(totals), abstentions, None, None, None, None, 0.0, None, None, False, False)
    place = next(n for n, each in enumerate(fitted.items) if each.item == str(item))
    own = fitted.items[place]
    following = fitted.items[place + 1].item if place + 1 < len(fitted.items) else None
    mean = means[item]
    # Ranks by mean come from exact decimals: equal means are equal.
    rank = 1 + sum(1 for other in means.values() if other is not None and mean is not None and other > mean)
    return ItemLine(
        item=item,
        reviews=len(totals),
        abstentions=abstentions,
        mean=mean,
        lowest=min(totals),
        highest=max(totals),
        adjusted=own.adjusted,
        error=own.error,
        rank=rank,
        adjusted_rank=own.adjusted_rank,
        is_tied=sum(1 for other in means.values() if other == mean) > 1,
        is_close=following is not None and fitted.cannot_tell_apart(own.item, following),
    )


def _experts(fitted: Adjusted | None) -> list[ExpertLine]:
    if fitted is None:
        return []
    return [ExpertLine(int(e.expert), e.reviews, e.leaning, e.error, e.spread) for e in fitted.experts]


def _outliers(fitted: Adjusted | None, reviews: Sequence[Given]) -> list[Outlier]:
    if fitted is None:
        return []
    exact = {(each.item, each.expert): each.total for each in reviews}
    found = []
    for each in fitted.outliers:
        total = exact[int(each.item), int(each.expert)]
        if total is not None:
            found.append(Outlier(int(each.item), int(each.expert), total))
    return found

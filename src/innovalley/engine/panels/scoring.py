"""Scores of harsh and generous experts made comparable: the additive model item + expert + chance.

A score is taken as the item's worth plus the expert's leaning plus chance. Leanings are drawn towards zero as far
as the scores do not show them (a mixed model with random expert effects; C. R. Henderson, "Best linear unbiased
estimation and prediction under a selection model", Biometrics 31, 1975), so that where experts do not differ the
adjusted scores are the means. Statistics of opinions, not amounts: floating point is fine here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 200
_SETTLED = 1e-7
_TIE = 1e-9
_OUTLIER = 2.5  # standard deviations
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Score:
    """What one expert gave one item in all; an abstention is no score, not zero."""

    item: str
    expert: str
    value: float


@dataclass(frozen=True, slots=True)
class ItemResult:
    """An item: plain mean, adjusted score with its standard error, ranks from 1 (equal scores share a rank)."""

    item: str
    reviews: int
    mean: float
    adjusted: float
    error: float
    mean_rank: int
    adjusted_rank: int


@dataclass(frozen=True, slots=True)
class ExpertResult:
    """An expert: leaning (above zero generous, below harsh) with its standard error, spread of the own scores."""

    expert: str
    reviews: int
    leaning: float
    error: float
    spread: float


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The outcome.

    items     best adjusted score first
    experts   most generous first
    swaps     pairs (better, worse) by adjusted score that stand the other way round by mean
    outliers  scores far from what item and expert lead to expect: to be talked about, never dropped
    chance    standard deviation of what neither item nor expert explains
    """

    items: tuple[ItemResult, ...]
    experts: tuple[ExpertResult, ...]
    swaps: tuple[tuple[str, str], ...]
    outliers: tuple[Score, ...]
    chance: float
    _spread: Mapping[str, NDArray[np.float64]]
    _covariance: NDArray[np.float64]

    def error_of_difference(self, one: str, other: str) -> float:
        """The standard error of the difference of two items' adjusted scores."""
        counts = {result.item: result.reviews for result in self.items}
        apart = self._spread[one] - self._spread[other]
        own = 1 / counts[one] + 1 / counts[other]
        return self.chance * sqrt(own + float(apart @ self._covariance @ apart))

    def cannot_tell_apart(self, one: str, other: str) -> bool:
        """Whether the difference of two items lies within twice its standard error."""
        adjusted = {result.item: result.adjusted for result in self.items}
        return abs(adjusted[one] - adjusted[other]) <= 2 * self.error_of_difference(one, other) + _TIE


def adjust(scores: Iterable[Score]) -> Adjusted:
    """The additive model fitted to `scores`.

    Raises:
        ValueError: no scores, a pair that stands twice, or a value that is not finite.
    """
    given = sorted(scores, key=lambda s: (s.item, s.expert))
    _check(given)
    items = sorted({s.item for s in given})
    experts = sorted({s.expert for s in given})
    row = {item: n for n, item in enumerate(items)}
    column = {expert: n for n, expert in enumerate(experts)}
    values = np.array([s.value for s in given])
    at_item = np.array([row[s.item] for s in given])
    at_expert = np.array([column[s.expert] for s in given])
    counts = np.bincount(at_item, minlength=len(items)).astype(float)
    means = np.bincount(at_item, values, len(items)) / counts
    shares = np.zeros((len(items), len(experts)))  # of an item's reviews that each expert wrote
    np.add.at(shares, (at_item, at_expert), 1.0)
    shares /= counts[:, None]
    within: NDArray[np.float64] = np.zeros(
        (len(experts), len(experts))
    )  # Z'MZ: experts compared within items
    within[np.diag_indices(len(experts))] = np.bincount(at_expert, minlength=len(experts))
    within -= (shares * counts[:, None]).T @ shares
    centred: NDArray[np.float64] = np.bincount(at_expert, values - means[at_item], len(experts)).astype(
        np.float64
    )
    leanings, covariance, chance = _fit(within, centred, values - means[at_item], len(items))
    adjusted = means - shares @ leanings
    rest = values - adjusted[at_item] - leanings[at_expert]
    errors = chance * np.sqrt(1 / counts + np.einsum("ij,jk,ik->i", shares, covariance, shares))
    return Adjusted(
        items=_item_results(items, counts, means, adjusted, errors),
        experts=_expert_results(given, experts, leanings, chance * np.sqrt(np.diag(covariance))),
        swaps=_swaps(items, means, adjusted),
        outliers=tuple(
            s for s, r in zip(given, rest, strict=True) if chance > _TIE and abs(r) > _OUTLIER * chance
        ),
        chance=chance,
        _spread={item: shares[n] for n, item in enumerate(items)},
        _covariance=covariance,
    )


def _check(given: list[Score]) -> None:
    if not given:
        raise ValueError("there are no scores")
    if not all(np.isfinite(s.value) for s in given):
        raise ValueError("a score is not finite")
    for before, after in pairwise(given):
        if (before.item, before.expert) == (after.item, after.expert):
            raise ValueError(f"expert {after.expert!r} scored item {after.item!r} twice")


def _fit(
    within: NDArray[np.float64], centred: NDArray[np.float64], apart: NDArray[np.float64], items: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Leanings, their covariance in units of chance², and chance (EM on the two variances).

    `apart` are the scores minus their items' means.
    """
    experts, freedom = len(centred), len(apart) - items
    whole = float(apart @ apart)
    if freedom <= 0 or whole <= _TIE:
        return np.zeros(experts), np.zeros((experts, experts)), 0.0
    ratio = 1.0  # chance² / leaning²
    least = _ROUNDING * whole / freedom  # below it, chance is the rounding of a difference
    # By eigenvectors, since the inverse is lost where scores are nearly additive and `ratio` all but vanishes:
    # what the scores do not tell (a leaning that all experts share) stays finite.
    spread, directions = np.linalg.eigh(within)
    spread = np.where(spread < _TIE * spread[-1], 0.0, spread)
    told = np.where(spread > 0, directions.T @ centred, 0.0)
    for _round in range(_ROUNDS):
        covariance = ((directions / (spread + ratio)) @ directions.T).astype(np.float64)
        leanings = (directions @ (told / (spread + ratio))).astype(np.float64)
        chance2 = max((whole - float(told @ (told / (spread + ratio)))) / freedom, least)
        leaning2 = float(leanings @ leanings) / experts + chance2 * float(np.trace(covariance)) / experts
        before, ratio = ratio, min(chance2 / max(leaning2, 1e-12), 1e9)
        if abs(ratio - before) <= _SETTLED * before:
            break
    return leanings, covariance, sqrt(chance2)


def _ranks(values: NDArray[np.float64]) -> list[int]:
    """1 for the largest; values that are equal but for rounding share a rank."""
    order = np.argsort(-values, kind="stable")
    ranks = [0] * len(values)
    for place, n in enumerate(order):
        before = order[place - 1]
        tied = place > 0 and abs(values[before] - values[n]) <= _TIE
        ranks[n] = ranks[before] if tied else place + 1
    return ranks


def _item_results(
    items: list[str],
    counts: NDArray[np.float64],
    means: NDArray[np.float64],
    adjusted: NDArray[np.float64],
    errors: NDArray[np.float64],
) -> tuple[ItemResult, ...]:
    by_mean, by_adjusted = _ranks(means), _ranks(adjusted)
    results = [
        ItemResult(
            item,
            int(counts[n]),
            float(means[n]),
            float(adjusted[n]),
            float(errors[n]),
            by_mean[n],
            by_adjusted[n],
        )
        for n, item in enumerate(items)
    ]
    return tuple(sorted(results, key=lambda r: (r.adjusted_rank, r.item)))


def _expert_results(
    given: list[Score], experts: list[str], leanings: NDArray[np.float64], errors: NDArray[np.float64]
) -> tuple[ExpertResult, ...]:
    own: dict[str, list[float]] = defaultdict(list)
    for score in given:
        own[score.expert].append(score.value)
    results = [
        ExpertResult(
            expert, len(own[expert]), float(leanings[n]), float(errors[n]), float(np.std(own[expert]))
        )
        for n, expert in enumerate(experts)
    ]
    return tuple(sorted(results, key=lambda r: (-r.leaning, r.expert)))


def _swaps(
    items: list[str], means: NDArray[np.float64], adjusted: NDArray[np.float64]
) -> tuple[tuple[str, str], ...]:
    order = sorted(range(len(items)), key=lambda n: (-adjusted[n], items[n]))
    return tuple(
        (items[better], items[worse])
        for better, worse in combinations(order, 2)
        if adjusted[better] - adjusted[worse] > _TIE and means[worse] - means[better] > _TIE
    )

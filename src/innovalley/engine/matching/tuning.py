"""Fits the weights of the evidence to graded judgements, and says how well they do on demands not fitted to."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching.evidence import ABSOLUTE, FEATURES, Table
from innovalley.engine.matching.fusion import DEFAULT, Weights, as_vector
from innovalley.engine.matching.matcher import Matcher
from innovalley.engine.matching.metrics import gains, ndcg, tau_b
from innovalley.engine.matching.model import Demand, Embedder, Judgement, Supply
from innovalley.engine.text import normalise

FOLDS = 10
REPEATS = 5
RIDGE = 200.0  # as strong as so many judgements that say nothing

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well rankings agree with the judgements: means over the demands."""

    ndcg: float
    tau: float


@dataclass(frozen=True, slots=True)
class Fit:
    """One mode's result.

    in_fold      on the demands fitted to
    out_of_fold  on demands left out of the fitting, each once a repeat: the mean of the repeats
    spread       of the repeats' out-of-fold figures: the largest less the smallest
    """

    in_fold: Agreement
    out_of_fold: Agreement
    spread: Agreement


@dataclass(frozen=True, slots=True)
class Tuned:
    """Weights with what is known of them; `fits` has "lexical" and, with an embedder, "semantic"."""

    weights: Weights
    fits: Mapping[str, Fit]
    demands: int
    judgements: int
    digest: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """One demand's judged achievements: their standardised evidence, levels and worth."""

    group: str  # demands of the same text are never fitted to and tested on
    evidence: Table
    levels: Vector
    worth: Vector


def tune(
    judgements: Sequence[Judgement],
    demands: Sequence[Demand],
    supply: Sequence[Supply],
    *,
    embedder: Embedder | None = None,
    start: Weights = DEFAULT,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Tuned:
    """Weights that order the judged achievements of each demand as the judgements do.

    Evidence that is the same for all judged achievements of each demand keeps its weight of `start`, as does
    the semantic mode without an embedder. `progress` is called with how many demands are read, of how many.

    Raises:
        KeyError: a judgement names an unknown demand or achievement.
        ValueError: the judgements tell nothing apart, or too few demands have any.
    """
    judged = _read(judgements, demands, supply, embedder, progress)
    telling = [one for one in judged if len(set(one.levels)) > 1]
    if len({one.group for one in telling}) < 2:
        raise ValueError("Judgements of different levels are needed for at least two demands.")
    fits, fitted = {}, {"semantic": start.semantic, "lexical": start.lexical}
    for mode in ("semantic", "lexical") if embedder else ("lexical",):
        used = _used_features(telling, mode)
        weights = _weights(telling, used)
        if not weights.any():
            raise ValueError("No kind of evidence agrees with these judgements.")
        fits[mode] = _judge_fit(telling, used, weights)
        fitted[mode] = _named(weights, used, as_vector(fitted[mode]))
    return Tuned(
        Weights(fitted["semantic"], fitted["lexical"]),
        fits,
        len(telling),
        sum(len(one.levels) for one in telling),
        _digest(judgements, demands, supply),
    )


def _read(
    judgements: Sequence[Judgement],
    demands: Sequence[Demand],
    supply: Sequence[Supply],
    embedder: Embedder | None,
    progress: Callable[[int, int], None],
) -> list[_Judged]:
    matcher = Matcher.fit(supply, embedder=embedder)
    by_demand: dict[str, dict[str, int]] = defaultdict(dict)
    for judgement in judgements:
        by_demand[judgement.demand_id][judgement.achievement_id] = judgement.level
    known = {demand.id: demand for demand in demands}
    lowest = min((judgement.level for judgement in judgements), default=0)
    judged = []
    for done, (demand_id, levels) in enumerate(sorted(by_demand.items()), start=1):
        demand = known[demand_id]
        ids = sorted(levels)
        values = np.array([levels[one] for one in ids])
        judged.append(
            _Judged(
                normalise(f"{demand.title}\n{demand.text}"),
                matcher.evidence(demand, ids),
                values.astype(np.float64),
                gains(values, lowest),
            )
        )
        progress(done, len(by_demand))
    return judged


def _used_features(judged: Sequence[_Judged], mode: str) -> NDArray[np.bool_]:
    """The evidence that tells any judged achievements of a demand apart."""
    varies = np.any([np.ptp(one.evidence, axis=0) > 0 for one in judged], axis=0)
    used: NDArray[np.bool_] = varies & ((np.array(FEATURES) != "meaning") | (mode == "semantic"))
    return used


def _weights(judged: Sequence[_Judged], used: NDArray[np.bool_]) -> Vector:
    """Ridge regression of the worth, within each demand, on the evidence; no evidence may count against."""
    from scipy.optimize import nnls  # slow to import, and needed for this alone

    evidence = np.concatenate([one.evidence[:, used] - one.evidence[:, used].mean(axis=0) for one in judged])
    worth = np.concatenate([one.worth - one.worth.mean() for one in judged])
    pull = np.sqrt(RIDGE) * np.eye(evidence.shape[1])
    weights, _ = nnls(np.concatenate([evidence, pull]), np.concatenate([worth, np.zeros(len(pull))]))
    return np.asarray(weights, dtype=np.float64)


def _judge_fit(judged: Sequence[_Judged], used: NDArray[np.bool_], weights: Vector) -> Fit:
    in_fold = _agreement(judged, [one.evidence[:, used] @ weights for one in judged])
    repeats = [_cross_validated(judged, used, seed) for seed in range(REPEATS)]
    figures = np.array([[one.ndcg, one.tau] for one in repeats])
    return Fit(
        in_fold, Agreement(*figures.mean(axis=0).tolist()), Agreement(*np.ptp(figures, axis=0).tolist())
    )


def _cross_validated(judged: Sequence[_Judged], used: NDArray[np.bool_], seed: int) -> Agreement:
    groups = sorted({one.group for one in judged})
    random.Random(seed).shuffle(groups)  # noqa: S311  nothing secret
    fold_of = {group: place % min(FOLDS, len(groups)) for place, group in enumerate(groups)}
    scores: dict[int, Vector] = {}
    for fold in sorted(set(fold_of.values())):
        weights = _weights([one for one in judged if fold_of[one.group] != fold], used)
        for place, one in enumerate(judged):
            if fold_of[one.group] == fold:
                scores[place] = one.evidence[:, used] @ weights
    return _agreement(judged, [scores[place] for place in range(len(judged))])


def _agreement(judged: Sequence[_Judged], scores: Sequence[Vector]) -> Agreement:
    pairs = list(zip(judged, scores, strict=True))
    return Agreement(
        float(np.mean([ndcg(one.worth, score) for one, score in pairs])),
        float(np.mean([tau_b(one.levels, score) for one, score in pairs])),
    )


def _named(weights: Vector, used: NDArray[np.bool_], start: Vector) -> dict[str, float]:
    """By name, in units of the relative evidence's sum; what was not used keeps its weight of `start`."""
    full = np.zeros(len(FEATURES))
    full[used] = weights
    is_relative = ~np.isin(FEATURES, ABSOLUTE)
    unit = full[is_relative].sum() or full.sum()
    kept = np.where(used, full / unit, np.where(is_relative, 0, start))
    return {name: round(float(weight), 4) for name, weight in zip(FEATURES, kept, strict=True)}


def _digest(judgements: Iterable[Judgement], demands: Iterable[Demand], supply: Iterable[Supply]) -> str:
    """A hash of all that the fitting read, whatever its order."""
    lines = [f"j\t{one.demand_id}\t{one.achievement_id}\t{one.level}" for one in judgements]
    lines += [f"d\t{one.id}\t{one.title}\t{one.text}\t{one.field}" for one in demands]
    lines += [f"s\t{one.id}\t{one.title}\t{one.text}\t{one.field}" for one in supply]
    return hashlib.sha256("\n".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()

"""How well a ranking agrees with graded judgements of one demand's achievements."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def gains(levels: Sequence[int] | NDArray[np.int64], lowest: int) -> NDArray[np.float64]:
    """What each judged achievement is worth: 0 at the `lowest` level, doubling (and one more) with each further."""
    return np.exp2(np.asarray(levels, dtype=np.float64) - lowest) - 1


def ndcg(worth: NDArray[np.float64], scores: NDArray[np.float64], first: int = 10) -> float:
    """Discounted gain of the `first` places against the best possible order; 1 when nothing is worth anything.

    Of equal scores the worst order counts.
    """
    discount = 1 / np.log2(np.arange(2, min(first, len(worth)) + 2))
    best = float(np.sort(worth)[::-1][:first] @ discount)
    order = np.lexsort((worth, -scores))
    return float(worth[order][:first] @ discount) / best if best else 1.0


def tau_b(levels: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
    """Kendall's rank correlation between levels and scores, corrected for ties; 0 when either is all equal."""
    above = np.tril_indices(len(levels), -1)
    by_level = np.sign(levels[:, None] - levels[None, :])[above]
    by_score = np.sign(scores[:, None] - scores[None, :])[above]
    pairs = math.sqrt(np.count_nonzero(by_level) * np.count_nonzero(by_score))
    return float(by_level @ by_score) / pairs if pairs else 0.0

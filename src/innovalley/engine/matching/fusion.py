"""From several kinds of evidence to one score."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching.evidence import ABSOLUTE, FEATURES, Table


@dataclass(frozen=True)
class Weights:
    """How much each kind of evidence counts, and where the numbers come from.

    semantic    with an embedder; a number for each of FEATURES
    lexical     without
    provenance  date, counts, hash of the inputs, cross-validation figures, package version
    """

    semantic: Mapping[str, float]
    lexical: Mapping[str, float]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For keeping in a file."""
        return {
            "semantic": dict(self.semantic),
            "lexical": dict(self.lexical),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_json(cls, kept: Any) -> Weights:
        """What `as_json` wrote.

        Raises:
            ValueError: it is something else; the text says what is wrong.
        """
        if not isinstance(kept, dict):
            raise ValueError("not an object with semantic and lexical weights")
        modes = {mode: _checked(mode, kept.get(mode)) for mode in ("semantic", "lexical")}
        return cls(**modes, provenance=kept.get("provenance") or {})


def _checked(mode: str, kept: Any) -> dict[str, float]:
    if not isinstance(kept, dict) or set(kept) != set(FEATURES):
        raise ValueError(f"{mode} must have a weight for each of {', '.join(FEATURES)}, and no others")
    for name, weight in kept.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight):
            raise ValueError(f"{mode} weight {name} is no number")
    return {name: float(weight) for name, weight in kept.items()}


def as_vector(weights: Mapping[str, float]) -> NDArray[np.float64]:
    """The weights in the order of FEATURES."""
    return np.array([weights[name] for name in FEATURES])


@dataclass(frozen=True)
class Scale:
    """What is usual among the achievements that are compared for one demand: mean and spread of each evidence."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, evidence: Table) -> Scale:
        """The scale of a table of evidence; what is nowhere known is everywhere usual."""
        is_known = ~np.isnan(evidence)
        count = np.maximum(is_known.sum(axis=0), 1)
        mean = np.where(is_known, evidence, 0).sum(axis=0) / count
        variance = np.where(is_known, (evidence - mean) ** 2, 0).sum(axis=0) / count
        is_absolute = np.isin(FEATURES, ABSOLUTE)
        return cls(np.where(is_absolute, 0, mean), np.where(is_absolute, 1, np.sqrt(variance)))

    def standardise(self, evidence: Table) -> Table:
        """How far each value lies from the usual, in spreads; 0 for what is not known or the same for all."""
        tells = self.spread > 1e-6
        distance = np.where(tells, (evidence - self.mean) / np.where(tells, self.spread, 1), 0)
        return np.nan_to_num(distance, nan=0.0)


def default_weights() -> Weights:
    """The weights that come with the product."""
    kept = resources.files("innovalley.engine.matching").joinpath("weights.json").read_text("utf-8")
    return Weights.from_json(json.loads(kept))


DEFAULT = default_weights()

"""What goes into the matching and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.specs import Check, Spec


@dataclass(frozen=True, slots=True)
class Demand:
    """A technical problem. `field` is a dotted path ("energy.coal"), `specs` its requirements (None: read the text)."""

    id: str
    title: str
    text: str = ""
    field: str = ""
    specs: tuple[Spec, ...] | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """An achievement. `owner` is whoever is credited with it (a team's or a person's id, "" for nobody)."""

    id: str
    title: str
    text: str = ""
    owner: str = ""
    field: str = ""
    specs: tuple[Spec, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """One achievement of a ranking; larger scores are better and compare within one demand only."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner of a ranking; `evidence` lists its achievements that count, best first."""

    owner: str
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of evidence in a score: `name` is "words", "meaning", "specs" or "field"; shares sum to 1."""

    name: str
    value: float  # 0..1, how strong this evidence is
    share: float  # 0..1, of the whole score


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an achievement stands where it stands.

    score      as in the ranking
    parts      the kinds of evidence with their shares, strongest first
    words      what both texts say, weightiest first: (word, weight 0..1)
    sentence   the sentence of the achievement that answers the demand best; start and end are its offsets in
               the achievement's `title + "\\n" + text`
    checks     one for each requirement of the demand
    field      the deepest place of the field tree that both share ("energy.coal"); "" for none
    """

    score: float
    parts: tuple[Part, ...]
    words: tuple[tuple[str, float], ...]
    sentence: str
    start: int
    end: int
    checks: tuple[Check, ...]
    field: str

    def as_json(self) -> dict[str, Any]:
        """For keeping in a row: plain lists, strings and numbers; decimals as strings."""
        raise NotImplementedError


class Embedder(Protocol):
    """Turns texts into vectors of unit length; a zero vector means "not known"."""

    name: str
    dimension: int

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of evidence, one row a text; an empty text gives zeros."""

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of demands, one row a text; an empty text gives zeros."""

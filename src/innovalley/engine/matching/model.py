"""What goes into the matching and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.specs import Change, Check, Comparison, Outcome, Spec


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
class Judgement:
    """How well an achievement answers a demand in the eyes of a person; a larger `level` is better."""

    demand_id: str
    achievement_id: str
    level: int


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
    """One kind of evidence that speaks for an achievement: "words", "meaning", "specs" or "field".

    "words" are those shared with the demand and with the other achievements that are compared for it. The
    shares of an explanation's parts sum to 1.
    """

    name: str
    value: float  # 0..1, how strong this evidence is
    share: float  # 0..1, of the whole score


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an achievement stands where it stands.

    score      as in the ranking
    parts      the kinds of evidence with their shares, strongest first; empty when nothing speaks for it
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
        return {
            "score": self.score,
            "parts": [{"name": part.name, "value": part.value, "share": part.share} for part in self.parts],
            "words": [[word, weight] for word, weight in self.words],
            "sentence": self.sentence,
            "start": self.start,
            "end": self.end,
            "checks": [_check_as_json(check) for check in self.checks],
            "field": self.field,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Explanation:
        """What `as_json` wrote."""
        return cls(
            score=kept["score"],
            parts=tuple(Part(**part) for part in kept["parts"]),
            words=tuple((word, weight) for word, weight in kept["words"]),
            sentence=kept["sentence"],
            start=kept["start"],
            end=kept["end"],
            checks=tuple(_check_from_json(check) for check in kept["checks"]),
            field=kept["field"],
        )


def _check_as_json(check: Check) -> dict[str, Any]:
    return {
        "required": _spec_as_json(check.required),
        "promised": _spec_as_json(check.promised) if check.promised else None,
        "outcome": check.outcome.value,
        "gap": _text(check.gap),
    }


def _check_from_json(kept: Mapping[str, Any]) -> Check:
    return Check(
        required=_spec_from_json(kept["required"]),
        promised=_spec_from_json(kept["promised"]) if kept["promised"] else None,
        outcome=Outcome(kept["outcome"]),
        gap=_number(kept["gap"]),
    )


def _spec_as_json(spec: Spec) -> dict[str, Any]:
    return {
        "quantity": spec.quantity,
        "comparison": spec.comparison.value,
        "low": _text(spec.low),
        "high": _text(spec.high),
        "unit": spec.unit,
        "change": spec.change.value,
        "start": spec.start,
        "end": spec.end,
    }


def _spec_from_json(kept: Mapping[str, Any]) -> Spec:
    return Spec(
        quantity=kept["quantity"],
        comparison=Comparison(kept["comparison"]),
        low=_number(kept["low"]),
        high=_number(kept["high"]),
        unit=kept["unit"],
        change=Change(kept["change"]),
        start=kept["start"],
        end=kept["end"],
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class Embedder(Protocol):
    """Turns texts into vectors of unit length; a zero vector means "not known"."""

    @property
    def name(self) -> str:
        """Names the model; vectors of different names do not compare."""

    @property
    def dimension(self) -> int:
        """Length of the vectors."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of evidence, one row a text; an empty text gives zeros."""

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of demands, one row a text; an empty text gives zeros."""

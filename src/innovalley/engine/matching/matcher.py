"""Ranks the achievements and owners of a supply collection for a demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from innovalley.engine import specs
from innovalley.engine.matching.embedding import MAX_CHARACTERS, passage_texts, query_texts
from innovalley.engine.matching.explaining import best_sentence, shared_field, shared_words
from innovalley.engine.matching.fusion import DEFAULT, Weights
from innovalley.engine.matching.lexical import GramIndex
from innovalley.engine.matching.model import Demand, Embedder, Explanation, Owner, Part, Ranked, Supply

Rows = NDArray[np.intp]
Progress = Callable[[int, int], None]

POOL = 300  # achievements that a first, cheap look chooses and the full comparison then ranks


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


class Matcher:
    """A supply collection, read once; answers for any number of demands."""

    def __init__(
        self, supply: Sequence[Supply], embedder: Embedder | None, weights: Weights, progress: Progress
    ):
        self._supply = list(supply)
        self._row = {item.id: row for row, item in enumerate(self._supply)}
        if len(self._row) < len(self._supply):
            raise ValueError("Two achievements have the same id.")
        self._embedder = embedder
        self._weights = weights.semantic if embedder else weights.lexical
        self._grams = GramIndex([f"{item.title}\n{item.text}" for item in self._supply], progress)
        if embedder:
            self._vectors = embedder.passages([passage_texts(item)[0] for item in self._supply])
            known = np.any(self._vectors, axis=1)
            self._mean = self._vectors[known].mean(axis=0) if known.any() else self._vectors.sum(axis=0)
            self._vectors = np.where(known[:, None], self._vectors - self._mean, 0)

    @classmethod
    def fit(
        cls,
        supply: Sequence[Supply],
        *,
        embedder: Embedder | None = None,
        weights: Weights = DEFAULT,
        progress: Progress = _silent,
    ) -> Matcher:
        """Read `supply` (ids must differ); without an embedder the words alone decide.

        `progress` is called with how many texts are read, and of how many.

        Raises:
            ValueError: two achievements have the same id.
        """
        return cls(supply, embedder, weights, progress)

    def rank(self, demand: Demand, top: int = 50) -> list[Ranked]:
        """The `top` best achievements for `demand`, best first; equal ones by id."""
        rows = self._pool(demand)
        ranked = [
            Ranked(self._supply[row].id, float(score))
            for row, score in zip(rows, self._totals(demand, rows), strict=True)
        ]
        return sorted(ranked, key=lambda one: (-one.score, one.id))[:top]

    def score(self, demand: Demand, ids: Sequence[str]) -> list[float]:
        """The scores of the given achievements, in the order of `ids`; they compare within this call.

        Raises:
            KeyError: an id is not in the collection.
        """
        rows = np.array([self._row[one] for one in ids], dtype=np.intp)
        return [float(score) for score in self._totals(demand, rows)]

    def rank_owners(self, demand: Demand, top: int = 20, best: int = 3) -> list[Owner]:
        """The `top` best owners for `demand`, each by the mean of its `best` best achievements.

        A place that an owner with fewer achievements cannot fill counts half-way between the owner's own mean
        and the average candidate (0): one lucky hit neither beats a steady record nor is buried by it.
        """
        rows = self._pool(demand)
        by_owner: dict[str, list[Ranked]] = defaultdict(list)
        for row, score in zip(rows, self._totals(demand, rows), strict=True):
            if self._supply[row].owner:
                by_owner[self._supply[row].owner].append(Ranked(self._supply[row].id, float(score)))
        owners = []
        for owner, achievements in by_owner.items():
            counted = sorted(achievements, key=lambda one: (-one.score, one.id))[:best]
            mean = sum(one.score for one in counted) / len(counted)
            filled = len(counted) / best
            owners.append(Owner(owner, mean * (filled + (1 - filled) / 2), tuple(one.id for one in counted)))
        return sorted(owners, key=lambda one: (-one.score, one.owner))[:top]

    def explain(self, demand: Demand, id: str) -> Explanation:
        """Why the achievement `id` stands where it stands for `demand`.

        Raises:
            KeyError: `id` is not in the collection.
        """
        row = self._row[id]
        item = self._supply[row]
        pool = self._pool(demand)
        rows = pool if row in pool else np.append(pool, row)
        features = self._features(demand, rows)
        here = int(np.flatnonzero(rows == row)[0])
        standard = {name: _standardised(values)[here] for name, values in features.items()}
        strength = {"words": 0.0, "meaning": 0.0}
        for name, value in standard.items():
            kind = name.partition("_")[0]
            strength[kind] += max(0.0, float(value) * self._weights.get(name, 0.0))
        whole = sum(strength.values())
        parts = tuple(
            Part(kind, float(min(1.0, max(0.0, features[f"{kind}_text"][here]))), value / whole)
            for kind, value in sorted(strength.items(), key=lambda pair: -pair[1])
            if whole and value
        )
        evidence = f"{item.title}\n{item.text}"
        span = best_sentence(demand, evidence)
        required = demand.specs if demand.specs is not None else specs.find(demand.text)
        promised = item.specs if item.specs is not None else specs.find(item.text)
        return Explanation(
            score=float(sum(self._weights.get(name, 0.0) * value for name, value in standard.items())),
            parts=parts,
            words=shared_words(demand, evidence),
            sentence=evidence[span.start : span.end],
            start=span.start,
            end=span.end,
            checks=tuple(specs.check(required, promised)),
            field=shared_field(demand.field, item.field),
        )

    def _pool(self, demand: Demand) -> Rows:
        """The rows worth a full comparison."""
        if len(self._supply) <= POOL:
            return np.arange(len(self._supply))
        features = self._features(demand, np.arange(len(self._supply)))
        first_look = sum(_standardised(values) for values in features.values())
        return np.sort(np.argpartition(-np.asarray(first_look), POOL)[:POOL])

    def _totals(self, demand: Demand, rows: Rows) -> NDArray[np.float64]:
        total = np.zeros(len(rows))
        for name, values in self._features(demand, rows).items():
            total += self._weights.get(name, 0.0) * _standardised(values)
        return total

    def _features(self, demand: Demand, rows: Rows) -> dict[str, NDArray[np.float64]]:
        beginning = f"{demand.title}\n{demand.text[:MAX_CHARACTERS]}"
        features = {
            "words_title": self._grams.similarity(demand.title)[rows].astype(np.float64),
            "words_text": self._grams.similarity(beginning)[rows].astype(np.float64),
        }
        if self._embedder:
            title, text = self._embedder.queries(query_texts(demand))
            features["meaning_title"] = self._closeness(title, rows)
            features["meaning_text"] = self._closeness(text, rows)
        return features

    def _closeness(self, query: NDArray[np.float32], rows: Rows) -> NDArray[np.float64]:
        """Cosines after the mean passage is taken from both sides; 0 where either vector is unknown."""
        if not query.any():
            return np.zeros(len(rows))
        centred = query - self._mean
        vectors = self._vectors[rows]
        norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(centred)
        closeness = np.zeros(len(rows))
        np.divide(vectors @ centred, norms, out=closeness, where=norms > 0)
        return closeness


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = values.std() if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros(len(values))

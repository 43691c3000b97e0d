"""Ranks the achievements and owners of a supply collection for a demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from innovalley.engine.matching import explaining
from innovalley.engine.matching.comparison import DECIMALS, POOL, Comparison
from innovalley.engine.matching.evidence import Collection, Question, Rows, Table, evidence_text, shared_field
from innovalley.engine.matching.fusion import DEFAULT, Weights, as_vector
from innovalley.engine.matching.model import Demand, Embedder, Explanation, Owner, Ranked, Supply

Progress = Callable[[int, int], None]

FEW = 10  # so few given achievements have no usual among themselves; the best of the collection join them
KEPT = 4  # comparisons of one demand that are remembered


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


class Matcher:
    """A supply collection, read once; answers for any number of demands, from any thread."""

    def __init__(
        self, supply: Sequence[Supply], embedder: Embedder | None, weights: Weights, progress: Progress
    ):
        self._collection = Collection(supply, embedder, progress)
        self._weights = as_vector(weights.semantic if embedder else weights.lexical)
        self._kept: _Kept | None = None

    @classmethod
    def fit(
        cls,
        supply: Sequence[Supply],
        *,
        embedder: Embedder | None = None,
        weights: Weights = DEFAULT,
        progress: Progress = _silent,
    ) -> Matcher:
        """Read `supply` (ids must differ); without an embedder words, specs and fields decide.

        `progress` is called with how many texts are read, and of how many.

        Raises:
            ValueError: two achievements have the same id.
        """
        return cls(supply, embedder, weights, progress)

    def rank(self, demand: Demand, top: int = 50) -> list[Ranked]:
        """The `top` best achievements for `demand`, best first; equal ones by id.

        Where there are many, a first look at all chooses those that are compared (POOL, or `top` if that is more).
        """
        comparison = self._among_best(demand)
        return self._ranked(comparison, comparison.best(max(top, POOL)))[: max(top, 0)]

    def score(self, demand: Demand, ids: Sequence[str]) -> list[float]:
        """The scores of the given achievements, in the order of `ids`; they compare within this call.

        Raises:
            KeyError: an id is not in the collection.
        """
        comparison = self._among(demand, ids)
        scores = comparison.scores(self._rows(ids), self._weights)
        return [float(score) for score in scores]

    def evidence(self, demand: Demand, ids: Sequence[str]) -> Table:
        """What the given achievements are scored by: one line each, one column for each of FEATURES, standardised.

        Raises:
            KeyError: an id is not in the collection.
        """
        return self._among(demand, ids).standardised(self._rows(ids))

    def rank_owners(self, demand: Demand, top: int = 20, best: int = 3) -> list[Owner]:
        """The `top` best owners for `demand`, each by the mean of its `best` best achievements; equal ones by name.

        A place that an owner with fewer achievements cannot fill counts half-way between the owner's own mean
        and the average candidate (0): one lucky hit neither beats a steady record nor is buried by it.
        """
        comparison = self._among_best(demand)
        rows = self._rows_of_owners(comparison, top, best)
        by_owner: dict[str, list[Ranked]] = defaultdict(list)
        for ranked in self._ranked(comparison, rows):
            owner = self._collection.supply[self._collection.row[ranked.id]].owner
            if owner and len(by_owner[owner]) < best:
                by_owner[owner].append(ranked)
        owners = [_owner(name, achievements, best) for name, achievements in by_owner.items()]
        return sorted(owners, key=lambda one: (-one.score, one.owner))[: max(top, 0)]

    def explain(self, demand: Demand, id: str, among: Sequence[str] | None = None) -> Explanation:
        """Why the achievement `id` stands where it stands: in the ranking, or `among` those that `score` was given.

        Raises:
            KeyError: an id is not in the collection.
        """
        row = self._collection.row[id]
        comparison = self._among_best(demand) if among is None else self._among(demand, [*among, id])
        rows = np.array([row])
        evidence = comparison.evidence(rows)
        contributions = comparison.standardised(rows)[0] * self._weights
        item = self._collection.supply[row]
        text = evidence_text(item)
        span = explaining.best_sentence(comparison.question, text)
        return Explanation(
            score=float(comparison.scores(rows, self._weights)[0]),
            parts=explaining.parts(evidence[0], contributions),
            words=explaining.shared_words(comparison.question, text),
            sentence=text[span.start : span.end],
            start=span.start,
            end=span.end,
            checks=tuple(comparison.question.checks(row)),
            field=shared_field(demand.field, item.field),
        )

    def _rows(self, ids: Sequence[str]) -> Rows:
        return np.array([self._collection.row[one] for one in ids], dtype=np.intp)

    def _among_best(self, demand: Demand) -> Comparison:
        """The comparison with the best of the whole collection."""
        return self._comparison(demand, None)

    def _among(self, demand: Demand, ids: Sequence[str]) -> Comparison:
        """The comparison with the given ones; with the best of the collection as well if they are few."""
        rows = np.unique(self._rows(ids))
        if len(rows) < FEW:
            rows = np.union1d(rows, self._among_best(demand).rows)
        return self._comparison(demand, rows)

    def _comparison(self, demand: Demand, rows: Rows | None) -> Comparison:
        """A comparison made now, or kept since the last call: explanations follow rankings of the same demand."""
        kept = self._kept
        if kept is None or kept.question.demand != demand or len(kept.comparisons) > KEPT:
            kept = self._kept = _Kept(Question(demand, self._collection), {})
        key = b"best" if rows is None else rows.tobytes()
        if key not in kept.comparisons:
            kept.comparisons[key] = Comparison(kept.question, rows)
        return kept.comparisons[key]

    def _ranked(self, comparison: Comparison, rows: Rows) -> list[Ranked]:
        scores = comparison.scores(rows, self._weights)
        supply = self._collection.supply
        ranked = [Ranked(supply[row].id, float(score)) for row, score in zip(rows, scores, strict=True)]
        return sorted(ranked, key=lambda one: (-one.score, one.id))

    def _rows_of_owners(self, comparison: Comparison, top: int, best: int) -> Rows:
        """The achievements that can count for the owners found: some more than `best`, chosen by the first look."""
        supply, by_owner = self._collection.supply, self._collection.rows_by_owner
        first_look = comparison.question.first_look
        rows: list[int] = []
        for owner in sorted({supply[row].owner for row in comparison.best(max(POOL, 10 * top))} - {""}):
            own = by_owner[owner]
            rows += (
                sorted(own, key=lambda row: (-first_look[row], row))[: best + 2] if len(own) > best else own
            )
        return np.array(rows, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class _Kept:
    question: Question
    comparisons: dict[bytes, Comparison]


def _owner(name: str, achievements: Sequence[Ranked], best: int) -> Owner:
    mean = sum(one.score for one in achievements) / len(achievements)
    filled = len(achievements) / best
    score = mean * (filled + (1 - filled) / 2)
    return Owner(name, round(score, DECIMALS), tuple(one.id for one in achievements))

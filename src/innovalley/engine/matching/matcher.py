"""Ranks the achievements and owners of a supply collection for a demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from innovalley.engine.matching import explaining
from innovalley.engine.matching.evidence import (
    Collection,
    Company,
    Numbers,
    Question,
    Rows,
    Table,
    evidence_text,
    shared_field,
)
from innovalley.engine.matching.fusion import DEFAULT, Scale, Weights, as_vector
from innovalley.engine.matching.model import Demand, Embedder, Explanation, Owner, Ranked, Supply

Progress = Callable[[int, int], None]

COMPANY = 100  # achievements that look best at first sight and set the scale for all others
CANDIDATES = 300  # achievements that a first look chooses for a full comparison
FEW = 10  # so few given achievements have no usual among themselves; the best of the collection join them
KEPT = 4  # comparisons of one demand that are remembered
DECIMALS = 6  # of a score: what differs less is equal


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
        """The `top` best achievements for `demand`, best first; equal ones by id."""
        comparison = self._among_best(demand)
        return self._ranked(comparison, comparison.best(max(top, CANDIDATES)))[: max(top, 0)]

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
        rows = self._rows_of_owners(comparison, best)
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
        contributions = comparison.scale.standardise(evidence)[0] * self._weights
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

    def _among_best(self, demand: Demand) -> _Comparison:
        """The comparison with the best of the whole collection."""
        return self._comparison(demand, None)

    def _among(self, demand: Demand, ids: Sequence[str]) -> _Comparison:
        """The comparison with the given ones; with the best of the collection as well if they are few."""
        rows = np.unique(self._rows(ids))
        if len(rows) < FEW:
            rows = np.union1d(rows, self._among_best(demand).company.rows)
        return self._comparison(demand, rows)

    def _comparison(self, demand: Demand, rows: Rows | None) -> _Comparison:
        """A comparison made now, or kept since the last call: explanations follow rankings of the same demand."""
        kept = self._kept
        if kept is None or kept.question.demand != demand or len(kept.comparisons) > KEPT:
            kept = self._kept = _Kept(Question(demand, self._collection), {})
        key = b"best" if rows is None else rows.tobytes()
        if key not in kept.comparisons:
            kept.comparisons[key] = _Comparison(kept.question, rows)
        return kept.comparisons[key]

    def _ranked(self, comparison: _Comparison, rows: Rows) -> list[Ranked]:
        scores = comparison.scores(rows, self._weights)
        supply = self._collection.supply
        ranked = [Ranked(supply[row].id, float(score)) for row, score in zip(rows, scores, strict=True)]
        return sorted(ranked, key=lambda one: (-one.score, one.id))

    def _rows_of_owners(self, comparison: _Comparison, best: int) -> Rows:
        """The achievements that can count for the owners found: some more than `best`, chosen by the first look."""
        supply, by_owner = self._collection.supply, self._collection.rows_by_owner
        first_look = comparison.first_look
        rows: list[int] = []
        for owner in sorted({supply[row].owner for row in comparison.best(CANDIDATES)} - {""}):
            own = by_owner[owner]
            rows += (
                sorted(own, key=lambda row: (-first_look[row], row))[: 2 * best + 2]
                if len(own) > best
                else own
            )
        return np.array(rows, dtype=np.intp)


class _Comparison:
    """A demand and the achievements that are compared for it; others can be measured on the same scale."""

    def __init__(self, question: Question, rows: Rows | None = None):
        self.question = question
        self._first_look: Numbers | None = None
        self.company = Company(question.collection, self.best(COMPANY) if rows is None else rows)
        self.scale = Scale.of(question.evidence(self.company.rows, self.company))

    @property
    def first_look(self) -> Numbers:
        """A rough score of the whole collection: words and meaning, counted alike."""
        if self._first_look is None:
            self._first_look = sum(map(_standard, self.question.everywhere()), np.zeros(1))
        return self._first_look

    def best(self, count: int) -> Rows:
        """The `count` rows that look best at first sight, in the order of the collection."""
        size = len(self.question.collection.supply)
        if size <= count:
            return np.arange(size)
        return np.sort(np.argpartition(-self.first_look, count)[:count])

    def evidence(self, rows: Rows) -> Table:
        """The evidence of any rows, with the company of this comparison."""
        return self.question.evidence(rows, self.company)

    def standardised(self, rows: Rows) -> Table:
        """The same on the scale of this comparison."""
        return self.scale.standardise(self.evidence(rows))

    def scores(self, rows: Rows, weights: Numbers) -> Numbers:
        """The scores of any rows."""
        total: Numbers = (self.standardised(rows) * weights).sum(axis=1)
        return np.round(total, DECIMALS)


@dataclass(frozen=True, slots=True)
class _Kept:
    question: Question
    comparisons: dict[bytes, _Comparison]


def _standard(values: Numbers) -> Numbers:
    known = values[~np.isnan(values)]
    spread = known.std() if len(known) else 0.0
    if spread <= 0:
        return np.zeros(len(values))
    standard: Numbers = np.nan_to_num((values - known.mean()) / spread, nan=0.0)
    return standard


def _owner(name: str, achievements: Sequence[Ranked], best: int) -> Owner:
    mean = sum(one.score for one in achievements) / len(achievements)
    filled = len(achievements) / best
    score = mean * (filled + (1 - filled) / 2)
    return Owner(name, round(score, DECIMALS), tuple(one.id for one in achievements))

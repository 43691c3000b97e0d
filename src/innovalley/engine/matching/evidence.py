"""How strongly an achievement answers a demand, by each kind of evidence.

words     cosine of the weighted character grams of the demand (its title twice, and its beginning) with those
          of the achievement
coverage  share of the demand's title, weighted by rarity, that the achievement has too
company   how much the achievement resembles the others that are compared with it for the same demand: those
          that answer it resemble each other, those that came along by chance do not
meaning   cosine of the achievement's embedding with that of the demand's nearest sentence
specs     requirements met less half of those missed, of all of the demand
field     depth of the place in the field tree that both share, of the depth of the demand's
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from innovalley.engine import specs
from innovalley.engine.matching.embedding import MAX_CHARACTERS, Meaning, Vectors
from innovalley.engine.matching.lexical import GramIndex, GramVector, Values
from innovalley.engine.matching.model import Demand, Embedder, Supply
from innovalley.engine.specs import Check, Outcome, Spec
from innovalley.engine.text import words

Rows = NDArray[np.intp]
Numbers = NDArray[np.float64]
Table = NDArray[np.float64]

FEATURES = ("words", "coverage", "company", "meaning", "specs", "field")
MAX_READ = 4000  # characters of a text that are searched for reasons
# These say as much by themselves as among others; the rest only tell the better from the worse of one demand.
ABSOLUTE = ("specs", "field")


def evidence_text(item: Supply) -> str:
    """The text that offsets of an explanation refer to."""
    return f"{item.title}\n{item.text}"


class Collection:
    """Achievements, read once. Rows are in the order of the ids, whatever order they came in."""

    def __init__(
        self, supply: Sequence[Supply], embedder: Embedder | None, progress: Callable[[int, int], None]
    ):
        self.supply = sorted(supply, key=lambda item: item.id)
        self.row = {item.id: row for row, item in enumerate(self.supply)}
        if len(self.row) < len(self.supply):
            raise ValueError("Two achievements have the same id.")
        self.rows_by_owner: dict[str, list[int]] = defaultdict(list)
        for row, item in enumerate(self.supply):
            if item.owner:
                self.rows_by_owner[item.owner].append(row)
        self.grams = GramIndex([evidence_text(item) for item in self.supply], progress)
        self.meaning = Meaning(self.supply, embedder) if embedder else None
        self._promised: dict[int, tuple[Spec, ...]] = {}

    def promised(self, row: int) -> tuple[Spec, ...]:
        """What an achievement promises: its specs, or those that its text states."""
        if row not in self._promised:
            item = self.supply[row]
            self._promised[row] = tuple(specs.find(evidence_text(item))) if item.specs is None else item.specs
        return self._promised[row]


class Company:
    """The achievements that are compared with each other for one demand."""

    def __init__(self, collection: Collection, rows: Rows):
        self.rows = rows
        self.sum: Values = np.asarray(collection.grams.matrix[rows].sum(axis=0), dtype=np.float32).ravel()

    def resemblance(self, collection: Collection, rows: Rows) -> Numbers:
        """The root of the mean cosine of each row with the others of the company."""
        matrix = collection.grams.matrix[rows]
        total = np.asarray(matrix @ self.sum, dtype=np.float64)
        is_member = np.isin(rows, self.rows)
        to_itself = np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel()
        others = len(self.rows) - is_member
        mean = np.divide(total - is_member * to_itself, others, out=np.zeros(len(rows)), where=others > 0)
        # The root, because one twin more or less must not outweigh everything else.
        resemblance: Numbers = np.sqrt(np.maximum(mean, 0))
        return resemblance


class Question:
    """A demand, read against a collection."""

    def __init__(self, demand: Demand, collection: Collection):
        self.demand = demand
        self.collection = collection

    @cached_property
    def grams(self) -> GramVector:
        """The demand's title, twice, and its beginning."""
        title = self.demand.title
        return self.collection.grams.vector(f"{title}\n{title}\n{self.demand.text[:MAX_CHARACTERS]}")

    @cached_property
    def dense_grams(self) -> Values:
        """The same over all grams of the collection."""
        return self.collection.grams.dense(*self.grams)

    @cached_property
    def sentences(self) -> Vectors | None:
        """The vectors of its sentences; None without an embedder."""
        return self.collection.meaning.queries(self.demand) if self.collection.meaning else None

    @cached_property
    def required(self) -> tuple[Spec, ...]:
        """Its specs, or those that its text states."""
        if self.demand.specs is not None:
            return self.demand.specs
        return tuple(specs.find(self.text))

    @cached_property
    def words(self) -> list[str]:
        """The words of its title and text, as far as they are searched for reasons."""
        return words(self.text[:MAX_READ])

    @cached_property
    def first_look(self) -> Numbers:
        """A rough score of the whole collection: words and, with an embedder, meaning, counted alike."""
        look = _standard(self.collection.grams.similarity(self.grams).astype(np.float64))
        if self.collection.meaning:
            look += _standard(self._meaning(slice(None)))
        return look

    def evidence(self, rows: Rows, company: Company) -> Table:
        """One line a row, one column a kind of evidence in the order of FEATURES; NaN for what is not known."""
        matrix = self.collection.grams.matrix[rows]
        columns = {
            "words": np.asarray(matrix @ self.dense_grams, dtype=np.float64),
            "coverage": self._coverage(rows),
            "company": company.resemblance(self.collection, rows),
            "meaning": self._meaning(rows),
            "specs": np.array([self._kept_promises(int(row)) for row in rows], dtype=np.float64),
            "field": np.array([self._field(int(row)) for row in rows], dtype=np.float64),
        }
        return np.stack([columns[name] for name in FEATURES], axis=1)

    @property
    def text(self) -> str:
        """Title and text."""
        return f"{self.demand.title}\n{self.demand.text}"

    def checks(self, row: int) -> list[Check]:
        """A verdict on each requirement of the demand."""
        return specs.check(self.required, self.collection.promised(row))

    def _coverage(self, rows: Rows) -> Numbers:
        grams = self.collection.grams
        columns = grams.vector(self.demand.title).columns
        weights = grams.dense(columns, grams.rarity[columns])
        whole = float(weights.sum())
        covered = grams.matrix[rows].sign() @ weights
        return np.asarray(covered / whole if whole else covered, dtype=np.float64)

    def _meaning(self, rows: Rows | slice) -> Numbers:
        if self.collection.meaning is None or self.sentences is None:
            return np.full(len(self.collection.supply), np.nan)[rows]
        return self.collection.meaning.closeness(self.sentences, rows)

    def _kept_promises(self, row: int) -> float:
        if not self.required:
            return 0.0
        outcomes = [check.outcome for check in self.checks(row)]
        kept = outcomes.count(Outcome.MET) - outcomes.count(Outcome.MISSED) / 2
        return kept / len(outcomes)

    def _field(self, row: int) -> float:
        shared = shared_field(self.demand.field, self.collection.supply[row].field)
        return _depth(shared) / _depth(self.demand.field) if shared else 0.0


def shared_field(one: str, other: str) -> str:
    """The deepest place of the field tree that both dotted paths share; "" for none."""
    shared = []
    for left, right in zip(one.split("."), other.split("."), strict=False):
        if left != right:
            break
        shared.append(left)
    return ".".join(shared)


def _standard(values: Numbers) -> Numbers:
    known = values[~np.isnan(values)]
    spread = known.std() if len(known) else 0.0
    if spread <= 0:
        return np.zeros(len(values))
    standard: Numbers = np.nan_to_num((values - known.mean()) / spread, nan=0.0)
    return standard


def _depth(path: str) -> int:
    return path.count(".") + 1

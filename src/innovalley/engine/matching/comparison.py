"""A demand and the achievements that are compared with each other for it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from innovalley.engine.matching.evidence import Company, Numbers, Question, Rows, Table
from innovalley.engine.matching.fusion import Scale

POOL = 100  # achievements that look best at first sight, and are then compared with each other
DECIMALS = 6  # of a score: what differs less is equal


class Comparison:
    """What is usual among `rows` (default: the best of the collection at first sight), and how any row differs."""

    def __init__(self, question: Question, rows: Rows | None = None):
        self.question = question
        self.rows = self.best(POOL) if rows is None else rows

    def best(self, count: int) -> Rows:
        """The `count` rows of the collection that look best at first sight, in its order."""
        size = len(self.question.collection.supply)
        if size <= count:
            return np.arange(size)
        return np.sort(np.argpartition(-self.question.first_look, count)[:count])

    def evidence(self, rows: Rows) -> Table:
        """The evidence of any rows, with these as their company."""
        if np.isin(rows, self.rows).all():
            return self._own_evidence[np.searchsorted(self.rows, rows)]
        return self.question.evidence(rows, self._company)

    def standardised(self, rows: Rows) -> Table:
        """The same on the scale of this comparison."""
        return self._scale.standardise(self.evidence(rows))

    def scores(self, rows: Rows, weights: Numbers) -> Numbers:
        """The scores of any rows."""
        total: Numbers = (self.standardised(rows) * weights).sum(axis=1)
        return np.round(total, DECIMALS)

    @cached_property
    def _company(self) -> Company:
        return Company(self.question.collection, self.rows)

    @cached_property
    def _own_evidence(self) -> Table:
        return self.question.evidence(self.rows, self._company)

    @cached_property
    def _scale(self) -> Scale:
        return Scale.of(self._own_evidence)

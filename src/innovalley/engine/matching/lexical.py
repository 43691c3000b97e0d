"""What two texts say in the same words: weighted character grams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from innovalley.engine.text import gram_keys

Values = NDArray[np.float32]
Columns = NDArray[np.int32]

_BATCH = 4000  # texts counted at once; bounds the memory that counting takes
_LEAST_WEIGHT = np.float32(
    0.1
)  # of a gram that every text has: two texts of nothing else still resemble each other


class GramVector(NamedTuple):
    """A text as the grams it shares with a collection: their columns there, rising, and their weights."""

    columns: Columns
    weights: Values


class GramIndex:
    """A collection of texts as unit vectors over grams, weighted by damped frequency and by rarity."""

    def __init__(self, texts: Sequence[str], progress: Callable[[int, int], None] = lambda done, total: None):
        counted = []
        for start in range(0, len(texts), _BATCH):
            counted.append(_count(texts[start : start + _BATCH]))
            progress(min(start + _BATCH, len(texts)), len(texts))
        self._keys = _distinct([batch.keys for batch in counted])
        self.matrix = self._as_matrix(counted, len(texts))
        spread = np.bincount(self.matrix.indices, minlength=len(self._keys))
        self.rarity = np.log((1 + len(texts)) / (1 + spread)).astype(np.float32) + _LEAST_WEIGHT
        self.matrix.data *= self.rarity[self.matrix.indices]
        _scale_rows_to_unit(self.matrix)

    def _as_matrix(self, counted: list[_Counted], texts: int) -> sparse.csr_matrix:
        """Rows of damped frequencies; empties `counted` on the way, as both together would be twice the memory."""
        sizes = np.concatenate([batch.sizes for batch in counted]) if counted else np.empty(0, dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        columns = np.empty(starts[-1], dtype=np.int32)
        frequencies = np.empty(starts[-1], dtype=np.float32)
        end = len(columns)
        while counted:
            batch = counted.pop()
            begin = end - len(batch.keys)
            columns[begin:end] = np.searchsorted(self._keys, batch.keys)
            frequencies[begin:end] = batch.frequencies
            end = begin
        return sparse.csr_matrix((frequencies, columns, starts.astype(np.int32)), (texts, len(self._keys)))

    def vector(self, text: str) -> GramVector:
        """`text` as a unit vector; empty when it shares no gram with the collection."""
        counted = _count([text])
        columns = np.searchsorted(self._keys, counted.keys)
        known = columns < len(self._keys)
        known[known] = self._keys[columns[known]] == counted.keys[known]
        shared: Columns = columns[known].astype(np.int32)
        weights = counted.frequencies[known] * self.rarity[shared]
        norm = np.linalg.norm(weights)
        return GramVector(shared, weights / norm if norm else weights)

    def dense(self, columns: Columns, values: Values) -> Values:
        """A vector over all grams of the collection with `values` at `columns` and zeros elsewhere."""
        vector = np.zeros(len(self._keys), dtype=np.float32)
        vector[columns] = values
        return vector


class _Counted(NamedTuple):
    """How many distinct grams each text has; and, text by text, their keys, rising, and damped frequencies."""

    sizes: NDArray[np.int64]
    keys: NDArray[np.int64]
    frequencies: Values


def _count(texts: Sequence[str]) -> _Counted:
    keys, owners = gram_keys(texts)
    order = np.lexsort((keys, owners))
    keys, owners = keys[order], owners[order]
    is_first = np.ones(len(keys), dtype=bool)
    is_first[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    starts = np.flatnonzero(is_first)
    times = np.diff(np.append(starts, len(keys)))
    damped = (1 + np.log(times)).astype(np.float32)
    return _Counted(np.bincount(owners[starts], minlength=len(texts)), keys[starts], damped)


def _distinct(batches: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    if not batches:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.concatenate([np.unique(keys) for keys in batches]))


def _scale_rows_to_unit(matrix: sparse.csr_matrix) -> None:
    lengths = np.diff(matrix.indptr)
    filled = np.flatnonzero(lengths)
    if len(filled):
        norms = np.sqrt(np.add.reduceat(matrix.data**2, matrix.indptr[filled]))
        matrix.data /= np.repeat(norms, lengths[filled])

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
    """A collection of texts as unit vectors over grams, weighted by damped frequency and by rarity.

    matrix  one row a text, one column a gram
    rarity  of each gram: the logarithm of the share of texts without it, about
    spread  of each gram: how many texts have it
    """

    def __init__(self, texts: Sequence[str], progress: Callable[[int, int], None] = lambda done, total: None):
        counted = []
        for start in range(0, len(texts), _BATCH):
            counted.append(_count(texts[start : start + _BATCH]))
            progress(min(start + _BATCH, len(texts)), len(texts))
        self._keys = _distinct(np.concatenate([batch.keys for batch in counted] or [np.empty(0, np.int64)]))
        self.matrix = _as_matrix(counted, self._keys)
        self.spread = np.bincount(self.matrix.indices, minlength=len(self._keys))
        self.rarity = np.log((1 + len(texts)) / (1 + self.spread)).astype(np.float32) + _LEAST_WEIGHT
        self.matrix.data *= self.rarity[self.matrix.indices]
        _scale_rows_to_unit(self.matrix)
        self._by_gram = self.matrix.tocsc()

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

    def similarity(self, vector: GramVector) -> Values:
        """The cosine of `vector` with every text; reads only the texts that have one of its grams."""
        return np.asarray(self._by_gram[:, vector.columns] @ vector.weights, dtype=np.float32)

    def dense(self, columns: Columns, values: Values) -> Values:
        """A vector over all grams of the collection with `values` at `columns` and zeros elsewhere."""
        vector = np.zeros(len(self._keys), dtype=np.float32)
        vector[columns] = values
        return vector


class _Counted(NamedTuple):
    """The grams of a batch of texts.

    keys         its distinct grams, rising
    sizes        how many distinct grams each text has
    places       text by text the places in `keys` of the grams it has, rising
    frequencies  how often each stands there, damped
    """

    keys: NDArray[np.int64]
    sizes: NDArray[np.int64]
    places: NDArray[np.int32]
    frequencies: Values


def _count(texts: Sequence[str]) -> _Counted:
    found, owners = gram_keys(texts)
    order = np.argsort(found)
    is_new = _differs_from_last(found[order])
    keys = found[order[is_new]]
    # A text and a gram in one number, so that one sort brings equal ones together, text by text.
    pairs = owners[order].astype(np.int64) * max(len(keys), 1) + (np.cumsum(is_new) - 1)
    pairs.sort()
    starts = np.flatnonzero(_differs_from_last(pairs))
    times = np.diff(np.append(starts, len(pairs)))
    owners, places = np.divmod(pairs[starts], max(len(keys), 1))
    damped = (1 + np.log(times)).astype(np.float32)
    return _Counted(keys, np.bincount(owners, minlength=len(texts)), places.astype(np.int32), damped)


def _as_matrix(counted: list[_Counted], keys: NDArray[np.int64]) -> sparse.csr_matrix:
    """Rows of damped frequencies; empties `counted` on the way, as both together would be twice the memory."""
    sizes = np.concatenate([batch.sizes for batch in counted] or [np.empty(0, np.int64)])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    columns = np.empty(starts[-1], dtype=np.int32)
    frequencies = np.empty(starts[-1], dtype=np.float32)
    end = len(columns)
    while counted:
        batch = counted.pop()
        begin = end - len(batch.places)
        columns[begin:end] = np.searchsorted(keys, batch.keys).astype(np.int32)[batch.places]
        frequencies[begin:end] = batch.frequencies
        end = begin
    return sparse.csr_matrix((frequencies, columns, starts.astype(np.int32)), (len(sizes), len(keys)))


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each value once, rising; on many integers quicker than np.unique, which hashes."""
    values.sort()
    return values[_differs_from_last(values)]


def _differs_from_last(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    differs = np.ones(len(values), dtype=bool)
    differs[1:] = values[1:] != values[:-1]
    return differs


def _scale_rows_to_unit(matrix: sparse.csr_matrix) -> None:
    lengths = np.diff(matrix.indptr)
    filled = np.flatnonzero(lengths)
    if len(filled):
        norms = np.sqrt(np.add.reduceat(matrix.data**2, matrix.indptr[filled]))
        matrix.data /= np.repeat(norms, lengths[filled])

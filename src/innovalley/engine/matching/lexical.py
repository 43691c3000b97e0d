"""What two texts say in the same words: cosines of weighted character grams."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from innovalley.engine.text.grams import gram_keys

Scores = NDArray[np.float32]

_BATCH = 4000  # texts counted at once; bounds the memory that counting takes


class GramIndex:
    """A collection of texts as unit vectors of gram weights (sublinear frequency × inverse document frequency)."""

    def __init__(self, texts: Sequence[str], progress: Callable[[int, int], None] = lambda done, total: None):
        counts = []
        for start in range(0, len(texts), _BATCH):
            counts.append(_count(texts[start : start + _BATCH]))
            progress(min(start + _BATCH, len(texts)), len(texts))
        self._keys = np.unique(
            np.concatenate([np.unique(keys) for _, keys, _ in counts] or [np.empty(0, np.int64)])
        )
        rows = []
        for sizes, keys, times in counts:
            columns = np.searchsorted(self._keys, keys).astype(np.int32)
            indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
            rows.append(sparse.csr_matrix((_dampen(times), columns, indptr), (len(sizes), len(self._keys))))
        counts.clear()
        matrix = sparse.vstack(rows, format="csr") if rows else sparse.csr_matrix((0, 0), dtype=np.float32)
        spread = np.bincount(matrix.indices, minlength=len(self._keys))
        self._idf = np.log((1 + len(texts)) / (1 + spread)).astype(np.float32) + np.float32(0.1)
        matrix.data *= self._idf[matrix.indices]
        self.matrix = _unit_rows(matrix)

    def vector(self, text: str) -> Scores:
        """`text` as a dense unit vector over the grams of the collection; zeros when it shares none."""
        _, keys, times = _count([text])
        where = np.searchsorted(self._keys, keys)
        known = where < len(self._keys)
        known[known] = self._keys[where[known]] == keys[known]
        vector = np.zeros(len(self._keys), dtype=np.float32)
        vector[where[known]] = _dampen(times[known]) * self._idf[where[known]]
        norm = np.linalg.norm(vector)
        return vector / norm if norm else vector

    def similarity(self, text: str) -> Scores:
        """The cosine of `text` with each text of the collection."""
        return np.asarray(self.matrix @ self.vector(text), dtype=np.float32)


def _count(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """How many distinct grams each text has; and, text by text, their keys and how often they stand there."""
    keys, owners = gram_keys(texts)
    order = np.lexsort((keys, owners))
    keys, owners = keys[order], owners[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    starts = np.flatnonzero(first)
    times = np.diff(np.append(starts, len(keys)))
    return np.bincount(owners[starts], minlength=len(texts)), keys[starts], times


def _dampen(times: NDArray[np.int64]) -> Scores:
    return (1 + np.log(times)).astype(np.float32)


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    norms = (
        np.sqrt(np.add.reduceat(np.append(matrix.data**2, 0), matrix.indptr[:-1]))
        if matrix.shape[0]
        else None
    )
    lengths = np.diff(matrix.indptr)
    if norms is not None:
        norms[lengths == 0] = 1
        matrix.data /= np.repeat(norms, lengths).astype(np.float32)
    return matrix

"""An index of fingerprints: which of many documents share some with a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.overlap.fingerprints import Hashes, fingerprints


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that shares fingerprints.

    share  of the text's own fingerprints that stand in the document too, weighed by how rare they are; 0..1
    """

    id: str
    share: float


class Index:
    """Fingerprints of documents, sorted by hash; a document of 1,000 characters takes about 3.5 kB."""

    def __init__(self, ids: list[str], hashes: Hashes, documents: NDArray[np.int32]) -> None:
        self._ids = ids
        self._hashes = hashes
        self._documents = documents

    @classmethod
    def build(cls, documents: Iterable[tuple[str, str]]) -> Index:
        """An index over (id, text) pairs."""
        ids: list[str] = []
        parts: list[Hashes] = []
        for id_, text in documents:
            ids.append(id_)
            parts.append(fingerprints(text))
        sizes = np.fromiter((len(part) for part in parts), dtype=np.int64, count=len(parts))
        hashes = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
        numbers = np.repeat(np.arange(len(ids), dtype=np.int32), sizes)
        order = np.argsort(hashes, kind="stable")
        return cls(ids, hashes[order], numbers[order])

    def __len__(self) -> int:
        return len(self._ids)

    def candidates(self, text: str, *, top: int = 20, least: float = 0.02) -> list[Candidate]:
        """The `top` documents that share the most with `text`, those under the share `least` left out."""
        own = fingerprints(text)
        if not len(own) or not self._ids:
            return []
        first = np.searchsorted(self._hashes, own, side="left")
        counts = np.searchsorted(self._hashes, own, side="right") - first
        # A run that stands in many documents (a form's headings, the name of a law) says little.
        weights = 1.0 / np.maximum(counts, 1)
        whole = float(weights[counts > 0].sum() + (counts == 0).sum())
        nobody = np.empty(0, dtype=np.int32)
        ranges = zip(first, counts, strict=True)
        found = np.concatenate([nobody, *(self._documents[f : f + n] for f, n in ranges if n)])
        scores = np.bincount(
            found.astype(np.int64), weights=np.repeat(weights, counts), minlength=len(self._ids)
        )
        shares = scores / whole
        best = np.argsort(-shares, kind="stable")[:top]
        return [Candidate(self._ids[n], float(shares[n])) for n in best if shares[n] >= least]

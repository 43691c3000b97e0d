"""Embeddings kept in the database, so that a text is embedded once and never again until it changes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from innovalley.engine.matching import Embedder
from innovalley.registry.models import Embedding

BATCH = 8  # texts between two commits: with the model that comes along a few seconds of work
Vectors = NDArray[np.float32]


_made: dict[str, Embedder | None] = {}
_making = threading.Lock()


def installed_embedder() -> Embedder | None:
    """The model of this installation, made once for each process; None where semantic evidence is turned off.

    settings.EMBEDDER is the dotted path of what makes it, "" for none.
    """
    path: str = settings.EMBEDDER
    if not path:
        return None
    with _making:
        if path not in _made:
            _made[path] = import_string(path)()
        return _made[path]


def text_hash(kind: str, text: str) -> bytes:
    """What a text is known by; a query and a passage of the same words have different vectors."""
    return hashlib.sha256(f"{kind}\0{text}".encode()).digest()


class KeptEmbedder:
    """An `Embedder` that looks in the database first.

    What is missing is embedded and kept when `embed_missing` is set; else its vector is zero, which the
    engine takes for "not known" – so a page never waits for a model.
    """

    def __init__(self, embedder: Embedder, *, embed_missing: bool) -> None:
        self._embedder = embedder
        self._embed_missing = embed_missing
        self.name = embedder.name

    @property
    def dimension(self) -> int:
        """Length of the vectors; a model elsewhere is asked for it only when no vector is kept yet."""
        return self._embedder.dimension

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of evidence, one row a text."""
        return self._vectors("passage", texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of demands, one row a text."""
        return self._vectors("query", texts)

    def missing(self, kind: str, texts: Iterable[str]) -> list[str]:
        """Those of `texts` (each once, empty ones left out) that have no vector yet."""
        by_hash = {text_hash(kind, text): text for text in texts if text.strip()}
        known = self._present(by_hash)
        return [text for digest, text in by_hash.items() if digest not in known]

    def keep(self, kind: str, texts: Sequence[str]) -> None:
        """Embeds `texts` now and keeps their vectors (zeros for one that the model cannot read)."""
        encode = self._embedder.passages if kind == "passage" else self._embedder.queries
        for start in range(0, len(texts), BATCH):
            part = texts[start : start + BATCH]
            Embedding.objects.bulk_create(
                [
                    Embedding(model=self.name, text_hash=text_hash(kind, text), vector=vector)
                    for text, vector in zip(part, encode(part), strict=True)
                ],
                ignore_conflicts=True,
            )

    def _vectors(self, kind: str, texts: Sequence[str]) -> Vectors:
        digests = [text_hash(kind, text) for text in texts]
        if self._embed_missing:
            self.keep(kind, self.missing(kind, texts))
        known = self._known(digests)
        dimension = next((len(vector) for vector in known.values()), 0) or self.dimension
        out = np.zeros((len(texts), dimension), dtype=np.float32)
        for row, digest in enumerate(digests):
            if (vector := known.get(digest)) is not None:
                out[row] = vector
        return out

    def _present(self, digests: Iterable[bytes]) -> set[bytes]:
        wanted = list(digests)
        present: set[bytes] = set()
        for start in range(0, len(wanted), 5000):
            rows = Embedding.objects.filter(model=self.name, text_hash__in=wanted[start : start + 5000])
            present.update(bytes(digest) for digest in rows.values_list("text_hash", flat=True))
        return present

    def _known(self, digests: Iterable[bytes]) -> dict[bytes, Vectors]:
        wanted = list(dict.fromkeys(digests))
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(wanted), 5000):
            rows = Embedding.objects.filter(model=self.name, text_hash__in=wanted[start : start + 5000])
            for digest, vector in rows.values_list("text_hash", "vector"):
                found[bytes(digest)] = np.asarray(vector, dtype=np.float32)
        return found

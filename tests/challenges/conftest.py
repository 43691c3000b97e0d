"""What tests of demands share."""

from __future__ import annotations

import pytest

from innovalley.challenges import supply
from innovalley.registry import embeddings
from tests.challenges.factories import CharacterEmbedder


@pytest.fixture(autouse=True)
def _own_embedder(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quick embedder, and no index left over from another test's database."""
    settings.EMBEDDER = "tests.challenges.factories.CharacterEmbedder"  # type: ignore[attr-defined]
    monkeypatch.setattr(supply, "_kept", None)
    monkeypatch.setattr(embeddings, "_made", {})
    CharacterEmbedder.asked = 0

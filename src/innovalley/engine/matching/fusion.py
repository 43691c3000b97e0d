"""From several kinds of evidence to one score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Weights:
    """How much each feature counts, and where the numbers come from.

    semantic    with an embedder
    lexical     without
    provenance  date, counts, hash of the inputs, cross-validation figures, package version
    """

    semantic: Mapping[str, float]
    lexical: Mapping[str, float]
    provenance: Mapping[str, Any] = field(default_factory=dict)


DEFAULT = Weights(
    semantic={"words_title": 1.0, "words_text": 1.0, "meaning_title": 1.0, "meaning_text": 1.0},
    lexical={"words_title": 1.0, "words_text": 1.0},
)

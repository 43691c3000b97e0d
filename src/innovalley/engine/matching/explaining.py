"""Reasons that a person can check: shared words, the sentence that answers, the shared field."""

from __future__ import annotations

from collections import Counter

from innovalley.engine.matching.model import Demand
from innovalley.engine.text import Span, sentences, words

MAX_WORDS = 8


def shared_words(demand: Demand, evidence: str) -> tuple[tuple[str, float], ...]:
    """What both texts say, weightiest first: (word, weight 0..1)."""
    asked = Counter(words(f"{demand.title}\n{demand.title}\n{demand.text}"))
    shared = {word: asked[word] * len(word) for word in words(evidence) if word in asked and len(word) > 1}
    most = max(shared.values(), default=1)
    ordered = sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((word, weight / most) for word, weight in ordered[:MAX_WORDS])


def best_sentence(demand: Demand, evidence: str) -> Span:
    """Where the sentence of `evidence` lies that shares most with the demand."""
    asked = set(words(f"{demand.title}\n{demand.text}"))
    spans = sentences(evidence) or [Span(0, 0)]
    return max(spans, key=lambda span: len(asked & set(words(evidence[span.start : span.end]))))


def shared_field(left: str, right: str) -> str:
    """The deepest place of the field tree that both dotted paths share; "" for none."""
    shared = []
    for one, other in zip(left.split("."), right.split("."), strict=False):
        if one != other:
            break
        shared.append(one)
    return ".".join(shared)

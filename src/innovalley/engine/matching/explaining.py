"""Reasons that a person can check: the words both texts share, the sentence that answers, the parts of the score."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching.evidence import FEATURES, MAX_READ, Question
from innovalley.engine.matching.lexical import GramIndex
from innovalley.engine.matching.model import Part
from innovalley.engine.text import Span, normalise, sentences, words

MAX_WORDS = 8
MAX_TERM = 8  # characters of words that follow each other in both texts
COMMON_SHARE = 0.1  # of a collection: a word that more of its texts have tells none of them apart
COMMON_TEXTS = 3  # but in a small collection so many may share one

PART_OF: Mapping[str, str] = {
    "words": "words",
    "coverage": "words",
    "company": "words",
    "meaning": "meaning",
    "specs": "specs",
    "field": "field",
}


def parts(evidence: NDArray[np.float64], contributions: NDArray[np.float64]) -> tuple[Part, ...]:
    """The kinds of evidence that speak for an achievement, the strongest first; none when nothing does.

    `evidence` has its values and `contributions` what each adds to the score, in the order of FEATURES.
    """
    strength: dict[str, float] = {}
    value: dict[str, float] = {}
    for name, amount, added in zip(FEATURES, evidence, contributions, strict=True):
        part = PART_OF[name]
        strength[part] = strength.get(part, 0.0) + max(0.0, float(added))
        if name == part:
            value[part] = float(np.clip(np.nan_to_num(amount), 0, 1))
    if not any(strength.values()):  # below average in everything: then by what there is at all
        strength = value
    whole = sum(strength.values())
    ordered = sorted(strength.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Part(name, value[name], amount / whole) for name, amount in ordered if amount)


def shared_words(question: Question, evidence: str) -> tuple[tuple[str, float], ...]:
    """What both texts say, weightiest first: (word, weight 0..1).

    A Chinese word of one text counts when the other has its characters, however they are cut there, and words
    that follow each other in both are one; what the demand's title says weighs double.
    """
    asked, read = normalise(question.text[:MAX_READ]), normalise(evidence[:MAX_READ])
    theirs = words(evidence[:MAX_READ])
    shared = _terms(theirs, read, asked) | _terms(question.words, asked, read)
    shared |= {word for word in set(theirs) & set(question.words) if not _is_chinese(word)}
    shared = {word for word in shared if len(word) > 1 and not word.replace(".", "").isdigit()}
    longest = {word for word in shared if not any(word in other for other in shared if other != word)}
    title = normalise(question.demand.title)
    weights = {
        word: weight * (2 if word in title else 1)
        for word in longest
        if (weight := _weight(word, question.collection.grams))
    }
    most = max(weights.values(), default=1.0)
    ordered = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((word, weight / most) for word, weight in ordered[:MAX_WORDS])


def _terms(cut: list[str], own: str, other: str) -> set[str]:
    """The longest runs of Chinese words of a text, `own`, that stand in `other` as well."""
    found, run = set(), ""
    for word in cut:
        longer = run + word
        if _is_chinese(word) and len(longer) <= MAX_TERM and longer in other and longer in own:
            run = longer
        else:
            found.add(run)
            run = word if _is_chinese(word) and word in other else ""
    return found | {run}


def best_sentence(question: Question, evidence: str) -> Span:
    """Where the sentence of `evidence` lies that resembles the demand most; the first of equals."""
    spans = sentences(evidence[:MAX_READ])
    if not spans:
        return Span(0, 0)
    grams = question.collection.grams
    likeness = []
    for span in spans:
        vector = grams.vector(evidence[span.start : span.end])
        likeness.append(round(float(vector.weights @ question.dense_grams[vector.columns]), 6))
    return spans[int(np.argmax(likeness))]


def _is_chinese(word: str) -> bool:
    return word[0] >= "\u3400"


def _weight(word: str, grams: GramIndex) -> float:
    """The rarity of the word's grams in the collection; 0 for a word that too many of its texts have."""
    columns = grams.vector(word).columns
    common = max(COMMON_TEXTS, COMMON_SHARE * grams.matrix.shape[0])
    if not len(columns) or grams.spread[columns].min() > common:
        return 0.0
    return float(grams.rarity[columns].sum())

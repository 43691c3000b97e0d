"""Cuts texts into words and sentences."""

from __future__ import annotations

import re
from typing import NamedTuple

import rjieba

from innovalley.engine.text.normalising import HAN, normalise

_WORD = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[-./][^\W_{HAN}]+)*")
_SENTENCE = re.compile(r"(?:[^。！？!?；;\n\r.]|\.(?!\s|$))+[。！？!?；;.]*")

# Words that say nothing about the subject; the programme's own boilerplate is left to the idf.
_FUNCTION_WORD_LIST = """
的 了 和 与 及 在 是 对 等 中 为 以 有 将 其 于 或 之 也 并 被 由 从 到 而 但 上 下 该 这 那 一 个 一种
a an the of and or in on for to with by from at as is are be been was were will shall can may must this that
these those it its their which such than into using use used based not also has have had
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_WORD_LIST.split())


class Span(NamedTuple):
    """A stretch of a text: text[start:end]."""

    start: int
    end: int


def words(text: str) -> list[str]:
    """The words of `text` in its order, normalised; function words and punctuation left out."""
    found: list[str] = []
    for run in _WORD.findall(normalise(text)):
        if run[0] >= "\u3400":
            found.extend(word for word in rjieba.cut(run) if word not in _FUNCTION_WORDS)
        elif run not in _FUNCTION_WORDS:
            found.append(stem(run))
    return found


def stem(word: str) -> str:
    """An English word without its plural, -ing and -ed; lightly, so that what is shown stays readable."""
    if len(word) <= 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def sentences(text: str) -> list[Span]:
    """Where the sentences of `text` lie, in its order, without the white space around them."""
    spans = []
    for match in _SENTENCE.finditer(text):
        sentence = match.group()
        start = match.start() + len(sentence) - len(sentence.lstrip())
        end = match.start() + len(sentence.rstrip())
        if any(letter.isalnum() for letter in text[start:end]):
            spans.append(Span(start, end))
    return spans

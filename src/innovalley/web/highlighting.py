"""Finds the words of a search in a text as search.py compares them, and marks them where they stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_SNIPPET = 120  # characters
_LONGEST_WORD = 20


def mark_terms(text: str, words: Sequence[str]) -> SafeString:
    """`text`, escaped, with each of `words` (see search.terms) in <mark>."""
    spans = _joined(sorted(_spans(text, words)))
    out, at = [], 0
    for start, end in spans:
        out.append(f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>")
        at = end
    out.append(escape(text[at:]))
    return mark_safe("".join(out))  # noqa: S308  every piece is escaped above


def snippet_of(text: str, words: Sequence[str], length: int = _SNIPPET) -> str:
    """About `length` characters of `text` around the first of `words` that it has; from the start when none."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    first = min((start for start, _ in _spans(line, words)), default=0)
    start = _word_edge(line, max(0, min(first - length // 4, len(line) - length)))
    end = _word_edge(line, start + length)
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"


def _word_edge(line: str, at: int) -> int:
    """`at`, or the end of the English word that it would cut; Chinese may be cut anywhere."""
    edge = at
    while 0 < edge < len(line) and line[edge - 1].isascii() and line[edge].isascii() and line[edge].isalnum():
        edge += 1
        if edge - at > _LONGEST_WORD:
            return at
    return edge


def _spans(text: str, words: Sequence[str]) -> set[tuple[int, int]]:
    plain, origins = _plain(text)
    spans = set()
    for word in words:
        at = plain.find(word)
        while at >= 0:
            spans.add((origins[at], origins[at + len(word) - 1] + 1))
            at = plain.find(word, at + len(word))
    return spans


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters the place it came from."""
    pieces, origins = [], []
    for place, character in enumerate(text):
        piece = unicodedata.normalize("NFKC", character).lower()
        pieces.append(piece)
        origins.extend([place] * len(piece))
    return "".join(pieces), origins


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined

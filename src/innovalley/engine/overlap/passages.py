"""The passages that two texts share, sentence by sentence."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from innovalley.engine.overlap.fingerprints import plain

SAME = 0.6  # share of character pairs from which on two sentences count as one, reworded
_SHORTEST = 8  # characters; shorter sentences are headings and phrases that everybody uses
_SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]?")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of the text and the sentence of the other text that it repeats.

    start, end              offsets in the text
    other_start, other_end  offsets in the other text
    likeness                share of character pairs in common, SAME..1
    """

    start: int
    end: int
    other_start: int
    other_end: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The shared passages in the order of the text; `share` is how much of the text they make up, 0..1."""

    passages: tuple[Passage, ...]
    share: float


def compare(text: str, other: str) -> Comparison:
    """The sentences of `text` that stand in `other` too, literally or reworded, in whatever order."""
    others = _sentences(other)
    holding: dict[str, list[int]] = {}
    for number, (_start, _end, pairs) in enumerate(others):
        for pair in pairs:
            holding.setdefault(pair, []).append(number)
    passages: list[Passage] = []
    shared = whole = 0
    for start, end, pairs in _sentences(text):
        size = sum(pairs.values())
        whole += size
        common: Counter[int] = Counter()
        for pair, count in pairs.items():
            for number in holding.get(pair, ()):
                common[number] += min(count, others[number][2][pair])
        best, likeness = -1, 0.0
        for number, count in common.items():
            dice = 2 * count / (size + sum(others[number][2].values()))
            # A sentence that was taken into a longer one is a copy as well.
            value = max(dice, 0.95 * count / size if count == size else 0.0)
            if value > likeness:
                best, likeness = number, value
        if likeness >= SAME:
            passages.append(Passage(start, end, others[best][0], others[best][1], likeness))
            shared += size
    return Comparison(tuple(passages), shared / whole if whole else 0.0)


def _sentences(text: str) -> list[tuple[int, int, Counter[str]]]:
    """(start, end, pairs of neighbouring characters) of every sentence that is long enough to compare."""
    found = []
    for match in _SENTENCE.finditer(text):
        letters = plain(match[0])
        if len(letters) >= _SHORTEST:
            pairs = Counter(letters[n : n + 2] for n in range(len(letters) - 1))
            found.append((match.start(), match.end(), pairs))
    return found

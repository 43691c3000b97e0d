"""Character grams as numbers, counted for many texts at once.

Chinese counts in single characters and pairs, which needs no dictionary; other scripts count in triples
within a word, its edges included.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.text.normalising import normalise

Keys = NDArray[np.int64]

_SHIFT = 21  # a code point has 21 bits; three of them fill one key
_EDGE = 32  # stands for whatever is not part of a word
_SEPARATOR = "\n"  # normalise() leaves none inside a text

_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))


def gram_keys(texts: Sequence[str]) -> tuple[Keys, NDArray[np.int32]]:
    """Every gram of every text: its key, and the number of the text it stands in. Same gram, same key."""
    codes = _codes(_SEPARATOR.join(map(normalise, texts)))
    owner = np.cumsum(codes == ord(_SEPARATOR), dtype=np.int32)
    han = _is_han(codes)
    letters = _is_alphanumeric(codes) & ~han
    inside = np.where(letters, codes, _EDGE)

    single = np.flatnonzero(han)
    pair = np.flatnonzero(han[:-1] & han[1:])
    triple = np.flatnonzero(letters[1:-1]) + 1
    keys = np.concatenate(
        [
            codes[single],
            codes[pair] << _SHIFT | codes[pair + 1],
            (inside[triple - 1] << 2 * _SHIFT) | (inside[triple] << _SHIFT) | inside[triple + 1],
        ]
    )
    return keys, owner[np.concatenate([single, pair, triple])]


def _codes(text: str) -> Keys:
    """The code points of `text`, a separator before and after it so that each letter has neighbours."""
    framed = f" {text} "
    return np.frombuffer(framed.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def _is_han(codes: Keys) -> NDArray[np.bool_]:
    found = np.zeros(codes.shape, dtype=bool)
    for low, high in _HAN_RANGES:
        found |= (codes >= low) & (codes <= high)
    return found


def _is_alphanumeric(codes: Keys) -> NDArray[np.bool_]:
    distinct, where = np.unique(codes, return_inverse=True)
    return np.array([chr(code).isalnum() for code in distinct], dtype=bool)[where]

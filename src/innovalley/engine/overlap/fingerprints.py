"""Fingerprints of a text: few hashes of which two texts share some wherever they share a passage."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RUN = 6  # characters hashed together; shorter runs are shared by chance
WINDOW = 6  # of so many neighbouring runs at least one is kept

Hashes = NDArray[np.uint64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


def plain(text: str) -> str:
    """What is compared: NFKC, lower case, letters and digits only – blanks and punctuation hide no copy."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def fingerprints(text: str) -> Hashes:
    """The winnowed hashes of `text`, each once, ascending; none for a text shorter than a run."""
    codes = np.frombuffer(plain(text).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < RUN:
        return np.empty(0, dtype=np.uint64)
    hashes = np.zeros(len(codes) - RUN + 1, dtype=np.uint64)
    for offset in range(RUN):  # unsigned arithmetic wraps around, which is what a polynomial hash wants
        hashes = hashes * _BASE + codes[offset : offset + len(hashes)]
    hashes = (hashes ^ (hashes >> _SHIFT)) * _MIX
    if len(hashes) > WINDOW:
        hashes = sliding_window_view(hashes, WINDOW).min(axis=1)
    return np.unique(hashes)

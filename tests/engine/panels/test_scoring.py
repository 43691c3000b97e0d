"""Harsh and generous experts are made comparable, ties stay ties, and nothing is dropped."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.panels.scoring import Score, adjust


def planted(seed: int = 1, noise: float = 1.0) -> tuple[list[Score], dict[str, float], dict[str, float]]:
    """60 items worth 40 to 90, 20 experts leaning by up to ±12, five reviews each."""
    dice = random.Random(seed)
    worth = {f"I{n:02}": 40 + 50 * dice.random() for n in range(60)}
    leaning = {f"E{n:02}": dice.uniform(-12, 12) for n in range(20)}
    scores = [
        Score(item, expert, worth[item] + leaning[expert] + dice.gauss(0, noise))
        for item in worth
        for expert in dice.sample(sorted(leaning), 5)
    ]
    return scores, worth, leaning


def misordered(order: list[str], worth: dict[str, float]) -> int:
    return sum(worth[a] < worth[b] for n, a in enumerate(order) for b in order[n + 1 :])


def test_adjusting_brings_the_ranking_nearer_to_the_items_worth() -> None:
    scores, worth, _leaning = planted()
    result = adjust(scores)
    by_mean = [r.item for r in sorted(result.items, key=lambda r: -r.mean)]
    by_adjusted = [r.item for r in result.items]
    assert misordered(by_adjusted, worth) * 3 < misordered(by_mean, worth)


def test_leanings_are_recovered_within_their_errors() -> None:
    scores, _worth, leaning = planted()
    result = adjust(scores)
    mean = sum(leaning.values()) / len(leaning)
    off = [abs(r.leaning - (leaning[r.expert] - mean)) for r in result.experts]
    assert max(off) < 2.5
    assert result.experts[0].leaning > 5 > -5 > result.experts[-1].leaning


def test_the_errors_are_honest() -> None:
    within = total = 0
    for seed in range(8):
        scores, worth, leaning = planted(seed, noise=4.0)
        mean = sum(leaning.values()) / len(leaning)
        for r in adjust(scores).items:
            within += abs(r.adjusted - worth[r.item] - mean) <= 2 * r.error
            total += 1
    assert 0.90 < within / total <= 1


def test_scores_without_chance_have_errors_no_larger_than_the_leanings() -> None:
    worth = {"I1": 88.5, "I2": 78.0, "I3": 80.5, "I4": 64.0, "I5": 69.0, "I6": 75.0}
    leaning = {"E1": 0.0, "E2": 5.0, "E3": -15.0, "E4": 10.0, "E5": 0.0}
    unread = {("I5", "E1"), ("I5", "E3"), ("I6", "E1"), ("I6", "E3")}
    scores = [Score(i, e, worth[i] + leaning[e]) for i in worth for e in leaning if (i, e) not in unread]
    result = adjust(scores)
    assert max(item.error for item in result.items) < 20
    assert max(expert.error for expert in result.experts) < 20
    assert [item.item for item in result.items] == ["I1", "I3", "I2", "I6", "I5", "I4"]


def test_where_experts_do_not_differ_the_adjusted_score_is_the_mean() -> None:
    dice = random.Random(3)
    scores = [Score(f"I{n}", f"E{k}", 50 + n + dice.gauss(0, 5)) for n in range(20) for k in range(6)]
    assert all(abs(r.adjusted - r.mean) < 1e-6 for r in adjust(scores).items)  # everybody scored everything


def test_swapped_pairs_are_named_the_better_one_first() -> None:
    harsh = [Score("good", "harsh", 60), Score("good", "h2", 61)]
    both = [Score(f"x{n}", "harsh", 50 + n) for n in range(6)] + [
        Score(f"x{n}", "kind", 75 + n) for n in range(6)
    ]
    both += [Score(f"x{n}", "h2", 51 + n) for n in range(6)] + [
        Score(f"x{n}", "k2", 76 + n) for n in range(6)
    ]
    kind = [Score("poor", "kind", 70), Score("poor", "k2", 71)]
    result = adjust(harsh + both + kind)
    assert ("good", "poor") in result.swaps
    assert ("poor", "good") not in result.swaps


def test_equal_scores_share_a_rank() -> None:
    scores = [Score(item, expert, value) for item, value in (("a", 5), ("b", 5), ("c", 3)) for expert in "xy"]
    assert [(r.item, r.mean_rank, r.adjusted_rank) for r in adjust(scores).items] == [
        ("a", 1, 1),
        ("b", 1, 1),
        ("c", 3, 3),
    ]


def test_close_items_cannot_be_told_apart_and_distant_ones_can() -> None:
    scores, worth, _leaning = planted(noise=3.0)
    result = adjust(scores)
    ordered = sorted(worth, key=lambda item: worth[item])
    assert result.cannot_tell_apart(ordered[30], ordered[31])
    assert not result.cannot_tell_apart(ordered[0], ordered[-1])


def test_an_outlier_is_flagged_and_still_counts() -> None:
    scores, _worth, _leaning = planted()
    odd = Score(scores[0].item, scores[0].expert, scores[0].value - 40)
    result = adjust([odd, *scores[1:]])
    assert odd in result.outliers
    assert sum(r.reviews for r in result.items) == len(scores)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("vwxyz")), st.integers(0, 100), min_size=1
    ),
    st.randoms(use_true_random=False),
)
def test_any_scores_are_adjusted_whatever_their_order(
    values: dict[tuple[str, str], int], dice: random.Random
) -> None:
    scores = [Score(*pair, float(value)) for pair, value in values.items()]
    result = adjust(scores)
    assert {r.item for r in result.items} == {item for item, _expert in values}
    for r in result.items:
        own = [value for (item, _expert), value in values.items() if item == r.item]
        assert r.mean == pytest.approx(sum(own) / len(own))
        assert r.error >= 0
    shuffled = dice.sample(scores, len(scores))
    assert adjust(shuffled).items == result.items


@pytest.mark.parametrize(
    ("scores", "complaint"),
    [
        ([], "no scores"),
        ([Score("a", "x", 1), Score("a", "x", 2)], "twice"),
        ([Score("a", "x", float("nan"))], "finite"),
    ],
)
def test_scores_that_make_no_sense_are_refused(scores: list[Score], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        adjust(scores)

"""Judgements of people decide the weights, and what is told of the weights is measured where they were not fitted."""

from __future__ import annotations

import random

import numpy as np
import pytest

from innovalley.engine.matching import DEFAULT, Demand, Judgement, Matcher, Supply, Weights
from innovalley.engine.matching.evidence import FEATURES
from innovalley.engine.matching.metrics import gains, ndcg, tau_b
from innovalley.engine.matching.tuning import tune
from tests.engine.matching.samples import LetterEmbedder

WORD_LIST = (
    "焦炉 余热 回收 电池 负极 石墨 废水 处理 催化 氧化 钻车 遥控 输送 巡检 风机 叶片 复合 材料 陶瓷 轴承"
)
WORDS = WORD_LIST.split()
IDS = [f"s{number:03}" for number in range(240)]


def world(seed: int = 5) -> tuple[list[Demand], list[Supply]]:
    """Demands and achievements of random words."""
    chance = random.Random(seed)
    demands = [
        Demand(f"d{number}", "".join(chance.sample(WORDS, 3)), "".join(chance.sample(WORDS, 6)) + "。")
        for number in range(30)
    ]
    supply = [Supply(id, "".join(chance.sample(WORDS, chance.randint(2, 6)))) for id in IDS]
    return demands, supply


def judged(demands: list[Demand], supply: list[Supply], planted: dict[str, float]) -> list[Judgement]:
    """What somebody would say who weighs the evidence as `planted`: the best few 4, the next 3, then 2, the rest 1."""
    matcher = Matcher.fit(supply, embedder=LetterEmbedder())
    weights = np.array([planted.get(name, 0.0) for name in FEATURES])
    judgements = []
    for number, demand in enumerate(demands):
        ids = random.Random(number).sample(IDS, 40)
        order = np.argsort(-(matcher.evidence(demand, ids) @ weights))
        for place, row in enumerate(order):
            level = 4 if place < 3 else 3 if place < 8 else 2 if place < 20 else 1
            judgements.append(Judgement(demand.id, ids[row], level))
    return judgements


@pytest.mark.parametrize(
    "planted", [{"meaning": 1.0}, {"words": 1.0}, {"words": 0.5, "meaning": 0.5}, {"company": 1.0}], ids=str
)
def test_planted_weights_are_found_again(planted: dict[str, float]) -> None:
    demands, supply = world()
    tuned = tune(judged(demands, supply, planted), demands, supply, embedder=LetterEmbedder())
    found = tuned.weights.semantic
    assert {name for name, weight in found.items() if weight > 0.3 and name not in ("specs", "field")} == set(
        planted
    )
    assert tuned.fits["semantic"].out_of_fold.ndcg > 0.9
    assert tuned.fits["semantic"].out_of_fold.tau > 0.75


def test_judgements_at_random_fit_a_little_and_predict_nothing() -> None:
    demands, supply = world()
    chance = random.Random(2)
    judgements = [
        Judgement(one.demand_id, one.achievement_id, chance.randint(1, 4))
        for one in judged(demands, supply, {"words": 1.0})
    ]
    fit = tune(judgements, demands, supply).fits["lexical"]
    assert fit.in_fold.tau > fit.out_of_fold.tau
    assert abs(fit.out_of_fold.tau) < 0.08


def test_evidence_that_the_judgements_never_show_keeps_its_weight() -> None:
    demands, supply = world()
    start = Weights({**DEFAULT.semantic, "specs": 0.7}, {**DEFAULT.lexical, "specs": 0.9})
    tuned = tune(judged(demands, supply, {"words": 1.0}), demands, supply, start=start)
    assert tuned.weights.lexical["specs"] == 0.9
    assert tuned.weights.semantic == start.semantic
    assert tuned.weights.lexical["meaning"] == 0
    assert set(tuned.fits) == {"lexical"}


def test_the_result_does_not_depend_on_the_order_of_the_input() -> None:
    demands, supply = world()
    judgements = judged(demands, supply, {"words": 0.6, "coverage": 0.4})
    one = tune(judgements, demands, supply)
    other = tune(judgements[::-1], demands[::-1], supply[::-1])
    assert one == other
    assert one.digest != tune(judgements[1:], demands, supply).digest


def test_demands_of_the_same_text_are_left_out_together() -> None:
    """Else a demand that stands twice would be tested on what was fitted to it."""
    demands, supply = world()
    twins = [Demand(f"{demand.id}-again", demand.title, demand.text) for demand in demands[:1]]
    judgements = [one for one in judged(demands, supply, {"words": 1.0}) if one.demand_id == "d0"]
    doubled = [Judgement(f"{one.demand_id}-again", one.achievement_id, one.level) for one in judgements]
    with pytest.raises(ValueError, match="at least two demands"):
        tune([*judgements, *doubled], [*demands, *twins], supply)


def test_judgements_that_tell_nothing_apart_are_refused() -> None:
    demands, supply = world()
    same = [Judgement(demand.id, id, 2) for demand in demands for id in IDS[:5]]
    with pytest.raises(ValueError, match="different levels"):
        tune(same, demands, supply)
    with pytest.raises(ValueError, match="different levels"):
        tune([], demands, supply)


@pytest.mark.parametrize("judgement", [Judgement("nobody", "s001", 1), Judgement("d1", "nothing", 1)])
def test_an_unknown_id_is_refused(judgement: Judgement) -> None:
    demands, supply = world()
    with pytest.raises(KeyError):
        tune([judgement], demands, supply)


def test_tuned_weights_change_the_ranking() -> None:
    demands, supply = world()
    tuned = tune(judged(demands, supply, {"coverage": 1.0}), demands, supply)
    scores = Matcher.fit(supply, weights=tuned.weights).score(demands[0], IDS)
    assert scores != Matcher.fit(supply).score(demands[0], IDS)


# weights in files ----------------------------------------------------------------------------------


def test_weights_survive_their_file() -> None:
    assert Weights.from_json(DEFAULT.as_json()) == DEFAULT
    assert DEFAULT.provenance["judgements"] > 5000


@pytest.mark.parametrize(
    ("kept", "complaint"),
    [
        ([], "not an object"),
        ({}, "semantic must have"),
        ({"semantic": {}, "lexical": {}}, "semantic must have"),
        ({**DEFAULT.as_json(), "lexical": {**DEFAULT.lexical, "words": "1"}}, "lexical weight words"),
        (
            {**DEFAULT.as_json(), "lexical": {**DEFAULT.lexical, "words": float("nan")}},
            "lexical weight words",
        ),
        ({**DEFAULT.as_json(), "lexical": {**DEFAULT.lexical, "words": True}}, "lexical weight words"),
        ({**DEFAULT.as_json(), "lexical": {**DEFAULT.lexical, "luck": 1.0}}, "and no others"),
    ],
)
def test_what_is_no_weights_is_refused_with_a_reason(kept: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Weights.from_json(kept)


# measures ------------------------------------------------------------------------------------------


def test_the_perfect_order_has_full_marks_and_the_reverse_the_least() -> None:
    levels = np.array([4, 3, 2, 1, 1])
    assert ndcg(gains(levels, 1), np.array([5.0, 4, 3, 2, 1])) == pytest.approx(1)
    assert tau_b(levels.astype(float), np.array([5.0, 4, 3, 2, 2])) == pytest.approx(1)
    assert tau_b(levels.astype(float), np.array([1.0, 2, 3, 4, 4])) == pytest.approx(-1)


def test_equal_scores_count_as_the_worst_order() -> None:
    worth = gains(np.array([4, 1]), 1)
    assert ndcg(worth, np.array([0.0, 0.0])) == pytest.approx(1 / np.log2(3))
    assert tau_b(np.array([4.0, 1.0]), np.zeros(2)) == 0


def test_only_the_first_places_count() -> None:
    levels = np.array([1] * 10 + [4])
    assert ndcg(gains(levels, 1), -np.arange(11.0)) == 0
    assert ndcg(gains(levels, 1), -np.arange(11.0), first=11) > 0

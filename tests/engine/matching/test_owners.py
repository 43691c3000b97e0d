"""An owner counts by the mean of its best few achievements: neither by their number nor by one lucky hit."""

from __future__ import annotations

import pytest

from innovalley.engine.matching import Demand, Matcher, Owner, Supply
from tests.engine.matching.samples import BATTERY, COKE, SUPPLY, LetterEmbedder

HEAT = Demand("d", "荒煤气余热回收")


def owners(*supply: Supply, best: int = 3) -> dict[str, Owner]:
    background = [
        Supply(f"x{n}", text)
        for n, text in enumerate(["苹果保鲜", "小麦育种", "钻车遥控", "废水处理", "机器人巡检"])
    ]
    return {one.owner: one for one in Matcher.fit([*background, *supply]).rank_owners(HEAT, best=best)}


def achievements(owner: str, titles: list[str]) -> list[Supply]:
    return [Supply(f"{owner}{n}", title, owner=owner) for n, title in enumerate(titles)]


def test_the_owner_with_the_best_evidence_stands_first() -> None:
    matcher = Matcher.fit(SUPPLY, embedder=LetterEmbedder())
    assert matcher.rank_owners(COKE)[0].owner == "team-a"
    assert matcher.rank_owners(BATTERY)[0].owner == "team-d"


def test_the_score_is_the_mean_of_the_best_and_not_the_sum() -> None:
    matcher = Matcher.fit(SUPPLY)
    score = {one.id: one.score for one in matcher.rank(COKE)}
    team = next(one for one in matcher.rank_owners(COKE, best=2) if one.owner == "team-a")
    best = sorted((score[id] for id in ("s1", "s2", "s10")), reverse=True)[:2]
    assert team.score == pytest.approx(sum(best) / 2, abs=1e-5)
    assert [score[id] for id in team.evidence] == best


def test_further_unrelated_achievements_change_nothing() -> None:
    good = ["荒煤气余热回收装置", "荒煤气显热利用", "上升管余热回收"]
    few = owners(*achievements("few", good), *achievements("many", [*good, *["苹果贮藏"] * 30]))
    assert few["few"].score == pytest.approx(few["many"].score, abs=1e-6)
    assert len(few["many"].evidence) == 3


def test_one_good_achievement_neither_beats_three_as_good_nor_loses_to_three_worse() -> None:
    good, fair = "荒煤气余热回收装置", "余热发电"
    found = owners(
        *achievements("three", [good] * 3),
        *achievements("one", [good]),
        *achievements("worse", [fair] * 3),
    )
    assert found["three"].score > found["one"].score > found["worse"].score


def test_achievements_of_nobody_make_no_owner() -> None:
    assert set(owners(*achievements("a", ["余热"]), Supply("n", "荒煤气余热回收"))) == {"a"}


def test_equal_owners_stand_by_name_and_top_limits_them() -> None:
    matcher = Matcher.fit([s for owner in "cab" for s in achievements(owner, ["荒煤气余热回收"])])
    assert [one.owner for one in matcher.rank_owners(HEAT)] == ["a", "b", "c"]
    assert [one.owner for one in matcher.rank_owners(HEAT, top=2)] == ["a", "b"]


def test_in_a_large_collection_an_owner_s_own_best_count_even_where_others_are_better() -> None:
    many = [s for n in range(150) for s in achievements(f"t{n}", ["荒煤气余热回收装置"])]
    own = achievements("own", ["荒煤气余热回收装置", "余热发电", "苹果保鲜"])
    found = {one.owner: one for one in Matcher.fit([*many, *own, *SUPPLY]).rank_owners(HEAT, top=200)}
    assert found["own"].evidence == ("own0", "own1", "own2")

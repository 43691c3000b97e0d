"""A demand finds what answers it, in every language, and always in the same order."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.matching import Demand, Embedder, Matcher, Ranked, Supply, passage_texts
from tests.engine.matching.samples import BATTERY, COKE, MIXED, SUPPLY, LetterEmbedder

EMBEDDERS = [None, LetterEmbedder()]


@pytest.mark.parametrize("embedder", EMBEDDERS, ids=["lexical", "semantic"])
@pytest.mark.parametrize(
    ("demand", "first"),
    [(COKE, {"s1", "s2"}), (BATTERY, {"s5", "s6"}), (MIXED, {"s7"})],
    ids=lambda x: getattr(x, "id", ""),
)
def test_what_answers_a_demand_stands_first(
    demand: Demand, first: set[str], embedder: Embedder | None
) -> None:
    ranked = Matcher.fit(SUPPLY, embedder=embedder).rank(demand)
    assert {one.id for one in ranked[: len(first)]} == first
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert {one.id for one in ranked} == {item.id for item in SUPPLY}


def test_top_limits_the_answers() -> None:
    matcher = Matcher.fit(SUPPLY)
    assert matcher.rank(COKE, top=3) == matcher.rank(COKE)[:3]
    assert matcher.rank(COKE, top=0) == []


@pytest.mark.parametrize("embedder", EMBEDDERS, ids=["lexical", "semantic"])
def test_the_order_of_the_supply_does_not_matter(embedder: Embedder | None) -> None:
    shuffled = random.Random(3).sample(SUPPLY, len(SUPPLY))
    one, other = (Matcher.fit(supply, embedder=embedder) for supply in (SUPPLY, shuffled))
    for demand in (COKE, BATTERY, MIXED):
        assert one.rank(demand) == other.rank(demand)
        assert one.rank_owners(demand) == other.rank_owners(demand)
        assert one.explain(demand, "s1") == other.explain(demand, "s1")


def test_the_same_question_has_the_same_answer_whatever_was_asked_between() -> None:
    matcher = Matcher.fit(SUPPLY)
    before = matcher.rank(COKE)
    matcher.rank(BATTERY)
    matcher.score(COKE, ["s1", "s9"])
    assert matcher.rank(COKE) == before


def test_equal_achievements_have_equal_scores_and_stand_by_id() -> None:
    twins = [Supply(id, "荒煤气余热回收") for id in ("z", "b", "a", "m")]
    ranked = Matcher.fit([*SUPPLY, *twins], embedder=LetterEmbedder()).rank(COKE)
    found = [one for one in ranked if one.id in {"z", "b", "a", "m"}]
    assert [one.id for one in found] == ["a", "b", "m", "z"]
    assert len({one.score for one in found}) == 1


def test_spaces_between_chinese_words_do_not_matter() -> None:
    cut = [Supply(item.id, " ".join(item.title), item.text) for item in SUPPLY if item.title.isalpha()]
    whole = [Supply(item.id, item.title, item.text) for item in SUPPLY if item.title.isalpha()]
    assert len(cut) > 5
    assert Matcher.fit(cut).rank(COKE) == Matcher.fit(whole).rank(COKE)


def test_among_many_a_short_ranking_begins_as_a_longer_one_does() -> None:
    filler = [Supply(f"f{number}", f"第{number}号无关课题") for number in range(400)]
    matcher = Matcher.fit([*SUPPLY, *filler])
    ranked = matcher.rank(COKE, top=100)
    assert {one.id for one in ranked[:2]} == {"s1", "s2"}
    assert matcher.rank(COKE, top=50) == ranked[:50]
    assert len(matcher.rank(COKE, top=250)) == 250


def test_a_shared_field_and_a_kept_promise_speak_for_an_achievement() -> None:
    demand = Demand("d", "高强度混凝土", "抗压强度≥60MPa", field="materials.concrete")
    plain = Supply("plain", "混凝土", "抗压强度未测")
    strong = Supply("strong", "混凝土", "抗压强度≥70MPa")
    weak = Supply("weak", "混凝土", "抗压强度≥40MPa")
    near = Supply("near", "混凝土", "抗压强度未测", field="materials.steel")
    order = [one.id for one in Matcher.fit([plain, strong, weak, near, *SUPPLY]).rank(demand)]
    assert order[0] == "strong"
    assert order.index("near") < order.index("plain")
    assert order.index("strong") < order.index("weak")


# scores of given ones ------------------------------------------------------------------------------


def test_scores_come_in_the_order_asked_for_and_a_repeated_one_counts_once() -> None:
    matcher = Matcher.fit(SUPPLY)
    ids = [item.id for item in SUPPLY]
    scores = dict(zip(ids, matcher.score(COKE, ids), strict=True))
    backwards = matcher.score(COKE, [*reversed(ids), "s1"])
    assert backwards == [scores[id] for id in [*reversed(ids), "s1"]]


def test_a_few_are_measured_against_the_best_of_the_collection() -> None:
    matcher = Matcher.fit(SUPPLY)
    ranking = {one.id: one.score for one in matcher.rank(COKE)}
    assert matcher.score(COKE, ["s9"]) == [ranking["s9"]]
    assert matcher.score(COKE, ["s9", "s1"]) == [ranking["s9"], ranking["s1"]]
    assert matcher.score(COKE, []) == []


def test_an_unknown_id_is_refused() -> None:
    matcher = Matcher.fit(SUPPLY)
    with pytest.raises(KeyError, match="nobody"):
        matcher.score(COKE, ["s1", "nobody"])
    with pytest.raises(KeyError, match="nobody"):
        matcher.explain(COKE, "nobody")


def test_two_achievements_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        Matcher.fit([Supply("a", "一"), Supply("a", "二")])


# odd texts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("embedder", EMBEDDERS, ids=["lexical", "semantic"])
def test_an_empty_collection_answers_nothing(embedder: Embedder | None) -> None:
    matcher = Matcher.fit([], embedder=embedder)
    assert matcher.rank(COKE) == []
    assert matcher.rank_owners(COKE) == []


@pytest.mark.parametrize("embedder", EMBEDDERS, ids=["lexical", "semantic"])
def test_empty_and_odd_texts_are_ranked_below_answers(embedder: Embedder | None) -> None:
    odd = [
        Supply("empty", ""),
        Supply("nul", "\0\0"),
        Supply("stops", "。。。!!!"),
        Supply("surrogate", "\ud800"),
        Supply("huge", "无关内容 unrelated words " * 20_000),
    ]
    matcher = Matcher.fit([*SUPPLY, *odd], embedder=embedder)
    order = [one.id for one in matcher.rank(COKE)]
    assert set(order[:2]) == {"s1", "s2"}
    for item in odd:
        assert order.index(item.id) > 1
        matcher.explain(COKE, item.id)


@pytest.mark.parametrize("text", ["", "\0", "。", "qqq zzz", "\ud800"])
def test_a_demand_that_shares_nothing_is_answered_without_error(text: str) -> None:
    matcher = Matcher.fit(SUPPLY, embedder=LetterEmbedder(unknown=[text]))
    ranked = matcher.rank(Demand("d", text))
    assert len(ranked) == len(SUPPLY)
    matcher.explain(Demand("d", text), "s1")


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8), st.text(max_size=60))
def test_any_texts_are_ranked_once_each(titles: list[str], asked: str) -> None:
    supply = [Supply(str(number), title) for number, title in enumerate(titles)]
    ranked = Matcher.fit(supply, embedder=LetterEmbedder()).rank(Demand("d", asked, asked))
    assert sorted(one.id for one in ranked) == sorted(item.id for item in supply)
    assert all(isinstance(one, Ranked) and one.score == one.score for one in ranked)


# meaning -------------------------------------------------------------------------------------------


def test_a_text_without_a_vector_is_neither_near_nor_far() -> None:
    """Its words decide as for any other; the model says nothing about it."""
    unknown = [passage_texts(item)[0] for item in SUPPLY if item.id in ("s1", "s4")]
    matcher = Matcher.fit(SUPPLY, embedder=LetterEmbedder(unknown=unknown))
    order = [one.id for one in matcher.rank(COKE)]
    assert set(order[:2]) == {"s1", "s2"}
    assert order.index("s4") > 2
    parts = {part.name for part in matcher.explain(COKE, "s1").parts}
    assert "meaning" not in parts
    assert "meaning" in {part.name for part in matcher.explain(COKE, "s2").parts}


def test_without_any_vector_words_decide_as_if_there_were_no_model() -> None:
    class Unknowing(LetterEmbedder):
        def passages(self, texts):  # type: ignore[no-untyped-def]
            return super().passages(texts) * 0

        queries = passages

    order = [one.id for one in Matcher.fit(SUPPLY, embedder=Unknowing()).rank(COKE)]
    assert set(order[:2]) == {"s1", "s2"}


def test_a_matcher_answers_many_threads_at_once() -> None:
    matcher = Matcher.fit(SUPPLY, embedder=LetterEmbedder())
    expected = {demand.id: matcher.rank(demand) for demand in (COKE, BATTERY, MIXED)}
    wrong: list[str] = []

    def ask(demand: Demand) -> None:
        for _ in range(20):
            if matcher.rank(demand) != expected[demand.id]:
                wrong.append(demand.id)

    threads = [threading.Thread(target=ask, args=(demand,)) for demand in (COKE, BATTERY, MIXED) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_progress_reaches_the_whole() -> None:
    seen: list[tuple[int, int]] = []
    Matcher.fit(SUPPLY, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(SUPPLY), len(SUPPLY))

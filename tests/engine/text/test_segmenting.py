"""Words carry meaning and are comparable; sentences are found where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.text import sentences, words


def test_chinese_is_cut_into_words_without_function_words() -> None:
    assert words("电池的制备和应用") == ["电池", "制备", "应用"]


def test_spaces_inside_chinese_do_not_change_the_words() -> None:
    assert words("高炉 煤气 余热 回收") == words("高炉煤气余热回收")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("batteries", "battery"),
        ("sensors", "sensor"),
        ("coated", "coating"),
        ("Boxes", "box"),
        ("processes", "process"),
    ],
)
def test_forms_of_an_english_word_are_one_word(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize("word", ["gas", "process", "virus", "axis", "ring", "seed"])
def test_short_and_unbending_words_stay(word: str) -> None:
    assert words(word) == [word]


def test_mixed_text_gives_both_kinds_of_words() -> None:
    found = words("基于 LiFePO4 的储能 systems，5G-A 通信")
    assert "lifepo4" in found
    assert "储能" in found
    assert "system" in found
    assert "5g-a" in found


def test_sentences_end_at_either_language_s_stops() -> None:
    text = "第一句。Second one. 第三句；3.5 MPa is no end!\n标题"
    found = [text[span.start : span.end] for span in sentences(text)]
    assert found == ["第一句。", "Second one.", "第三句；", "3.5 MPa is no end!", "标题"]


@pytest.mark.parametrize("text", ["", "  \n ", "。。。", "…"])
def test_nothing_said_is_no_sentence(text: str) -> None:
    assert sentences(text) == []


@settings(deadline=None)
@given(st.text(alphabet="石墨烯ab .。\n;；!3\0"))
def test_sentences_lie_in_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for span in sentences(text):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        end = span.end

"""find() on any text: never fails, keeps its offsets within the text, and takes time that grows with the length."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from innovalley.engine.specs import find, parse
from innovalley.engine.specs.model import Comparison

# Pieces that specs are made of, so that random text comes close to real ones.
PIECES = st.sampled_from(
    """
    1 12 3.5 0.05 1,200 10⁻⁶ １２ 三 百分之 ½ ² ^ e5 ×10 ×10^ - – ~ ～ 至 到 ± +/- / × . , ， 。 、 （ ） ( ) : \n \t
    ≥ ≤ > < = 不低于 不超过 达到 以上 以内 左右 提高 降低 降至 约 为 在 的 和 每 比 强度 温度 效率 循环 倍 % ％ ℃ MPa mm
    mg/m3 kW·h r/min 万 亿 吨/年 g/(cm³·s) HRC pH 元 年 个 C K T at_least least of km/h \u200b \ud800 \U0001f600 ０ ① Ａ
    """.replace("_", " ").split(" ")
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))


@given(TEXTS)
@example("180≤HB＜")
@example("1" * 500)
@example("10^99999999 mm")
@example("(±)" * 50)
@settings(max_examples=400, deadline=None)
def test_every_spec_lies_within_the_text_and_is_well_formed(text: str) -> None:
    last = 0
    for spec in find(text):
        assert 0 <= spec.start < spec.end <= len(text)
        assert spec.quantity in text
        assert any(character.isnumeric() for character in text[spec.start : spec.end]) or (
            "翻" in text[spec.start : spec.end]
        )
        assert spec.start >= last
        last = spec.start
        bounds = (spec.low is not None, spec.high is not None)
        assert bounds == {
            Comparison.AT_LEAST: (True, False),
            Comparison.MORE_THAN: (True, False),
            Comparison.AT_MOST: (False, True),
            Comparison.LESS_THAN: (False, True),
            Comparison.TOLERANCE: (bounds[0], True),
        }.get(spec.comparison, (True, True))
        if spec.comparison is Comparison.RANGE:
            assert spec.low is not None
            assert spec.high is not None
            assert spec.low <= spec.high


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_parse_never_fails(text: str) -> None:
    spec = parse(text)
    assert spec is None or (spec.start, spec.end) == (0, 0)


def steps(text: str) -> int:
    """How many lines of Python find() runs: a measure of work that no busy machine changes."""
    count = 0

    def trace(*_: object) -> object:
        nonlocal count
        count += 1
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        find(text)
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "抗压强度≥60MPa，",
        "1",
        "1,000,",
        "1.1.1.",
        "1-1-1-",
        "1~",
        "1×1×",
        "1/1/",
        "1、1、",
        "≥",
        "不低于",
        "的",
        "(",
        "提高",
        "mg/",
        "1mg/(L·",
        "万",
        "三",
        "a ",
        "at least 5 ",
        "±1",
        "≤x≤1",
        "一二三倍",
        "\n",
        "-",
        "10^",
        "  1",
    ],
)
def test_the_work_grows_with_the_length_and_no_faster(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (1_000, 10_000))
    assert steps(long) <= 14 * steps(short) + 2_000


PARAGRAPH = (
    "本项目拟解决高炉煤气净化中布袋寿命短的问题。现有装置处理煤气量12万m³/h，入口含尘5~10g/m³，温度波动大，"
    "滤袋平均八个月更换一次。要求研制耐高温滤料，净化后粉尘浓度不高于5mg/m³，滤袋寿命不少于36个月，运行阻力降低20%以上，"
    "并给出在线检漏方法，漏袋定位误差不超过1排。\n"
)


@pytest.mark.parametrize("piece", [PARAGRAPH, "1", "的", "(", "mg/m3", "≥", "一二三"])
def test_a_megabyte_is_read_to_its_end(piece: str) -> None:
    text = piece * (1_000_000 // len(piece)) + "。抗压强度≥60MPa"
    assert text[find(text)[-1].start :] == "抗压强度≥60MPa"

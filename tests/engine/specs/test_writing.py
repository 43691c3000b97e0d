"""A spec is written as people do, and read back as it was."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.specs import Change, Comparison, Spec, format_spec, parse
from innovalley.engine.specs.writing import format_unit

NAMES = [
    "抗压强度", "系统响应时间", "使用寿命", "单位产品能耗", "合格率", "pH值", "甲醇选择性", "噪声", "出水COD浓度",
    "信噪比", "粒径", "比表面积", "tensile strength", "weight", "",
]  # fmt: skip
UNITS = [
    "MPa", "mg/m^3", "%", "degC", "次", "h", "d", "a", "month", "kWh/t", "W/(m*K)", "t/a", "rpm", "dB", "ppm", "μm",
    "m^2/g",    "Mbit/s", "g/(cm^3*d)", "CFU/mL", "1/h", "目", "元/t", "",
]  # fmt: skip
PIECES = ["只", "个", "台", "件", "亩"]  # one word in English


@st.composite
def specs(draw: st.DrawFn, units: list[str]) -> Spec:
    places = draw(st.integers(0, 6))
    change = draw(st.sampled_from(Change))
    largest = 10 ** draw(st.integers(0, 9))
    smallest = -largest if change is Change.LEVEL else 0
    numbers = st.decimals(min_value=smallest, max_value=largest, places=places)
    first, second = sorted((draw(numbers), draw(numbers)))
    unit = "倍" if change is Change.TIMES else draw(st.sampled_from(units))
    comparison = draw(st.sampled_from(Comparison))
    if comparison is Comparison.TOLERANCE and (change is not Change.LEVEL or not unit):
        comparison = Comparison.EQUAL
    low, high = {
        Comparison.AT_LEAST: (first, None),
        Comparison.MORE_THAN: (first, None),
        Comparison.AT_MOST: (None, first),
        Comparison.LESS_THAN: (None, first),
        Comparison.EQUAL: (first, first),
        Comparison.RANGE: (first, second),
        Comparison.TOLERANCE: (draw(st.sampled_from((first, None))), abs(second)),
    }[comparison]
    name = draw(st.sampled_from(NAMES if unit else NAMES[:-1]))
    return Spec(name, comparison, low, high, unit, change)


@given(specs(UNITS + PIECES))
@settings(max_examples=500, deadline=None)
def test_chinese_is_read_back(spec: Spec) -> None:
    assert parse(format_spec(spec, "zh")) == spec


@given(specs(UNITS))
@settings(max_examples=500, deadline=None)
def test_english_is_read_back(spec: Spec) -> None:
    assert parse(format_spec(spec, "en")) == spec


@pytest.mark.parametrize(
    ("spec", "chinese", "english"),
    [
        (
            Spec("抗压强度", Comparison.AT_LEAST, Decimal(60), None, "MPa"),
            "抗压强度 ≥ 60 MPa",
            "抗压强度 ≥ 60 MPa",
        ),
        (
            Spec("效率", Comparison.AT_LEAST, Decimal(15), None, "%", Change.INCREASE),
            "效率提高 ≥ 15 %",
            "效率 increased by ≥ 15 %",
        ),
        (
            Spec("能耗", Comparison.EQUAL, Decimal(20), Decimal(20), "%", Change.DECREASE),
            "能耗降低 20 %",
            "能耗 reduced by 20 %",
        ),
        (
            Spec("寿命", Comparison.AT_LEAST, Decimal(3), None, "倍", Change.TIMES),
            "寿命提高到 ≥ 3 倍",
            "寿命 increased to ≥ 3 times",
        ),
        (
            Spec("工作温度", Comparison.RANGE, Decimal(-40), Decimal(85), "degC"),
            "工作温度 -40~85 ℃",
            "工作温度 -40~85 °C",
        ),
        (Spec("误差", Comparison.TOLERANCE, None, Decimal("0.50"), "mm"), "误差 ± 0.5 mm", "误差 ± 0.5 mm"),
        (
            Spec("产量", Comparison.AT_LEAST, Decimal(120_000), None, "t/a"),
            "产量 ≥ 12 万 t/年",
            "产量 ≥ 120000 t/year",
        ),
        (
            Spec("泄漏率", Comparison.LESS_THAN, None, Decimal("0.000001"), "Pa*m^3/s"),
            "泄漏率 < 1×10⁻⁶ Pa·m³/s",
            "泄漏率 < 1×10⁻⁶ Pa·m³/s",
        ),
        (
            Spec("存活率", Comparison.EQUAL, Decimal(12), Decimal(12), "month"),
            "存活率 12 个月",
            "存活率 12 months",
        ),
    ],
)
def test_written_as_people_do(spec: Spec, chinese: str, english: str) -> None:
    assert format_spec(spec) == chinese
    assert format_spec(spec, "en") == english


@pytest.mark.parametrize(
    ("symbol", "chinese"),
    [("mg/m^3", "mg/m³"), ("W/(m*K)", "W/(m·K)"), ("degC/min", "℃/min"), ("1/a", "年⁻¹"), ("", "")],
)
def test_units_in_chinese(symbol: str, chinese: str) -> None:
    assert format_unit(symbol, "zh") == chinese

"""A promise is held against a requirement across units, exactly; check() finds the promise that answers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.engine.specs import Check, Comparison, Outcome, Spec, check, compare, find, parse


def spec(statement: str) -> Spec:
    found = parse(statement)
    assert found is not None, statement
    return found


@pytest.mark.parametrize(
    ("required", "promised"),
    [
        ("强度 ≥ 60 MPa", "强度 ≥ 60 MPa"),
        ("强度 ≥ 60 MPa", "强度 65 MPa"),
        ("强度 ≥ 60 MPa", "强度 > 60 MPa"),
        ("强度 > 60 MPa", "强度 > 60 MPa"),
        ("强度 ≥ 60 MPa", "强度 62~70 N/mm2"),
        ("强度 ≥ 60 MPa", "强度 63 ± 2 MPa"),
        ("密度 ≤ 1.9 g/cm³", "密度 1850 kg/m³"),
        ("温度 ≤ 100 ℃", "温度 ≤ 212 °F"),
        ("温度 ≤ 100 ℃", "温度 373.15 K"),
        ("厚度 5 mm", "厚度 0.5 cm"),
        ("厚度 5 mm", "厚度 4~6 mm"),
        ("炉温 180~230 ℃", "炉温 190~220 ℃"),
        ("测量范围 0~10 MPa", "测量范围 -1~16 MPa"),
        ("工作温度 -20~60 ℃", "工作温度 -40~85 ℃"),
        ("误差 ± 0.5 mm", "误差 ± 0.3 mm"),
        ("误差 ± 0.5 mm", "误差 ≤ 300 μm"),
        ("误差 ≤ 0.5 mm", "误差 ± 0.5 mm"),
        ("温度 850 ± 10 ℃", "温度 850 ± 5 ℃"),
        ("合格率 ≥ 95 %", "合格率 ≥ 0.96"),
        ("杂质 ≤ 0.01 %", "杂质 ≤ 100 ppm"),
        ("产量 ≥ 1 万吨/年", "产量 1.2 万吨/年"),
        ("能耗降低 20 %", "能耗降低 25 %"),
        ("能耗降低 ≥ 20 %", "能耗降低 20 %"),
        ("效率提高 100 %", "效率提高到 2 倍"),
        ("寿命提高到 ≥ 2 倍", "寿命提高到 3 倍"),
        ("面积 ≥ 3 亩", "面积 2000 m²"),
    ],
)
def test_met(required: str, promised: str) -> None:
    verdict = compare(spec(required), spec(promised))
    assert (verdict.outcome, verdict.gap) == (Outcome.MET, None)


@pytest.mark.parametrize(
    ("required", "promised", "gap"),
    [
        ("强度 ≥ 60 MPa", "强度 55 MPa", "5"),
        ("强度 ≥ 60 MPa", "强度 50~70 MPa", "10"),
        ("强度 ≥ 60 MPa", "强度 0.0592 GPa", "0.8"),
        ("密度 ≤ 1.9 g/cm³", "密度 1950 kg/m³", "0.05"),
        ("温度 ≤ 100 ℃", "温度 ≤ 375 K", "1.85"),
        ("炉温 180~230 ℃", "炉温 170~235 ℃", "10"),
        ("测量范围 0~10 MPa", "测量范围 0~8 MPa", "2"),
        ("误差 ± 0.5 mm", "误差 ± 0.8 mm", "0.3"),
        ("温度 850 ± 5 ℃", "温度 852 ± 5 ℃", "2"),
        ("能耗降低 20 %", "能耗降低 15 %", "5"),
        ("寿命提高到 3 倍", "寿命提高 150 %", "0.5"),
        ("温度降低 20 ℃", "温度降低 27 °F", "5"),
        ("面积 ≥ 3 m²", "面积 0.001 亩", "2.33333333333"),
    ],
)
def test_missed_by_how_much_in_the_unit_of_the_requirement(required: str, promised: str, gap: str) -> None:
    verdict = compare(spec(required), spec(promised))
    assert (verdict.outcome, verdict.gap) == (Outcome.MISSED, Decimal(gap))


@pytest.mark.parametrize(
    ("required", "promised"),
    [
        ("强度 ≥ 60 MPa", "强度 ≤ 80 MPa"),
        ("噪声 ≤ 75 dB", "噪声 ≥ 60 dB"),
        ("厚度 5 mm", "厚度 ≥ 5 mm"),
        ("强度 > 60 MPa", "强度 60 MPa"),
    ],
)
def test_missed_without_a_figure_where_a_bound_is_open(required: str, promised: str) -> None:
    verdict = compare(spec(required), spec(promised))
    assert (verdict.outcome, verdict.gap) == (Outcome.MISSED, None)


@pytest.mark.parametrize(
    ("required", "promised"),
    [
        ("强度 ≥ 60 MPa", "厚度 5 mm"),
        ("转速 ≥ 60 rpm", "频率 60 Hz"),
        ("效率 ≥ 60 %", "效率提高 60 %"),
        ("效率提高 10 %", "效率降低 10 %"),
        ("硬度 ≥ 60 HRC", "硬度 800 HV"),
        ("合格率提高 3 个百分点", "合格率提高 5 %"),
    ],
)
def test_not_comparable(required: str, promised: str) -> None:
    verdict = compare(spec(required), spec(promised))
    assert (verdict.outcome, verdict.gap) == (Outcome.NOT_COMPARABLE, None)


NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=3)


@given(NUMBERS, NUMBERS)
def test_the_gap_is_what_is_missing(required: Decimal, promised: Decimal) -> None:
    wanted = Spec("强度", Comparison.AT_LEAST, required, None, "MPa")
    given_ = Spec("强度", Comparison.EQUAL, promised, promised, "kPa")
    verdict = compare(wanted, given_)
    missing = Fraction(required) - Fraction(promised) / 1000
    assert verdict.outcome is (Outcome.MET if missing <= 0 else Outcome.MISSED)
    assert (verdict.gap is None) == (missing <= 0)
    assert verdict.gap is None or Fraction(verdict.gap) == missing


def outcomes(checks: list[Check]) -> list[tuple[str, str | None]]:
    return [(each.outcome.value, each.promised.quantity if each.promised else None) for each in checks]


def test_check_answers_each_requirement_with_the_promise_of_its_quantity() -> None:
    required = find("抗压强度不低于60MPa，抗折强度不低于8MPa，导热系数≤0.05W/(m·K)，吸水率≤3%。")
    promised = find("本成果压缩强度65MPa，弯曲强度为7.5MPa，热导率0.045W/(m·K)，产品已应用。")
    assert outcomes(check(required, promised)) == [
        ("met", "压缩强度"),
        ("missed", "弯曲强度"),
        ("met", "热导率"),
        ("not_stated", None),
    ]


@pytest.mark.parametrize(
    ("required", "promised", "expected"),
    [
        # the head of the name is enough, another unit is not
        ("烧结矿转鼓强度 ≥ 78 %", ["转鼓强度 80 %", "强度 60 MPa"], ("met", "转鼓强度")),
        # opposites are different quantities
        ("横向抗拉强度 ≥ 450 MPa", ["纵向抗拉强度 500 MPa"], ("not_stated", None)),
        ("抗压强度 ≥ 60 MPa", ["抗拉强度 80 MPa"], ("not_stated", None)),
        # the most alike, then the most favourable
        ("响应时间 ≤ 5 ms", ["系统响应时间 8 ms", "响应时间 3 ms"], ("met", "响应时间")),
        ("纯度 ≥ 99 %", ["纯度 98 %", "纯度 99.5 %"], ("met", "纯度")),
        # English answers Chinese
        ("抗拉强度 ≥ 450 MPa", ["tensile strength ≥ 500 MPa"], ("met", "tensile strength")),
        ("使用寿命 ≥ 10 年", ["service life 8 years"], ("missed", "service life")),
        # without a name, only the one promise of that dimension answers
        ("≥ 60 MPa", ["强度 65 MPa", "厚度 5 mm"], ("met", "强度")),
        ("≥ 60 MPa", ["抗压强度 65 MPa", "抗折强度 6 MPa"], ("not_stated", None)),
        # a change does not state a level
        ("能耗 ≤ 20 kWh/t", ["能耗降低 5 kWh/t"], ("not_comparable", "能耗")),
    ],
)
def test_check_chooses(required: str, promised: list[str], expected: tuple[str, str | None]) -> None:
    assert outcomes(check([spec(required)], [spec(each) for each in promised])) == [expected]


def test_check_of_nothing() -> None:
    assert check([], [spec("强度 60 MPa")]) == []
    assert outcomes(check([spec("强度 ≥ 60 MPa")], [])) == [("not_stated", None)]


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("CO ≤ 0.2 ppm", "CO2 体积分数 10%"),
        ("CO ≤ 0.2 ppm", "CO2 10%"),
        ("SO2 排放浓度 ≤ 35 mg/m³", "NOx 排放浓度 ≤ 50 mg/m³"),
        ("抗压强度 ≥ 60 MPa", "抗压强度保持率 70 MPa"),
        ("COD ≤ 50 mg/L", "COD 去除量 90 mg/L"),
    ],
)
def test_another_substance_or_another_property_of_it_is_no_answer(wanted: str, given: str) -> None:
    required, promised = parse(wanted), parse(given)
    assert required is not None
    assert promised is not None
    assert check([required], [promised])[0].outcome is Outcome.NOT_STATED


def test_a_promised_span_of_adjustment_covers_the_required_one() -> None:
    required, promised = parse("负荷 40%~110%"), parse("负荷调节范围 20%~110%")
    assert required is not None
    assert promised is not None
    assert check([required], [promised])[0].outcome is Outcome.MET
    assert check([promised], [required])[0].outcome is Outcome.MISSED


@pytest.mark.parametrize(
    ("wanted", "given", "outcome"),
    [
        ("腐蚀宽度 ≤ 1 mm", "板材宽度 1500 mm", Outcome.NOT_STATED),
        ("腐蚀宽度 ≤ 1 mm", "腐蚀宽度 1.5 m", Outcome.MISSED),  # the same name: a miss, however far
        ("划痕宽度 ≤ 1 mm", "宽度 0.8 mm", Outcome.MET),
        ("环境温度 ≤ 60 ℃", "温度 0.1 ℃", Outcome.MET),  # no ratio of temperatures means anything
    ],
)
def test_a_figure_of_another_order_under_another_name_is_no_answer(
    wanted: str, given: str, outcome: Outcome
) -> None:
    required, promised = parse(wanted), parse(given)
    assert required is not None
    assert promised is not None
    assert check([required], [promised])[0].outcome is outcome

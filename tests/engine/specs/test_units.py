"""Units of every spelling have one canonical symbol, and convert exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from innovalley.engine.specs import units


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("MPa", "MPa"),
        ("mpa", "MPa"),
        ("兆帕", "MPa"),
        ("mPa·s", "mPa*s"),
        ("mg/m3", "mg/m^3"),
        ("毫克/立方米", "mg/m^3"),
        ("mg/Nm³", "mg/Nm^3"),
        ("克/立方厘米", "g/cm^3"),
        ("g·cm-3", "g/cm^3"),
        ("克每立方厘米", "g/cm^3"),
        ("kW·h/t", "kWh/t"),
        ("千瓦时/吨", "kWh/t"),
        ("W/(m·K)", "W/(m*K)"),
        ("W·m-1·K-1", "W/(m*K)"),
        ("W/m2K", "W/(m^2*K)"),
        ("g/(g·h)", "g/(g*h)"),
        ("mA·h/g", "mAh/g"),
        ("r/min", "rpm"),
        ("转/分", "rpm"),
        ("次/分钟", "次/min"),
        ("元/吨", "元/t"),
        ("t/h", "t/h"),
        ("吨/小时", "t/h"),
        ("dB(A)", "dB"),
        ("MPa√m", "MPa*m^0.5"),
        ("Nm3/kNm3", "Nm^3/kNm^3"),
        ("mgKOH/g", "mg/g"),
        ("大卡", "kcal"),
        ("ppm", "ppm"),
        ("um", "μm"),
        ("µm", "μm"),
        ("℃", "degC"),
        ("°C", "degC"),
        ("摄氏度", "degC"),
        ("%", "%"),
        ("wt%", "%"),
        ("个百分点", "百分点"),
        ("Gbps", "Gbit/s"),
        ("fps", "帧/s"),
        ("h-1", "1/h"),
        ("CFU/g", "CFU/g"),
        ("目", "目"),
        ("亩", "亩"),
        ("只", "只"),
        ("Ω·cm", "Ω*cm"),
        ("\u2126·cm", "Ω*cm"),
        ("kgf/cm2", "kgf/cm^2"),
        ("", ""),
    ],
)
def test_spellings_have_one_symbol(name: str, symbol: str) -> None:
    assert units.canonical(name) == (symbol, 1)


@pytest.mark.parametrize(
    ("name", "symbol", "factor"),
    [
        ("万吨/年", "t/a", "10000"),
        ("亿次", "次", "100000000"),
        ("mg/100g", "mg/g", "0.01"),
        ("mg/100 g", "mg/g", "0.01"),
    ],
)
def test_multipliers_are_a_factor(name: str, symbol: str, factor: str) -> None:
    assert units.canonical(name) == (symbol, Decimal(factor))


@pytest.mark.parametrize("name", ["apples", "mg/", "mg/(L", "年度", "5", "≥", "条件", "方面"])
def test_what_is_no_unit(name: str) -> None:
    assert units.canonical(name) is None


def test_every_canonical_symbol_is_its_own() -> None:
    for atom in units.atoms():
        assert units.canonical(atom.symbol) == (atom.symbol, 1)


def test_pint_knows_every_unit() -> None:
    for atom in units.atoms():
        assert units.scale(atom.symbol) is not None, atom.symbol


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        ("g/cm^3", "kg/m^3", Fraction(1000)),
        ("N/mm^2", "MPa", Fraction(1)),
        ("亩", "m^2", Fraction(2000, 3)),
        ("kWh", "MJ", Fraction(18, 5)),
        ("rpm", "r/s", Fraction(1, 60)),
        ("%", "ppm", Fraction(10_000)),
        ("tce", "kgce", Fraction(1000)),
        ("mAh/g", "Ah/kg", Fraction(1)),
        ("L/min", "m^3/h", Fraction(3, 50)),
        ("MB", "kbit", Fraction(8000)),
    ],
)
def test_factors_are_exact(one: str, other: str, factor: Fraction) -> None:
    first, second = units.scale(one), units.scale(other)
    assert first is not None
    assert second is not None
    assert first.dimension == second.dimension
    assert first.factor / second.factor == factor


def test_degrees_have_their_zero() -> None:
    celsius, fahrenheit = units.scale("degC"), units.scale("degF")
    assert celsius is not None
    assert fahrenheit is not None
    assert celsius.offset == Fraction(27315, 100)
    assert 100 * celsius.factor + celsius.offset == 212 * fahrenheit.factor + fahrenheit.offset


@pytest.mark.parametrize(
    ("one", "other"),
    [("次", "个"), ("deg", "%"), ("rpm", "Hz"), ("bit/s", "Hz"), ("HRC", "HV"), ("百分点", "%"), ("元", "")],
)
def test_what_only_looks_alike_is_not_of_one_dimension(one: str, other: str) -> None:
    first, second = units.scale(one), units.scale(other)
    assert first is not None
    assert second is not None
    assert first.dimension != second.dimension


@pytest.mark.parametrize("symbol", ["m^x", "apples", "(", "//"])
def test_what_is_no_symbol_has_no_scale(symbol: str) -> None:
    assert units.scale(symbol) is None

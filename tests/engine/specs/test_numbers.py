"""Numbers are read exactly, in every way people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.engine.specs import numbers


@pytest.mark.parametrize(
    ("text", "value", "length"),
    [
        ("12", "12", 2),
        ("1.50", "1.50", 4),
        ("1,200", "1200", 5),
        ("12,345,678.9", "12345678.9", 12),
        ("1,23", "1", 1),
        ("2 237", "2237", 5),
        ("2 2370", "2", 1),
        ("１２．５", "12.5", 4),
        ("1.2×10^-3", "0.0012", 9),
        ("1.2×10⁻³", "0.0012", 8),
        ("1×10-6", "0.000001", 6),
        ("5.2×104", "52000", 7),
        ("600×104", "600", 3),
        ("3e5", "300000", 3),
        ("3E-2", "0.03", 4),
        ("10^6", "1000000", 4),
        ("10⁻⁶", "0.000001", 4),
        ("10的-6次方", "0.000001", 7),
        ("1e30", "1" + "0" * 30, 4),
    ],
)
def test_digits(text: str, value: str, length: int) -> None:
    found = numbers.read(numbers.same_length(text), 0)
    assert found is not None
    assert (format(found.value, "f"), found.end) == (value, length)


@pytest.mark.parametrize("text", ["1" * 19, "1e31", "10^99", "x"])
def test_what_is_no_measured_number(text: str) -> None:
    assert numbers.read(text, 0) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三", "3"),
        ("两", "2"),
        ("十", "10"),
        ("十五", "15"),
        ("三百二十", "320"),
        ("三百零五", "305"),
        ("三百五", "350"),
        ("一万二", "12000"),
        ("二十万", "200000"),
        ("半", "0.5"),
        ("两半", "2.5"),
    ],
)
def test_chinese_numerals(text: str, value: str) -> None:
    found = numbers.read_chinese(text, 0)
    assert found is not None
    assert found.value == Decimal(value)


@pytest.mark.parametrize("text", ["三四", "百", "千克", "十十", "一半", "万"])
def test_what_is_no_chinese_number(text: str) -> None:
    assert numbers.read_chinese(text, 0) is None


@given(st.text())
def test_replacing_odd_characters_moves_nothing(text: str) -> None:
    assert len(numbers.same_length(text)) == len(text)


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_plain_decimals_are_read_back(value: Decimal) -> None:
    found = numbers.read(format(value, "f"), 0)
    assert found is not None
    assert found.value == value

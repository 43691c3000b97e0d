"""Money is written exactly: what stands on the page is what is kept, to the fen."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.web.money import write, write_range

UNITS = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


@pytest.mark.parametrize(
    ("fen", "chinese", "english"),
    [
        (0, "0 元", "¥0"),
        (1, "0.01 元", "¥0.01"),
        (123_456_78, "123,456.78 元", "¥123,456.78"),
        (999_999, "9,999.99 元", "¥9,999.99"),
        (1_000_000, "1 万元", "¥10,000"),
        (80_000_000, "80 万元", "¥800,000"),
        (123_450_000, "123.45 万元", "¥1,234,500"),
        (1_000_001, "10,000.01 元", "¥10,000.01"),
        (11_400_000_000, "1.14 亿元", "¥114,000,000"),
        (12_345_600_000, "12,345.6 万元", "¥123,456,000"),
        (-50_000_000, "−50 万元", "−¥500,000"),
    ],
)
def test_amounts(fen: int, chinese: str, english: str) -> None:
    assert write(fen) == chinese
    assert write(fen, "en") == english


@given(st.integers(-(10**15), 10**15))
def test_nothing_is_rounded(fen: int) -> None:
    number, unit = write(fen).split(" ")
    assert Decimal(number.replace(",", "").replace("−", "-")) * UNITS[unit] * 100 == fen
    assert Decimal(re.sub("[¥,]", "", write(fen, "en")).replace("−", "-")) * 100 == fen


@pytest.mark.parametrize(
    ("low", "high", "chinese", "english"),
    [
        (None, None, "", ""),
        (50_000_000, None, "50 万元以上", "from ¥500,000"),
        (None, 80_000_000, "80 万元以内", "up to ¥800,000"),
        (50_000_000, 50_000_000, "50 万元", "¥500,000"),
        (50_000_000, 80_000_000, "50～80 万元", "¥500,000–800,000"),
        (500_000, 80_000_000, "5,000 元～80 万元", "¥5,000–800,000"),
    ],
)
def test_ranges(low: int | None, high: int | None, chinese: str, english: str) -> None:
    assert write_range(low, high) == chinese
    assert write_range(low, high, "en") == english

"""What a text states is kept as it is or not at all: a rounded spec would be another one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from innovalley.registry.models import AchievementSpec


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("循环次数不低于123456789012345678次", Decimal("123456789012345678")),
        ("检测限不低于1×10^-12 g", Decimal("1e-12")),
    ],
)
def test_a_number_that_the_columns_hold_is_kept(text: str, low: Decimal) -> None:
    assert [row["low"] for row in AchievementSpec.found_in(text)] == [low]


@pytest.mark.parametrize("text", ["循环次数不低于1×10^19次", "检测限不低于1×10^-13 g"])
def test_a_number_that_would_be_rounded_or_is_too_large_is_left_out(text: str) -> None:
    assert AchievementSpec.found_in(text) == []

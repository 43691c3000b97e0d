"""What a specification (技术指标) is: one quantitative requirement or promise."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Comparison(StrEnum):
    """How the stated value bounds the quantity."""

    AT_LEAST = ">="  # ≥ 不低于 不小于 以上 达到(a level that is wanted high)
    AT_MOST = "<="  # ≤ 不超过 不高于 以内 以下 降至
    MORE_THAN = ">"  # > 大于 高于 超过
    LESS_THAN = "<"  # < 小于 低于 少于
    EQUAL = "="  # a plain value: "厚度 5 mm", 约
    RANGE = "range"  # low..high, both included
    TOLERANCE = "±"  # low is the middle (or None for a bare ± x), high is the tolerance


class Change(StrEnum):
    """Whether the value is a level or a change against today's state."""

    LEVEL = "level"  # 抗压强度 ≥ 60 MPa
    INCREASE = "increase"  # 效率提高 15 %
    DECREASE = "decrease"  # 能耗降低 20 %
    TIMES = "times"  # 寿命提高到 3 倍 (unit "倍")


@dataclass(frozen=True, slots=True)
class Spec:
    """One quantitative requirement or promise.

    quantity    the name as the text gives it ("抗冲击韧性"); "" when the text names none
    comparison  see `Comparison`
    low, high   the bounds in `unit`. AT_LEAST and MORE_THAN use low; AT_MOST and LESS_THAN use high;
                EQUAL has low == high; RANGE has both; TOLERANCE has the middle in low (or None) and the
                tolerance in high. Numbers are exact: 1.2 万 is Decimal("12000").
    unit        canonical symbol ("MPa", "mg/m^3", "%", "degC", "次"); "" for a bare number
    change      level, or a change against today's state
    start, end  character offsets of the statement in the text it was found in (end exclusive);
                0, 0 for a spec that was typed by hand
    """

    quantity: str
    comparison: Comparison
    low: Decimal | None
    high: Decimal | None
    unit: str
    change: Change = Change.LEVEL
    start: int = 0
    end: int = 0

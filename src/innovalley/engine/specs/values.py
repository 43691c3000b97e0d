"""Reads a value with its unit: a number, a range (5-10 mm) or a tolerance (20±2 ℃), forwards from a digit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Final

from innovalley.engine.specs import numbers, units


class Form(Enum):
    """How many numbers make the value."""

    SINGLE = "single"
    RANGE = "range"
    TOLERANCE = "tolerance"


@dataclass(frozen=True, slots=True)
class Value:
    """A value found in text.

    low, high  SINGLE: both the number; RANGE: the two ends in order; TOLERANCE: middle (or None) and tolerance
    unit       canonical symbol; "" without one
    start, end its place, sign and brackets included
    more       "100 余", "30 多": over the number
    name       the place of the quantity's name, where it stands within: 180 ≤ x < 240
    """

    form: Form
    low: Decimal | None
    high: Decimal
    unit: str
    start: int
    end: int
    more: bool = False
    name: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Term:
    """One number with its multiplier and unit; unit is None where none is written, power as in NumberText."""

    value: Decimal
    multiplier: Decimal
    unit: str | None
    factor: Decimal
    end: int
    more: bool
    power: int = 0


_MULTIPLIER: Final = re.compile(
    " ?(" + "|".join(re.escape(word) for word in units.MULTIPLIERS) + r")(?![分])", re.I
)
_MORE: Final = re.compile(" ?[多余]")
_RANGE: Final = re.compile(
    r" {0,2}(?:~{1,2}|-{1,2}|一(?=[0-9])|至|到|→|…{1,2}|\.{2,3}|and|to|与|和) {0,2}[φΦ]?(?=(?:[-+]|零[下上] ?)?[0-9])"
)
_TOLERANCE: Final = re.compile(r" ?(?:±|\+/-|\+-|正负|[土士](?=[0-9])) ?(?=[0-9])")
_RANGE_OF_TOLERANCES: Final = re.compile(r" ?(?:~{1,2}|-{1,2}|至|到|to) ?±? ?(?=[0-9])")
_SIGN: Final = re.compile(r"-|\+|零[下上] ?")
_DIMENSION: Final = re.compile(r" ?[×*xX] ?(?=[0-9])")
_NUMBER: Final = (
    r"[-+]?(?:[0-9]{1,3} [0-9]{3}(?![0-9])|[0-9]{1,9})(?:\.[0-9]{1,9})?"
    r"(?: ?[×x] ?10\^?[-⁻]?[0-9⁰-⁹¹²³]{1,2})?"
)
_ALTERNATIVES: Final = re.compile(rf"(?: ?[/、和与或] ?{_NUMBER}(?:[~-]{_NUMBER})?){{1,8}}")
# 0.1、0.5 和 2 mm: the second number stands behind a number, so it begins no list of points.
_WITHIN_A_LIST: Final = re.compile(r"[0-9%] ?、 ?$")
_UNCERTAIN: Final = re.compile(
    r"\([0-9]{1,2}\)(?= ?(?:nm|μm|mm|cm|m|g|s|K|eV|°|Å)(?![A-Za-z]))"
)  # 1.7229(3) nm
_PER_DEGREE: Final = re.compile(r" ?/ ?(℃|°C|K)(?![A-Za-z])")  # 1.2×10⁻⁶/℃
_DEGREES: Final = {"℃": "degC", "°C": "degC", "K": "K"}
_NOT_AFTER: Final = re.compile(r"[0-9A-Za-z_]")
_BELOW_ZERO_UNITS: Final = frozenset(("degC", "degF", "dB", "dBm", "V", "mV", "kPa", "MPa", "deg"))
_DIAMETER: Final = re.compile(r"(?<=[到达为于过]) ?[φΦ] ?$")  # 达到 φ0.5 mm: the sign is part of the value
_BEFORE_A_SIGN: Final = "在为是于从由至到达约以"


def read(text: str, start: int) -> Value | None:
    """The value whose first digit is at `start` of `text`; None when there is none.

    A sign, an opening bracket or ± before `start` belongs to it.
    """
    first = _term(text, start)
    if first is None:
        return None
    tolerance_start = _before(text, start, ("±", "+/-", "正负"))
    if tolerance_start is not None:
        return _bare_tolerance(text, tolerance_start, first)
    begin, negative = _signed(text, start, first)
    found: Value | None = None
    if match := _TOLERANCE.match(text, first.end):
        found = _with_tolerance(text, begin, negative, first, match.end())
    elif match := _RANGE.match(text, first.end):
        found = _with_range(text, begin, negative, first, match)
    if found is None:
        amount = -_amount(first, first) if negative else _amount(first, first)
        found = Value(Form.SINGLE, amount, amount, first.unit or "", begin, first.end, first.more)
    return found if found.unit else _with_later_unit(text, found)


def _with_later_unit(text: str, value: Value) -> Value:
    """`value` with the unit that stands later for all numbers: (20±2) ℃, 50/60 Hz, 30、50 和 80 ℃."""
    in_brackets = text[value.start - 1 : value.start] == "(" and text[value.end : value.end + 1] == ")"
    if in_brackets:
        unit = _unit(text, value.end + 1)
        place = (value.start - 1, unit.end if unit else value.end)
    else:
        match = _ALTERNATIVES.match(text, value.end)
        if match is None:
            return value
        if (
            match[0].lstrip()[0] == "、"
            and not text[value.start - 1 : value.start].isalnum()
            and not _WITHIN_A_LIST.search(text, max(0, value.start - 4), value.start)
        ):
            return value  # "1、5 mm" begins a list
        unit = _unit(text, match.end())
        place = (value.start, value.end)
    if unit is None:
        return value
    return replace(
        value,
        low=None if value.low is None else numbers.times(value.low, unit.factor),
        high=numbers.times(value.high, unit.factor),
        unit=unit.symbol,
        start=place[0],
        end=place[1],
    )


def skip_dimensions(text: str, value: Value) -> int | None:
    """Where "a×b[×c] mm" ends when `value` is its first part; None when it is no dimensions."""
    end = value.end
    match = _DIMENSION.match(text, end)
    if match is None:
        return None
    for _ in range(4):
        term = _term(text, match.end())
        if term is None:
            break
        end = term.end
        match = _DIMENSION.match(text, end)
        if match is None:
            break
    return end


def _term(text: str, start: int) -> _Term | None:
    number = numbers.read(text, start)
    if number is None:
        return None
    more = _MORE.match(text, number.end)
    position = more.end() if more else number.end
    multiplier = Decimal(1)
    if uncertain := _UNCERTAIN.match(text, position):
        position = uncertain.end()
    unit = _unit(text, position)
    if unit is None and (match := _MULTIPLIER.match(text, position)):
        multiplier = units.MULTIPLIERS[match[0] if match[0] in units.MULTIPLIERS else match[1].lower()]
        position = match.end()
        more_after = _MORE.match(text, position)
        if more_after:
            more, position = more_after, more_after.end()
        unit = _unit(text, position)
    if unit is None and number.power < 0 and (per := _PER_DEGREE.match(text, position)):
        return _Term(
            number.value, multiplier, "1/" + _DEGREES[per[1]], Decimal(1), per.end(), False, number.power
        )
    if unit is None:
        end = position if multiplier != 1 else number.end
        return _Term(
            number.value, multiplier, None, Decimal(1), end, bool(more) and multiplier != 1, number.power
        )
    return _Term(number.value, multiplier, unit.symbol, unit.factor, unit.end, bool(more), number.power)


def _unit(text: str, position: int) -> units.UnitText | None:
    space = position
    while space < position + 2 and text[space : space + 1] == " ":
        space += 1
    return units.read(text, space)


def _amount(term: _Term, unit: _Term, multiplier: Decimal | None = None) -> Decimal:
    """The term's number in the canonical unit of `unit`."""
    return numbers.times(term.value, (multiplier or term.multiplier) * unit.factor)


def _before(text: str, start: int, signs: tuple[str, ...]) -> int | None:
    end = start - 1 if text[start - 1 : start] == " " else start
    for sign in signs:
        if text[max(0, end - len(sign)) : end] == sign:
            return end - len(sign)
    return None


def _signed(text: str, start: int, term: _Term) -> tuple[int, bool]:
    """Where the value begins with its sign, and whether it is below zero."""
    if text[start - 2 : start] == "零下" and start >= 2:
        return start - 2, True
    if diameter := _DIAMETER.search(text, max(0, start - 4), start):
        return diameter.start(), False
    sign = text[start - 1 : start]
    if sign not in ("-", "+") or not sign:
        return start, False
    previous = text[start - 2 : start - 1] if start >= 2 else ""
    if (previous.isascii() and previous.isalnum()) or previous in ("-", ")"):
        return start, False
    is_after_word = previous.isalpha() and previous not in _BEFORE_A_SIGN
    if sign == "-" and is_after_word and not _may_be_negative(text, term):
        return start, False  # a dash after a word
    return start - 1, sign == "-"


def _may_be_negative(text: str, term: _Term) -> bool:
    if term.unit in _BELOW_ZERO_UNITS:
        return True
    match = _RANGE.match(text, term.end)
    if term.unit is None and match:
        second = _term(text, _skip_sign(text, match.end())[0])
        return second is not None and second.unit in _BELOW_ZERO_UNITS
    return False


def _skip_sign(text: str, position: int) -> tuple[int, bool]:
    match = _SIGN.match(text, position)
    return (match.end(), match[0][-1:] == "-" or "下" in match[0]) if match else (position, False)


def _with_range(text: str, begin: int, negative: bool, first: _Term, between: re.Match[str]) -> Value | None:
    position, second_negative = _skip_sign(text, between.end())
    second = _term(text, position)
    if second is None or (_NOT_AFTER.match(text, second.end) and text[second.end - 1] not in "%‰℃°"):
        return None
    if second.power and not first.power and first.value <= second.value.scaleb(-second.power):
        first = replace(first, value=numbers.times(first.value, Decimal(1).scaleb(second.power)))  # 5~6×10⁴
    connector = between[0].strip()
    if connector in ("和", "与", "and") and not _is_between(text, begin, second.end):
        return None
    if connector == "to" and first.unit is None and second.unit is None:
        return None
    if connector == "-" and text[second.end : second.end + 1] == "-":
        return None  # 2020-05-01, 0351-1234-5678
    if first.unit and second.unit and (ratio := units.prefix_ratio(first.unit, second.unit)):
        first = replace(first, unit=second.unit, factor=numbers.times(first.factor, ratio))  # 500 g~2 kg
    if first.unit is not None and first.unit != second.unit and (second.unit is not None or connector == "-"):
        return None
    unit = second if second.unit is not None else first
    multiplier = second.multiplier if first.unit is None and first.multiplier == 1 else first.multiplier
    low, high = _amount(first, unit if first.unit is None else first, multiplier), _amount(second, unit)
    if multiplier != first.multiplier and low > high:
        low = _amount(first, unit)  # 5000-1 万
    low, high = -low if negative else low, -high if second_negative else high
    if low > high and connector == "-" and unit.unit in (None, "Pa") and first.value == 10 and high % 1 == 0:
        power = Decimal(1).scaleb(-int(high))  # 误码率小于 10-6: the raised digits have fallen down
        return Value(Form.SINGLE, power, power, unit.unit or "", begin, second.end)
    if low > high and connector == "-" and unit.unit is None:
        return None
    low, high = min(low, high), max(low, high)
    return Value(Form.RANGE, low, high, unit.unit or "", begin, second.end)


def _is_between(text: str, begin: int, end: int) -> bool:
    window = text[max(0, begin - 8) : begin].lower()
    return "between" in window or "介于" in window or text[end : end + 3].lstrip().startswith("之间")


def _bare_tolerance(text: str, begin: int, first: _Term) -> Value:
    """± 0.5 mm, or a range of such: ±3~±4 mm."""
    if (match := _RANGE_OF_TOLERANCES.match(text, first.end)) and (second := _term(text, match.end())):
        unit = first if first.unit is not None else second
        low, high = sorted((_amount(first, unit), _amount(second, second)))
        return Value(Form.RANGE, low, high, second.unit or "", begin, second.end)
    return Value(Form.TOLERANCE, None, _amount(first, first), first.unit or "", begin, first.end)


def _with_tolerance(text: str, begin: int, negative: bool, first: _Term, position: int) -> Value | None:
    second = _term(text, position)
    if second is None:
        return None
    middle_unit = first if first.unit is not None else second
    middle = _amount(first, middle_unit)
    if second.unit == "%" and middle_unit.unit != "%":
        tolerance = numbers.times(middle, numbers.times(second.value, Decimal("0.01")))  # 50 mm±5 %
    else:
        tolerance = _amount(second, second if second.unit is not None else middle_unit)
    middle = -middle if negative else middle
    return Value(Form.TOLERANCE, middle, tolerance, middle_unit.unit or "", begin, second.end)

"""Finds technical requirements and promises in text.

From each number the text is read forwards (range, unit, 以上), then backwards (comparison, change, name); sieve.py
decides whether what was read is a specification. Each step looks at a bounded piece of text, so the time grows
with the length of the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from innovalley.engine.specs import names, numbers, sieve, units, values, words
from innovalley.engine.specs.model import Change, Comparison, Spec
from innovalley.engine.specs.reading import Reading, without_verb
from innovalley.engine.specs.values import Form, Value

_COUNTED_IN_CHINESE: Final = (
    "倍|个月|个?小时|分钟|秒|年|周|天|个百分点|吨|公里|毫米|厘米|微米|纳米|米|公斤|千克|克|只|头|瓶|人|个|件|台|套|转|平方米|立方米|伏|升|毫升|毫克|微克|分贝|兆帕|公顷|株"
    "|千瓦|兆瓦|亩|摄氏度|度|次|℃|%|目|像素"
)
_CANDIDATE: Final = re.compile(
    r"[0-9]+|[百千万]分之(?=[零一二两三四五六七八九十0-9])|翻(?:一|两|三)?番|"
    r"(?<![第零〇一二两三四五六七八九十百千万几数])(?:一(?=倍)|半(?=小时|年|天)|[二两三四五六七八九十](?!次)|"
    rf"[零一二两三四五六七八九十百千万]{{2,8}}半?)(?=[多余]?万?(?:{_COUNTED_IN_CHINESE}))"
)
_PART_OF_NAME: Final = re.compile(r"[A-Za-z0-9_.#№第^]")
# Letters that may stand directly before a number without making it part of a name.
_HARDNESS: Final = re.compile(r"(?:^|[^A-Za-z])(HRC|HRB|HV|HBW|HBS|HB|HA) ?$")
_SYMBOL: Final = re.compile(r"(?:^|[^A-Za-z])(?:Ra|Rz|pH|PH|Ph|COD|BOD|SS|TOC|φ|Φ|DN|VOCs?|AC|DC)$")
_BETWEEN_BOUNDS: Final = re.compile(
    r" ?(?P<first>[≤<≥>]=?) ?(?P<name>[^0-9≤<≥>，。；;、\n]{1,12}?) ?(?P<second>[≤<≥>]=?) ?(?=[-+]?[0-9])"
)
_SUBSTANCE: Final = re.compile(r"(?:^|[^A-Za-z0-9-])(?!PM|GB|HJ|DB)[A-Z][A-Za-z]{1,5}$")  # IAA0.5 mg/L
_UNCERTAINTY: Final = re.compile(r"[0-9]{1,2}\)")  # 1.7229(3) nm
_MODEL: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]*-$")
_RATIO: Final = re.compile(r"(?P<one> ?: ?1(?![0-9.:]))|(?:[/:][0-9]+(?:\.[0-9]+)?){1,4}")
_BRACKETS: Final = re.compile(r"\(([^()]{1,14})\)[ :为是]*$")
_NO_LONGER_WEEKS: Final = 100
_THE_LEVEL: Final = re.compile(r"的?(?:水平|程度|标准)")
_ORDER_OF_MAGNITUDE: Final = re.compile(r"[十百千万]{2,}")  # 百万吨级 gives no figure
_CHINESE_RANGE: Final = re.compile(r"([一二两三四五六七八九十]{1,3})(?:到|至|~|-|—)$")
_STANDARD: Final = re.compile(r"达到?[^，。；()0-9]{2,20}\($")  # 达到二级标准 (35 mg/m³)
_MAGNETIC: Final = re.compile(r"磁|场强")
_ANGLE: Final = re.compile(r"角|倾|转|旋|弯|坡|视|俯|仰|摆|偏|方位")
_INDUCTANCE: Final = re.compile(r"感|induct", re.IGNORECASE)
_TEMPERATURE: Final = re.compile(r"温|熔点|沸点|temperature", re.IGNORECASE)
_RELATIVE: Final = frozenset(("%", "倍"))
_CONNECTOR: Final = re.compile(r" ?[、,/和与及或] ?")


def find(text: str) -> list[Spec]:
    """The specs that `text` states, in its order, with their character offsets."""
    plain = numbers.same_length(text)
    return [_spec(text, reading) for reading, is_spec in _readings(plain) if is_spec]


def parse(statement: str) -> Spec | None:
    """The spec that one typed statement means; None when it states none."""
    plain = numbers.same_length(statement)
    readings = list(_readings(plain))
    chosen = next((reading for reading, is_spec in readings if is_spec), None)
    if chosen is None:
        chosen = next((reading for reading, _ in readings if _states_something(reading)), None)
    return None if chosen is None else replace(_spec(statement, chosen), start=0, end=0)


def _states_something(reading: Reading) -> bool:
    value = reading.value
    return bool(value.unit) or reading.is_bounded or (value.form is not Form.SINGLE and bool(reading.name))


def _readings(text: str) -> Iterator[tuple[Reading, bool]]:
    """Every value of `text` with what is said around it, and whether that is a specification."""
    previous: Reading | None = None  # the last specification
    position = floor = 0
    while match := _CANDIDATE.search(text, position):
        value, position = _value(text, match, previous)
        if value is None:
            continue
        dimensions = values.skip_dimensions(text, value)
        if dimensions is not None:
            position = dimensions
            continue
        reading = _read(text, value, previous, floor)
        position = max(position, reading.value.end)
        is_spec = sieve.is_spec(text, reading)
        if is_spec:
            previous = reading
            floor = words.read_after(text, value.end)[1]
        yield reading, is_spec


def _read(text: str, value: Value, previous: Reading | None, floor: int) -> Reading:
    """`value` with what stands around it, nothing of it before `floor`."""
    after, end = words.read_after(text, value.end, has_unit=bool(value.unit))
    if _goes_on(text, value, previous):
        assert previous is not None
        return replace(previous, value=value, after=after, start=value.start, end=end)
    before = words.read_before(text, floor, value.start)
    if standard := _STANDARD.search(text, max(floor, value.start - 32), value.start):
        before = replace(before, start=standard.start(), reach=True, level=True)
    if value.unit in _RELATIVE and (
        reference := words.OF_REFERENCE.search(text, max(floor, before.start - 22), before.start)
    ):
        before = _of_reference(before, reference)
    start, stop = names.before(text, floor, before.start)
    clause = text[start : before.start]
    context = text[max(0, before.start - 40) : before.start]
    sentence = text[names.clause_start(text, floor, before.start) : before.start]
    if _THE_LEVEL.match(text, value.end) and (compared := words.COMPARED_WITH.search(sentence)):
        # 超过同行 80 % 的水平 is a level, 高于同行 30 % a change
        over = Comparison.MORE_THAN if compared["up"] else Comparison.LESS_THAN
        before = replace(before, comparison=over, level=True)
    if (bound := names.bound_before_verb(text, floor, stop)) and before.comparison is None:
        before = replace(before, comparison=bound[0])
        stop = bound[1]
        start = min(start, stop)
    value = _in_context(value, clause)
    if not value.unit and (match := _BRACKETS.search(text, max(floor, before.start - 16), before.start)):
        value = _with_unit_of(value, match[1])
    start, stop = value.name if value.name is not None else names.closer(text, start, stop)
    if start == stop or not names.is_quantity(text[start:stop]):
        behind = names.property_after(text, end)
        if behind[0] < behind[1]:
            start, stop = behind
            end = max(end, stop)
    if start == stop:
        if previous is not None and _belongs_to(text, previous, before.start, value.start):
            start, stop = previous.name_place
        else:
            start, stop = names.after(text, end, counts=value.unit in sieve.PIECES)
            end = max(end, stop)
    begin = min(before.start, value.start)
    begin = start if floor <= start < min(begin, stop) else begin
    return Reading(
        value, before, after, text[start:stop], (start, stop), clause, sentence, context, begin, end
    )


def _of_reference(before: words.Before, reference: re.Match[str]) -> words.Before:
    """`before` with the bound that stands before what the share is of: 不低于额定容量的 80 %."""
    comparison = before.comparison
    if comparison is None and reference["least"]:
        comparison = Comparison.AT_LEAST
    elif comparison is None and reference["most"]:
        comparison = Comparison.AT_MOST
    reach = before.reach or bool(reference["reach"])
    return replace(before, start=reference.start(), comparison=comparison, reach=reach, level=True)


def _goes_on(text: str, value: Value, previous: Reading | None) -> bool:
    """Whether `value` follows the one before in a list: ≥ 60 MPa、80 MPa."""
    if previous is None or value.unit != previous.value.unit:
        return False
    return bool(_CONNECTOR.fullmatch(text, previous.value.end, value.start))


def _belongs_to(text: str, previous: Reading, start: int, value_start: int) -> bool:
    """Whether a value without a name is of the quantity before it: 7.5 m (50 ns), 由 30 % 降至 15 %."""
    between = text[previous.value.end : start].strip()
    if between == "占":
        return True  # 粒度 -200 目占 85 %
    if between in (")", "):"):
        return True  # 黏度 (25 ℃): 30 mPa·s
    return not between if start < value_start else between == "("


def _is_angle(value: Value, clause: str) -> bool:
    """Whether 度 counts degrees of an angle: it says so, or is a right angle or a whole turn."""
    if _TEMPERATURE.search(clause):
        return False
    return bool(_ANGLE.search(clause)) or value.high in (45, 90, 180, 270, 360)


def _in_context(value: Value, clause: str) -> Value:
    """`value` with the unit that the words before it show: 温度 30 度, 循环 1000 周, 深度 64 K, 磁场 3 T."""
    unit = value.unit
    if unit == "week" and ("循环" in clause or value.high >= _NO_LONGER_WEEKS):
        unit = "次"
    elif unit == "t" and _MAGNETIC.search(clause):
        unit = "tesla"
    elif unit == "度":
        unit = "kWh" if "电" in clause else "deg" if _is_angle(value, clause) else "degC"
    elif unit == "H" and not _INDUCTANCE.search(clause):
        unit = "h"
    elif unit == "K" and not _TEMPERATURE.search(clause):
        low = None if value.low is None else value.low * 1000
        return replace(value, low=low, high=value.high * 1000, unit="")
    return value if unit == value.unit else replace(value, unit=unit)


def _with_unit_of(value: Value, bracket: str) -> Value:
    """`value` in the unit that stands in brackets behind the name: 拉伸强度 (MPa) ≥ 15."""
    unit = units.canonical(bracket)
    if unit is None or not unit[0]:
        return value
    low = None if value.low is None else numbers.times(value.low, unit[1])
    return replace(value, low=low, high=numbers.times(value.high, unit[1]), unit=unit[0])


def _value(text: str, match: re.Match[str], previous: Reading | None) -> tuple[Value | None, int]:
    """The value at a candidate, and where to look for the next one when there is none."""
    start = match.start()
    if match[0].startswith("翻"):
        doublings = {"两": 2, "三": 3}.get(match[0][1], 1)
        times = Decimal(2**doublings)
        return Value(Form.SINGLE, times, times, "倍", start, match.end()), match.end()
    if match[0].endswith("分之"):
        return _percent(text, start, match.end())
    if not match[0][0].isascii():
        return _chinese(text, start, match.end())
    hardness = _HARDNESS.search(text, max(0, start - 6), start)
    value = values.read(text, start)
    if value is None:
        return None, match.end()
    if not hardness and _is_part_of_name(text, start, previous):
        is_of_substance = "/" in value.unit and _SUBSTANCE.search(text, max(0, start - 8), start)
        if not is_of_substance:
            return None, match.end()
    if previous is not None and _is_base(text, previous.value, value):
        return None, value.end
    if not value.unit and (ratio := _RATIO.match(text, value.end)):
        if not ratio["one"]:
            return None, ratio.end()  # 1/3, 35:18:8
        value = replace(value, end=ratio.end())  # 10:1
    if hardness and not value.unit:
        unit = units.canonical(hardness[1])
        value = replace(value, unit=unit[0] if unit else "", start=hardness.start(1))
    return _between_bounds(text, value) or value, max(match.end(), value.end)


def _is_part_of_name(text: str, start: int, previous: Reading | None) -> bool:
    """Whether the digits at `start` belong to a name or number: PA66, GB/T 1234, ZF-11, 第3代."""
    if start == 0:
        return False
    before = text[start - 1]
    if before == "/":
        return previous is None or previous.value.end != start - 1
    if before == "(" and text[start - 2 : start - 1].isdigit() and _UNCERTAINTY.match(text, start):
        return True
    if before == "-" and _MODEL.search(text, max(0, start - 12), start):
        return True
    if before in "-+*" and start >= 2 and text[start - 2].isascii() and text[start - 2].isalnum():
        return before != "-" or text[start - 2].isalpha()
    return bool(_PART_OF_NAME.match(before)) and not _SYMBOL.search(text, max(0, start - 5), start)


def _is_base(text: str, first: Value, second: Value) -> bool:
    """Whether `second` is what `first` is related to: 260 mm/300 m."""
    if first.end != second.start - 1 or text[first.end] != "/":
        return False
    return units.prefix_ratio(first.unit, second.unit) is not None


def _between_bounds(text: str, first: Value) -> Value | None:
    """A range written as "180 ≤ HB < 240", its name between the bounds."""
    match = _BETWEEN_BOUNDS.match(text, first.end)
    if match is None or (match["first"][0] in "≤<" and match["second"][0] in "≥>"):
        return None
    second = values.read(text, match.end() + (text[match.end()] in "-+"))
    if second is None or second.form is not Form.SINGLE or first.form is not Form.SINGLE:
        return None
    name = match["name"].strip()
    unit = second.unit or first.unit
    hardness = units.canonical(name)
    place: tuple[int, int] | None = match.span("name")
    if not unit and hardness is not None:
        unit, place = hardness[0], None
    low, high = sorted((first.high, second.high))
    return Value(Form.RANGE, low, high, unit, first.start, second.end, name=place)


def _percent(text: str, start: int, position: int) -> tuple[Value | None, int]:
    number = numbers.read(text, position) or numbers.read_chinese(text, position)
    if number is None:
        return None, position
    percent = numbers.times(
        number.value, {"百": Decimal(1), "千": Decimal("0.1"), "万": Decimal("0.01")}[text[start]]
    )
    return Value(Form.SINGLE, percent, percent, "%", start, number.end), number.end


def _chinese(text: str, start: int, end: int) -> tuple[Value | None, int]:
    number = numbers.read_chinese(text, start)
    if number is None or number.end != end or _ORDER_OF_MAGNITUDE.fullmatch(text, start, end):
        return None, end
    more = text[end : end + 1] in ("多", "余")
    myriads = text[end + more : end + more + 1] == "万"
    unit = units.read(text, end + more + myriads)
    if unit is None:
        return None, end
    value = numbers.times(number.value, unit.factor * (10_000 if myriads else 1))
    if (lower := _CHINESE_RANGE.search(text, max(0, start - 5), start)) and not more:
        low = numbers.read_chinese(lower[1], 0)
        if low is not None and low.value < number.value:
            scaled = numbers.times(low.value, value / number.value)
            return Value(Form.RANGE, scaled, value, unit.symbol, lower.start(), unit.end), unit.end
    return Value(Form.SINGLE, value, value, unit.symbol, start, unit.end, more=more), unit.end


def _spec(text: str, reading: Reading) -> Spec:
    """The reading as a Spec, with the name as `text` writes it."""
    comparison, low, high = reading.bounds()
    change = reading.change()
    start, stop = reading.name_place
    if change is not Change.LEVEL:
        start += without_verb(reading.name)
    return Spec(
        text[start:stop].strip(),
        comparison,
        low,
        high,
        reading.value.unit,
        change,
        reading.start,
        reading.end,
    )

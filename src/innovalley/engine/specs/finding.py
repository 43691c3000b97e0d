"""Finds technical requirements and promises in text.

From each number the text is read forwards (range, unit, 以上), then backwards (comparison, change, name); sieve.py
decides whether what was read is a specification. Each step looks at a bounded piece of text, so the time grows
with the length of the text and no faster.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Final

from innovalley.engine.specs import names, numbers, sieve, units, values, words
from innovalley.engine.specs.model import Change, Spec
from innovalley.engine.specs.reading import Reading
from innovalley.engine.specs.values import Form, Value

_CANDIDATE: Final = re.compile(
    r"[0-9]+|百分之(?=[零一二两三四五六七八九十0-9])|翻(?:一|两|三)?番|"
    r"(?<![第零〇一二两三四五六七八九十百千万几数])[零一二两三四五六七八九十百半]{1,6}(?=多?(?:倍|个月|小时|分钟|秒|年|周|天|个百分点|个小时))"
)
_PART_OF_NAME: Final = re.compile(r"[A-Za-z0-9_.#№/第]")
_NAME_SYMBOLS: Final = re.compile(r"(?:^|[^A-Za-z])(?:Ra|Rz|pH|PH|Ph|HRC|COD|BOD|SS|φ|Φ|DN|TOC|SiO2|VOCs?)$")
_CONNECTOR: Final = re.compile(r" ?[、,/和与及] ?")


def find(text: str) -> list[Spec]:
    """The specs that `text` states, in its order, with their character offsets."""
    plain = numbers.same_length(text)
    found: list[Spec] = []
    previous: Reading | None = None
    position = 0
    while match := _CANDIDATE.search(plain, position):
        reading, position = _read(plain, match, previous, found[-1].end if found else 0)
        if reading is None:
            previous = None
            continue
        previous = reading
        if sieve.is_spec(plain, reading):
            found.append(_spec(text, reading))
    return found


def parse(statement: str) -> Spec | None:
    """The spec that one typed statement means; None when it states none."""
    plain = numbers.same_length(statement)
    position = 0
    while match := _CANDIDATE.search(plain, position):
        reading, position = _read(plain, match, None, 0)
        if reading is not None:
            return replace(_spec(statement, reading), start=0, end=0)
    return None


def _read(
    text: str, match: re.Match[str], previous: Reading | None, floor: int
) -> tuple[Reading | None, int]:
    """What is read at a candidate, and where to look for the next one."""
    value, after = _value(text, match)
    if value is None:
        return None, after
    dimensions = values.skip_dimensions(text, value)
    if dimensions is not None:
        return None, dimensions
    suffix, end = words.read_after(text, value.end)
    before = words.read_before(text, floor, value.start)
    between = text[previous.end : value.start] if previous else ""
    goes_on = bool(previous and _CONNECTOR.fullmatch(between))
    start, stop = names.before(text, floor, before.start)
    if start == stop and not goes_on:
        start, stop = names.after(text, end)
    reading = Reading(value, before, suffix, name=(start, stop), end=end)
    if goes_on and previous is not None:
        reading = replace(reading, before=previous.before, name=previous.name, continues=True)
    return reading, end


def _value(text: str, match: re.Match[str]) -> tuple[Value | None, int]:
    start = match.start()
    if match[0].startswith("翻"):
        doublings = {"两": 2, "三": 3}.get(match[0][1], 1)
        times = Decimal(2**doublings)
        return Value(Form.SINGLE, times, times, "倍", start, match.end()), match.end()
    if match[0] == "百分之":
        return _percent(text, start, match.end())
    if not match[0][0].isascii():
        return _chinese(text, start, match.end())
    if _is_part_of_name(text, start):
        return None, match.end()
    value = values.read(text, start)
    return value, max(match.end(), value.end if value else 0)


def _is_part_of_name(text: str, start: int) -> bool:
    """Whether the digits at `start` belong to a name or number: PA66, GB/T 1234, 第3代."""
    if start == 0 or not _PART_OF_NAME.match(text, start - 1):
        return False
    return not _NAME_SYMBOLS.search(text, max(0, start - 5), start)


def _percent(text: str, start: int, position: int) -> tuple[Value | None, int]:
    number = numbers.read(text, position) or numbers.read_chinese(text, position)
    if number is None:
        return None, position
    return Value(Form.SINGLE, number.value, number.value, "%", start, number.end), number.end


def _chinese(text: str, start: int, end: int) -> tuple[Value | None, int]:
    number = numbers.read_chinese(text, start)
    if number is None or number.end != end:
        return None, end
    position = end + 1 if text[end : end + 1] == "多" else end
    unit = units.read(text, position)
    if unit is None:
        return None, end
    value = numbers.times(number.value, unit.factor)
    return Value(Form.SINGLE, value, value, unit.symbol, start, unit.end, more=position > end), unit.end


def _spec(text: str, reading: Reading) -> Spec:
    """The reading as a Spec, with the name as `text` writes it."""
    comparison, low, high = reading.bounds()
    change = reading.change(text)
    start, stop = reading.name
    name = text[start:stop].strip()
    if change in (Change.INCREASE, Change.DECREASE):
        name = reading.without_verb(name)
    begin = min(reading.before.start, reading.value.start, start if start < stop else reading.value.start)
    if reading.continues:
        begin = reading.value.start
    return Spec(name, comparison, low, high, reading.value.unit, change, begin, max(reading.end, stop))

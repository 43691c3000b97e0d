"""The table of specs beside a demand's text: found as it is typed, changed by hand, never lost between the two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innovalley.engine.specs import Change, Comparison, Spec, find, units
from innovalley.engine.specs.numbers import read, same_length
from innovalley.engine.specs.writing import format_number, format_unit
from innovalley.registry.models.specs import fits

MAX_LINES = 60
COLUMNS = ("quantity", "change", "comparison", "value", "unit")
CONTEXT = 14  # characters shown on each side of a statement

_NUMBER = re.compile(r"\s*(?P<sign>[-+−]?)\s*")
_MULTIPLIER = re.compile(r"\s*(?P<name>万亿|千万|百万|亿|万|千)?\s*")
_BETWEEN = re.compile(r"\s*(?:~|～|—|–|-|至|到|to)\s*")
_TOLERANCE = re.compile(r"\s*(?:±|\+/-|\+-)\s*")


@dataclass(slots=True)
class Line:
    """One row of the table, as it is typed.

    key        of the statement in the text that it came from ("抗压强度不低于60MPa#0"); "" when typed by hand
    found      it stands as the text states it; False once someone changed it
    before, statement, after   the statement with a few characters around it, to show where it came from
    errors     what is wrong with it, by column
    """

    quantity: str = ""
    change: str = Change.LEVEL.value
    comparison: str = Comparison.AT_LEAST.value
    value: str = ""
    unit: str = ""
    key: str = ""
    found: bool = False
    start: int = 0
    end: int = 0
    before: str = ""
    statement: str = ""
    after: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Nothing was typed into it."""
        return not (self.quantity or self.value or self.unit)

    @property
    def fingerprint(self) -> str:
        """What a row that comes back is compared with, to see whether someone changed it."""
        return "|".join(getattr(self, name) for name in COLUMNS)


@dataclass(slots=True)
class Table:
    """The lines in order, and the keys of statements that someone removed from it."""

    lines: list[Line]
    dropped: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return any(line.errors for line in self.lines)

    def specs(self) -> list[tuple[Spec, bool]]:
        """The specs of all lines that make sense, each with whether it was found in the text.

        A line that does not make sense gets its `errors` and is left out.
        """
        made = ((self._spec(line), line.found) for line in self.lines if not line.is_blank)
        return [(spec, found) for spec, found in made if spec is not None]

    def _spec(self, line: Line) -> Spec | None:
        line.errors = {}
        unit = _unit(line)
        comparison, change = Comparison(line.comparison), Change(line.change)
        bounds = _bounds(line, comparison)
        if bounds is None or line.errors:
            return None
        symbol, factor = unit
        low, high = (None if bound is None else bound * factor for bound in bounds)
        for bound in (low, high):
            if not fits(bound):
                line.errors["value"] = _("This number is too large or too fine.")
                return None
        return Spec(line.quantity, comparison, low, high, symbol, change, line.start, line.end)


def of_rows(text: str, rows: Sequence[Any]) -> Table:
    """The table of a demand as it is kept; `rows` are its DemandSpec."""
    keys = {(spec.start, spec.end): key for key, spec in _keyed(text)}
    lines = []
    for row in rows:
        line = _line(row.spec, text)
        line.found = row.found
        line.key = keys.get((row.start, row.end), "")
        lines.append(line)
    kept = {line.key for line in lines}
    return Table(lines, [key for key in keys.values() if key not in kept])


def of_post(post: QueryDict) -> Table:
    """The table as the form sent it; what is missing or unknown counts as not typed."""
    columns = {name: post.getlist(f"spec_{name}")[:MAX_LINES] for name in (*COLUMNS, "key", "was")}
    lines = []
    for number in range(max(map(len, columns.values()))):
        cell = {name: (values[number] if number < len(values) else "") for name, values in columns.items()}
        line = Line(
            quantity=_text(cell["quantity"], 60),
            change=cell["change"] if cell["change"] in set(Change) else Change.LEVEL.value,
            comparison=cell["comparison"]
            if cell["comparison"] in set(Comparison)
            else Comparison.AT_LEAST.value,
            value=_text(cell["value"], 80),
            unit=_text(cell["unit"], 30),
            key=_text(cell["key"], 300),
        )
        line.found = bool(line.key) and cell["was"] == line.fingerprint
        lines.append(line)
    return Table(lines, [_text(key, 300) for key in post.getlist("spec_dropped")[:MAX_LINES]])


def refreshed(table: Table, text: str) -> Table:
    """The table after `text` was typed: found lines anew, lines touched by hand kept, removed ones left out."""
    found = {key: _line(spec, text, key) for key, spec in _keyed(text)}
    by_hand = [line for line in table.lines if not line.found]
    for line in by_hand:
        if line.key in found:  # it keeps its place in the text, and what was typed
            origin = found.pop(line.key)
            line.start, line.end = origin.start, origin.end
            line.before, line.statement, line.after = origin.before, origin.statement, origin.after
        else:
            line.start = line.end = 0
            line.before = line.statement = line.after = ""
    dropped = [key for key in dict.fromkeys(table.dropped) if key in found]
    placed = [line for line in by_hand if line.end] + [v for k, v in found.items() if k not in dropped]
    loose = [line for line in by_hand if not line.end]
    return Table([*sorted(placed, key=lambda line: line.start), *loose][:MAX_LINES], dropped)


def without(table: Table, number: int) -> Table:
    """The table without line `number`; one that comes from the text does not come back with it."""
    if not 0 <= number < len(table.lines):
        return table
    key = table.lines[number].key
    lines = [line for n, line in enumerate(table.lines) if n != number]
    return Table(lines, [*table.dropped, key] if key else table.dropped)


def with_blank(table: Table) -> Table:
    """The table with an empty line to type into."""
    return Table([*table.lines, Line()][:MAX_LINES], table.dropped)


def _keyed(text: str) -> list[tuple[str, Spec]]:
    """The specs of a text with a key that stays the same while other parts of the text change."""
    seen: Counter[str] = Counter()
    keyed = []
    for spec in find(text)[:MAX_LINES]:
        statement = " ".join(text[spec.start : spec.end].split())[:280]
        keyed.append((f"{statement}#{seen[statement]}", spec))
        seen[statement] += 1
    return keyed


def _line(spec: Spec, text: str, key: str = "") -> Line:
    line = Line(
        quantity=spec.quantity,
        change=spec.change.value,
        comparison=spec.comparison.value,
        value=_written(spec),
        unit=format_unit(spec.unit, _language()),
        key=key,
        found=bool(key),
        start=spec.start,
        end=spec.end,
    )
    if spec.end and spec.end <= len(text):
        line.before = text[max(0, spec.start - CONTEXT) : spec.start]
        line.statement = text[spec.start : spec.end]
        line.after = text[spec.end : spec.end + CONTEXT]
    return line


def _written(spec: Spec) -> str:
    low, high = (
        None if bound is None else format_number(bound, _language()) for bound in (spec.low, spec.high)
    )
    if spec.comparison is Comparison.RANGE:
        return f"{low}~{high}"
    if spec.comparison is Comparison.TOLERANCE:
        return f"{low} ± {high}" if low is not None else f"± {high}"
    return low if low is not None else high or ""


def _unit(line: Line) -> tuple[str, Decimal]:
    """The canonical unit and its factor; a unit that nobody knows stays as it was typed."""
    known = units.canonical(line.unit)
    return known if known is not None and len(known[0]) <= 30 else (line.unit, Decimal(1))


def _bounds(line: Line, comparison: Comparison) -> tuple[Decimal | None, Decimal | None] | None:
    numbers = _numbers(line.value, comparison)
    if numbers is None:
        line.errors["value"] = {
            Comparison.RANGE: _("Please write two numbers, such as 20~30."),
            Comparison.TOLERANCE: _("Please write a number with its tolerance, such as 5 ± 0.1."),
        }.get(comparison, _("Please write a number."))
        return None
    low, high = numbers
    if comparison is Comparison.RANGE and low is not None and high is not None and low > high:
        line.errors["value"] = _("The first number must not be larger than the second.")
        return None
    if comparison in (Comparison.AT_MOST, Comparison.LESS_THAN):
        return None, low
    if comparison in (Comparison.AT_LEAST, Comparison.MORE_THAN):
        return low, None
    return low, high


def _numbers(value: str, comparison: Comparison) -> tuple[Decimal | None, Decimal | None] | None:
    text = same_length(value)
    if comparison is Comparison.TOLERANCE and (sign := _TOLERANCE.match(text)):
        tolerance = _number(text, sign.end())
        return (None, tolerance[0]) if tolerance and tolerance[1] == len(text) else None
    first = _number(text, 0)
    if first is None:
        return None
    between = {Comparison.RANGE: _BETWEEN, Comparison.TOLERANCE: _TOLERANCE}.get(comparison)
    if between is None:
        return (first[0], first[0]) if first[1] == len(text) else None
    gap = between.match(text, first[1])
    second = _number(text, gap.end()) if gap else None
    if second is None or second[1] != len(text):
        return None
    if comparison is Comparison.TOLERANCE and second[0] < 0:
        return None
    return first[0], second[0]


def _number(text: str, start: int) -> tuple[Decimal, int] | None:
    """The number that begins at `start` and where it ends; with a sign and 万, 亿 behind it."""
    sign = _NUMBER.match(text, start)
    assert sign is not None
    found = read(text, sign.end())
    if found is None:
        return None
    multiplier = _MULTIPLIER.match(text, found.end)
    assert multiplier is not None
    factor = units.MULTIPLIERS[multiplier["name"]] if multiplier["name"] else Decimal(1)
    value = found.value * factor
    return (-value if sign["sign"] in ("-", "−") else value), multiplier.end()


def _text(value: str, length: int) -> str:
    return " ".join(value.replace("\0", " ").split())[:length]


def _language() -> str:
    return "en" if get_language() == "en" else "zh"

"""What was read around one number, and what it means as a comparison and a change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from innovalley.engine.specs.model import Change, Comparison
from innovalley.engine.specs.values import Form, Value
from innovalley.engine.specs.words import Before

_VERBS: Final = re.compile(
    r"(?P<up>提高|提升|增加|增长|增强|增大|延长|扩大|加快)|(?P<down>降低|减少|缩短|减小|节约|节省|减轻|压缩|削减|下降)"
)
_COMPARED: Final = re.compile(r"比|较|相对|原来|原有|than|compared")
_RELATIVE_UNITS: Final = frozenset(("%", "倍", "百分点", "‰"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with its surroundings.

    before     the words before it
    after      the comparison that the words behind it state
    name       the place of the quantity's name
    end        where the statement ends
    continues  it goes on a list ("≥ 60 MPa、80 MPa") and takes comparison and name from the value before it
    """

    value: Value
    before: Before
    after: Comparison | None
    name: tuple[int, int]
    end: int
    continues: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether words or signs say how the value bounds the quantity."""
        return (
            self.value.form is not Form.SINGLE
            or self.after is not None
            or self.before.comparison is not None
            or self.before.target is not None
        )

    def bounds(self) -> tuple[Comparison, Decimal | None, Decimal | None]:
        """Comparison, low and high as Spec holds them."""
        value = self.value
        if value.form is Form.TOLERANCE:
            return Comparison.TOLERANCE, value.low, value.high
        if value.form is Form.RANGE:
            return Comparison.RANGE, value.low, value.high
        comparison = self._comparison()
        if comparison in (Comparison.AT_LEAST, Comparison.MORE_THAN):
            return comparison, value.high, None
        if comparison in (Comparison.AT_MOST, Comparison.LESS_THAN):
            return comparison, None, value.high
        return Comparison.EQUAL, value.high, value.high

    def _comparison(self) -> Comparison:
        if self.after is not None and self.after is not Comparison.EQUAL:
            return self.after
        if self.before.comparison is not None:
            return self.before.comparison
        if self.after is not None:
            return self.after
        if self.before.target is Change.INCREASE:
            return Comparison.AT_LEAST
        if self.before.target is Change.DECREASE:
            return Comparison.AT_MOST
        if self.value.more:
            return Comparison.MORE_THAN
        return Comparison.EQUAL

    def change(self, text: str) -> Change:
        """Whether the value is a level or a change against today's state."""
        if self.before.target is not None or (self.value.unit == "倍" and self.before.level):
            return Change.TIMES if self.value.unit == "倍" else Change.LEVEL
        if self.before.change is not None:
            return self.before.change
        relative = self.value.unit in _RELATIVE_UNITS
        clause = text[self.name[0] : self.before.start]
        if self.before.comparative is not None and relative and _COMPARED.search(clause):
            return self.before.comparative
        if not self.before.level and (verb := _verb(clause)) is not None:
            return verb
        return Change.TIMES if self.value.unit == "倍" else Change.LEVEL

    @staticmethod
    def without_verb(name: str) -> str:
        """The name of what changes: 提高转化效率 -> 转化效率."""
        behind = max((match.end() for match in _VERBS.finditer(name)), default=0)
        return name[behind:] if len(name) - behind >= 2 else name


def _verb(clause: str) -> Change | None:
    found = None
    for match in _VERBS.finditer(clause):
        found = Change.INCREASE if match["up"] else Change.DECREASE
    return found

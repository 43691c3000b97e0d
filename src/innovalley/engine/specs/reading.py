"""What was read around one number, and what it means as a comparison and a change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from innovalley.engine.specs.model import Change, Comparison
from innovalley.engine.specs.values import Form, Value
from innovalley.engine.specs.words import COMPARED_WITH, Before

# Not the same words in the names of things: 压缩强度, 提升机, 增强纤维, 增加值.
_VERBS: Final = re.compile(
    r"(?P<up>(?:提高|提升(?!机|高度|速度|力|系统)|增加|增长|增强(?![材体纤尼塑层型相P])|增大|延长|扩大|加快)(?!值|率|量(?![子产]))"
    r"|\b(?:increas|improv|rais|extend|enhanc)(?:e|es|ed|ing|s)\b)"
    r"|(?P<down>(?:降低|减少|缩短|减小|节约|节省|减轻|压缩(?![强模机空比永应性变系回气弹后荷载残力态])|削减"
    r"|下降(?![沿速段时])|减低|缩减)(?!值|率|量(?![子产]))"
    r"|\b(?:reduc|decreas|lower|shorten|cut|sav)(?:e|es|ed|ing|s|ting)?\b)",
    re.IGNORECASE,
)
# Words that are a change and its quantity in one: 节能 30 %.
_CHANGES_BY_NAME: Final = re.compile(
    r"(?P<up>(?<!日)增[产收效重]|提速|提效)$|(?P<down>节[能材水电煤油气热]|减[产重排量薪]|降[耗本噪阻碳]|省[电水油])$"
)
_MAGNIFIES: Final = re.compile(r"放大|浓缩|稀释|变焦|变倍|扩增|倍率|倍数|过载|magnif|dilut", re.IGNORECASE)
_RELATIVE_UNITS: Final = frozenset(("%", "百分点", "‰"))
# Of these, less is better: what is reached is an upper bound.
_WANTED_LOW: Final = re.compile(
    r"误差|偏[差移]|残[余留]|摆幅|噪[声音]|延[迟时]|时延|损[耗失]|[能电油水功]耗|泄漏|失真|缺陷|杂质|灰分|硫分|含硫|磨损|衰减|压[损降]|残碳|变形量|色差|[CB]OD|氨氮|总[磷氮]|粗糙度|真空度|排放|漂移|波动"
    r"|(?:不良|废品|次品|返修|故障|误[报检码判]|漏[检报判]|失效|死亡|发病)率|(?:平整|平面|圆|同轴|直线|垂直|平行|跳动)度|公差|间隙|挠度"
    r"|(?:响应|反应|处理|换[模刀型])时间|节拍|error|deviation|noise|delay|latency|loss|roughness|leak",
    re.IGNORECASE,
)
_FOUND_SO: Final = re.compile(r"火|燃烧|爆炸|热失控|事故|灾")  # what nobody wants, only reports
_PRECISION: Final = re.compile(
    r"精[度确]|accuracy|分辨率|检[测出]限|precision|resolution|detection limit", re.IGNORECASE
)
_INSTANTS: Final = frozenset(("ns", "μs", "ms"))  # a time so short is wanted shorter still
_MORE_PRECISE: Final = frozenset(
    ("m", "cm", "mm", "μm", "nm", "s", "ms", "μs", "deg", "degC", "g", "mg", "ppm", "ppb")
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with its surroundings.

    value      the number and unit
    before     the words before it
    after      the comparison that the words behind it state
    name       the quantity's name; name_place is where it stands
    clause     the text before the value from the name on, without the words of `before`
    sentence   the same from the beginning of the clause on
    context    the 40 characters before
    start, end the place of the statement, name included
    """

    value: Value
    before: Before
    after: Comparison | None
    name: str
    name_place: tuple[int, int]
    clause: str
    sentence: str
    context: str
    start: int
    end: int

    @property
    def is_bounded(self) -> bool:
        """Whether words or signs say how the value bounds the quantity."""
        before = self.before
        return (
            before.comparison is not None
            or before.reach
            or before.better
            or before.target is not None
            or self.after not in (None, Comparison.EQUAL)
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
        before = self.before
        if before.comparison is not None:
            return before.comparison
        if before.better:
            return Comparison.LESS_THAN if self._is_wanted_low() else Comparison.MORE_THAN
        if self.after not in (None, Comparison.EQUAL, Comparison.RANGE):
            assert self.after is not None
            return self.after
        if self.after is Comparison.EQUAL or before.about:
            return Comparison.EQUAL
        if before.reach:
            if before.reach_high:
                return Comparison.AT_LEAST
            if _FOUND_SO.search(self.context):
                return Comparison.EQUAL
            return Comparison.AT_MOST if self._is_wanted_low() else Comparison.AT_LEAST
        if before.target is Change.INCREASE:
            return Comparison.AT_LEAST
        if before.target is Change.DECREASE:
            return Comparison.AT_MOST
        return Comparison.MORE_THAN if self.value.more else Comparison.EQUAL

    def _is_wanted_low(self) -> bool:
        name = self.name or self.sentence
        if _WANTED_LOW.search(name) or (self.value.unit in _INSTANTS and "时" in name):
            return True
        is_fine = self.value.unit in _MORE_PRECISE or (self.value.unit == "%" and self.value.high <= 10)
        return is_fine and bool(_PRECISION.search(name))

    def change(self) -> Change:
        """Whether the value is a level or a change against today's state."""
        if self.value.unit == "倍":
            return Change.LEVEL if _MAGNIFIES.search(self.clause) else Change.TIMES
        if self.before.target is not None:
            return Change.LEVEL
        if self.before.change is not None:
            return self.before.change
        if self.value.unit in _RELATIVE_UNITS:
            if self.before.comparative is not None:
                return self.before.comparative
            if not self.before.level and (match := COMPARED_WITH.search(self.sentence)):
                return Change.INCREASE if match["up"] else Change.DECREASE
        if match := _CHANGES_BY_NAME.search(self.clause):
            return Change.INCREASE if match["up"] else Change.DECREASE
        if not self.before.level:
            # 降低生产线的能耗 20 %: of a share the verb may stand far ahead, of 5 mm it has to stand at the name.
            where = self.sentence if self.value.unit in _RELATIVE_UNITS else self.clause
            verbs = [Change.INCREASE if match["up"] else Change.DECREASE for match in _VERBS.finditer(where)]
            if verbs:
                return verbs[-1]
        return Change.LEVEL


def without_verb(name: str) -> int:
    """Where the name of what changes begins in `name`: behind 提高 in 提高转化效率."""
    behind = max((match.end() for match in _VERBS.finditer(name)), default=0)
    return behind if len(name) - behind >= 2 else 0

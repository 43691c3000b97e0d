"""Decides whether a value read in a text is a technical specification, or a date, a budget, a head count ..."""

from __future__ import annotations

import re
from typing import Final

from innovalley.engine.specs.reading import Reading
from innovalley.engine.specs.values import Form

_PAPERWORK: Final = frozenset(["项", "篇", "名", "人", "家", "户", "座", "组", "批", "代", "期", "种"])
_PIECES: Final = frozenset(
    [
        "个",
        "只",
        "件",
        "台",
        "套",
        "条",
        "支",
        "根",
        "块",
        "片",
        "张",
        "头",
        "尾",
        "株",
        "瓶",
        "袋",
        "箱",
        "盒",
        "辆",
        "卷",
        "点",
        "层",
        "路",
        "位",
        "道",
        "轴",
        "遍",
    ]
)
_CALENDAR: Final = frozenset(("a", "month", "week", "d"))
_LONG_TIMES: Final = re.compile(
    r"寿命|保质期|使用期|服役|质保|保修|贮存|储存|保存|存放|货架期|使用|续航|待机|免维护|无故障|周期|间隔|时间|时长|lifetime|life|storage|period"
)
_PROJECT_TIMES: Final = re.compile(
    r"项目|研发|实施|合作|建设|完成|执行|工期|研究|投资|回收|履约|交货|专利|近|过去|历时|成立"
)
_MONEY: Final = frozenset(("元", "美元"))
_COSTS: Final = re.compile(r"成本|造价|售价|单价|价格|费用|cost|price")
_BUSINESS: Final = re.compile(
    r"投资|资金|预算|经费|投入|销售|营业|营收|产值|利润|利税|税收|收入|注册资本|效益|市场|融资|资产|补助|支持|贷款|奖"
    r"|占地|建筑面积|厂房|园区|员工|人员|学历|职工|人才|客户|用户|份额|占有率|股|同比"
)
_NUMERIC_NAMES: Final = re.compile(
    r"(?:pH|PH|ph)值?$|比$|系数$|指数$|因子$|度$|值$|数$|率$|倍数$|等级$|ratio$|factor$|index$|number$", re.I
)
_AGE_OR_NAME: Final = re.compile(r"龄|度(?=[^数])|级|代|号|份|底|初|前|后|来|间")


def is_spec(text: str, reading: Reading) -> bool:
    """Whether `reading` states a technical requirement or promise."""
    value = reading.value
    start, stop = reading.name
    name = text[start:stop]
    if not value.unit:
        return _is_bare_spec(reading, name)
    if _BUSINESS.search(name):
        return False
    if value.unit in _MONEY:
        return reading.is_bounded and bool(_COSTS.search(name))
    if value.unit in _PAPERWORK:
        return False
    if value.unit in _PIECES:
        return reading.is_bounded and bool(name)
    if value.unit in _CALENDAR:
        return _is_lasting(text, reading, name)
    return True


def _is_bare_spec(reading: Reading, name: str) -> bool:
    """A number without unit is a spec where a sign or words bound it and a name says what it counts."""
    value = reading.value
    if not name or _BUSINESS.search(name) or not reading.is_bounded:
        return False
    if value.form is Form.RANGE:
        return bool(_NUMERIC_NAMES.search(name))
    return True


def _is_lasting(text: str, reading: Reading, name: str) -> bool:
    """Days to years: a life or storage time is a spec, a date or the time of a project is none."""
    if _AGE_OR_NAME.match(text, reading.value.end) or _PROJECT_TIMES.search(name):
        return False
    return bool(_LONG_TIMES.search(name))

"""Finds the name of the quantity that a value belongs to, in the text beside it.

The name is what stands in the clause before the value without the words that lead to it: "使烧结矿的转鼓强度不低于"
names 转鼓强度. Where none stands before, a property behind the value is the name: "2000 Pa 压力".
"""

from __future__ import annotations

import re
from typing import Final

from innovalley.engine.specs.model import Comparison

MAX_NAME: Final = 40  # characters looked at before a value
MAX_WORDS_OF_ENGLISH_NAME: Final = 4

_CLAUSE_END: Final = re.compile(
    r"[，。；;！？!?\n\r、:“”\"《》【】\[\]|…]|,(?![0-9]{3})|\. |(?<=[\u4e00-\u9fff)])\.|-{2,}"
)
_LEADING: Final = re.compile(
    r"(?:[\s0-9①-⑳⑴-⒇.·)(—\-–*•●■◆]+|其中|同时|并且|而且|以及|从而|另外|此外|目前|现有|每年|年均|最终|预计|一般|指标|主要|无法"
    r"|[本该](?:成果|产品|项目|技术|系统|装置|设备|发明|工艺|材料)|生产(?![效能率周成速节线耗])|现(?!场)|并(?![发行网联])|本(?![底体征])|在(?!线)|当(?!量)|经(?!纬)|以(?!太)"
    r"|对(?![比焦中位接准称角])|可以|可(?![靠见溶燃])|[且和及与将把让若如即其该它从由于而为等]|每[个台套条片只]?)+"
)
# What follows one of these is the name, or it is no name at all.
_TURN: Final = re.compile(
    r"使得|使(?![用得])|要求|(?:实现|完成|采用|利用|形成|支持)(?![率系度])|(?:保证|确保|具有|具备|拥有|配备|提供|产出|预期)"
    r"|并且|而且|同时|以及|从而|能够|可以|希望|需要|其中|还要|预计|满足(?![率度])|选择(?!性)|通过(?![率量])|开发|研[制发]"
    r"|(?:处理|改造|使用|改进|优化)后|(?:条件|情况|前提|工况)下|基础上|过程中|(?:适|应)用于|用[在于](?!户)|转为|变为|获得|得到|达到|跨越"
    r"|把|将|令|表明|显示|发现|公司|企业|集团|相对于|控制在|中(?![心间值位部频压低高子性温转])|(?<=[^目])的(?!确)"
)
_TRAILING: Final = re.compile(
    r"(?:[\s:(\-—~=φΦ]|要求|(?<![反响效供适对相])应|(?<!平)均|平均|每(?:天|年|月|日|小时|分钟|秒|吨|台|亩|次)|[需须可都了的在为是也还会常只远已仅由从自按经用以于对占]|分别|指标|大概|左右|控制|能够|能达|预计|目标|(?<![含拥具])有)+$"
)
_BRACKETS: Final = re.compile(r"\([^()]{0,20}\)$")
_COMPARED: Final = re.compile(
    r"比(?![表例重容热值]|$)|较(?!好|高|低|$)|相比|相对|(?<=..)是(?=..)|(?<=..)(?:高于|高出|优于|低于|超过|远超|少于)(?=..)"
)
_PROPERTY_BEHIND: Final = re.compile(
    r" ?(?P<of>的) ?(?P<any>[\u4e00-\u9fffA-Za-z]{2,10})|"
    r" ?(?P<property>[\u4e00-\u9fffA-Za-z]{0,8}?"
    r"(?:浓度|[温高深长宽厚密硬强精速湿]度|压力|[频功效产良]率|寿命|直径|粒径|电压|电流|流量|容量))"
)
_PIECES_BEHIND: Final = re.compile(r" ?(?P<any>[\u4e00-\u9fff]{2,8}|[A-Za-z]{2,12})")
_AFTER_END: Final = re.compile(r"[的以和及与用为作等之后前时并且或是将由在确]")
_ENGLISH: Final = re.compile(r"[A-Za-z][A-Za-z0-9/()_\-]*(?: [A-Za-z0-9][A-Za-z0-9/()_\-]*){0,8}$")
_ENGLISH_STOP_WORDS: Final = """
    a an the and or with of for that which has have having shall should must will can be is are to in on at by from
    its their our we it this these than as but when while whose achieve achieves provide provides require requires
    operate operates maintain deliver required needed need needs
    """
_ENGLISH_STOP: Final = frozenset(_ENGLISH_STOP_WORDS.split())
_BOUND_BEFORE_VERB: Final = re.compile(
    r"(?:(?P<least>至少|最少|不少于|不低于|不小于)|最多|至多|不超过|不多于)[\u4e00-\u9fff]{1,4}$"
)
_CJK: Final = re.compile(r"[\u4e00-\u9fff]")


def clause_start(text: str, floor: int, end: int) -> int:
    """Where the clause that ends at `end` begins; not before `floor`, and at most `MAX_NAME` characters back."""
    begin = max(floor, end - MAX_NAME)
    for match in _CLAUSE_END.finditer(text, begin, end):
        begin = match.end()
    return begin


def before(text: str, floor: int, end: int) -> tuple[int, int]:
    """The place of the name that ends at or before `end`; an empty place where none is."""
    end = _trim(text, floor, end)
    if match := _BRACKETS.search(text, max(floor, end - 24), end):
        end = _trim(text, floor, match.start())
    start = clause_start(text, floor, end)
    if not _CJK.search(text, start, end):
        return _english(text, start, end)
    for match in _TURN.finditer(text, start, end):
        start = match.end()
    bracket = text.rfind("(", start, end)
    if bracket >= 0 and text.find(")", bracket, end) < 0:
        start = bracket + 1
    if match := _LEADING.match(text, start, end):
        start = match.end()
    if match := _COMPARED.search(text, start, end):
        end = match.start()
    while start < end and text[start] == " ":
        start += 1
    return (start, end) if end - start >= 1 else (end, end)


def _trim(text: str, floor: int, end: int) -> int:
    match = _TRAILING.search(text, max(floor, end - 12), end)
    return match.start() if match else end


def bound_before_verb(text: str, floor: int, stop: int) -> tuple[Comparison, int] | None:
    """至少支持, 最多读出: the bound before a verb that ends the name, and where it begins."""
    match = _BOUND_BEFORE_VERB.search(text, max(floor, stop - 9), stop)
    if match is None:
        return None
    comparison = Comparison.AT_LEAST if match["least"] else Comparison.AT_MOST
    return comparison, match.start()


def _english(text: str, start: int, end: int) -> tuple[int, int]:
    match = _ENGLISH.search(text, start, end)
    if match is None:
        return end, end
    begin, words = match.end(), 0
    for word in reversed(match[0].split(" ")):
        if word.lower() in _ENGLISH_STOP:
            if words:
                break
            end = begin = begin - len(word) - 1
            continue
        if words == MAX_WORDS_OF_ENGLISH_NAME:
            break
        begin -= len(word) + (1 if words else 0)
        words += 1
    return (max(begin, match.start()), end) if words else (end, end)


def after(text: str, start: int, *, counts: bool) -> tuple[int, int]:
    """The place of the name that follows a value directly; an empty place where none does.

    A property does (2000 Pa 压力), what 的 leads to (99 % 以上的纯度), and what is counted (600 个测点).
    """
    match = _PROPERTY_BEHIND.match(text, start) or (_PIECES_BEHIND.match(text, start) if counts else None)
    if match is None:
        return start, start
    group = next(name for name in ("any", "property") if match.groupdict().get(name))
    begin, end = match.span(group)
    if group == "any" and (stop := _AFTER_END.search(text, begin, end)):
        end = stop.start()
    return (begin, end) if end - begin >= 2 else (start, start)

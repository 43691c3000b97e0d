"""Finds the name of the quantity that a value belongs to, in the text beside it.

The name is what stands in the clause before the value without the words that lead to it: "使烧结矿的转鼓强度不低于"
names 转鼓强度. Where none stands before, a property behind the value is the name: "2000 Pa 压力".
"""

from __future__ import annotations

import re
from typing import Final

from innovalley.engine.specs import units
from innovalley.engine.specs.model import Comparison

MAX_NAME: Final = 40  # characters looked at before a value
MAX_UNIT: Final = 4  # 由 472 nm 移至: what is left of a value is a unit
MAX_WORDS_OF_ENGLISH_NAME: Final = 4

_CLAUSE_END: Final = re.compile(
    r"[，。；;！？!?\n\r、:“”\"《》【】\[\]|…]|,(?![0-9]{3})|\. |(?<=[\u4e00-\u9fff)])\.|-{2,}"
)
_LEADING: Final = re.compile(
    r"(?:[\s0-9①-⑳⑴-⒇.·)(—\-–*•●■◆]+|其中|同时|并且|而且|以及|从而|另外|此外|目前|现有|每年|年均|最终|预计|一般|指标|主要|无法"
    r"|[本该](?:成果|产品|项目|技术|系统|装置|设备|发明|工艺|材料)|生产(?![效能率周成速节线耗])|现(?!场)|并(?![发行网联])|本(?![底体征])|在(?!线)|当(?!量)|经(?!纬)|以(?!太)"
    r"|对(?![比焦中位接准称角])|可以|可(?![靠见溶燃逆变调控塑视编拆膨焊纺]|用(?![于来作在以])|利用率|回收[率性]|压缩[率性]|降解)|[且和及与将把让若如即其该它从由于而为等]|每[个台套条片只]?)+"
)
# What follows one of these is the name, or it is no name at all.
_TURN: Final = re.compile(
    r"使得|使(?![用得])|要求|(?:实现|完成|采用|利用|形成|支持)(?![率系度])|(?:保证|确保|具有|具备|拥有|配备|提供|产出|预期)"
    r"|并且|而且|同时|以及|从而|能够|可以|希望|需要|其中|还要|预计|满足(?![率度])|选择(?!性)|通过(?![率量])|开发|研[制发]"
    r"|(?:处理|改造|使用|改进|优化)后|(?:条件|情况|前提|工况)下|基础上|过程中|(?:适|应)用于|用[在于](?!户)|转为|变为|获得|得到|达到|跨越"
    r"|把|将|令|表明|显示|发现|公司|企业|集团|相对于|控制在|中(?![心间值位部频压低高子性温转国孔试率])|(?<=[^目])的(?!确)"
)
_TRAILING: Final = re.compile(
    r"(?:[\s:(\-—~=φΦ]|要求|(?<![反响效供适对相])应|(?<!平)均|平均|每(?:天|年|月|日|小时|分钟|秒|吨|台|亩|次)?|[需须可都了的在为是也还会常只远已仅由从自按经以于对占]|(?<!主)要|(?<![作使利应耗费备])用|分别|指标|大概|左右|控制|能够|能达|预计|目标|分布|甚至|逐渐|逐步|约|(?<![含拥具])有)+$"
)
_BRACKETS: Final = re.compile(r"\([^()]{0,20}\)$")
_COMPARED: Final = re.compile(
    r"(?<![缩占对同环配价成正反之相])比(?!表面|例|重|容|热|值|电容|电阻|电导|能|功率|强度|刚度|模量|转速|[煤氧油氢水气]耗|耗|磨|推力|冲|产|色|湿"
    r"|孔容|面积|浓度|阻|质量|体积|负荷|率|$)|较(?!好|高|低|$)|相比|相对(?![标误湿密偏分介含位磁压挥黏粘])|(?<=..)(?<![但就都还也总只若特尤])是(?=..)|(?<=..)(?:高于|高出|优于|低于|超过|远超|少于)(?=..)"
)
_PROPERTY_BEHIND: Final = re.compile(
    r" ?(?P<of>的) ?(?P<any>[\u4e00-\u9fffA-Za-z]{2,10})|"
    r" ?(?P<property>(?:(?![后下时的和与在])[\u4e00-\u9fffA-Za-z]){0,8}?"
    r"(?:浓度|[温高深长宽厚密硬强精速湿]度|压力|[频功效产良]率|寿命|[直粒孔]径|电压|电流|流量|容量|波长|水深|采高|时间|周期))"
    # What goes on is the name of the next value: -20 ℃ 放电容量保持 ≥ 85 %.
    r"(?=下(?!降)|[的时内后条范以及和与，,。.；;)、]|$)"
)
_PIECES_BEHIND: Final = re.compile(r" ?(?P<any>[\u4e00-\u9fff]{2,8}|[A-Za-z]{2,12})")
_AFTER_END: Final = re.compile(
    r"[的以和及与用为作等之后前内并且或是将由在确不有达来需销采被经≥≤]|时(?![间长效])"
)
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


# Where the name of a quantity ends that changes from one value to another, or that several share.
_NAME_ENDS: Final = re.compile(
    r"(?:(?<!自)由|(?<!服)从)(?=[^，。]{0,8}?[0-9])|分别(?=[是为占达])|占(?![空地比])(?=[^，。]{1,10}$)"
)
# What follows one of these is nearer to the name: verbs, and words that close a condition.
_NEARER: Final = re.compile(
    r"(?:制备|计算|测|求|得|推|算|析|导|做|提|给|找|选|筛)出了?|(?<=[\u4e00-\u9fff])了(?!解)"
    r"|作为|涉及|包括|取得|选用|应用(?![率温性])|介绍|研究|进行|明确|确定|固定|测定(?![值下范误])|获得|获取"
    r"|满足不了|达不到|使用(?![寿温年率量效性周期压])"
    r"|(?<=[\u4e00-\u9fff])(?<![行作成认])为(?=[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff)])(?:(?<![潜存内现所正实])在(?![线位役])|随着?(?!机))(?=[^下时后中内上处]{2,}$)"
    r"|(?<=[\u4e00-\u9fff])(?<![可足难得所予加用])以(?![上下内外太])(?=..)"
    r"|(?<=[\u4e00-\u9fffA-Za-z%℃])(?<![地井水线天])下(?![限降料垂沉游部层量线滑])"
    r"|(?<=[\u4e00-\u9fff])(?<![断售前背落滞])后(?![角轮端桥勤续果])"
)
# A name holds no other measured value: 在 -35 ℃ 启动时间 names 启动时间.
_MEASURED: Final = re.compile(
    r"(?<![A-Za-z0-9.\-_/])-?[0-9]+(?:\.[0-9]+)?(?:[~-][0-9.]+)? ?"
    r"(?:%|℃|°|(?:[mck]?m[23²³]?|μm|nm|kg|g|mg|t|h|d|s|min|MPa|kPa|Pa|V|A|kW|MW|W|Hz|mL|L|C)(?![A-Za-z0-9/])"
    r"|个月|[万亿]?[年月天日次台套条个座只组号份对级层道路口块片批种期头株亩吨米倍人颗名例])(?: ?以[上下内])?"
)
_STARTS_NO_NAME: Final = re.compile(
    r"(?:[\s()·,:]+|前者|后者|后(?![角轮端桥续])|下(?![限降料垂沉游部层])|时(?![间长延效速刻域序空])|内(?![径阻压部壁外存孔齿应容管圈衬层侧筒腔胆])"
    r"|处(?![理方置])|其他?|[各某此这](?![向异])|所[用得需选]?|用(?![电水户量气油煤地料])|有时|甚至?|然后|结果|却|仍"
    r"|再(?![生现热循结])|先(?![进导])|取(?![样向代])|出(?![口水料渣厂炉气风液油钢苗芽粉力汁材米矿铁品])|至|已|拟|但|则|都|当(?![量地])|随着?(?!机)|需[要加]?(?![求氧])|季(?!节)"
    r"|但是|(?:要求|达到|使|要)(?![用]))+"
)
_NOTHING: Final = frozenset(
    "供取留做达用以先试时内后下处线套台条个季再多但还仅得含年月日前上中其各在且则约也平某针选利对并和与及或由从至每人"
)
_NO_NAMES: Final = """
    方面 结果 条件 指标 要求 目标 情况 过程 同时 分别 可达 可供 能够 产品 应用 研究 设计 系统 设备 装置 技术 现场
    """
_NOTHING_WORDS: Final = frozenset(_NO_NAMES.split())
_QUANTITY: Final = re.compile(
    r"[率度量力值比数积压温长宽高深厚重距径频强速差耗声容能时期命限位流势阻抗性损角波幅含分级效波失低大小离隙隔质量]$|[A-Za-z]$"
)


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
    if (match := _NAME_ENDS.search(text, start, end)) and match.start() - start >= 2:
        end = _trim(text, start, match.start())
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


def closer(text: str, start: int, stop: int) -> tuple[int, int]:
    """The place of the true name within `start`..`stop`, without verbs, conditions and values that lead to it.

    An empty place where nothing of a name is left.
    """
    if (bracket := text.rfind(")", start, stop)) >= 0 and text.find("(", start, bracket) < 0:
        start = bracket + 1
    digits = start
    while digits > max(0, start - 12) and text[digits - 1] in "0123456789. ~-":
        digits -= 1
    if digits < start and (match := _MEASURED.match(text, digits, stop)) and match.end() > start:
        start = match.end()  # 28 d 抗压强度
    for pattern in (_NEARER, _MEASURED):
        for match in pattern.finditer(text, start, stop):
            if stop - match.end() >= 1:
                start = match.end()
            elif match.start() > start and pattern is _MEASURED:
                stop = match.start()  # 效率 85 % 提高至
    if match := _STARTS_NO_NAME.match(text, start, stop):
        start = match.end()
    while start < stop and text[stop - 1] == " ":
        stop -= 1
    name = text[start:stop]
    if (
        name in _NOTHING
        or name in _NOTHING_WORDS
        or (
            len(name) <= MAX_UNIT
            and text[max(0, start - 2) : start].strip()[-1:].isdigit()
            and units.canonical(name)
        )
    ):
        return stop, stop
    return start, stop


def is_quantity(name: str) -> bool:
    """Whether `name` ends as names of quantities do."""
    return bool(_QUANTITY.search(name))


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


def property_after(text: str, start: int) -> tuple[int, int]:
    """The place of a quantity's name that follows a value directly; an empty place where none does."""
    match = _PROPERTY_BEHIND.match(text, start)
    if match is None:
        return start, start
    begin, end = after(text, start, counts=False)
    begin, end = closer(text, begin, end)
    return (begin, end) if is_quantity(text[begin:end]) else (start, start)


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

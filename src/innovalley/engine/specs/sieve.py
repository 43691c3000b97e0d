"""Decides whether a value read in a text is a technical specification, or a date, a budget, a head count ..."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from innovalley.engine.specs.model import Change, Comparison
from innovalley.engine.specs.reading import Reading
from innovalley.engine.specs.values import Form

_PAPERWORK: Final = frozenset("项篇家户座代期")
_KINDS: Final = frozenset("组批种遍")
PIECES: Final = frozenset("个只件台套条支根块片张头尾株瓶袋箱盒辆卷对点层道轴人") | {"通道"}
_LAND: Final = frozenset(("亩", "m^2", "hm^2", "km^2", "ha", "acre"))
_MONEY: Final = re.compile(r"元|美元")

_BUSINESS: Final = re.compile(
    r"投资|资金|预算|经费|投入|销售|营业|营收|产值|利润|利税|税收|收入|注册|经济效益|市场|出口(?:额|量|率|创汇|贸易|占)|外销|内销|订单|融资|资产|补助|贷款|股份|股权"
    r"|员工|人员|学历|职工|人才|团队|研究生|本科|博士|硕士|客户|份额|占有率|经验|自筹|占地|建筑|厂房|园区|库存|存栏|保有量"
    r"|研发费|利率|税率|年增长|增速|培训|引进|招[聘收]|接待|参观|人口|毛利|净利|控股|持股|年均增长|复合增长|就业|农户|增收|人均|户均|依存度|依赖进口|进口依赖|访问量|下载量|粉丝"
)
_BUSINESS_BEHIND: Final = re.compile(
    r"[^，。；\n]{0,4}(?:研发投入|资金|市场|投资|的股|的?工作量|依赖|进口|销往|外销|国产|人员|专家|教授|博士|院士|工程师|员工)"
)
_OWNED_LAND: Final = re.compile(
    r"地$|占地|用地|基地|面积$|建筑|厂|车间|楼|室$|园|库$|[田棚林]$|中心|种植|推广|示范"
)
_TECHNICAL_AREA: Final = re.compile(r"过滤|比表|截面|膜|扫描|加热|换热|受热|有效|作业|覆盖|辐照|镀|涂")
_WHOLE_NATION: Final = re.compile(
    r"我国(?!首)|全国(?!首|领先|先进|重点|最)|全球(?!首|领先|定位|最)|世界(?![先领一水首级前最])|国内每?年|全省|全行业|国民"
)
_WHOLE_SECTOR: Final = re.compile(r"(?<!同)行业|市场|需求量|消费量|进口量|出口量")
_MANY_COMPANIES: Final = re.compile(r"[^，。；\n]{0,6}(?:企业|厂家|公司|农户|人群|国家|地区|医院|学校)")
_COUNTED_BY_THE_NATION: Final = frozenset(
    ("t", "kg", "亩", "ha", "头", "只", "人", "台", "辆", "株", "m^3", "kWh")
)
_MORE_THAN_A_COMPANY: Final = 10**8
_SENTENCE_BREAK: Final = re.compile(r"[。；;\n！？]")

_AGE: Final = re.compile(r"[周日月天]龄$")
_DATE_BEHIND: Final = re.compile(r"[度份底初末前后来间第]|代(?!码)")
# What may last for days to years.
_LASTING: Final = re.compile(
    r"寿命|保质|质保|保修|有效期|服役|使用|[贮储保]存|存[储放]|货架|免维护|无故障|更换|周期|耐|树龄|连续|续航|待机|维护|间隔"
    r"|时间|时长|时效|运行|试验|养护|发酵|盐雾|培养|恒温|浸泡|生长|饲养|循环|萌发|发芽|处理|反应|老化|接种|干燥|存活|暴露|腐蚀|静置|停留|龄期|life|storage|warranty|period|interval",
    re.IGNORECASE,
)
_PROJECT: Final = re.compile(
    r"项目|研[发制究]|实施|合作|建设|完成|执行|工期|投资|回收期|履约|交货|专利|近$|过去|历时|成立|目标|未来|计划|预计|阶段|课题|为期|中试|投产|达产|开发|合同|试制|验收|申报|立项|上市|采购|招标"
)
# How long something has been in use tells its history; only a bound makes it a requirement.
_IN_USE: Final = re.compile(r"(?:运行|使用(?!年限|寿命|期)|应用|投用|投运|服役|推广|种植)[^，。；;]{0,6}$")
_ON_TRIAL: Final = re.compile(r"(?:工业试验|现场试验|考核|挂网|示范|试运行|试用|推广)[^，。；;]{0,6}$")
_LASTING_BEHIND: Final = re.compile(
    r"(?: ?[、和与及或] ?[0-9.]+ ?(?:d|天|年|个月|周|月))*的?[\u4e00-\u9fff]{0,6}?"
    r"(?:停留时间|寿命|龄期|保质期|货架期|周期|(?:处理|培养|发酵|反应|贮藏|养护)时间)"
)
_RENEWED: Final = re.compile(r"[^，。；\n]{0,6}(?:更换|一次|清[洗理]|维护|保养|校准)")
_PROJECT_BEHIND: Final = re.compile(
    r"[^，。；\n]{0,3}(?:完成|交付|提交|供货|发货|打印|建模|视觉|来的?|工作日)|[^，。；\n]{0,8}(?:经验|历史)"
)
_RATE: Final = re.compile(r"每(?:分钟|小时|天|年|月|班|秒|日|台|套|人)")
_PEOPLE: Final = re.compile(r"替代|代替|取代|节省|节约|减少|容纳|载客|乘坐|并发|同时")
_DELIVERABLES: Final = re.compile(
    r"[^，。；\n]{0,6}(?:专利|标准|论文|著作|企业|项目|客户|基地|示范|平台|团队|案例|人员|岗位|工作站)"
)
_TOPICS: Final = re.compile(
    r" ?[^，。；\n]{0,2}(?:方面|维度|阶段|层次|环节|步骤|部分|目标|问题|因素|角度"
    r"|领域|地区|省|市|国家|时段|小组|课题|方向|原则|特点|创新)"
)
_OWNED: Final = re.compile(r"拥有|现有|购置|配备|配置|建有|建成|引进|安装|投放|新增|共有|设有|下设")
_AMOUNTS: Final = frozenset(("g", "kg", "t", "L", "mL", "m^3"))
_DELIVERED: Final = re.compile(r"(?:交付|提供|供货|送样|交货)[^，。；;、]{0,8}$")
_COUNTED: Final = re.compile(
    r"[量数率]$|[年月日班时单]产|[年月日班](?:出栏|加工|处理|屠宰|繁育|繁殖|提供|供应|生产|培育|养殖|孵化)|产能|替代|代替|取代|节省|减少|number|count",
    re.IGNORECASE,
)
_NUMERIC: Final = re.compile(
    r"pH ?值?$|[比数度值率级限子深]$|倍数$|ratio$|factor$|index$|number$|Ra$|Rz$", re.IGNORECASE
)
_BASES: Final = frozenset(
    ("g", "kg", "t", "m", "km", "L", "mL", "m^2", "m^3", "亩", "ha", "个", "台", "只", "件")
)
_ORDINALS: Final = "前第"
_COORDINATES: Final = re.compile(r"[东西]经|[南北]纬|[经纬]度")
_ANGLES: Final = frozenset(("deg", "′", "″"))
# 由 71 % 提高到 92 %: the first is what was, not what is wanted or promised.
_TO_ANOTHER: Final = re.compile(
    r" ?(?:左右|逐渐|逐步|大幅|显著|明显|迅速|缓慢|进一步)?"
    r"(?:提高|提升|增加|增长|增大|上升|升高|恢复|升|增|降低|下降|降|减少|减小|减|缩短|缩小|延长|扩大|衰减|压缩"
    r"|变|移|转|改)了?(?:到|至|为|成)"
)
# 177 人, 占 48.8 %: a share of those who were counted.
_COUNTED_SHARE: Final = re.compile(
    r"(?:[0-9] ?[余多]?[人份例名户篇所家]|[0-9]后)[，,;；(]?(?:其中)?[^，。；;、0-9]{0,6}占"
    r"(?:[^，。；;]{0,14}的)?(?:仅|约)?$"
)
_SHARE_OF_OTHERS: Final = re.compile(r"(?:进口|国外|外国|外资|国产|国内)[^，。；;]{0,12}占")
_EACH_MORE: Final = "每"  # 每增加 1 %
_SPECTRUM: Final = re.compile(r"[ -]{0,3}(?:NMR|核磁)")  # 1H NMR
_RANKED: Final = re.compile(r"(?:\([^()]{0,4}\))? ?[><]")  # 甲335 > 乙2288
_CODE: Final = re.compile(r"[0-9]{3}$")
_GRADED: Final = re.compile(r"能效|资质|等保|响应|职称|标准")
# 30 所, 60 岁, 10 亿/g: the number has a unit that is none of ours.
_COUNTS_SOMETHING: Final = re.compile(r"/|[\u4e00-\u9fff](?<![以且并而的时则或和及与左上之后])")
_NEEDS_NO_UNIT: Final = re.compile(
    r"R[az]$|粗糙度$|pH ?值?$|系数$|因数$|因子$|折射率$|相对密度$|(?<![占对])比$|factor$|index$",
    re.IGNORECASE,
)
_SYMBOL_BEHIND: Final = re.compile(r"(?<=[\u4e00-\u9fff]) ?[A-Za-z]$")  # 折射率 n
# Letters that are a unit only beside these words.
_AMBIGUOUS: Final = {
    "F": re.compile(r"电容|capacit", re.IGNORECASE),
    "H": re.compile(r"感|induct", re.IGNORECASE),
    "B": re.compile(r"存|数据|容量|包|memory|size", re.IGNORECASE),
    "S": re.compile(r"电导|conduct", re.IGNORECASE),
    "P": re.compile(r"[粘黏]|viscos", re.IGNORECASE),
    "U": re.compile(r"酶|活|enzyme|activity", re.IGNORECASE),
    "a": re.compile(r"寿命|周期|年|life", re.IGNORECASE),
}
_TURNED: Final = re.compile(r"[转角摆]")
_FIRST_YEAR: Final = 1900  # 2024 年 is a date
_MANY_TIMES: Final = 100  # below, it is an event: 召开 3 次会议
_OTHER_FOLDS: Final = ("体", "频", "率", "数", "增")  # 三倍体, 2 倍频
_WHEREABOUTS: Final = re.compile(r"位于|地处|[距离].{0,8}(?:市|县城|高速|机场|车站|国道|码头)|车程|路程")
_CERTIFIED: Final = re.compile(r"认证|产品|数码|电子|证书|行业")
_ALL_DAY: Final = re.compile(r"24 ?(?:h|小时)")
_ROUND_THE_CLOCK: Final = re.compile(
    r"[^，。；\n]{0,2}(?:不间断|不停|在线|监[控测]|值守|服务|运营|营业|响应)"
)
_GRADES: Final = ("级", "类", "型", "景", "号", "系", "款", "版", "区", "栋")  # 3A 级, but 2500 kW 级
_BOLTS: Final = ("螺栓", "螺钉", "螺母", "高强")
_STEEL_GRADE: Final = re.compile(r"^94V$|(?<![0-9])(?:2[01]\d|3[0124]\d|4[1234]\d|90\d)[LNH]$")
_STORED: Final = re.compile(r"[度量]$|深|容量|内存|缓存|点数|样本")
_CHARGING: Final = re.compile(r"充|放电|循环|倍率|过放|电池|charge|cycle|rate", re.IGNORECASE)


def is_spec(text: str, reading: Reading) -> bool:
    """Whether `reading` states a technical requirement or promise."""
    value, unit = reading.value, reading.value.unit
    if value.start and text[value.start - 1] in _ORDINALS:
        return False  # 前 10 %
    if value.start and text[value.start - 1] == "每" and unit in _BASES:
        return False  # 每 100 g
    if _is_baseline(text, reading) or _is_each_more(text, reading):
        return False
    if not unit:
        return _is_bare_spec(text, reading)
    if _BUSINESS.search(reading.clause) or _BUSINESS_BEHIND.match(text, reading.value.end):
        return False
    if _MONEY.search(unit) or unit in _PAPERWORK or _is_of_the_nation(text, reading):
        return False
    if unit in _AMOUNTS and _DELIVERED.search(text, max(0, value.start - 12), value.start):
        return False
    if unit in _KINDS:
        return reading.is_bounded
    if unit == "人":
        is_fewer = Change.DECREASE in (reading.before.change, reading.before.target)
        return is_fewer or bool(_PEOPLE.search(reading.context))
    if unit == "个" and (_DELIVERABLES.match(text, value.end) or _TOPICS.match(text, value.end)):
        return False
    leading = reading.sentence + text[reading.before.start : value.start]
    if unit in PIECES and reading.before.comparison is None and _OWNED.search(reading.sentence):
        return False
    if unit in PIECES:
        return (
            reading.is_bounded
            or reading.before.change is Change.DECREASE
            or bool(_COUNTED.search(reading.clause) or _RATE.search(leading))
        )
    if unit in _LAND:
        return bool(_TECHNICAL_AREA.search(reading.clause)) or (reading.is_bounded and not _is_land(reading))
    written = text[value.start : value.end]
    if unit in ("a", "month", "week", "d"):
        return bool(_AGE.search(written)) or _is_lasting(text, reading)
    if unit == "次":
        is_many = (
            reading.name.endswith("次数")
            or reading.is_bounded
            or value.high >= _MANY_TIMES
            or reading.before.change is not None
        )
        return is_many or bool(_RATE.search(leading))
    if unit == "倍":
        return text[value.end : value.end + 1] not in _OTHER_FOLDS
    if unit in ("m", "km") and _WHEREABOUTS.search(reading.sentence):
        return False
    if unit in ("m", "km") and text[value.end : value.end + 1] == "处" and _is_at(text, reading):
        return False
    if unit in _ANGLES and _COORDINATES.search(text, max(0, value.start - 16), value.start):
        return False
    if unit == "%" and _is_share_of_others(text, reading):
        return False
    if unit == "级" and _GRADED.search(reading.sentence):
        return False
    if unit == "C":
        return not _CERTIFIED.match(text, value.end) and bool(
            _CHARGING.search(text, max(0, value.start - 30), value.end + 10)
        )
    if unit == "deg" and written in ("360度", "360°"):
        return bool(_TURNED.search(reading.clause))
    if unit == "h" and _ALL_DAY.match(written):
        return reading.is_bounded or not _ROUND_THE_CLOCK.match(text, value.end)
    return not _is_another_word(text, reading)


def _is_baseline(text: str, reading: Reading) -> bool:
    """Whether the value is what was, before it changes to another: 由 71 % 提高到 92 %."""
    return bool(_TO_ANOTHER.match(text, reading.value.end))


def _is_at(text: str, reading: Reading) -> bool:
    """Whether the length tells a place: 在 4 m 处."""
    return not reading.name or text[max(0, reading.value.start - 2) : reading.value.start].strip().endswith(
        "在"
    )


def _is_each_more(text: str, reading: Reading) -> bool:
    """Whether the value is the step of a slope: 每增加 1 %."""
    start = reading.before.start
    return reading.before.change is not None and text[start - 1 : start] == _EACH_MORE


def _is_share_of_others(text: str, reading: Reading) -> bool:
    start = reading.value.start
    is_counted = _COUNTED_SHARE.search(text, max(0, start - 36), start)
    return bool(is_counted or _SHARE_OF_OTHERS.search(reading.sentence))


def _is_another_word(text: str, reading: Reading) -> bool:
    """Letters that look like a unit and mean something else here: 304N, 19F NMR, 图 3a, 3A 级."""
    value = reading.value
    written = text[value.start : value.end]
    behind = text[value.end : value.end + 2]
    if value.unit == "h" and _SPECTRUM.match(text, value.end):
        return True
    if (
        _STEEL_GRADE.search(written)
        or _STEEL_GRADE.search(f"{value.high}{value.unit}")
        or (len(value.unit) == 1 and written[-1].isascii() and behind[:1] in _GRADES)
    ):
        return True
    if value.unit == "级" and behind in _BOLTS:
        return True
    if not written[-1].isascii() or not written[-1].isalpha() or value.unit not in _AMBIGUOUS:
        return False
    return not _AMBIGUOUS[value.unit].search(reading.clause)


def _is_bare_spec(text: str, reading: Reading) -> bool:
    """A number without unit is a spec where words bound it and a name says what it is."""
    value = reading.value
    name = _SYMBOL_BEHIND.sub("", reading.name)
    if not name or name in ("P", "p") or _BUSINESS.search(reading.clause):
        return False
    if _NEEDS_NO_UNIT.search(name):
        return True
    if _COUNTS_SOMETHING.match(text, value.end) or _RANKED.match(text, value.end) or _CODE.search(name):
        return False
    is_stated = reading.before.level or reading.before.comparison is Comparison.EQUAL
    if value.form is Form.TOLERANCE:
        return value.low is not None
    if value.form is Form.RANGE:
        return (
            value.name is not None
            or reading.is_bounded
            or bool(_NUMERIC.search(name))
            or (is_stated and _is_decimal(value.low) and _is_decimal(value.high))
        )
    if reading.before.comparison is Comparison.EQUAL or (is_stated and _is_decimal(value.high)):
        return bool(_NUMERIC.search(name))
    if text[value.end - 1] in "Kk":
        return reading.name_place[0] < value.start and bool(_STORED.search(reading.name))
    return reading.is_bounded


def _is_decimal(number: Decimal | None) -> bool:
    """Whether the number is no whole one, so that it counts nothing."""
    return number is not None and number % 1 != 0


def _is_of_the_nation(text: str, reading: Reading) -> bool:
    """Whether the sentence speaks of a whole country or sector, not of the thing that is wanted."""
    unit = reading.value.unit
    if unit != "%" and _WHOLE_SECTOR.search(reading.sentence):
        return True
    if unit in _COUNTED_BY_THE_NATION and reading.value.high >= _MORE_THAN_A_COMPANY:
        return True
    start = reading.value.start
    before = _SENTENCE_BREAK.split(text[max(0, start - 80) : start])[-1]
    if _WHOLE_NATION.search(before):
        return True
    return unit == "%" and bool(_MANY_COMPANIES.match(text, reading.value.end))


def _is_land(reading: Reading) -> bool:
    return bool(_OWNED_LAND.search(reading.name))


def _is_lasting(text: str, reading: Reading) -> bool:
    """Days to years: the time of a process or a life is a spec, a date or the time of a project is none."""
    unit, start, end = reading.value.unit, reading.value.start, reading.value.end
    if unit == "a" and reading.value.high >= _FIRST_YEAR:
        return False
    if not reading.is_bounded:
        if _ON_TRIAL.search(text, max(0, start - 14), start):
            return False
        if unit in ("a", "month") and _IN_USE.search(text, max(0, start - 14), start):
            return False
    if _LASTING_BEHIND.match(text, end):
        return True
    if _DATE_BEHIND.match(text, end) or _PROJECT.search(reading.sentence) or _PROJECT_BEHIND.match(text, end):
        return False
    if _RENEWED.match(text, reading.end) or reading.before.change is not None:
        return True
    name = reading.name
    if unit == "a":
        is_for_use = reading.is_bounded and bool(_LASTING.search(reading.sentence))
        return is_for_use or (bool(_LASTING.search(name)) and name != "连续")
    if unit == "month":
        return bool(_LASTING.search(name) or (name and reading.after is None and not reading.value.more))
    return bool(_LASTING.search(reading.sentence)) or (reading.is_bounded and bool(name))

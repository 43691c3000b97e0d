"""How alike two names of quantities are, whatever words they are given in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Each line: names of one quantity; the first stands for all of them.
_SYNONYMS_TEXT: Final = """
寿命 使用寿命 服役寿命 工作寿命 使用年限 service life lifetime working life life
能耗 电耗 耗电量 能源消耗 能量消耗 耗能 用电量 energy consumption power consumption
准确率 正确率 准确度 精确度 精确率 accuracy
抗压强度 压缩强度 抗压能力 compressive strength
抗拉强度 拉伸强度 tensile strength
抗弯强度 弯曲强度 抗折强度 flexural strength bending strength
屈服强度 yield strength
冲击韧性 冲击强度 抗冲击强度 抗冲击韧性 冲击功 impact strength impact toughness
断裂伸长率 断后伸长率 延伸率 伸长率 elongation at break elongation
噪声 噪音 noise level noise
收率 产率 得率 yield
转化率 转化效率 转换效率 转换率 conversion efficiency conversion rate conversion
合格率 良品率 成品率 良率 一次合格率 pass rate
去除率 脱除率 净化率 除去率 去除效率 净化效率 脱除效率 removal rate removal efficiency
粒径 粒度 颗粒尺寸 颗粒粒径 particle size
导热系数 热导率 导热率 thermal conductivity
电导率 导电率 conductivity
含水率 含水量 水分含量 水分 湿含量 moisture content moisture water content
孔隙率 空隙率 气孔率 porosity
响应时间 反应时间 response time
工作温度 使用温度 运行温度 使用环境温度 工作环境温度 operating temperature working temperature
温度 temperature
压力 pressure
密度 比重 density
硬度 hardness
纯度 purity
浓度 concentration
厚度 thickness
直径 diameter
长度 length
宽度 width
重量 质量 weight mass
功率 power
电压 voltage
电流 current
效率 efficiency
精度 precision
定位精度 positioning accuracy
分辨率 解析度 resolution
灵敏度 sensitivity
成本 费用 cost
产能 产量 生产能力 处理能力 处理量 年产能 年产量 年产 capacity output throughput
续航时间 续航 endurance
孔径 pore size
回收率 recovery rate recovery
循环寿命 循环次数 cycle life
能量密度 比能量 energy density
识别率 识别准确率 识别正确率 recognition rate
误差 偏差 error
排放浓度 排放 emission concentration
速度 speed velocity
频率 frequency
流量 flow rate
时间 耗时 用时 time
"""
_OPPOSITES: Final = tuple(
    pair.split("/")
    for pair in [
        "横/纵",
        "径/轴",
        "高温/低温",
        "最大/最小",
        "最高/最低",
        "进/出",
        "输入/输出",
        "充电/放电",
        "内/外",
        "上/下",
        "左/右",
        "吸/脱",
        "正/负",
        "初/终",
        "前/后",
        "水平/垂直",
        "长度/宽度",
        "静/动",
        "抗压/抗拉",
        "抗弯/抗拉",
        "抗弯/抗压",
        "热端/冷端",
        "湿/干",
    ]
)
_DECORATION: Final = re.compile(
    r"[\s·,.;:()\[\]{}<>_/\-'\"（）【】《》“”、，。；：的]|产品|系统|整体|平均|总体|综合|指标|性能指标|要求|单位|达到|实际|设计|额定"
)
_SYMBOLS: Final = re.compile(r"[a-z0-9]+")
_COVERAGE: Final = re.compile(
    r"范围|量程|工作温度|使用温度|运行温度|环境温度|适用|频段|波段|带宽|测量|可调|调节|range|span",
    re.IGNORECASE,
)


def _synonyms() -> dict[str, str]:
    """Every name to the one that stands for it; English names are of several words, so each is listed alone."""
    found: dict[str, str] = {}
    for line in _SYNONYMS_TEXT.strip().splitlines():
        chinese = [word for word in line.split() if not word.isascii()]
        english = line[len(" ".join(chinese)) :].split()
        for name in chinese:
            found.setdefault(name, chinese[0])
        # "service life lifetime": every run of words is tried, since none but the meant ones occurs in texts.
        for start in range(len(english)):
            for stop in range(start + 1, min(len(english), start + 3) + 1):
                found.setdefault("".join(english[start:stop]), chinese[0])
    return found


_SYNONYMS: Final = _synonyms()
_ANY_SYNONYM: Final = re.compile("|".join(sorted(map(re.escape, _SYNONYMS), key=len, reverse=True)))


@lru_cache(maxsize=16384)
def normalise(name: str) -> str:
    """`name` in lower case without decoration, its parts replaced by the synonym that stands for them."""
    plain = _DECORATION.sub("", unicodedata.normalize("NFKC", name).lower())
    return _ANY_SYNONYM.sub(lambda match: _SYNONYMS[match[0]], plain)


def similarity(one: str, other: str) -> float:
    """0 (nothing in common) to 1 (the same quantity)."""
    first, second = normalise(one), normalise(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    if any(_are_opposed(first, second, *pair) for pair in _OPPOSITES) or _name_other_things(first, second):
        return 0.2
    short, long = sorted((first, second), key=len)
    if len(short) >= 2 and long.endswith(short):
        return 0.7 + 0.25 * len(short) / len(long)  # the head of a Chinese name is its end
    if len(short) >= 2 and long.startswith(short) and is_coverage(long[len(short) :]):
        return 0.7 + 0.25 * len(short) / len(long)  # 负荷 and 负荷调节范围
    if len(short) >= 2 and short in long:  # another property of the same thing: CO against its selectivity
        return 0.25 + 0.25 * len(short) / len(long)
    pairs, others = _pairs(first), _pairs(second)
    common = len(pairs & others)
    return 2 * common / (len(pairs) + len(others)) if common else 0.0


def is_coverage(name: str) -> bool:
    """Whether a span of this quantity has to be covered (测量范围), not kept within (炉温)."""
    return bool(_COVERAGE.search(name))


def _name_other_things(first: str, second: str) -> bool:
    """Whether both name a substance or symbol, and not the same: co and co2, nox and so2."""
    one, other = set(_SYMBOLS.findall(first)), set(_SYMBOLS.findall(second))
    if (first + second).isascii():  # English names are words; only a short one is a symbol
        return min(len(first), len(second)) <= 4
    return bool(one and other) and not one & other


def _are_opposed(first: str, second: str, one: str, other: str) -> bool:
    return (one in first and other in second and other not in first and one not in second) or (
        other in first and one in second and one not in first and other not in second
    )


def _pairs(name: str) -> set[str]:
    return {name[i : i + 2] for i in range(len(name) - 1)} or {name}

"""The units that texts name: canonical symbol, what it is to pint, and the other names people write.

Nothing here parses or converts; see units.py.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Atom(NamedTuple):
    """One unit that is not composed of others.

    symbol  the canonical symbol, as Spec.unit holds it
    pint    what pint calls it; a name that begins with "own_" is defined by units.py as a dimension of its own
    names   other names and spellings of it in texts
    """

    symbol: str
    pint: str
    names: tuple[str, ...]


# Units that take SI prefixes: symbol, prefixes, pint's name without prefix, Chinese name, spelled-out names.
_PREFIXED: Final = (
    ("m", "n μ m c d h k", "meter", "米", "meter metre"),
    ("g", "n μ m k", "gram", "克", "gram"),
    ("s", "n μ m", "second", "秒", "second"),
    ("L", "μ m d k", "liter", "升", "liter litre"),
    ("Pa", "m h k M G", "pascal", "帕", "pascal"),
    ("N", "m k M", "newton", "牛", "newton"),
    ("J", "m k M G", "joule", "焦", "joule"),
    ("W", "μ m k M G", "watt", "瓦", "watt"),
    ("V", "μ m k M", "volt", "伏", "volt"),
    ("A", "n μ m k", "ampere", "安", "ampere amp"),
    ("Ω", "μ m k M G", "ohm", "欧", "ohm"),
    ("F", "p n μ m", "farad", "法", ""),
    ("H", "μ m", "henry", "亨", ""),
    ("Hz", "k M G T", "hertz", "赫", "hertz"),
    ("S", "μ m", "siemens", "西门子", ""),
    ("mol", "n μ m k", "mole", "摩尔", "mole"),
    ("bit", "k M G T", "own_bit", "比特", ""),
    ("B", "k M G T", "own_byte", "字节", ""),
    ("Wh", "k M G T", "watt_hour", "瓦时", ""),
    ("Ah", "m k", "ampere_hour", "安时", ""),
    ("VA", "k M", "volt_ampere", "伏安", ""),
    ("var", "k M", "volt_ampere", "乏", ""),
    ("Da", "k", "dalton", "道尔顿", "dalton"),
    ("eV", "m k M", "electron_volt", "电子伏", ""),
    ("cal", "k", "calorie", "卡", "calorie"),
    ("Gy", "m k M", "gray", "戈瑞", ""),
    ("Bq", "k M", "own_becquerel", "贝克勒尔", ""),
    ("Sv", "μ m", "sievert", "希沃特", ""),
)

_LONGER_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "V": ("伏特", "VAC", "VDC", "Vac", "Vdc", "Vpp", "Vrms"),
    "A": ("安培",),
    "N": ("牛顿",),
    "W": ("瓦特",),
    "J": ("焦耳",),
    "Pa": ("帕斯卡",),
    "Ω": ("欧姆",),
    "Hz": ("赫兹",),
    "s": ("秒钟",),
    "L": ("l",),
}

_PREFIXES: Final = {
    "p": ("pico", "皮"),
    "n": ("nano", "纳"),
    "μ": ("micro", "微"),
    "m": ("milli", "毫"),
    "c": ("centi", "厘"),
    "d": ("deci", "分"),
    "h": ("hecto", "百"),
    "k": ("kilo", "千"),
    "M": ("mega", "兆"),
    "G": ("giga", "吉"),
    "T": ("tera", "太"),
}

# symbol | pint's name | other names. Names of one word are separated by spaces.
_SINGLE: Final = """
min | minute | 分钟 mins minute minutes
h | hour | 小时 钟头 个小时 hr hrs hour hours
d | day | 天 昼夜 天龄 日龄 day days
week | week | 周 周龄 星期 个星期 weeks
month | month | 个月 月龄 months
a | year | 年 year years yr yrs
% | percent | percent
‰ | permille |
百分点 | own_point | 个百分点
ppm | ppm | PPM
ppb | own_ppb | PPB
倍 | own_ratio | times fold
t | metric_ton | 吨 吨级 T 公吨 ton tons tonne tonnes
kg | kilogram | 公斤 ㎏
mg | milligram | ㎎
μg | microgram | ㎍
mL | milliliter | ㎖ 毫升 cc
μm | micrometer | μ ㎛
nm | nanometer | ㎚
MPa | megapascal | ㎫
kPa | kilopascal | ㎪
GPa | gigapascal | ㎬
Pa | pascal | ㎩
kW | kilowatt | ㎾
MW | megawatt | ㎿
kV | kilovolt | ㎸
mA | milliampere | ㎃
kHz | kilohertz | ㎑
MHz | megahertz | ㎒
GHz | gigahertz | ㎓
kΩ | kiloohm | ㏀
MΩ | megaohm | ㏁
斤 | own_jin | 市斤
kgce | own_kg_of_coal | 千克标准煤 千克标煤 公斤标煤 公斤标准煤
tce | own_t_of_coal | 吨标准煤 吨标煤
km | kilometer | 公里 ㎞
cm | centimeter | 公分 ㎝
mm | millimeter | ㎜
inch | inch | 英寸 吋 inches
ft | foot | 英尺 feet
ha | hectare | 公顷
亩 | own_mu |
acre | acre | 英亩 acres
m^0.5 | meter**0.5 |
m^3 | meter**3 | 方 立方 CBM ㎥
m^2 | meter**2 | 平米 平方 ㎡
kNm^3 | megaliter |
Nm^3 | meter**3 | 标方 标准立方米 标立方 标立方米 标立
cm^3 | centimeter**3 | 立方公分 ㏄ ㎤
C | own_charge_rate | CC CD
bar | bar | 巴
mbar | millibar | 毫巴
atm | atm | 大气压 个大气压
mmHg | mmHg | 毫米汞柱
psi | psi | PSI
kgf | kilogram_force | 公斤力 千克力
hp | metric_horsepower | 马力 匹
P | poise | 泊
cP | centipoise | 厘泊 cp cps
cSt | centistokes | 厘斯 cst
degC | degC | ℃ °C °c 摄氏度 oC ºC C°
degF | degF | ℉ °F 华氏度
K | kelvin | 开尔文
deg | own_degree | ° 角度 degrees
′ | own_arcminute | 角分
″ | own_arcsecond | 角秒
rad | own_radian | 弧度
r | own_turn | 转 圈 rev
rpm | own_turn/minute | RPM Rpm
dB | own_decibel | 分贝 dBA ㏈
dBm | own_dbm |
dBi | own_dbi |
lm | own_lumen | 流明
lx | own_lux | 勒克斯 lux
cd | candela | 坎德拉
nit | candela/meter**2 | 尼特 nits
tesla | tesla | 特斯拉
mT | millitesla | 毫特斯拉
Gs | gauss | 高斯 gauss
Oe | own_oersted | 奥斯特
HRC | own_hrc |
HRB | own_hrb |
HV | own_hv |
HB | own_hb | HBW HBS
HA | own_shore |
目 | own_mesh | mesh
级 | own_grade |
度 | own_du |
像素 | own_pixel | px pixel pixels
帧 | own_frame |
ppi | own_ppi | PPI
dpi | own_dpi | DPI
U | own_enzyme |
IU | own_iu | 国际单位
CFU | own_cfu | cfu Cfu
元 | own_yuan | 块钱 圆 RMB CNY yuan
美元 | own_dollar | USD 美金
次 | own_cycle | 回 个循环 循环 个周期 cycles cycle
遍 | own_cycle |
个 | own_piece | 颗 粒 枚 pcs PCS
只 | own_piece | 羽
件 | own_piece |
台 | own_piece | 台套 台(套)
套 | own_piece |
条 | own_piece |
支 | own_piece |
根 | own_piece |
块 | own_piece |
片 | own_piece |
张 | own_piece |
头 | own_piece |
尾 | own_piece |
株 | own_piece | 棵
瓶 | own_piece |
袋 | own_piece |
箱 | own_piece |
盒 | own_piece |
辆 | own_piece |
对 | own_piece | 双
卷 | own_piece |
人 | own_person | 个人 人次 名
户 | own_household |
点 | own_point_of_measurement | 个点
层 | own_layer |
通道 | own_channel | 路 个通道
数量级 | own_order_of_magnitude | 个数量级
滴度 | own_titre | 个滴度
道 | own_lane |
轴 | own_axis |
种 | own_kind | 类
项 | own_item |
篇 | own_item |
家 | own_company |
座 | own_building |
组 | own_group |
批 | own_batch | 批次
代 | own_generation |
期 | own_issue |
"""

# Names of more than one unit, and what they stand for.
COMPOSED: Final = {
    "Nm": "N*m",
    "NM": "N*m",
    "牛米": "N*m",
    "牛顿米": "N*m",
    "kNm": "kN*m",
    "bps": "bit/s",
    "kbps": "kbit/s",
    "Kbps": "kbit/s",
    "Mbps": "Mbit/s",
    "Gbps": "Gbit/s",
    "Tbps": "Tbit/s",
    "fps": "帧/s",
    "FPS": "帧/s",
    "kph": "km/h",
    "kmh": "km/h",
    "Wp": "W",
    "kWp": "kW",
    "MWp": "MW",
    "MPaG": "MPa",
    "kPaG": "kPa",
    "度电": "kWh",
    "㎠": "cm^2",
    "㎟": "mm^2",
    "㎢": "km^2",
    "㎣": "mm^3",
    "㎧": "m/s",
    "kgm": "kg*m",
    "位": "bit",
    "大卡": "kcal",
    "千瓦小时": "kWh",
}

# What pint is told of our own units; every other "own_" name is a dimension of its own.
OWN_UNITS: Final = {
    "own_ratio": "1",
    "own_ppb": "1 / 1000000000",
    "own_jin": "0.5 * kilogram",
    "own_kg_of_coal": "[own_standard_coal]",
    "own_t_of_coal": "1000 * own_kg_of_coal",
    "own_mu": "2000 / 3 * meter ** 2",
    "own_degree": "[own_angle]",
    "own_arcminute": "own_degree / 60",
    "own_arcsecond": "own_degree / 3600",
    "own_radian": "57.29577951308232 * own_degree",
    "own_lumen": "[own_luminous_flux]",
    "own_lux": "own_lumen / meter ** 2",
    "own_bit": "[own_information]",
    "own_byte": "8 * own_bit",
}

# Chinese unit names that begin another word before these characters: 3 方面, 5 个方向, 2 条件.
BEGINS_ANOTHER_WORD: Final = {
    "方": "面向法式案程便位",
    "条": "件",
    "个": "别性体",
    "台": "阶风",
    "层": "次面",
    "点": "击阵",
    "目": "前标的录",
    "级": "别联配",
    "套": "管筒",
    "组": "成合织",
    "项": "目",
    "种": "植",
    "代": "表替码",
    "期": "间",
    "道": "路",
    "片": "段",
    "根": "据系",
    "张": "力",
    "支": "持撑架",
    "对": "比于称照接应",
    "块": "状体",
    "天": "然线",
    "升": "高级温到至为",
    "克": "服隆",
    "分": "别析",
    "人": "工员才民",
    "周": "期边",
    "回": "收路",
    "转": "化换移",
    "头": "部",
    "次": "级品",
}

# Two units that stand beside each other as one.
MERGED: Final = {
    ("kW", "h"): "kWh",
    ("MW", "h"): "MWh",
    ("W", "h"): "Wh",
    ("A", "h"): "Ah",
    ("mA", "h"): "mAh",
    ("V", "A"): "VA",
    ("kV", "A"): "kVA",
}


_POWERS: Final = {
    "p": -12,
    "n": -9,
    "μ": -6,
    "m": -3,
    "c": -2,
    "d": -1,
    "h": 2,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}
# Of each unit that takes prefixes: what it is without one, and the power of ten.
PREFIX_POWERS: Final = {
    prefix + symbol: (symbol, _POWERS[prefix] if prefix else 0)
    for symbol, prefixes, *_ in _PREFIXED
    for prefix in ("", *prefixes.split())
}


def atoms() -> list[Atom]:
    """All units of the table, those with an SI prefix spelled out."""
    found = []
    for symbol, prefixes, pint, chinese, english in _PREFIXED:
        plural = tuple(f"{word}{ending}" for word in english.split() for ending in ("", "s"))
        extra = _LONGER_NAMES.get(symbol, ())
        found.append(Atom(symbol, pint, (chinese, *extra, *plural)))
        for prefix in prefixes.split():
            long, character = _PREFIXES[prefix]
            names = [character + name for name in (chinese, *extra) if name != "l"]
            names += [long + word for word in plural]
            names += [prefix + "l"] if symbol == "L" else []
            if prefix == "μ":
                names += ["u" + symbol, "u" + "l"] if symbol == "L" else ["u" + symbol]
            found.append(Atom(prefix + symbol, long + pint, tuple(names)))
    for line in _SINGLE.strip().splitlines():
        symbol, pint, others = (part.strip() for part in line.split("|"))
        found.append(Atom(symbol, pint, tuple(others.split())))
    return found

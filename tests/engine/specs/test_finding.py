"""What find() promises: the specs of a text, each with its name, bounds, unit, change and place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from innovalley.engine.specs import Comparison, Spec, find, parse

Row = tuple[str, str, str | None, str | None, str, str]  # name, comparison, low, high, unit, change


def row(spec: Spec) -> Row:
    low, high = (None if bound is None else format(bound, "f") for bound in (spec.low, spec.high))
    return spec.quantity, spec.comparison.value, low, high, spec.unit, spec.change.value


def level(name: str, comparison: str, low: str | None, high: str | None, unit: str) -> Row:
    return name, comparison, low, high, unit, "level"


ONE = [
    # bounds in words
    ("要求烧结矿转鼓强度不低于78%", level("烧结矿转鼓强度", ">=", "78", None, "%")),
    ("耐压强度不小于 80 MPa", level("耐压强度", ">=", "80", None, "MPa")),
    ("接入视频不少于1000路", level("接入视频", ">=", "1000", None, "通道")),
    ("焊缝探伤一次合格率达到99.2%", level("焊缝探伤一次合格率", ">=", "99.2", None, "%")),
    ("过滤作业回收率达99%", level("过滤作业回收率", ">=", "99", None, "%")),
    ("遥测数据完整率需达98%以上", level("遥测数据完整率", ">=", "98", None, "%")),
    ("脱硫效率大于等于98.5%", level("脱硫效率", ">=", "98.5", None, "%")),
    ("氮氧化物排放浓度不高于35毫克/立方米", level("氮氧化物排放浓度", "<=", None, "35", "mg/m^3")),
    ("延迟不超过20毫秒", level("延迟", "<=", None, "20", "ms")),
    ("换模时间不超过在12分钟", level("换模时间", "<=", None, "12", "min")),
    ("辊缝偏差控制在0.3毫米以内", level("辊缝偏差", "<=", None, "0.3", "mm")),
    ("粉尘浓度降到10mg/Nm³以下", level("粉尘浓度", "<=", None, "10", "mg/Nm^3")),
    ("焦炭灰分降至11.5%", level("焦炭灰分", "<=", None, "11.5", "%")),
    ("生产节拍缩短至45秒/件", level("生产节拍", "<=", None, "45", "s/件")),
    ("电池循环寿命大于2000次", level("电池循环寿命", ">", "2000", None, "次")),
    ("瓦斯浓度超过1%时自动断电", level("瓦斯浓度", ">", "1", None, "%")),
    ("出水COD浓度低于50mg/L", level("出水COD浓度", "<", None, "50", "mg/L")),
    ("能见度小于50米的浓雾", level("能见度", "<", None, "50", "m")),
    ("透光率90%以上的薄膜", level("透光率", ">=", "90", None, "%")),
    ("最多支持16路", level("", "<=", None, "16", "通道")),
    # less is better: what is reached, or beaten, is an upper bound
    ("定位误差达到2mm", level("定位误差", "<=", None, "2", "mm")),
    ("真空度优于5×10-3Pa", level("真空度", "<", None, "0.005", "Pa")),
    ("定位精度优于0.1mm", level("定位精度", "<", None, "0.1", "mm")),
    ("信噪比优于60dB", level("信噪比", ">", "60", None, "dB")),
    # signs
    ("显气孔率≤16％", level("显气孔率", "<=", None, "16", "%")),
    ("识别距离≥20m", level("识别距离", ">=", "20", None, "m")),
    ("甲醇选择性＞95%", level("甲醇选择性", ">", "95", None, "%")),
    ("硫分<0.8%", level("硫分", "<", None, "0.8", "%")),
    ("晶格常数=5.43 Å以外的偏差 >=2 nm", level("偏差", ">=", "2", None, "nm")),
    ("反应器升温缩短至≤30分钟", level("反应器升温", "<=", None, "30", "min")),
    ("功率因数不低于0.95", level("功率因数", ">=", "0.95", None, "")),
    ("误码率≤10-9", level("误码率", "<=", None, "0.000000001", "")),
    # plain values
    ("体积密度1.85克/立方厘米", level("体积密度", "=", "1.85", "1.85", "g/cm^3")),
    ("炉渣出口温度约1200℃", level("炉渣出口温度", "=", "1200", "1200", "degC")),
    ("年处理煤矸石100万吨左右", level("年处理煤矸石", "=", "1000000", "1000000", "t")),
    ("处理量5千立方米/天", level("处理量", "=", "5000", "5000", "m^3/d")),
    ("电机转速3000r/min", level("电机转速", "=", "3000", "3000", "rpm")),
    ("尾气粉尘达到地方排放标准（10mg/m3）", level("尾气粉尘", ">=", "10", None, "mg/m^3")),
    ("分拣成功率已超过同类设备95%的水平", level("分拣成功率已", ">", "95", None, "%")),
    ("抗体效价提高2个滴度", ("抗体效价", "=", "2", "2", "滴度", "increase")),
    ("井下火灾时温度可达1000℃", level("井下火灾时温度", "=", "1000", "1000", "degC")),
    ("煤仓内严禁超过60℃", level("煤仓内", "<=", None, "60", "degC")),
    ("电缆YJV22-8.7/15kV，十多万次开合", level("", ">", "100000", None, "次")),
    ("菌液浓度5~6×10^8 CFU/mL", level("菌液浓度", "range", "500000000", "600000000", "CFU/mL")),
    ("拉伸强度（MPa）：≥15", level("拉伸强度", ">=", "15", None, "MPa")),
    ("输送量(万吨/年)为12", level("输送量", "=", "120000", "120000", "t/a")),
    ("齿轮传动比为10:1以上", level("齿轮传动比", ">=", "10", None, "")),
    ("一台机器替代5人", level("一台机器替代", "=", "5", "5", "人")),
    ("年产疫苗2000万瓶", level("年产疫苗", "=", "20000000", "20000000", "瓶")),
    ("弯折20万次无断裂", level("弯折", "=", "200000", "200000", "次")),
    ("耐盐雾720h不起泡", level("耐盐雾", "=", "720", "720", "h")),
    ("扭矩1500N·m", level("扭矩", "=", "1500", "1500", "N*m")),
    ("表面粗糙度Ra0.8", level("表面粗糙度Ra", "=", "0.8", "0.8", "")),
    ("在2000Pa压力下保持", level("压力", "=", "2000", "2000", "Pa")),
    ("在零下30度环境下稳定运行", level("", "=", "-30", "-30", "degC")),
    # ranges and tolerances
    ("产品含水率控制在8%~12%", level("产品含水率", "range", "8", "12", "%")),
    ("催化剂比表面积120-150m2/g", level("催化剂比表面积", "range", "120", "150", "m^2/g")),
    ("服役温度范围-40~85℃", level("服役温度范围", "range", "-40", "85", "degC")),
    ("煅烧温度在900至1050℃之间", level("煅烧温度", "range", "900", "1050", "degC")),
    ("频率范围2.4GHz～5.8GHz", level("频率范围", "range", "2.4", "5.8", "GHz")),
    ("起爆电压在（12~36）V", level("起爆电压", "range", "12", "36", "V")),
    ("钢丝直径为φ0.25~φ0.45mm", level("钢丝直径", "range", "0.25", "0.45", "mm")),
    ("pH值6.5~8.5", level("pH值", "range", "6.5", "8.5", "")),
    ("氧化层厚度20≤d＜60μm", level("d", "range", "20", "60", "μm")),
    ("反应温度60―80℃", level("反应温度", "range", "60", "80", "degC")),
    ("反应温度60一80℃", level("反应温度", "range", "60", "80", "degC")),
    ("单袋净重500g～2kg", level("单袋净重", "range", "0.5", "2", "kg")),
    ("增产两到三倍", ("增产", "range", "2", "3", "倍", "times")),
    ("控温偏差±3~±4℃", level("控温偏差", "range", "3", "4", "degC")),
    ("测量精度±0.02mm", level("测量精度", "±", None, "0.02", "mm")),
    ("退火温度为(850±5)℃", level("退火温度", "±", "850", "5", "degC")),
    ("供电电压220V±10%", level("供电电压", "±", "220", "22", "V")),
    ("误差不超过正负2mm", level("误差", "±", None, "2", "mm")),
    ("工作温度范围为零下40度到零上85度", level("工作温度范围", "range", "-40", "85", "degC")),
    ("盐度为0%～8%NaCl", level("盐度", "range", "0", "8", "%")),
    # the name is what the value is of, without what leads to it
    ("自主研制出比表面积为1200m2/g的炭", level("比表面积", "=", "1200", "1200", "m^2/g")),
    ("电极比电容由310F/g降低到280F/g", level("电极比电容", "<=", None, "280", "F/g")),
    ("炭的可逆容量≥320mAh/g", level("可逆容量", ">=", "320", None, "mAh/g")),
    ("煤样中孔比例为28.6%", level("煤样中孔比例", "=", "28.6", "28.6", "%")),
    ("橡胶压缩永久变形≤18%", level("橡胶压缩永久变形", "<=", None, "18", "%")),
    ("循环水COD增加值不超过30mg/L", level("循环水COD增加值", "<=", None, "30", "mg/L")),
    ("运行9800h后电压衰减8.4%", level("电压衰减", "=", "8.4", "8.4", "%")),
    ("28 d 抗压强度 32 MPa", level("抗压强度", "=", "32", "32", "MPa")),
    ("渣口温度下灰黏度5～25Pa·s", level("灰黏度", "range", "5", "25", "Pa*s")),
    ("井下相对湿度98%", level("井下相对湿度", "=", "98", "98", "%")),
    ("含硼废液掺量12%以上时凝结时间延长到40h", level("凝结时间", ">=", "40", None, "h")),
    ("人工干预由每刀19次降至3次", level("人工干预", "<=", None, "3", "次")),
    ("合格率由目前的60%左右提高到95%以上", level("合格率", ">=", "95", None, "%")),
    ("粘度(25℃)：3000-5000mPa.s", level("粘度", "range", "3000", "5000", "mPa*s")),
    ("6 台 6.5 MPa 水煤浆气化炉", level("", "=", "6.5", "6.5", "MPa")),
    ("晋北煤矿 7.2 m 采高的工作面", level("采高", "=", "7.2", "7.2", "m")),
    ("在94.05μm波长的透射", level("波长", "=", "94.05", "94.05", "μm")),
    ("放电容量不低于额定容量的80%", level("放电容量", ">=", "80", None, "%")),
    ("耐磨性达到进口产品的90%以上", level("耐磨性", ">=", "90", None, "%")),
    ("包装速度不低于每分钟60件", level("包装速度", ">=", "60", None, "件")),
    ("平均查找时间由95min缩短到22min", level("平均查找时间", "<=", None, "22", "min")),
    ("6-8人操作减少到2人", level("操作", "<=", None, "2", "人")),
    ("晶胞常数a=1.7229(3) nm", level("晶胞常数a", "=", "1.7229", "1.7229", "nm")),
    ("误差率不超过万分之五", level("误差率", "<=", None, "0.05", "%")),
    ("井下使用年限在15年左右", level("井下使用年限", "=", "15", "15", "a")),
    ("育肥猪日增重达到800克以上", level("育肥猪日增重", ">=", "800", None, "g")),
    ("硅的折射率n=3.4", level("折射率n", "=", "3.4", "3.4", "")),
    ("透射率为0.985", level("透射率", "=", "0.985", "0.985", "")),
    ("水力停留时间 2 d", level("水力停留时间", "=", "2", "2", "d")),
    ("比较2d的水力停留时间", level("水力停留时间", "=", "2", "2", "d")),
    # units with what they are of
    ("吸油值45mL/100 g", level("吸油值", "=", "0.45", "0.45", "mL/g")),
    ("酸值≤2 mg KOH/g", level("酸值", "<=", None, "2", "mg/g")),
    ("断裂韧性≥6.5 MPa·m^0.5", level("断裂韧性", ">=", "6.5", None, "MPa*m^0.5")),
    ("热膨胀系数1.2×10⁻⁶/℃", level("热膨胀系数", "=", "0.0000012", "0.0000012", "1/degC")),
    ("直线度误差≤260 mm/300 m", level("直线度误差", "<=", None, "260", "mm")),
    ("培养基IAA0.5 mg/L", level("培养基IAA", "=", "0.5", "0.5", "mg/L")),
    # numbers
    ("处理能力达到1.2万吨/年", level("处理能力", ">=", "12000", None, "t/a")),
    ("屈服强度１２００ＭＰａ以上", level("屈服强度", ">=", "1200", None, "MPa")),
    ("泄漏率小于1×10^-6 Pa·m3/s", level("泄漏率", "<", None, "0.000001", "Pa*m^3/s")),
    ("检测下限10⁻⁹ g", level("检测下限", "=", "0.000000001", "0.000000001", "g")),
    ("电阻率不低于5.2×104 Ω·cm", level("电阻率", ">=", "52000", None, "Ω*cm")),
    ("循环次数大于1,200,000次", level("循环次数", ">", "1200000", None, "次")),
    ("工业试验生产能力2 237 t/d", level("工业试验生产能力", "=", "2237", "2237", "t/d")),
    ("合格率不低于百分之九十五", level("合格率", ">=", "95", None, "%")),
    ("连续运行不少于三个月", level("连续运行", ">=", "3", None, "month")),
    ("日产砂石2000多吨", level("日产砂石", ">", "2000", None, "t")),
    ("像素不低于1200万", level("像素", ">=", "12000000", None, "")),
    # hardness scales stand before or behind, cycles are counted in weeks
    ("刃口硬度HRC58~62", level("刃口硬度", "range", "58", "62", "HRC")),
    ("镀层硬度≥HV900", level("镀层硬度", ">=", "900", None, "HV")),
    ("常温循环3000周", level("常温循环", "=", "3000", "3000", "次")),
    ("恒流以2C放电", level("恒流", "=", "2", "2", "C")),
    ("行车额定起重量32T", level("行车额定起重量", "=", "32", "32", "t")),
    ("中心磁场3T", level("中心磁场", "=", "3", "3", "tesla")),
    # changes
    ("单机能耗降低12%以上", ("单机能耗", ">=", "12", None, "%", "decrease")),
    ("亩产提高15%", ("亩产", "=", "15", "15", "%", "increase")),
    ("可提高煤气利用率8%", ("煤气利用率", "=", "8", "8", "%", "increase")),
    ("提高一次合格率在98%以上", ("提高一次合格率", ">=", "98", None, "%", "level")),
    ("综合成本比现有工艺低20%", ("综合成本", "=", "20", "20", "%", "decrease")),
    ("效率高于进口设备30%以上", ("效率", ">=", "30", None, "%", "increase")),
    ("可节能30%~50%", ("节能", "range", "30", "50", "%", "decrease")),
    ("故障率同比下降30%", ("故障率", "=", "30", "30", "%", "decrease")),
    ("吨焦能耗降低20kgce", ("吨焦能耗", "=", "20", "20", "kgce", "decrease")),
    ("效率高出现有工艺5个百分点", ("效率", "=", "5", "5", "百分点", "increase")),
    ("刀具寿命提高到原来的2倍", ("刀具寿命", ">=", "2", None, "倍", "times")),
    ("耐磨性提高3倍以上", ("耐磨性", ">=", "3", None, "倍", "times")),
    ("产能翻一番", ("产能", "=", "2", "2", "倍", "times")),
    ("用显微镜放大200倍", ("显微镜放大", "=", "200", "200", "倍", "level")),
    # English and mixed
    ("compressive strength shall be at least 60 MPa", level("compressive strength", ">=", "60", None, "MPa")),
    ("The weight is less than 2.5 kg.", level("weight", "<", None, "2.5", "kg")),
    ("accuracy better than 0.1 mm", level("accuracy", "<", None, "0.1", "mm")),
    ("throughput of 500 t/h or more", level("throughput", ">=", "500", None, "t/h")),
    ("Operating temperature from -20 to 60 °C", level("Operating temperature", "range", "-20", "60", "degC")),
    ("reduce energy consumption by 15%", ("energy consumption", "=", "15", "15", "%", "decrease")),
    ("service life increased to 3 times", ("service life", ">=", "3", None, "倍", "times")),
    ("采用 PLC 控制，cycle time ≤ 45 s", level("cycle time", "<=", None, "45", "s")),
]


@pytest.mark.parametrize(("text", "expected"), ONE, ids=[text for text, _ in ONE])
def test_one_statement(text: str, expected: Row) -> None:
    assert [row(spec) for spec in find(text)][-1:] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "项目总投资500万元，年销售额达到2亿元",
        "公司2021年营业收入增长30%",
        "2021年公司拥有员工320人，其中硕士以上占40%以上",
        "参照GB/T 228.1-2010和ISO 9001标准",
        "申请专利号201910012345.6",
        "联系电话0351-1234567，手机13912345678",
        "1、研究高强钢；2、开发新工艺；3）建线",
        "近三年累计申请发明专利20余项，发表论文12篇",
        "项目周期18个月，2023年5月底完成",
        "厂区占地面积300亩，建筑面积2万平方米",
        "外形尺寸600×400×300mm",
        "防护等级IP67，材料为PA66和304L不锈钢",
        "采用C60混凝土、ZF-11A型设备",
        "我国每年产生煤矸石7亿吨",
        "组成5个小组，建设3条生产线",
        "差异显著（P<0.05）",
        "设备投资回收期小于2年",
        "每吨成本下降80元",
        "体积缩小到原来的1/3",
        "水、灰、砂的配比为35:18:8",
        "建成3A级实验室",
        "采用10.9级螺栓和2A12铝合金",
        "90%以上的中小企业没有检测设备",
        "每年培训不少于500人次",
        "提供24小时在线监测和360度服务",
        "30天内完成交付",
        "现存栏种鸽3000只",
        "9套装置运行2年无泄漏",
        "在井下工业试验30 d，挂网运行12个月",
        "交付5 t催化剂，提供200 kg样品",
        "配备检测设备50台，拥有生产线300余条",
        "2024年更换的轴承",
        "调查377人，其中男生占62.2%",
        "国外产品占80%以上",
        "果园位于东经119°16′78″，北纬29°08′39″",
        "沿程在4m处堵塞明显",
        "供试面积0.2hm2",
        "结构经1H NMR确证",
        "考察了3方面因素，至少有四个方面的影响",
        "耐盐性甲335＞乙2288",
        "认证数每增加1%",
        "90%依赖进口",
        "",
        "没有数字的一句话。",
    ],
)
def test_what_is_no_spec(text: str) -> None:
    assert find(text) == []


def test_several_in_one_sentence_each_with_its_own_name() -> None:
    text = "耐火砖常温耐压强度≥80MPa，显气孔率≤16％；荷重软化温度不低于1450℃。"
    assert [row(spec) for spec in find(text)] == [
        level("耐火砖常温耐压强度", ">=", "80", None, "MPa"),
        level("显气孔率", "<=", None, "16", "%"),
        level("荷重软化温度", ">=", "1450", None, "degC"),
    ]


def test_a_list_shares_name_comparison_and_unit() -> None:
    rows = [row(spec) for spec in find("抗折强度分别不低于6、8和10MPa")]
    assert rows == [level("抗折强度", ">=", number, None, "MPa") for number in ("6", "8", "10")]


def test_what_was_before_a_change_is_no_spec_and_the_name_stands_before_it() -> None:
    assert [row(spec) for spec in find("识别准确率由92%提高到98%")] == [
        level("识别准确率", ">=", "98", None, "%"),
    ]


def test_every_number_of_a_list_has_the_unit_at_its_end() -> None:
    rows = [row(spec) for spec in find("取1、0.5、0.1、0.05mmol/L的过氧化氢")]
    assert [(unit, low) for _, _, low, _, unit, _ in rows] == [
        ("mmol/L", number) for number in ("1", "0.5", "0.1", "0.05")
    ]


def test_a_number_that_the_text_relates_to_is_no_spec() -> None:
    assert len(find("直线度误差≤260 mm/300 m")) == 1


def test_condition_and_result_are_two() -> None:
    assert [row(spec) for spec in find("28日龄体重不低于500g")] == [
        level("", "=", "28", "28", "d"),
        level("体重", ">=", "500", None, "g"),
    ]


def test_offsets_are_of_the_original_text_in_fullwidth_too() -> None:
    text = "　（１）抗压强度≥６０ＭＰａ，\n密度２．５ｇ／ｃｍ³左右。"
    assert [text[spec.start : spec.end] for spec in find(text)] == [
        "抗压强度≥６０ＭＰａ",
        "密度２．５ｇ／ｃｍ³左右",
    ]


def test_the_name_is_written_as_in_the_text() -> None:
    assert find("ＣＯＤ浓度≤５０ｍｇ／Ｌ")[0].quantity == "ＣＯＤ浓度"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("抗压强度 ≥ 60 MPa", level("抗压强度", ">=", "60", None, "MPa")),
        ("厚度 5 mm", level("厚度", "=", "5", "5", "mm")),
        ("≥60MPa", level("", ">=", "60", None, "MPa")),
        ("投资回收期 ≤ 2 年", level("投资回收期", "<=", None, "2", "a")),
        ("单台成本 ≤ 3 万元", level("单台成本", "<=", None, "30000", "元")),
        ("tensile strength >= 450 MPa", level("tensile strength", ">=", "450", None, "MPa")),
    ],
)
def test_parse_reads_what_a_person_types(statement: str, expected: Row) -> None:
    spec = parse(statement)
    assert spec is not None
    assert row(spec) == expected
    assert (spec.start, spec.end) == (0, 0)


@pytest.mark.parametrize("statement", ["", "很硬", "2023", "abc"])
def test_parse_says_none_for_what_states_nothing(statement: str) -> None:
    assert parse(statement) is None


def test_numbers_are_exact() -> None:
    assert find("精炼后纯度≥99.999%")[0].low == Decimal("99.999")
    assert find("掺量0.1万分之以下，浓度≤1.10 mg/L")[-1].high == Decimal("1.10")


@pytest.mark.parametrize(
    ("text", "comparison", "low", "high"),
    [
        ("镀层厚度±3--±4um", Comparison.RANGE, "3", "4"),
        ("重复定位精度达到φ0.05mm", Comparison.AT_MOST, None, "0.05"),
        ("最大加工直径达到 Φ320 mm", Comparison.AT_LEAST, "320", None),
        ("内孔直径为φ30-50mm", Comparison.RANGE, "30", "50"),
        ("前沿上升时间达到15ns", Comparison.AT_MOST, None, "15"),
        ("链路误码率小于10-9", Comparison.LESS_THAN, None, "1E-9"),
        ("极限真空度优于10-5 Pa", Comparison.LESS_THAN, None, "1E-5"),
    ],
)
def test_a_value_is_read_with_the_signs_of_drawings_and_what_is_wanted(
    text: str, comparison: Comparison, low: str | None, high: str | None
) -> None:
    [spec] = find(text)
    assert spec.comparison is comparison
    assert spec.low == (None if low is None else Decimal(low))
    assert spec.high == (None if high is None else Decimal(high))
    assert (spec.start, spec.end) == (0, len(text))

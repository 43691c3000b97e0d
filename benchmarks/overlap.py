"""How many planted copies are found among 100,000 documents, and how long one bid takes.

The documents are made up of sentences out of technical words; a copy takes a share of its source's sentences, in
another order, each reworded by exchanging characters and words.
"""

from __future__ import annotations

import os
import random
import statistics
import time

from innovalley.engine.overlap import Index, compare

TITLE = "Copied passages among made-up documents"

DOCUMENTS = int(os.environ.get("INNOVALLEY_BENCH_ROWS", "100000"))
COPIES = 67  # of each of the 15 ways to copy: 1,005 in all
SENTENCES = 20
_TECHNICAL = (
    "煤层 瓦斯 抽采 钻孔 压裂 支架 顶板 监测 微震 电阻率 燃烧 气化 催化 分离 提纯 "
    "膜 吸附 电解 储氢 镁合金 挤压 轧制 晶粒 碳纤维 石墨 涂层 焊接 激光 成像 标定 "
    "误差 采样 频率 温度 压力 流量 浓度 寿命 循环 载荷 疲劳 裂纹 强度 韧性 硬度 "
    "导热 绝缘 电池 隔膜 电解液 负极 正极 逆变 并网 调度 预测 模型 算法 数据 接口 "
    "协议 传感器 控制器 执行器 液压 伺服 轴承 齿轮 轨道 车轮 制动 振动 噪声 密封 "
    "润滑 冷却 回收 处理 废水 结晶 矸石 粉煤灰 胶凝 养护 种子 育种 发酵 提取 药材 "
    "检验 安全 防爆 认证 工艺 装备 中试 示范 运行 "
)
_JOINING = "与 的 在 对 由 使 并 至 经 以 可 能"
_WORDS, _JOINTS = _TECHNICAL.split(), _JOINING.split()


def run() -> list[tuple[str, str]]:
    """(measure, value)."""
    dice = random.Random(5)
    sources = [[_sentence(dice) for _n in range(SENTENCES)] for _d in range(DOCUMENTS)]
    texts = [(str(n), "。".join(sentences) + "。") for n, sentences in enumerate(sources)]
    started = time.perf_counter()
    index = Index.build(texts)
    built = time.perf_counter() - started
    rows = [(f"index of {DOCUMENTS:,} documents of {len(texts[0][1])} characters", f"{built:.1f} s")]
    seconds: list[float] = []
    for percent in (10, 30, 50, 70, 90):
        for reworded in (0.0, 0.15, 0.3):
            found = sum(
                _is_found(index, texts, sources, percent, reworded, dice, seconds) for _n in range(COPIES)
            )
            rows.append(
                (
                    f"{percent} % copied and moved, {reworded:.0%} of characters changed",
                    f"{found / (COPIES):.1%} found",
                )
            )
    strangers = ["。".join(_sentence(dice) for _n in range(SENTENCES)) for _d in range(200)]
    alarms = sum(
        any(compare(text, texts[int(c.id)][1]).share > 0.05 for c in index.candidates(text))
        for text in strangers
    )
    rows.append(("false alarms among 200 texts without a copy", str(alarms)))
    seconds.sort()
    rows.append(("one bid: median", f"{statistics.median(seconds) * 1000:.0f} ms"))
    rows.append(("one bid: 95th percentile", f"{seconds[int(0.95 * len(seconds))] * 1000:.0f} ms"))
    return rows


def _is_found(
    index: Index,
    texts: list[tuple[str, str]],
    sources: list[list[str]],
    percent: int,
    reworded: float,
    dice: random.Random,
    seconds: list[float],
) -> bool:
    source = dice.randrange(len(sources))
    copied = dice.sample(sources[source], SENTENCES * percent // 100)
    own = [_sentence(dice) for _n in range(SENTENCES - len(copied))]
    bid = [*(_reword(sentence, reworded, dice) for sentence in copied), *own]
    dice.shuffle(bid)
    text = "。".join(bid) + "。"
    started = time.perf_counter()
    candidates = index.candidates(text)
    shares = {c.id: compare(text, texts[int(c.id)][1]).share for c in candidates}
    seconds.append(time.perf_counter() - started)
    return shares.get(str(source), 0.0) > 0.05


def _sentence(dice: random.Random) -> str:
    words = [w for _n in range(dice.randint(5, 9)) for w in (dice.choice(_WORDS), dice.choice(_JOINTS))]
    return "".join(words) + f"{dice.randrange(1, 999)}"


def _reword(sentence: str, share: float, dice: random.Random) -> str:
    letters = list(sentence)
    for place in range(len(letters)):
        if dice.random() < share:
            letters[place] = dice.choice(dice.choice(_WORDS))
    return "".join(letters)

"""A small province of demands and achievements, in Chinese, English and both, and a model that needs no weights."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching import Demand, Supply

COKE = Demand(
    "d-coke",
    "焦炉上升管荒煤气余热回收",
    "公司有两座六米焦炉，荒煤气带走的热量没有利用。需要在不影响生产的前提下回收上升管余热，避免结焦。",
    field="energy.coal.coking",
)
BATTERY = Demand(
    "d-battery",
    "Lithium battery anode with long cycle life",
    "We look for silicon graphite anodes. The cells must survive 2000 cycles and charge fast.",
    field="materials.battery",
)
MIXED = Demand("d-mixed", "LiFePO4 储能电池热失控预警", "需要基于 gas sensor 的早期预警 algorithm。")

SUPPLY = [
    Supply(
        "s1",
        "焦炉上升管余热利用装置",
        "以导热油取走荒煤气的热量，内壁涂层防止结焦。",
        "team-a",
        "energy.coal.coking",
    ),
    Supply("s2", "荒煤气 显热 回收 工艺", "", "team-a", "energy.coal"),
    Supply("s3", "焦化废水深度处理", "催化氧化去除酚氰，出水回用于熄焦。", "team-b", "energy.coal.coking"),
    Supply("s4", "苹果保鲜贮藏技术", "气调库延长贮藏期。", "team-c", "agriculture.fruit"),
    Supply(
        "s5",
        "Silicon graphite anodes",
        "Our anodes keep their capacity over 2500 cycles.",
        "team-d",
        "materials.battery",
    ),
    Supply(
        "s6",
        "Fast charging of lithium cells",
        "A charging protocol that avoids plating.",
        "team-d",
        "materials.battery",
    ),
    Supply(
        "s7",
        "储能电站热失控 early warning",
        "LiFePO4 电池析气的 sensor 阵列与算法。",
        "team-e",
        "energy.storage",
    ),
    Supply("s8", "Autumn wheat breeding", "Drought tolerant varieties.", "team-c", "agriculture.grain"),
    Supply("s9", "井下锚杆钻车遥控", "本安型遥控器与液压系统。", "team-f", "equipment.mining"),
    Supply("s10", "高炉煤气余压发电", "透平机组并网发电。", "team-a", "energy.steel"),
    Supply("s11", "葡萄酒 发酵 控制", "", "team-c", "agriculture.fruit"),
    Supply("s12", "矿用带式输送机巡检机器人", "视觉与声音识别托辊故障。", "team-f", "equipment.mining"),
]


class LetterEmbedder:
    """Texts that share letters are close; a text among `unknown` has no vector."""

    name = "letters"
    dimension = 64

    def __init__(self, unknown: Sequence[str] = ()) -> None:
        self._unknown = set(unknown)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text if text not in self._unknown else "":
                vectors[row, zlib.crc32(letter.encode("utf-8", "replace")) % self.dimension] += 1
            vectors[row] /= np.linalg.norm(vectors[row]) or 1
        return vectors

    queries = passages

"""The words around a number that say how it bounds a quantity.

read_before(text, floor, end)  what stands directly before a number, read backwards from it
read_after(text, start)        what stands directly after a value: 以上, 以内, 左右 ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from innovalley.engine.specs.model import Change, Comparison

MAX_WORDS: Final = 8  # before one number; more is no language
_LONGEST_WORD: Final = 28

# An underscore stands for a space. English words end at word boundaries, Chinese characters anywhere.
_BOUNDS: Final = {
    Comparison.AT_LEAST: """
        ≥ >= => ≮ 不弱于 不差于 不亚于 不次于 不下于 大于等于 大于或等于 大于/等于 高于等于 高于或等于 至少
        最少 最低 起码 at_least no_less_than not_less_than no_fewer_than no_lower_than not_lower_than not_below
        greater_than_or_equal_to a_minimum_of minimum_of minimum min. min
    """,
    Comparison.AT_MOST: """
        ≤ <= =< ≯ 小于等于 小于或等于 小于/等于 低于等于 低于或等于 至多 最多 最长 最迟 at_most no_more_than
        not_more_than not_exceeding not_exceed no_greater_than no_higher_than no_longer_than not_greater_than
        less_than_or_equal_to within a_maximum_of maximum_of maximum max. max
    """,
    Comparison.MORE_THAN: """
        > 大于 高于 超过 多于 长于 强于 超出 超 逾 超越 greater_than more_than higher_than larger_than longer_than
        over above exceeding exceeds exceed
    """,
    Comparison.LESS_THAN: """
        < 小于 低于 少于 不足 短于 不到 不满 未满 less_than lower_than smaller_than below under shorter_than
        fewer_than
    """,
    Comparison.EQUAL: "= 等于 equal_to equals",
}
_NEGATIONS: Final = """
    不 不得 不能 不能够 不可 不可以 不应 不应该 不宜 不允许 不许 不准 不会 不要 未 没有 勿 严禁 禁止
    避免 杜绝
"""
_OVER: Final = "超过 高于 大于 多于 长于 超出 超"
_UNDER: Final = "低于 小于 少于 短于"
# These state a bound only where nothing else does.
_REACHES: Final = "达到 达 到达 可达 可达到 突破 up_to reaches reach reaching reached"
_REACHES_HIGH: Final = "高达 长达 多达"
_BETTER: Final = "优于 好于 better_than"
_ABOUT: Final = "约 近 大约 大概 ≈ 接近 近似 将近 about approximately around nearly"
_INCREASES: Final = """
        提高 提升 增加 增长 上升 增强 增大 延长 扩大 升高 加快 高出 改善 增幅 涨幅 increased_by
        increase_by improved_by improve_by raised_by raise_by extended_by extend_by up_by
    """
_DECREASES: Final = """
        降低 减少 下降 缩短 减小 节约 节省 减轻 削减 缩减 缩小 减低 降幅 下滑
        reduced_by reduce_by decreased_by decrease_by lowered_by lower_by cut_by
        shortened_by shorten_by down_by
    """
_RISES: Final = """
        提高 提升 增加 增长 上升 增强 增大 延长 扩大 升高 升 增 提 加大 恢复 increased_ increase_
        improved_ improve_ raised_ raise_
    """
_FALLS: Final = """
        降低 减少 下降 缩短 减小 压缩 削减 缩减 缩小 减低 衰减 降 减 缩 reduced_ reduce_ decreased_
        decrease_ lowered_ lower_ cut_ shortened_ shorten_
    """
_LOW_ENDS: Final = "低至 少至 短至 小至 低到"
_HIGH_ENDS: Final = "高至 多至 长至"
_FILLERS: Final = """
        应 须 需 可 均 都 各 逐渐 逐步 稳定 大幅 分别 已 了 仅 只 有望 要求 一般 通常 就 将 才 或 则 可以 能够 必须 需要
        应当 介于 原来的
        每天 每日 每年 每月 每时 每小时 每分钟 每秒 每班 每吨 每亩
        原有的 原先的 现有的 目前的 传统的 原来 原有 同比 环比 of from between
        a the should shall must will can be a_value_of
    """
# These say that a level follows, not a change: 提高合格率在 98 % 以上.
_LEVELS: Final = """
        为 是 在 到 至 : 变至 变到 变为 移至 移到 转为 降为
        控制在 控制 控制到 保持在 保持 维持在 维持 稳定在 稳定 处于 限制在 is are
        to be_kept_at at
    """
_COMPARATIVES: Final = "高 低 少 多 快 长 短 大 小 轻"

Role = Literal["bound", "better", "reach", "about", "change", "target", "level", "filler", "comparative"]
_Meaning = tuple[Role, Comparison | Change | None]


def _meanings() -> dict[str, _Meaning]:
    found: dict[str, _Meaning] = {}
    found |= {
        word: ("comparative", Change.DECREASE if word in "低少短小轻" else Change.INCREASE)
        for word in _COMPARATIVES.split()
    }
    found |= {word: ("filler", None) for word in _FILLERS.split()}
    found |= {word: ("level", None) for word in _LEVELS.split()}
    found |= {word: ("change", Change.INCREASE) for word in _INCREASES.split()}
    found |= {word: ("change", Change.DECREASE) for word in _DECREASES.split()}
    for verbs, change in ((_RISES, Change.INCREASE), (_FALLS, Change.DECREASE)):
        for verb in verbs.split():
            goals = ("to",) if verb.endswith("_") else ("到", "至", "为", "达", "达到", "到了")
            found |= {verb + goal: ("target", change) for goal in goals}
    found |= {word: ("target", Change.DECREASE) for word in _LOW_ENDS.split()}
    found |= {word: ("target", Change.INCREASE) for word in _HIGH_ENDS.split()}
    found |= {word: ("reach", None) for word in _REACHES.split()}
    found |= {word: ("reach", Comparison.AT_LEAST) for word in _REACHES_HIGH.split()}
    found |= {word: ("better", None) for word in _BETTER.split()}
    found |= {word: ("about", None) for word in _ABOUT.split()}
    for comparison, words in _BOUNDS.items():
        found |= {word: ("bound", comparison) for word in words.split()}
    for verbs, comparison in ((_OVER, Comparison.AT_MOST), (_UNDER, Comparison.AT_LEAST)):
        for verb in verbs.split():
            found |= {negation + verb: ("bound", comparison) for negation in _NEGATIONS.split()}
    return {word.replace("_", " "): meaning for word, meaning in found.items()}


# Characters before which these are the end of another word: 反应, 雷达, 许可, 合约.
_ENDS_OF_WORDS: Final = {
    "应": "反响效供适对相",
    "达": "雷马发伯",
    "近": "附接最邻远相",
    "可": "许认",
    "约": "合条契制",
    "均": "平",
    "稳定": "不",
    "为": "行作",
    "超": "高",
    "大": "最较强扩增放",
    "小": "最较大减",
    "高": "提最较增升",
    "低": "降最较减",
    "长": "延最较增成",
    "短": "缩最较",
    "少": "减最",
    "轻": "减",
    "快": "加最",
}


# What may not stand before these, in reversed text: 95 min are minutes, a in 常数 a is a symbol.
_NOT_WORDS_AFTER: Final = {"min": "(?! {0,2}[0-9]|[A-Za-z])", "a": "(?![A-Za-z\u4e00-\u9fff])"}


def _backwards(words: list[str]) -> re.Pattern[str]:
    """Matches one of `words` in reversed text, the longest first."""
    patterns = []
    for word in sorted(words, key=len, reverse=True):
        pattern = re.escape(word[::-1])
        if word[0].isascii() and word[0].isalpha():
            pattern += _NOT_WORDS_AFTER.get(word, "(?![A-Za-z])")
        elif word in _ENDS_OF_WORDS:
            pattern += f"(?![{_ENDS_OF_WORDS[word]}])"
        patterns.append(pattern)
    return re.compile(" {0,2}(" + "|".join(patterns) + ")", re.IGNORECASE)


COMPARED_WITH: Final = re.compile(r"(?P<up>高于|高出|优于|超过|多于)|(?P<down>低于|少于|小于|短于)")
# 不低于额定容量的 80 %: the bound stands before what the share is of.
OF_REFERENCE: Final = re.compile(
    r"(?:(?P<least>不(?:得|应)?(?:低|小|少)于)|(?P<most>不(?:得|应)?(?:高|大|多)于|不(?:得|应)?超过)"
    r"|(?P<reach>达到?)|(?<![行作成认])为|(?<=..)是|相当于)[^，。；;、0-9]{1,12}的$"
)
_COMPARED: Final = re.compile(r"比|较|相对|than|compared", re.IGNORECASE)
_MEANINGS: Final = _meanings()
_BEFORE: Final = _backwards(list(_MEANINGS))


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a number.

    start       where the first of these words begins; the quantity's name ends there
    comparison  the bound that is stated, if one is
    better      优于: over or under the value, whichever is better
    reach       达到 or the like: a bound where no other is stated
    reach_high  the like, said of what is high: 高达
    about       约 or the like
    change      stated directly: 提高 15 %
    target      the direction to a level: 降至 5 % is a decrease
    comparative stated as 高 低 少 ...: a change only where something is compared (比现有低 20 %)
    level       a word stands between that a level follows: 为, 在, 达到
    """

    start: int
    comparison: Comparison | None = None
    better: bool = False
    reach: bool = False
    reach_high: bool = False
    about: bool = False
    change: Change | None = None
    target: Change | None = None
    comparative: Change | None = None
    level: bool = False


def read_before(text: str, floor: int, end: int) -> Before:
    """The words that end at `end`, none of them before `floor`."""
    window = text[max(floor, end - _LONGEST_WORD * 2) : end][::-1]
    found: dict[Role, Comparison | Change | None] = {}
    position = 0
    for _ in range(MAX_WORDS):
        match = _BEFORE.match(window, position)
        if match is None:
            break
        word = match[1][::-1].lower()
        role, value = _MEANINGS[word]
        if role == "comparative" and (position or not _COMPARED.search(text, max(floor, end - 24), end)):
            break  # 比现有高 5 % is a change, 高 5 mm a height
        found.setdefault(role, value)
        position = match.end()
        if role == "comparative":
            break
    comparison = found.get("bound")
    change, target, comparative = (
        _as_change(found.get(role)) for role in ("change", "target", "comparative")
    )
    return Before(
        end - position,
        comparison if isinstance(comparison, Comparison) else None,
        "better" in found,
        "reach" in found,
        found.get("reach") is Comparison.AT_LEAST,
        "about" in found,
        change,
        target,
        comparative,
        level="level" in found or "reach" in found,
    )


def _as_change(value: Comparison | Change | None) -> Change | None:
    return value if isinstance(value, Change) else None


_AFTER: Final = re.compile(
    r" ?(?:\([含不]{1,2}\))?(?:及其?|或|和|\(含\)|(?P<between>[\u4e00-\u9fff]{1,2})(?=以[上下内]))?"
    r"(?P<word>以上|以下|以内|之内|以里|左右|上下|之间"
    r"|内(?![径部容外存壁胆层置腔侧燃蒙环表])"
    r"|or more|or higher|or above|or greater|and above|or less|or lower|or below|and below)",
    re.IGNORECASE,
)
_AFTER_MEANING: Final = {
    "以上": Comparison.AT_LEAST,
    "or more": Comparison.AT_LEAST,
    "or higher": Comparison.AT_LEAST,
    "or above": Comparison.AT_LEAST,
    "or greater": Comparison.AT_LEAST,
    "and above": Comparison.AT_LEAST,
    "左右": Comparison.EQUAL,
    "上下": Comparison.EQUAL,
    "之间": Comparison.RANGE,
}


def read_after(text: str, start: int, *, has_unit: bool = True) -> tuple[Comparison | None, int]:
    """The comparison that the words at `start` state, and where they end; (None, start) when they state none."""
    match = _AFTER.match(text, start)
    if match is None or (match["between"] and not has_unit):  # 60 岁以上 counts years that are no unit here
        return None, start
    return _AFTER_MEANING.get(match["word"].lower(), Comparison.AT_MOST), match.end()

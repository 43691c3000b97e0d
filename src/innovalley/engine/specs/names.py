"""Finds the name of the quantity that a value belongs to, in the text beside it."""

from __future__ import annotations

import re
from typing import Final

MAX_NAME: Final = 40  # characters looked at before a value
MAX_WORDS_OF_ENGLISH_NAME: Final = 4

_CLAUSE_END: Final = re.compile(r"[，。；;！？!?\n\r、:“”\"《》【】\[\]|…]|,(?![0-9]{3})|\. ")
_LEADING: Final = re.compile(
    r"(?:[\s0-9①-⑳⑴-⒇.·)(—\-–*•●■◆]+|其中|同时|并且|而且|以及|从而|另外|此外|目前|现有|现|并|且|和|及|与|使得?|将|把|让|实现|"
    r"要求|确保|保证|满足|具有|具备|能够|可以|需要|希望|通过|对于|若|如|即|其|该|本|它们?|单位|产品的|每年|年均|最终|预计|一般|"
    r"指标|技术|主要|，|在|当|从|由|经|后|以|于)+"
)
# Where a sentence comes to its point: what stands behind is the name.
_TURN: Final = re.compile(
    r"(?:使得?|要求|实现|保证|确保|满足|具有|具备|拥有|并且|而且|同时|以及|从而|能够|可以|希望|需要|处理后|改造后|条件下|情况下|基础上|"
    r"过程中|前提下|其中|还要|并使|将|把|令|时，)"
)
_TRAILING: Final = re.compile(
    r"(?:[\s:(（\-—~=]|要求|应|需|须|可|均|都|了|的|在|为|是|指标|大概|左右|控制|能够|能达|预计|目标|有|也|还|会|能(?<!性能|功能|产能|节能|智能|动能|热能|电能|光能|储能|效能))+$"
)
_BRACKETS: Final = re.compile(r"\([^()]{0,20}\)$")
_AFTER: Final = re.compile(r" ?的? ?([\u4e00-\u9fffA-Za-z]{2,14})")
_AFTER_END: Final = re.compile(r"[的以和及与用为作等之后前时并且或，。；、是将由在]")
_ENGLISH: Final = re.compile(r"[A-Za-z][A-Za-z0-9/()_\-]*(?: [A-Za-z0-9][A-Za-z0-9/()_\-]*)*$")
_ENGLISH_STOP: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "with",
        "of",
        "for",
        "that",
        "which",
        "has",
        "have",
        "having",
        "shall",
        "should",
        "must",
        "will",
        "can",
        "be",
        "is",
        "are",
        "to",
        "in",
        "on",
        "at",
        "by",
        "from",
        "its",
        "their",
        "our",
        "we",
        "it",
        "this",
        "these",
        "than",
        "as",
        "but",
        "when",
        "while",
        "whose",
        "achieve",
        "achieves",
        "provide",
        "provides",
        "require",
        "requires",
        "operate",
        "operates",
        "maintain",
        "deliver",
        "required",
        "needed",
        "need",
        "needs",
    ]
)
_CJK: Final = re.compile(r"[\u4e00-\u9fff]")


def clause_start(text: str, floor: int, end: int) -> int:
    """Where the clause that ends at `end` begins; not before `floor`, and at most `MAX_NAME` characters back."""
    begin = max(floor, end - MAX_NAME)
    last = begin
    for match in _CLAUSE_END.finditer(text, begin, end):
        last = match.end()
    return last


def before(text: str, floor: int, end: int) -> tuple[int, int]:
    """The place of the name that ends at or before `end`; an empty place where none is.

    The name is what stands in the clause before the value without the words that lead to it: "使烧结矿的转鼓强度
    不低于" names 转鼓强度.
    """
    end = _trim(text, floor, end)
    if match := _BRACKETS.search(text, max(floor, end - 24), end):
        end = _trim(text, floor, match.start())
    start = clause_start(text, floor, end)
    if not _CJK.search(text, start, end):
        return _english(text, start, end)
    for match in _TURN.finditer(text, start, end):
        if end - match.end() >= 2:
            start = match.end()
    if (match := _LEADING.match(text, start, end)) and match.end() < end:
        start = match.end()
    possessive = text.rfind("的", start, end)
    if possessive >= 0 and end - possessive - 1 >= 2:
        start = possessive + 1
    while start < end and text[start] == " ":
        start += 1
    return start, end


def _trim(text: str, floor: int, end: int) -> int:
    match = _TRAILING.search(text, max(floor, end - 12), end)
    return match.start() if match else end


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


def after(text: str, start: int) -> tuple[int, int]:
    """The place of the name that follows a value directly (0.5 MPa 以上的蒸汽); an empty place where none does."""
    match = _AFTER.match(text, start)
    if match is None:
        return start, start
    begin, end = match.span(1)
    if stop := _AFTER_END.search(text, begin, end):
        end = stop.start()
    return (begin, end) if end - begin >= 2 else (start, start)

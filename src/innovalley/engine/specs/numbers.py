"""Reads numbers as people write them, exactly: 1,200  1.2×10^-3  10⁻⁶  5e4  三百二十  百分之五.

same_length(text)       text with fullwidth and odd characters replaced one by one, so that offsets stay
read(text, start)       the number in digits that begins there
read_chinese(text, start)  the number in Chinese numerals that begins there
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MAX_DIGITS: Final = 18
MAX_EXPONENT: Final = 30

# One character for one character: what NFKC would do, without moving anything. The fullwidth comma stays, since
# it parts clauses, not thousands.
_REPLACED: Final = {
    ">": "\ufe65\u3009",
    "<": "\ufe64\u3008",
    "φ": "\u03d5\u2205\u00d8\u00f8\u2300",
    "≥": "\u2267\u2a7e\u2265",
    "≤": "\u2266\u2a7d\u2264",
    " ": "\u3000\u00a0\u2002\u2003\u2009\u202f",
    "~": "\u301c\u223c\u223d\u2053",
    "-": "\u2013\u2014\u2015\u2500\u2501\u30fc\ufe58\u2212\ufe63\u2010\u2011\u2012",
    "+": "\ufe62",
    "%": "\ufe6a",
    ":": "\u2236",
    "°": "\u00ba\u02da",
    "μ": "\u00b5",
    "Ω": "\u2126",
    "·": "\u2219\u22c5\u2022",
    "×": "\u2715\u2716\u2a09",
}
_SAME_LENGTH: Final = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0C} | {
    ord(odd): plain for plain, odds in _REPLACED.items() for odd in odds
}

_NUMBER: Final = re.compile(
    r"(?P<digits>[0-9]{1,3}(?:[,，][0-9]{3}){1,5}(?![0-9])|[1-9][0-9]{0,2}(?: [0-9]{3}){1,5}(?![0-9])|[0-9]+)"
    r"(?P<fraction>\.[0-9]+)?"
    r"(?:"
    r" ?[×xX*·] ?10 ?(?:\^ ?\(?(?P<caret>[-+]?[0-9]{1,2})\)?|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|(?P<minus>-[0-9]{1,2})"
    r"|的(?P<words>[-+]?[0-9]{1,2})次方|(?P<flat>[12][0-9]|[2-9])(?![0-9.]))"
    r"|[eE](?P<e>[-+]?[0-9]{1,2})(?![0-9A-Za-z.])"
    r")?"
)
_POWER_OF_TEN: Final = re.compile(
    r"10 ?(?:\^ ?\(?(?P<caret>[-+]?[0-9]{1,2})\)?|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|的(?P<words>[-+]?[0-9]{1,2})次方)"
)
_BARE_POWER_OF_TEN: Final = re.compile(r"10(?P<minus>-[0-9]{1,2})(?![0-9]| ?[A-Za-z%℃])")  # ≤ 10-9
_SIGNS: Final = frozenset("≤≥<>=")
_RAISED: Final = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

_CHINESE: Final = re.compile(r"[零〇一二两三四五六七八九十百千万]{1,9}半?|半")
_CHINESE_DIGITS: Final = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_CHINESE_TENS: Final = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True, slots=True)
class NumberText:
    """A number found in text, where it ends, and the power of ten that is written behind it (3 in 2×10³)."""

    value: Decimal
    end: int
    power: int = 0


def same_length(text: str) -> str:
    """`text` with fullwidth forms, odd spaces, dashes and signs replaced, each by one character."""
    return text.translate(_SAME_LENGTH)


def read(text: str, start: int) -> NumberText | None:
    """The number in digits that begins at `start`; None when it has over `MAX_DIGITS` digits or none begins."""
    match = None
    if text[max(0, start - 2) : start].rstrip(" ")[-1:] in _SIGNS:
        match = _BARE_POWER_OF_TEN.match(text, start)
    if match or (match := _POWER_OF_TEN.match(text, start)):
        mantissa, fraction = "1", ""
    elif match := _NUMBER.match(text, start):
        mantissa, fraction = re.sub("[,， ]", "", match["digits"]), match["fraction"] or ""
    else:
        return None
    kind = match.lastgroup or ""
    exponent = match[kind] if kind in _EXPONENTS else "0"
    if kind == "flat" and not _is_flattened(mantissa, fraction, exponent):
        return NumberText(Decimal(mantissa + fraction), match.end("fraction" if fraction else "digits"))
    if len(mantissa) + len(fraction) > MAX_DIGITS:
        return None
    power = int(exponent.translate(_RAISED))
    if abs(power) > MAX_EXPONENT:
        return None
    return NumberText(_plain(Decimal(mantissa + fraction).scaleb(power)), match.end(), power)


def _is_flattened(mantissa: str, fraction: str, exponent: str) -> bool:
    """Whether 5.2×104 means 5.2×10⁴, its raised digit lost, not the dimensions 600×104."""
    return len(mantissa) == 1 and (bool(fraction) or len(exponent) == 1)


_EXPONENTS: Final = frozenset(("caret", "raised", "minus", "words", "flat", "e"))


def _plain(value: Decimal) -> Decimal:
    """`value` without an exponent above zero: 12000, not 1.2E+4."""
    exponent = value.as_tuple().exponent
    return Decimal(f"{value:f}") if isinstance(exponent, int) and exponent > 0 else value


def times(value: Decimal, factor: Decimal) -> Decimal:
    """`value` · `factor`, exact for the factors of units and multipliers, without an exponent above zero."""
    if factor == 1:
        return value
    return _plain((value * factor).normalize())


def read_chinese(text: str, start: int) -> NumberText | None:
    """The number in Chinese numerals that begins at `start`: 三百二十, 两, 十五, 半, 一万二; None when none does."""
    match = _CHINESE.match(text, start)
    if match is None or match[0] == "一半":
        return None
    value = _chinese_value(match[0].removesuffix("半") or "零")
    if value is None:
        return None
    half = Decimal("0.5") if match[0].endswith("半") else Decimal(0)
    return NumberText(Decimal(value) + half, match.end())


def _chinese_value(characters: str) -> int | None:
    """The value of Chinese numerals; None for what is a row of digits or no number (三四, 十十)."""
    total = section = 0
    digit: int | None = None
    last_unit = 10**8
    for position, character in enumerate(characters):
        if character in _CHINESE_DIGITS:
            if digit not in (None, 0):
                return None
            digit = _CHINESE_DIGITS[character]
        elif character == "万":
            if total:
                return None
            total, section, digit, last_unit = (section + (digit or 0)) * 10_000, 0, None, 10**4
            if not total:
                return None
        else:
            unit = _CHINESE_TENS[character]
            if unit >= last_unit or (digit is None and not (unit == 10 and position == 0)):
                return None
            section += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
    if digit and len(characters) > 1 and characters[-2] in "百千万":  # 三百五 is 350
        digit *= {"百": 10, "千": 100, "万": 1000}[characters[-2]]
    return total + section + (digit or 0)

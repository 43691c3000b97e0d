"""Writes a spec as people do, so that `parse` reads it back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from innovalley.engine.specs.model import Change, Comparison, Spec

_SIGNS: Final = {
    Comparison.AT_LEAST: "≥ ",
    Comparison.AT_MOST: "≤ ",
    Comparison.MORE_THAN: "> ",
    Comparison.LESS_THAN: "< ",
}
_CHANGES: Final = {
    "zh": {Change.INCREASE: "提高", Change.DECREASE: "降低", Change.TIMES: "提高到"},
    "en": {Change.INCREASE: "increased by", Change.DECREASE: "reduced by", Change.TIMES: "increased to"},
}
# Where the canonical symbol is not what people write.
_BOTH: Final = {"degF": "℉", "deg": "°"}
_UNITS: Final = {
    "zh": _BOTH
    | {"degC": "℃", "d": "天", "week": "周", "month": "个月", "a": "年", "inch": "英寸", "ft": "英尺"}
    | {"百分点": "个百分点"},
    "en": _BOTH
    | {"degC": "°C", "d": "days", "week": "weeks", "month": "months", "a": "years", "次": "cycles"}
    | {"目": "mesh", "像素": "pixels", "元": "yuan", "美元": "USD", "倍": "times", "帧": "frames"}
    | {"百分点": "percentage points", "亩": "mu", "级": "grade", "人": "persons", "层": "layers"}
    | {"路": "channels", "点": "points", "轴": "axes"}
    | dict.fromkeys(
        [
            "个",
            "只",
            "件",
            "台",
            "套",
            "条",
            "支",
            "根",
            "块",
            "片",
            "张",
            "头",
            "尾",
            "株",
            "瓶",
            "袋",
            "箱",
            "盒",
            "辆",
            "卷",
        ],
        "pcs",
    ),
}
_BELOW_THE_LINE: Final = {"en": {"d": "day", "week": "week", "month": "month", "a": "year", "次": "cycle"}}
_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ATOM: Final = re.compile(r"(?P<below>/\(?|)(?P<name>[^*/()^0-9]+)")

_WAN: Final = Decimal(10) ** 4
_YI: Final = Decimal(10) ** 8


def format_spec(spec: Spec, language: str = "zh") -> str:
    """`spec` in one line, "抗压强度 ≥ 60 MPa"; `language` is "zh" or "en" (words such as 提高 / increased by)."""
    is_plain_multiple = spec.change is Change.TIMES and spec.comparison is Comparison.EQUAL
    change = "" if is_plain_multiple else _CHANGES[language].get(spec.change, "")
    glue = "" if language == "zh" and spec.quantity and not spec.quantity[-1].isascii() else " "
    name = glue.join(word for word in (spec.quantity, change) if word)
    return " ".join(word for word in (name, _value(spec, language)) if word)


def _value(spec: Spec, language: str) -> str:
    unit = format_unit(spec.unit, language)
    # Two numbers share what stands behind them, so neither gets a 万 or a power of ten of its own.
    write = _plain if spec.comparison in (Comparison.RANGE, Comparison.TOLERANCE) else format_number
    low, high = (None if bound is None else write(bound, language) for bound in (spec.low, spec.high))
    if spec.comparison is Comparison.RANGE:
        amount = f"{low}~{high}"
    elif spec.comparison is Comparison.TOLERANCE:
        amount = f"{low} ± {high}" if low is not None else f"± {high}"
    elif spec.comparison is Comparison.EQUAL:
        amount = f"{low}" if spec.unit else f"= {low}"
    else:
        amount = _SIGNS[spec.comparison] + str(low if low is not None else high)
    return f"{amount} {unit}".rstrip()


def format_number(number: Decimal, language: str = "zh") -> str:
    """`number` without loss: 12.5, 120 万 (zh), 1×10⁻⁶."""
    size = abs(number)
    if language == "zh":
        for limit, name in ((_YI, "亿"), (_WAN, "万")):
            if size >= 10 * limit // (10 if limit == _YI else 1) and not (number / limit * 100) % 1:
                return f"{_plain(number / limit)} {name}"
    digits = number.normalize().as_tuple()
    if number and (size < Decimal("0.0001") or size >= Decimal(10) ** 12) and len(digits.digits) <= 6:
        exponent = number.normalize().adjusted()
        mantissa = _plain(number.scaleb(-exponent))
        return f"{mantissa}×10{str(exponent).translate(_SUPERSCRIPTS)}"
    return _plain(number)


def _plain(number: Decimal, _language: str = "") -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_unit(symbol: str, language: str = "zh") -> str:
    """A canonical unit as people write it: "mg/m^3" -> mg/m³, "degC" -> ℃, "t/a" -> t/年."""
    names = _UNITS[language]
    below = _BELOW_THE_LINE.get(language, {})

    def written(match: re.Match[str]) -> str:
        name = match["name"]
        word = below.get(name) if match["below"] else None
        return match["below"] + (word or names.get(name, name))

    if symbol.startswith("1/"):
        parts = symbol[2:].strip("()").split("*")
        powers = (part.partition("^") for part in parts)
        symbol = "*".join(
            f"{below.get(name) or names.get(name, name)}^-{power or 1}" for name, _, power in powers
        )
        return re.sub(r"\^(-?[0-9])", _raised, symbol).replace("*", "·")
    text = _ATOM.sub(written, symbol)
    return re.sub(r"\^(-?[0-9])", _raised, text).replace("*", "·")


def _raised(match: re.Match[str]) -> str:
    return match[1].translate(_SUPERSCRIPTS)

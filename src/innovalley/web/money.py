"""Writes money. Amounts are whole fen; nothing is rounded, so what is written is what is kept."""

from __future__ import annotations

from decimal import Decimal

_FEN_A_YUAN = 100
_FEN_A_WAN = 10_000 * _FEN_A_YUAN
_FEN_A_YI = 10_000 * _FEN_A_WAN


def write(fen: int, language: str = "zh-hans") -> str:
    """`fen` in words of `language`, exact: "80 万元", "1.14 亿元", "123,456.78 元"; "¥800,000" in English."""
    if language.startswith("en"):
        return f"{'−' if fen < 0 else ''}¥{_yuan(abs(fen))}"
    number, unit = _chinese(fen)
    return f"{number} {unit}"


def write_range(low: int | None, high: int | None, language: str = "zh-hans") -> str:
    """A span of money, either bound may be missing; "" when both are."""
    english = language.startswith("en")
    if low is None and high is None:
        return ""
    if high is None:
        assert low is not None
        return f"from {write(low, language)}" if english else f"{write(low)}以上"
    if low is None:
        return f"up to {write(high, language)}" if english else f"{write(high)}以内"
    if low == high:
        return write(low, language)
    if english:
        return f"{write(low, language)}–{_yuan(high)}"
    (first, unit), (second, other) = _chinese(low), _chinese(high)
    return f"{first}～{second} {unit}" if unit == other else f"{first} {unit}～{second} {other}"


def _chinese(fen: int) -> tuple[str, str]:
    """Number and unit: the largest unit in which two decimals are enough."""
    for size, unit in ((_FEN_A_YI, "亿元"), (_FEN_A_WAN, "万元")):
        if abs(fen) >= size and fen % (size // 100) == 0:
            return f"{_plain(Decimal(fen) / size)}", unit
    return ("−" if fen < 0 else "") + _yuan(abs(fen)), "元"


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, _FEN_A_YUAN)
    return f"{yuan:,}.{rest:02}" if rest else f"{yuan:,}"


def _plain(number: Decimal) -> str:
    text = f"{number:,.2f}".replace("-", "−")
    return text.rstrip("0").rstrip(".")

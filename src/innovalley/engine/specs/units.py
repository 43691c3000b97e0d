"""Reads units as people write them, gives them one canonical symbol, and converts between them exactly.

read(text, start)      the unit that begins there, if one does
canonical(name)        the canonical symbol of a unit written alone ("毫克/立方米" -> "mg/m^3"), and its factor
scale(symbol)          dimension, factor and offset to base units, as exact fractions (asks pint, once per unit)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Final

from innovalley.engine.specs.numbers import same_length
from innovalley.engine.specs.unit_table import (
    BEGINS_ANOTHER_WORD,
    COMPOSED,
    MERGED,
    OWN_UNITS,
    PREFIX_POWERS,
    Atom,
    atoms,
)

Part = tuple[str, int]  # symbol of an atom, exponent (negative: below the line)

_ATOMS: Final[dict[str, Atom]] = {}
_NAMES: Final[dict[str, str]] = {}  # every name, as written, to a symbol of _ATOMS or a value of COMPOSED
_FOLDED: Final[dict[str, str]] = {}  # the same in lower case, where capitals are often written wrongly
_BELOW: Final = {  # names that are units below the line only
    "时": "h",
    "日": "d",
    "月": "month",
    "分": "min",
    "H": "h",
    "D": "d",
    "S": "s",
    "M": "m",
    "班": "班",
    "炉": "炉",
}
_ALONE: Final = {"月": "month", "日": "d"}  # in running text they are dates
_NOT_FOLDED: Final = frozenset(("u", "px", "ton"))


def _fill() -> None:
    for atom in atoms():
        _ATOMS[atom.symbol] = atom
        _NAMES[atom.symbol] = atom.symbol
        for name in atom.names:
            _NAMES.setdefault(name, atom.symbol)
    for symbol in ("班", "炉"):
        _ATOMS[symbol] = Atom(symbol, "own_" + {"班": "shift", "炉": "heat"}[symbol], ())
    for length in ("毫米", "厘米", "分米", "米", "千米", "公里", "微米"):
        _NAMES[f"平方{length}"] = f"{_NAMES[length]}^2"
        _NAMES[f"立方{length}"] = f"{_NAMES[length]}^3"
    _NAMES.update(COMPOSED)
    # Capitals are wrong more often than a rare unit is meant: MPa before mPa, mm before Mm.
    for name in ["MPa", "MHz", "MW", "MJ", "mm", "mg", "mA", "mV", "kg", "cm", *_NAMES]:
        if len(name) > 1 and name.isascii() and name.isalpha() and name.lower() not in _NOT_FOLDED:
            _FOLDED.setdefault(name.lower(), _NAMES[name])


_fill()
_LONGEST_NAME: Final = max(len(name) for name in _NAMES if not name[0].isascii())

_LETTERS: Final = re.compile(r"[A-Za-zμΩ]{1,12}")
_EXPONENT: Final = re.compile(
    r"\^?\{?([2-4])\}?(?![0-9]|[.,][0-9])|\^\{?(-[1-4])\}?(?![0-9]|[.,][0-9])|(⁻?[¹²³⁴])"
)
_DASHED_EXPONENT: Final = re.compile(r"([-−–][1-4])(?![0-9A-Za-z]|[.,][0-9])")
_SEPARATOR: Final = re.compile(
    r" ?/ ?|每| per |[·*](?=[A-Za-zμΩ℃°天年月周秒小分次个])|×(?=[A-Za-zμΩ])"
    r"|\.(?=(?:h|m|s|K|A|L|min|cm|mm|kg)(?![A-Za-z]))|(?<=[Wm])-(?=[hm]\b)|[·*]?(?=√ ?m)"
)
_GOES_ON: Final = re.compile(r"[0-9A-Za-z_]")
_ROUND_FACTOR: Final = re.compile(r"(10{2,3}) ?(?=[a-zA-Z])|(10) ?(?=min|h\b)")
_ROOT_OF_METRE: Final = re.compile(r"√ ?m(?![A-Za-z])|m ?(?:\^? ?[({]?(?:0\.5|1/2)[)}]?|½)")  # MPa·m^0.5
# What is weighed or measured, between a unit and its divisor: mg KOH/g.
_SUBSTANCE: Final = re.compile(
    r" ?[A-Z][A-Za-z0-9]{0,7}(?= ?/ ?(?:10{2,3} ?)?(?:g|kg|t|mL|L|m|h|d|kWh)(?![A-Za-z]))"
)
_SUPERSCRIPTS: Final = str.maketrans("⁻−–¹²³⁴", "---1234")


_UNIT_OF_SUBSTANCE: Final = re.compile(r"(?P<unit>mg|g|kg|mL|mmol)(?:KOH|GAE|CO2|NaCl|COD|CaCO3|RE)(?= ?/)")


@dataclass(frozen=True, slots=True)
class UnitText:
    """A unit found in text: its canonical symbol, the factor to it (100 in "/100 g" is 0.01), where it ends."""

    symbol: str
    factor: Decimal
    end: int


def read(text: str, start: int) -> UnitText | None:
    """The longest unit that begins at `start` of `text`; None when none does.

    The time is bounded by a constant, whatever the text.
    """
    parts: list[Part] = []
    factor = Decimal(1)
    below = False
    position = start
    end = start
    group = False
    while len(parts) < 8:
        if below and not group and (round_factor := _ROUND_FACTOR.match(text, position)):
            factor /= Decimal(round_factor[0].strip())
            position = round_factor.end()
        found = _root(text, position) if parts else None
        found = found or _read_atom(text, position, below)
        if found is None:
            break
        names, position = found
        names, position = _with_exponent(text, position, names, dashed=bool(parts))
        parts += [(symbol, -exponent if below else exponent) for symbol, exponent in names]
        if group:
            if text[position : position + 1] == ")":
                end, group, position = position + 1, False, position + 1
        else:
            end = position
        separator = _SEPARATOR.match(text, position)
        if separator is None and not below and (substance := _SUBSTANCE.match(text, position)):
            separator = _SEPARATOR.match(text, substance.end())
        if separator is None:
            # "W/m2K": after an exponent a letter goes on with the unit
            if below and text[position - 1 : position] in "²³23" and _read_atom(text, position, below):
                continue
            break
        if separator[0].strip() in ("/", "每", "per"):
            if group:
                break
            below = True
            position = separator.end()
            if text[position : position + 1] == "(":
                group, position = True, position + 1
        else:
            position = separator.end()
    if end == start:
        return None
    if text[end - 1].isascii() and text[end - 1].isalpha() and _GOES_ON.match(text, end):
        return None  # 2A12 is an alloy
    return UnitText(_symbol(tuple(parts)) if not group else _read_again(text, start, end), factor, end)


def _read_again(text: str, start: int, end: int) -> str:
    """The symbol without a bracket that was opened and never closed."""
    again = read(text[start:end], 0)
    return again.symbol if again else ""


def _root(text: str, position: int) -> tuple[tuple[Part, ...], int] | None:
    """The root of a metre at `position`, as in MPa·m^0.5 and MPa√m."""
    match = _ROOT_OF_METRE.match(text, position)
    return ((("m^0.5", 1),), match.end()) if match else None


def _read_atom(text: str, position: int, below: bool) -> tuple[tuple[Part, ...], int] | None:
    """The parts of the single name at `position`, and where it ends."""
    character = text[position : position + 1]
    if not character:
        return None
    if letters := _LETTERS.match(text, position):
        run, end = letters[0], letters.end()
        if text[end : end + 1].isalpha() and text[end].isascii():
            return None  # longer than any unit
        if run in ("wt", "vol", "mol", "at") and text[end : end + 1] == "%":
            return (("%", 1),), end + 1
        if run == "M" and text[end : end + 1] in ("2", "3", "²", "³"):
            return (("m", 1),), end
        if run in ("Nm", "kNm") and text[end : end + 1] in ("3", "³"):
            return ((run + "^3", 1),), end + 1
        if run.lower() == "db" and text[end : end + 3].upper() == "(A)":
            return (("dB", 1),), end + 3
        if run in ("o", "C") and text[end : end + 1] in ("°", "º"):
            return (("degC", 1),), end + 1
        if not below and (of_substance := _UNIT_OF_SUBSTANCE.match(text, position)):
            return _parts(_NAMES[of_substance["unit"]]), of_substance.end()
        name = (_BELOW.get(run) if below else None) or _NAMES.get(run)
        if name is None and len(run) > 1:
            name = _FOLDED.get(run.lower())
        return (_parts(name), end) if name else None
    for length in range(min(_LONGEST_NAME, len(text) - position), 0, -1):
        written = text[position : position + length]
        name = _NAMES.get(written) or (_BELOW.get(written) if below else None)
        if name:
            following = text[position + length : position + length + 1]
            if following and following in BEGINS_ANOTHER_WORD.get(written, ""):
                return None
            return _parts(name), position + length
    return None


def _with_exponent(
    text: str, position: int, parts: tuple[Part, ...], dashed: bool
) -> tuple[tuple[Part, ...], int]:
    """`parts` raised to the exponent written at `position`, if one is."""
    if len(parts) != 1:
        return parts, position
    match = _EXPONENT.match(text, position)
    if match is None and (dashed or parts[0][0] in ("cm", "mm", "h", "s", "min", "d")):
        match = _DASHED_EXPONENT.match(text, position)
    if match is None:
        return parts, position
    symbol, power = parts[0]
    digits = next(group for group in match.groups() if group).translate(_SUPERSCRIPTS)
    is_plain_digit = match[0] in "234"
    if is_plain_digit and not (symbol[-1] in "ms" and symbol.isascii()) and symbol not in ("inch", "ft"):
        return parts, position  # "5 A2" is no square ampere
    return ((symbol, power * int(digits)),), match.end()


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[Part, ...]:
    """The atoms of a canonical symbol: "mg/m^3" -> (("mg", 1), ("m", -3))."""
    if name in _ATOMS:
        return ((name, 1),)
    above, _, under = name.partition("/")
    found: list[Part] = []
    for side, sign in ((above, 1), (under.strip("()"), -1)):
        for factor in side.split("*") if side else []:
            if factor in _ATOMS:
                found.append((factor, sign))
            elif factor != "1":
                symbol, _, exponent = factor.partition("^")
                found.append((symbol, sign * int(exponent or 1)))
    return tuple(found)


@lru_cache(maxsize=4096)
def _symbol(parts: tuple[Part, ...]) -> str:
    """The canonical symbol of a product of atoms, in the order written."""
    powers: dict[tuple[str, bool], int] = {}  # what stands above and below the line is not cancelled: g/(g·h)
    for symbol, exponent in parts:
        side = (symbol, exponent > 0)
        powers[side] = powers.get(side, 0) + exponent
    items = [(symbol, exponent) for (symbol, _), exponent in powers.items()]
    for sign in (1, -1):
        for (first, second), merged in MERGED.items():
            if (first, sign) in items and (second, sign) in items:
                at = items.index((first, sign))
                items[at] = (merged, sign)
                items.remove((second, sign))
    above = [_power(symbol, exponent) for symbol, exponent in items if exponent > 0]
    below = [_power(symbol, -exponent) for symbol, exponent in items if exponent < 0]
    if above == ["r"] and below == ["min"]:
        return "rpm"
    name = "*".join(above) or ("1" if below else "")
    if not below:
        return name
    return f"{name}/{below[0]}" if len(below) == 1 else f"{name}/({'*'.join(below)})"


def _power(symbol: str, exponent: int) -> str:
    return symbol if exponent == 1 else f"{symbol}^{exponent}"


@lru_cache(maxsize=4096)
def canonical(name: str) -> tuple[str, Decimal] | None:
    """The canonical symbol of a unit written alone, and how many of it one `name` is; None when it is no unit.

    "毫克/立方米" -> ("mg/m^3", 1); "万吨/年" -> ("t/a", 10000); "" -> ("", 1).
    """
    text = same_length(name).strip()
    if not text:
        return "", Decimal(1)
    if text in _ATOMS:
        return text, Decimal(1)
    if text in _ALONE:
        return _ALONE[text], Decimal(1)
    found = read(text, 0)
    if found is not None and found.end == len(text):
        return found.symbol, found.factor
    for multiplier, times in MULTIPLIERS.items():
        if text.startswith(multiplier):
            found = read(text, len(multiplier))
            if found is not None and found.end == len(text):
                return found.symbol, found.factor * times
    return None


def prefix_ratio(one: str, other: str) -> Decimal | None:
    """How many `other` one `one` is, when both are one unit with different SI prefixes: 0.001 for g and kg."""
    first, second = PREFIX_POWERS.get(one), PREFIX_POWERS.get(other)
    if first is None or second is None or first == second or first[0] != second[0]:
        return None
    return Decimal(1).scaleb(first[1] - second[1])


# Longest first: 千万 before 千.
MULTIPLIERS: Final = {
    "万亿": Decimal(10) ** 12,
    "百亿": Decimal(10) ** 10,
    "千万": Decimal(10) ** 7,
    "百万": Decimal(10) ** 6,
    "十万": Decimal(10) ** 5,
    "十亿": Decimal(10) ** 9,
    "亿": Decimal(10) ** 8,
    "万": Decimal(10) ** 4,
    "千": Decimal(10) ** 3,
    "百": Decimal(10) ** 2,
    " million": Decimal(10) ** 6,
    " billion": Decimal(10) ** 9,
    " thousand": Decimal(10) ** 3,
}


# conversion ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scale:
    """How a unit lies in its dimension: base value = value · factor + offset.

    dimension  equal for units that can be compared
    """

    dimension: str
    factor: Fraction
    offset: Fraction


@lru_cache(maxsize=4096)
def scale(symbol: str) -> Scale | None:
    """The scale of a canonical symbol; None when it is none."""
    try:
        parts = _parts(symbol) if symbol else ()
    except ValueError:  # an exponent that is no number
        return None
    if any(name not in _ATOMS for name, _ in parts):
        return None
    if len(parts) == 1 and parts[0][1] == 1:
        return _atom_scale(parts[0][0])
    factor = Fraction(1)
    powers: dict[str, Fraction] = {}
    for name, exponent in parts:
        atom = _atom_scale(name)
        factor *= atom.factor**exponent
        for base, power in _dimension_powers(name).items():
            powers[base] = powers.get(base, Fraction(0)) + power * exponent
    return Scale(_dimension_name(powers), factor, Fraction(0))


@cache
def _atom_scale(symbol: str) -> Scale:
    # 0 and 1 show a shifted zero: degC to kelvin.
    zero, one = (_registry().Quantity(Fraction(n), _pint_unit(symbol)).to_base_units() for n in (0, 1))
    return Scale(
        _dimension_name(_dimension_powers(symbol)),
        Fraction(one.magnitude) - Fraction(zero.magnitude),
        Fraction(zero.magnitude),
    )


@cache
def _dimension_powers(symbol: str) -> dict[str, Fraction]:
    dimensions = _pint_unit(symbol).dimensionality
    return {str(base): Fraction(power) for base, power in dimensions.items()}


def _dimension_name(powers: dict[str, Fraction]) -> str:
    return " ".join(f"{base}^{power}" for base, power in sorted(powers.items()) if power)


@cache
def _pint_unit(symbol: str) -> Any:
    return _registry().parse_units(_ATOMS[symbol].pint)


@cache
def _registry() -> Any:
    """pint's registry with our own dimensions; imported late, since finding specs does not need it."""
    import pint

    registry: Any = pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)
    known = dict(OWN_UNITS)
    for name, definition in known.items():
        registry.define(f"{name} = {definition}")
    for atom in _ATOMS.values():
        for name in re.findall(r"own_\w+", atom.pint):
            # A prefixed name ("kiloown_bit") is pint's own composition.
            if name not in known:
                known[name] = f"[{name}]"
                registry.define(f"{name} = [{name}]")
    return registry

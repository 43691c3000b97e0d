"""Compares promises with requirements, across units and in exact arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from innovalley.engine.specs import units
from innovalley.engine.specs.model import Change, Comparison, Spec
from innovalley.engine.specs.similarity import is_coverage, similarity


class Outcome(StrEnum):
    """What a promise means for a requirement."""

    MET = "met"
    MISSED = "missed"
    NOT_COMPARABLE = "not_comparable"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one requirement.

    required  the requirement
    promised  the promise that answers it; None for NOT_STATED
    outcome   see `Outcome`
    gap       MISSED: by how much, positive, in the requirement's unit; None otherwise or when a bound is open
    """

    required: Spec
    promised: Spec | None
    outcome: Outcome
    gap: Decimal | None = None


# A name is enough alike when the two share most of it, or one is the head of the other (转鼓强度, 强度).
ENOUGH_ALIKE: Final = 0.5
# Under a name that is only alike, a figure so many times off speaks of something else: a mark of 1 mm, a board of
# 1500 mm. Under the same name it is a miss, or kept with room to spare.
_SOMETHING_ELSE: Final = 100
# What does not end after so many digits (1/3) is rounded there.
_ROUNDED: Final = Context(prec=12)
_HUNDRED_PERCENT: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class _Interval:
    """The values that a spec allows, in base units; None is an open end, strict ends are not included."""

    low: Fraction | None
    high: Fraction | None
    low_strict: bool = False
    high_strict: bool = False


def check(required: Sequence[Spec], promised: Sequence[Spec]) -> list[Check]:
    """A verdict for each requirement, in order, against the promise that best answers it.

    A promise answers a requirement when the names of the quantities are alike and the units have one dimension;
    of several, the most alike, then the most favourable. A requirement without a name is answered only by the one
    promise of its dimension.
    """
    return [_answer(spec, promised) for spec in required]


def _answer(required: Spec, promised: Sequence[Spec]) -> Check:
    order = (Outcome.MET, Outcome.MISSED, Outcome.NOT_COMPARABLE)
    candidates = []
    for position, promise in enumerate(promised):
        alike = similarity(required.quantity, promise.quantity) if required.quantity else 1.0
        if alike < ENOUGH_ALIKE or not _same_dimension(required, promise):
            continue
        if alike < 1 and _are_far_apart(required, promise):
            continue
        verdict = compare(required, promise)
        candidates.append((-round(alike, 3), order.index(verdict.outcome), position, verdict))
    if not candidates or (not required.quantity and len(candidates) > 1):
        return Check(required, None, Outcome.NOT_STATED)
    return min(candidates, key=lambda candidate: candidate[:3])[3]


def _are_far_apart(required: Spec, promised: Spec) -> bool:
    """Whether one figure is over `_SOMETHING_ELSE` times the other; never where zero is not nothing (℃)."""
    sizes = []
    for spec in (required, promised):
        scale = units.scale(spec.unit)
        figures = [abs(bound) for bound in (spec.low, spec.high) if bound]
        if scale is None or scale.offset or not figures:
            return False
        sizes.append(Fraction(max(figures)) * scale.factor)
    return max(sizes) > _SOMETHING_ELSE * min(sizes)


def compare(required: Spec, promised: Spec) -> Check:
    """Whether `promised` keeps `required`, whatever units the two are in.

    A promise is kept at its worst: "50~70 MPa" misses "≥ 60 MPa" by 10 MPa. For a span that has to be covered
    (测量范围, 工作温度) the promise must reach beyond both ends. A change without a bound ("提高 15 %") is required
    at least. Not comparable: other dimensions, a level against a change, an increase against a decrease.
    """
    scale = units.scale(required.unit)
    scales = _comparable_scales(required, promised)
    if scale is None or scales is None:
        return Check(required, promised, Outcome.NOT_COMPARABLE)
    wanted = _interval(_as_requirement(required), scales[0], required.change)
    given = _interval(_as_counterpart(promised, required), scales[1], promised.change)
    if required.comparison is Comparison.RANGE and is_coverage(required.quantity + promised.quantity):
        wanted, given = given, wanted
    elif required.comparison is Comparison.EQUAL and promised.comparison is Comparison.RANGE:
        wanted, given = given, wanted  # a span that can be set to the wanted value
    misses = [miss for miss in (_below(wanted, given), _above(wanted, given)) if miss is not _KEPT]
    if not misses:
        return Check(required, promised, Outcome.MET)
    if any(miss is None or miss == 0 for miss in misses):
        return Check(required, promised, Outcome.MISSED)
    worst = max(miss for miss in misses if miss is not None)
    return Check(required, promised, Outcome.MISSED, _as_decimal(worst / scale.factor))


_KEPT: Final = Fraction(-1)


def _below(wanted: _Interval, given: _Interval) -> Fraction | None:
    """By how much `given` reaches below `wanted`; _KEPT when it does not, None when without end."""
    if wanted.low is None:
        return _KEPT
    if given.low is None:
        return None
    is_kept = given.low > wanted.low or (
        given.low == wanted.low and (given.low_strict or not wanted.low_strict)
    )
    return _KEPT if is_kept else wanted.low - given.low


def _above(wanted: _Interval, given: _Interval) -> Fraction | None:
    mirrored = (
        _Interval(None if side.high is None else -side.high, None, low_strict=side.high_strict)
        for side in (wanted, given)
    )
    return _below(*mirrored)


def _same_dimension(one: Spec, other: Spec) -> bool:
    first, second = units.scale(one.unit), units.scale(other.unit)
    return first is not None and second is not None and first.dimension == second.dimension


def _comparable_scales(required: Spec, promised: Spec) -> tuple[units.Scale, units.Scale] | None:
    """The scales of both units; None where a level meets a change, or the dimensions differ."""
    first, second = units.scale(required.unit), units.scale(promised.unit)
    if first is None or second is None or first.dimension != second.dimension:
        return None
    if required.change is promised.change:
        return first, second
    if {required.change, promised.change} == {Change.TIMES, Change.INCREASE} and not first.dimension:
        return first, second
    return None


def _as_requirement(spec: Spec) -> Spec:
    """`spec` with the bound that it means: a change that is asked for may be larger."""
    if spec.comparison is Comparison.EQUAL and spec.change is not Change.LEVEL:
        return _with(spec, Comparison.AT_LEAST, spec.low, None)
    if _is_bare_tolerance(spec):
        return _with(spec, Comparison.AT_MOST, None, spec.high)
    return spec


def _as_counterpart(promised: Spec, required: Spec) -> Spec:
    """`promised` in the form of what it answers: ± 0.3 mm answers ≤ 0.5 mm and ± 0.5 mm."""
    if _is_bare_tolerance(promised):
        if required.comparison in (Comparison.AT_MOST, Comparison.LESS_THAN) or _is_bare_tolerance(required):
            return _with(promised, Comparison.AT_MOST, None, promised.high)
        return _with(promised, Comparison.EQUAL, promised.high, promised.high)
    return promised


def _is_bare_tolerance(spec: Spec) -> bool:
    return spec.comparison is Comparison.TOLERANCE and spec.low is None


def _with(spec: Spec, comparison: Comparison, low: Decimal | None, high: Decimal | None) -> Spec:
    return Spec(spec.quantity, comparison, low, high, spec.unit, spec.change)


def _interval(spec: Spec, scale: units.Scale, change: Change) -> _Interval:
    """The values `spec` allows, in base units; an increase as the factor to today's value."""
    offset = scale.offset if change is Change.LEVEL else Fraction(0)
    if change is Change.INCREASE and not scale.dimension:
        offset = _HUNDRED_PERCENT

    def base(number: Decimal | None) -> Fraction | None:
        return None if number is None else Fraction(number) * scale.factor + offset

    low, high = base(spec.low), base(spec.high)
    if spec.comparison is Comparison.TOLERANCE and spec.low is not None and spec.high is not None:
        middle, tolerance = Fraction(spec.low), abs(Fraction(spec.high))
        return _Interval(
            (middle - tolerance) * scale.factor + offset, (middle + tolerance) * scale.factor + offset
        )
    return _Interval(
        low,
        high,
        low_strict=spec.comparison is Comparison.MORE_THAN,
        high_strict=spec.comparison is Comparison.LESS_THAN,
    )


def _as_decimal(number: Fraction) -> Decimal:
    """`number` exactly where its digits end, else rounded to 12 digits."""
    denominator = number.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    context = Context(prec=200) if denominator == 1 else _ROUNDED
    quotient = context.divide(Decimal(number.numerator), Decimal(number.denominator))
    exponent = quotient.as_tuple().exponent
    return quotient.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else quotient

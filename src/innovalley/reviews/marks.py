"""Points from marks, exact: decimals and fractions, never floats."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from innovalley.reviews.models import Criterion

PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)


def total_of(marks: Iterable[tuple[Criterion, Decimal | None]]) -> Decimal | None:
    """Points of 100, to four decimals: the weighted mean of value / maximum over the criteria that were judged.

    A criterion without a value (not applicable) counts neither as zero nor at all: its weight falls to the
    others in proportion. None when no criterion has a value.
    """
    judged = [(criterion, value) for criterion, value in marks if value is not None]
    weights = sum((Fraction(criterion.weight) for criterion, _value in judged), Fraction(0))
    if not weights:
        return None
    points = sum(
        (Fraction(c.weight) * Fraction(value) / Fraction(c.maximum) for c, value in judged), Fraction(0)
    )
    exact = 100 * points / weights
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PLACES, ROUND_HALF_EVEN)


def mean_of(totals: Iterable[Decimal]) -> Decimal | None:
    """The plain mean to four decimals; None of nothing."""
    given = [Fraction(total) for total in totals]
    if not given:
        return None
    exact = sum(given, Fraction(0)) / len(given)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PLACES, ROUND_HALF_EVEN)

"""How a spec is kept in a row; the meaning of the columns is that of `engine.specs.Spec`."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovalley.engine.specs.model import Change, Comparison, Spec

COMPARISONS = [
    (Comparison.AT_LEAST, "≥"),
    (Comparison.AT_MOST, "≤"),
    (Comparison.MORE_THAN, ">"),
    (Comparison.LESS_THAN, "<"),
    (Comparison.EQUAL, "="),
    (Comparison.RANGE, "～"),
    (Comparison.TOLERANCE, "±"),
]
CHANGES = [
    (Change.LEVEL, _("level")),
    (Change.INCREASE, _("increase by")),
    (Change.DECREASE, _("decrease by")),
    (Change.TIMES, _("times")),
]
_DIGITS, _PLACES = 30, 12
_BOUNDS = (
    Q(comparison__in=[">=", ">"], low__isnull=False)
    | Q(comparison__in=["<=", "<"], high__isnull=False)
    | Q(comparison="=", low__isnull=False, low=models.F("high"))
    | Q(comparison="range", low__isnull=False, high__isnull=False, low__lte=models.F("high"))
    | Q(comparison="±", high__isnull=False, high__gte=0)
)


class SpecRow(models.Model):
    """One spec of a demand or an achievement; `found` ones come from its text, others were typed."""

    position = models.PositiveSmallIntegerField(default=0)
    quantity = models.CharField(_("quantity"), max_length=60, blank=True)
    comparison = models.CharField(_("comparison"), max_length=5, choices=COMPARISONS)
    low = models.DecimalField(_("low"), max_digits=_DIGITS, decimal_places=_PLACES, null=True, blank=True)
    high = models.DecimalField(_("high"), max_digits=_DIGITS, decimal_places=_PLACES, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    change = models.CharField(_("change"), max_length=10, choices=CHANGES, default=Change.LEVEL)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    found = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=_BOUNDS, name="%(class)s_bounds_fit_comparison"),
            models.CheckConstraint(condition=Q(start__lte=models.F("end")), name="%(class)s_span_ordered"),
        ]

    def __str__(self) -> str:
        from innovalley.engine.specs import format_spec

        return format_spec(self.spec)

    @property
    def spec(self) -> Spec:
        """This row as the engine knows it; numbers without trailing zeros."""
        return Spec(
            quantity=self.quantity,
            comparison=Comparison(self.comparison),
            low=None if self.low is None else _plain(self.low),
            high=None if self.high is None else _plain(self.high),
            unit=self.unit,
            change=Change(self.change),
            start=self.start,
            end=self.end,
        )

    @classmethod
    def found_in(cls, text: str) -> list[dict[str, Any]]:
        """The columns of one row for each spec that `text` states, in its order.

        A number that the columns cannot hold is left out.
        """
        from innovalley.engine.specs import find

        specs = [spec for spec in find(text) if fits(spec.low) and fits(spec.high)]
        return [{"position": n, "found": True, **cls.columns_of(spec)} for n, spec in enumerate(specs)]

    @classmethod
    def columns_of(cls, spec: Spec) -> dict[str, Any]:
        """The columns that keep `spec`, for creating a row."""
        return {
            "quantity": spec.quantity[:60],
            "comparison": spec.comparison.value,
            "low": spec.low,
            "high": spec.high,
            "unit": spec.unit[:30],
            "change": spec.change.value,
            "start": spec.start,
            "end": spec.end,
        }


def fits(number: Decimal | None) -> bool:
    """Whether `low` and `high` hold this number as it is: none that is too large, nor one that they would round."""
    if number is None:
        return True
    return abs(number) < 10 ** (_DIGITS - _PLACES) and (Fraction(number) * 10**_PLACES).denominator == 1


def _plain(number: Any) -> Any:
    stripped = number.normalize()
    return stripped.quantize(1) if stripped == stripped.to_integral() else stripped

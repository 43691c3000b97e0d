"""The budget of a bid: whole fen by year and source, its sums, and what a call asks of them. Plain Python, exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

from innovalley.challenges.call_rules import Funding, Source


class Trouble(StrEnum):
    """What is wrong with a budget."""

    EMPTY = "empty"  # no money at all
    OVER_CHALLENGE = "over_challenge"  # more fiscal money than the challenge has
    OWN_TOO_LITTLE = "own_too_little"
    POSTER_TOO_LITTLE = "poster_too_little"


@dataclass(frozen=True, slots=True)
class Finding:
    """One trouble; `fen` is by how much."""

    trouble: Trouble
    fen: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """Amounts in fen by (year, source); what is not there is 0."""

    amounts: Mapping[tuple[int, Source], int]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, Source, int]]) -> Self:
        """Rows of one year and source are added up; zeros are left out."""
        amounts: dict[tuple[int, Source], int] = {}
        for year, source, fen in rows:
            if fen < 0:
                raise ValueError("an amount is not negative")
            amounts[year, source] = amounts.get((year, source), 0) + fen
        return cls({place: fen for place, fen in sorted(amounts.items()) if fen})

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.amounts.values())

    def of_year(self, year: int) -> int:
        """The sum of a year over its sources."""
        return sum(fen for (each, _), fen in self.amounts.items() if each == year)

    def of_source(self, source: Source) -> int:
        """The sum of a source over the years."""
        return sum(fen for (_, each), fen in self.amounts.items() if each == source)

    def troubles(self, funding: Funding, *, is_company: bool, max_fund_fen: int | None) -> list[Finding]:
        """What a call's money rules find wrong; `is_company` tells whether a company leads the bid."""
        if not self.total:
            return [Finding(Trouble.EMPTY)]
        fiscal = self.of_source(Source.FISCAL)
        found = []
        if max_fund_fen is not None and fiscal > max_fund_fen:
            found.append(Finding(Trouble.OVER_CHALLENGE, fiscal - max_fund_fen))
        own = funding.own_per_fiscal_company if is_company else funding.own_per_fiscal_other
        for ratio, source, trouble in (
            (own, Source.OWN, Trouble.OWN_TOO_LITTLE),
            (funding.poster_per_fiscal, Source.POSTER, Trouble.POSTER_TOO_LITTLE),
        ):
            if ratio is not None and (missing := _asked(fiscal, ratio) - self.of_source(source)) > 0:
                found.append(Finding(trouble, missing))
        return found


def split(fen: int, shares: Iterable[Decimal]) -> list[int]:
    """`fen` by shares in percent, each a whole number of fen; the parts add up to `fen` exactly.

    What rounding down leaves goes to the parts that lost most of it, the earlier first.
    """
    exact = [Fraction(fen) * Fraction(share) / 100 for share in shares]
    parts = [int(part) for part in exact]
    by_loss = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for number in by_loss[: fen - sum(parts)]:
        parts[number] += 1
    return parts


def _asked(fiscal: int, ratio: Decimal) -> int:
    """The smallest whole number of fen that keeps the ratio."""
    asked = Fraction(fiscal) * Fraction(ratio)
    return -(-asked.numerator // asked.denominator)

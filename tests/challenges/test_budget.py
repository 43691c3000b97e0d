"""Budgets add up to the fen, whatever is typed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.challenges.budget import Budget, Trouble, split
from innovalley.challenges.call_rules import Funding, Source

rows = st.lists(
    st.tuples(st.integers(2025, 2030), st.sampled_from(list(Source)), st.integers(0, 10**14)), max_size=40
)


@given(rows)
def test_the_sums_by_year_and_by_source_are_the_total(given_rows: list[tuple[int, Source, int]]) -> None:
    budget = Budget.of(given_rows)
    total = sum(fen for _, _, fen in given_rows)
    assert budget.total == total
    assert sum(budget.of_year(year) for year in range(2025, 2031)) == total
    assert sum(budget.of_source(source) for source in Source) == total


@given(st.integers(0, 10**14), st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
def test_parts_add_up_and_none_is_off_by_a_fen(fen: int, weights: list[int]) -> None:
    shares = [Decimal(weight) * 100 / sum(weights) for weight in weights]
    shares[weights.index(max(weights))] += 100 - sum(shares)
    parts = split(fen, shares)
    assert sum(parts) == fen
    assert all(
        abs(part - fen * share / 100) < 1 + Decimal(fen) / 10**20
        for part, share in zip(parts, shares, strict=True)
    )


@given(st.integers(1, 10**12), st.decimals("0", "5", places=2), st.integers(0, 10**13))
def test_own_money_is_asked_for_exactly_as_the_ratio_says(fiscal: int, ratio: Decimal, own: int) -> None:
    budget = Budget.of([(2027, Source.FISCAL, fiscal), (2027, Source.OWN, own)])
    funding = Funding(own_per_fiscal_company=ratio)
    troubles = budget.troubles(funding, is_company=True, max_fund_fen=None)
    assert [each.trouble for each in troubles] == ([Trouble.OWN_TOO_LITTLE] if own < fiscal * ratio else [])
    for each in troubles:  # with what is missing it is enough, with a fen less it is not
        assert own + each.fen >= fiscal * ratio > own + each.fen - 1


def test_a_university_is_held_to_its_own_ratio() -> None:
    budget = Budget.of([(2027, Source.FISCAL, 100), (2027, Source.OWN, 150)])
    funding = Funding(own_per_fiscal_company=Decimal(2), own_per_fiscal_other=Decimal(1))
    assert budget.troubles(funding, is_company=False, max_fund_fen=None) == []
    [trouble] = budget.troubles(funding, is_company=True, max_fund_fen=None)
    assert (trouble.trouble, trouble.fen) == (Trouble.OWN_TOO_LITTLE, 50)


def test_more_than_the_challenge_offers_is_said_with_the_amount() -> None:
    [trouble] = Budget.of([(2027, Source.FISCAL, 101)]).troubles(Funding(), is_company=True, max_fund_fen=100)
    assert (trouble.trouble, trouble.fen) == (Trouble.OVER_CHALLENGE, 1)


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Budget.of([(2027, Source.OWN, -1)])

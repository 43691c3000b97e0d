"""Statutory periods count the days on which offices work."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.notices.workdays import LAST_KNOWN_YEAR, is_known, is_working_day, period

DAYS = st.dates(dt.date(2004, 1, 5), dt.date(2035, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (dt.date(2025, 3, 3), 5, dt.date(2025, 3, 10)),  # Monday to Monday
        (dt.date(2025, 3, 7), 1, dt.date(2025, 3, 10)),  # Friday: the weekend is free
        (dt.date(2025, 9, 30), 3, dt.date(2025, 10, 11)),  # National Day and Mid-Autumn: 1 to 8 October
        (dt.date(2025, 1, 24), 1, dt.date(2025, 1, 26)),  # a Sunday that is worked before the Spring Festival
        (dt.date(2024, 2, 8), 5, dt.date(2024, 2, 21)),  # Spring Festival 10 to 17 February, Sunday 18 worked
    ],
)
def test_known_calendars(start: dt.date, days: int, last: dt.date) -> None:
    found = period(start, days)
    assert (found.last, found.is_exact) == (last, True)


def test_years_that_are_not_announced_are_counted_by_weekends_and_marked() -> None:
    assert LAST_KNOWN_YEAR >= 2026
    start = dt.date(LAST_KNOWN_YEAR, 12, 30)
    found = period(start, 10)
    assert not found.is_exact
    assert not is_known(found.last)
    assert found.last.weekday() < 5
    assert period(dt.date(LAST_KNOWN_YEAR, 3, 2), 5).is_exact


@given(DAYS, st.integers(1, 60))
def test_a_period_has_exactly_its_working_days(start: dt.date, days: int) -> None:
    found = period(start, days)
    between = [start + dt.timedelta(n) for n in range(1, (found.last - start).days + 1)]
    assert sum(map(is_working_day, between)) == days
    assert is_working_day(found.first)
    assert is_working_day(found.last)
    assert start < found.first <= found.last
    assert found.is_exact == all(map(is_known, between))


@given(DAYS, st.integers(1, 30), st.integers(1, 30))
def test_periods_add_up(start: dt.date, first: int, second: int) -> None:
    assert period(period(start, first).last, second).last == period(start, first + second).last


@pytest.mark.parametrize("days", [0, -1])
def test_a_period_has_a_day(days: int) -> None:
    with pytest.raises(ValueError):
        period(dt.date(2026, 3, 2), days)

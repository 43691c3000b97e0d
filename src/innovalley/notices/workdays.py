"""Working days by the Chinese calendar, with its holidays and the weekends that are worked instead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import chinese_calendar

LAST_KNOWN_YEAR = max(day.year for day in chinese_calendar.holidays)


@dataclass(frozen=True, slots=True)
class Period:
    """Working days one after another. `is_exact` tells whether the holidays of every day in between are known."""

    first: dt.date
    last: dt.date
    is_exact: bool


def period(start: dt.date, days: int) -> Period:
    """The `days` working days that follow `start`, which itself does not count.

    The State Council sets each year's holidays in the autumn before: in years not known yet only weekends are
    free, and the period is not exact.

    Raises:
        ValueError: `days` is less than one.
    """
    if days < 1:
        raise ValueError("a period has at least one working day")
    day, found, first, is_exact = start, 0, start, True
    while found < days:
        day += dt.timedelta(days=1)
        is_exact = is_exact and is_known(day)
        if is_working_day(day):
            found += 1
            first = day if found == 1 else first
    return Period(first, day, is_exact)


def is_working_day(day: dt.date) -> bool:
    """Whether offices work on that day, as far as its year's holidays are known."""
    if not is_known(day):
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


def is_known(day: dt.date) -> bool:
    """Whether the holidays of that day's year are known."""
    return 2004 <= day.year <= LAST_KNOWN_YEAR

"""The Indonesian year as sales people feel it: off-days, Idulfitri and busy months."""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache

import holidays

# January to December
NEW_BUSINESS = (1.25, 1.05, 0.75, 0.80, 1.0, 1.0, 1.15, 1.0, 1.05, 1.1, 0.95, 0.70)
UPSELL = (1.30, 1.35, 0.80, 0.70, 0.9, 0.9, 1.0, 1.0, 1.25, 1.35, 1.20, 0.6)
ENDS = {12: 2.4, 1: 1.6, 3: 1.5, 6: 1.3} | dict.fromkeys((2, 4, 5, 7, 8, 9, 10, 11), 1.0)
LEBARAN_QUIET = (timedelta(days=3), timedelta(days=7))  # before and after the first day
QUIET = 0.15  # what is left of the activity around Idulfitri


@cache
def public_holidays(year: int) -> dict[date, str]:
    """Names of the national holidays of a year, in Indonesian."""
    return dict(holidays.country_holidays("ID", years=year, language="id"))


@cache
def idulfitri(year: int) -> date:
    """The first day of Idulfitri that falls in a year."""
    return min(day for day, name in public_holidays(year).items() if "Idul Fitri" in name)


def next_idulfitri(day: date) -> date:
    """The first Idulfitri after a day."""
    return next(feast for year in (day.year, day.year + 1) if (feast := idulfitri(year)) > day)


@cache
def is_off(day: date) -> bool:
    """Saturday, Sunday or national holiday."""
    return day.weekday() >= 5 or day in public_holidays(day.year)


@cache
def working_days(month: date) -> tuple[date, ...]:
    """The days of the month that begins on `month` that are not off-days."""
    days = (month + timedelta(days=number) for number in range(monthrange(month.year, month.month)[1]))
    return tuple(day for day in days if not is_off(day))


def liveliness(day: date) -> float:
    """How much of the usual activity there is on a working day."""
    before, after = LEBARAN_QUIET
    return QUIET if -before <= day - idulfitri(day.year) <= after else 1

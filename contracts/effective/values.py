"""R2 and R3: the annual recurring value of a price, by months and not by days."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from decimal import Decimal
from fractions import Fraction

from contracts.effective.days import ONE_DAY

TERM = "term"
PERIODS_PER_YEAR = {
    "month": 12,
    "quarter": 4,
    "semester": 2,
    "year": 1,
    "week": 52,
    "day": 365,
    "one_off": 0,
}


def annual_value(amount: Decimal, period: str, start: dt.date, end: dt.date | None) -> Decimal:
    """R2: what a price is worth in a year, with two decimals (R3), in the currency of the amount.

    `start`..`end` are the first and last day that the amount pays for; only the period "term" looks at them.
    Raises ValueError for a term without an end, KeyError for an unknown period.
    """
    if period == TERM:
        if end is None:
            raise ValueError("a price for a whole term needs the last day of the term")
        return rounded(Fraction(amount) * 12 / term_months(start, end))
    return rounded(Fraction(amount) * PERIODS_PER_YEAR[period])


def term_months(start: dt.date, end: dt.date) -> Fraction:
    """R2: whole months from `start`, plus the days left over / the days of the month that they begin.

    Months are counted from the original start day: 31 Jan .. 27 Feb and 31 Jan .. 30 Mar are 1 and 2 months.
    The month of the days left over goes from one such day to the next, so the part is always less than 1.
    """
    after = end + ONE_DAY
    whole = 12 * (after.year - start.year) + after.month - start.month
    if add_months(start, whole) > after:
        whole -= 1
    month_start, month_after = add_months(start, whole), add_months(start, whole + 1)
    return whole + Fraction((after - month_start).days, (month_after - month_start).days)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or the last day of that month where it is shorter."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def rounded(value: Fraction) -> Decimal:
    """R3: two decimals, half away from zero, from the exact value."""
    cents = int(abs(value) * 100 + Fraction(1, 2))
    return Decimal(cents if value >= 0 else -cents).scaleb(-2)

"""Working days (hari kerja) by the Indonesian calendar: Monday to Friday, no public holiday, no cuti bersama."""

from datetime import date, timedelta
from functools import cache

import holidays
from django.conf import settings

ONE_DAY = timedelta(days=1)


@cache
def _off_days(with_collective_leave: bool) -> holidays.HolidayBase:
    categories = ("public", "government") if with_collective_leave else ("public",)
    return holidays.country_holidays("ID", categories=categories)


def is_workday(day: date) -> bool:
    """Whether people work on `day`; cuti bersama is off unless COLLECTIVE_LEAVE_IS_OFF says otherwise."""
    return day.isoweekday() <= 5 and day not in _off_days(settings.COLLECTIVE_LEAVE_IS_OFF)


def workday_on_or_before(day: date) -> date:
    """`day` itself if it is a working day, else the last one before it."""
    while not is_workday(day):
        day -= ONE_DAY
    return day

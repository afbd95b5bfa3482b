"""Calendar days: every business date is a day in Asia/Jakarta, every range includes both ends (kpis.md R1)."""

from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

JAKARTA = ZoneInfo("Asia/Jakarta")


def jakarta_day(moment: datetime) -> date:
    """The calendar day in Jakarta at an aware moment, whatever zone the moment is written in."""
    return moment.astimezone(JAKARTA).date()


def today() -> date:
    """The calendar day in Jakarta now. Reads the clock: for views, tasks, commands and rights only."""
    return jakarta_day(timezone.now())


class DatedQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> Self:
        """Rows in effect on `day`; the first and the last day count."""
        return self.filter(Q(end__isnull=True) | Q(end__gte=day), start__lte=day)


class Dated(models.Model):
    """Something in effect from `start` to `end`, both included; without `end` it is still running."""

    start = models.DateField(_("from"))
    end = models.DateField(
        _("until"), null=True, blank=True, help_text=_("Last day; empty while it runs on.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=F("start")),
                name="%(app_label)s_%(class)s_end_not_before_start",
                violation_error_message=_("The last day is before the first day."),
            )
        ]

    def covers(self, day: date) -> bool:
        """Whether it is in effect on `day`; the first and the last day count."""
        return self.start <= day and (self.end is None or self.end >= day)


class _DayRange(Func):
    function = "daterange"
    output_field = DateRangeField()


def range_of(start: str = "start", end: str = "end") -> Func:
    """SQL range over two day columns, both ends included, for exclusion constraints."""
    return _DayRange(start, end, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


OVERLAPS = (range_of(), RangeOperators.OVERLAPS)


def same(*fields: str) -> list[tuple[str, str]]:
    """The equality part of an exclusion constraint over `fields`."""
    return [(field, RangeOperators.EQUAL) for field in fields]

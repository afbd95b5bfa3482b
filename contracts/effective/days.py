"""Ranges of calendar days, both ends included, the last one possibly open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days `first_day`..`last_day`, both included; `last_day` None = open."""

    first_day: dt.date
    last_day: dt.date | None

    def covers(self, day: dt.date) -> bool:
        """Whether the day lies in the range, ends included."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def overlap(self, other: Span) -> Span | None:
        """The days in both ranges, None if there are none."""
        first_day = max(self.first_day, other.first_day)
        last_day = earliest(self.last_day, other.last_day)
        return Span(first_day, last_day) if last_day is None or first_day <= last_day else None


def earliest(*days: dt.date | None) -> dt.date | None:
    """The first of some last days, where None means open: None only if all are."""
    return min((day for day in days if day is not None), default=None)


def day_before(day: dt.date | None) -> dt.date | None:
    """The day before, None for None."""
    return None if day is None else day - ONE_DAY


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same days as the fewest ranges, in order: ranges that overlap or touch become one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: span.first_day):
        previous = result[-1] if result else None
        if previous is None or (previous.last_day and previous.last_day + ONE_DAY < span.first_day):
            result.append(span)
        elif previous.last_day and (span.last_day is None or span.last_day > previous.last_day):
            result[-1] = Span(previous.first_day, span.last_day)
    return result

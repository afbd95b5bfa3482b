"""The sums of any windows, by one set-based statement over derived rows (kpis.md 6.3; the SQL is in kpis/sql/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from django.db import connection

from accounts.models import Team, User
from contracts.effective import Rules, add_months
from kpis.measures import SUMS, Sums
from kpis.models import Role, Scope, WindowKind

SQL = Path(__file__).parent / "sql"
ROLES = tuple(Role.values)


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """The days `first_day`..`last_day`, both included (kpis.md R1)."""

    kind: str
    first_day: date
    last_day: date

    @classmethod
    def month(cls, day: date, until: date) -> Window:
        """The calendar month of `day`; if it still runs on `until`, up to that day."""
        first_day = day.replace(day=1)
        return cls(WindowKind.MONTH, first_day, min(add_months(first_day, 1) - timedelta(days=1), until))

    @classmethod
    def trailing_year(cls, last_day: date) -> Window:
        """The 12 months up to `last_day`: `last_day` minus 12 months plus 1 day."""
        return cls(WindowKind.TRAILING_YEAR, add_months(last_day, -12) + timedelta(days=1), last_day)

    def to_month_end(self) -> Window:
        """What this month, or these 12 months, will be when the month of the last day is over."""
        month = Window.month(self.last_day, date.max)
        return month if self.kind == WindowKind.MONTH else Window.trailing_year(month.last_day)


def windows_until(last_full_day: date, first_day: date) -> Iterator[Window]:
    """The windows that are kept: each month since the one of `first_day`, and 12 months up to the end of each.

    The running month, and the 12 months beside it, end on `last_full_day`.
    """
    day = first_day.replace(day=1)
    while day <= last_full_day:
        month = Window.month(day, last_full_day)
        yield month
        yield Window.trailing_year(month.last_day)
        day = add_months(day, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """What to sum up. `as_of` decides which renewals are pending; None = none is, everything is known (K5).

    `clients`: primary keys, None = all.
    """

    windows: Sequence[Window]
    as_of: date | None
    rules: Rules
    roles: Sequence[str] = ROLES
    clients: Sequence[int] | None = None

    def parts(self, size: int) -> Iterator[Question]:
        """The same question in portions of `size` windows, so that no statement grows with the history."""
        for start in range(0, len(self.windows), size):
            yield replace(self, windows=self.windows[start : start + size])

    def parameters(self) -> dict[str, Any]:
        """For the statements in kpis/sql/."""
        return {
            "kinds": [window.kind for window in self.windows],
            "first_days": [window.first_day for window in self.windows],
            "last_days": [window.last_day for window in self.windows],
            "roles": list(self.roles),
            "clients": None if self.clients is None else list(self.clients),
            "as_of": self.as_of or date.max,
            "by_client": False,
            "currency": self.rules.reporting_currency,
        }


def statement(tail: str) -> str:
    """SQL of `movements.sql` with `totals` or `clients` after it; one column per field of `Sums`, in order."""
    sums = (SQL / "movements.sql").read_text()
    return sums + (SQL / f"{tail}.sql").read_text().replace("{columns}", ", ".join(sum_columns()))


@cache
def sum_columns() -> tuple[str, ...]:
    """One aggregate per field of `Sums`; money is NULL if a rate is missing (kpis.md R4)."""
    types = get_type_hints(Sums)
    columns = []
    for name in SUMS:
        total = f"coalesce(sum(amount) FILTER (WHERE measure = '{name}'), 0)"
        if types[name] is int:
            columns.append(f"{total}::integer AS {name}")
        else:
            known = "count(*) FILTER (WHERE measure = 'missing_fx') = 0"
            columns.append(f"CASE WHEN {known} THEN {total}::numeric(20, 2) END AS {name}")
    return tuple(columns)


def rows_by_client(
    question: Question, scope: str, *, user: User | None = None, teams: Iterable[Team] = ()
) -> dict[int, Sums]:
    """Behind one number: the sums of each client, by its primary key; they add up to the sums of the scope.

    `question` has one window and one role. `user` for the scope USER, `teams` for TEAM: one, or a whole tree.
    """
    apart = {
        "by_client": True,
        "scope": Scope(scope).value,
        "user": user and user.pk,
        "teams": [team.pk for team in teams],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("clients"), question.parameters() | apart)
        return {row[0]: Sums.of(row[1:]) for row in cursor.fetchall()}

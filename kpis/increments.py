"""What a change of a few clients does to the stored sums: what they add after it, less what they added before it.

Every measure is a sum over clients (kpis.md 6.4), so this costs the same in a company of any size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from contracts.effective import Rules
from kpis.measures import SUMS, Amount
from kpis.models import Edition, Scope
from kpis.windows import Question, Window, statement

KEY = ("kind", "first_day", "last_day", "role", "scope", "user_id", "team_id")
Key = tuple[Any, ...]  # of one snapshot, in the order of KEY
Parts = dict[Key, tuple[Amount, ...]]


def parts_of(clients: Collection[int], windows: Mapping[Window, date], rules: Rules) -> Parts:
    """What some clients (primary keys) add to the snapshots of windows, each seen as of the day it is mapped to."""
    by_day: dict[date, list[Window]] = defaultdict(list)
    for window, as_of in windows.items():
        by_day[as_of].append(window)
    found: Parts = {}
    with connection.cursor() as cursor:
        for as_of, asked in by_day.items():
            question = Question(asked, as_of=as_of, rules=rules, clients=list(clients))
            cursor.execute(statement("totals"), question.parameters())
            found |= {row[: len(KEY)]: row[len(KEY) :] for row in cursor.fetchall()}
    return found


def add(before: Parts, after: Parts, windows: Mapping[Window, date]) -> set[Window]:
    """Move the stored sums of `windows` on; returns those that must be computed as a whole, because money is unknown.

    Run inside the transaction in which the rows behind `after` came to be.
    """
    unknown: set[Window] = set()
    if not windows:
        return unknown
    nothing = (0,) * len(SUMS)
    for key in before.keys() | after.keys():
        window = Window(*key[:3])
        old, new = before.get(key, nothing), after.get(key, nothing)
        if old == new or window not in windows:
            continue
        if None in (*old, *new) or not _move(key, _less(new, old), windows[window]):
            unknown.add(window)
    _forget_empty(windows)
    return unknown


def _less(new: tuple[Amount, ...], old: tuple[Amount, ...]) -> list[Decimal]:
    return [Decimal(a or 0) - Decimal(b or 0) for a, b in zip(new, old, strict=True)]


def _move(key: Key, change: list[Decimal], as_of: date) -> bool:
    """Add to the row of `key`, or begin one. False if what is stored is unknown."""
    sums = ", ".join(f"{name} = {name} + %s" for name in SUMS)
    columns = ", ".join((*KEY, *SUMS, "edition", "as_of", "computed_at"))
    current = Edition.CURRENT.value
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE kpis_snapshot SET {sums}, computed_at = now()"  # noqa: S608 - names of columns
            " WHERE kind = %s AND first_day = %s AND last_day = %s AND role = %s AND scope = %s"
            " AND user_id IS NOT DISTINCT FROM %s AND team_id IS NOT DISTINCT FROM %s AND edition = %s"
            " RETURNING opening_arr IS NOT NULL",
            [*change, *key, current],
        )
        stored = cursor.fetchone()
        if stored is None:
            values = ", ".join(["%s"] * (len(KEY) + len(SUMS) + 2))
            cursor.execute(
                f"INSERT INTO kpis_snapshot ({columns}) VALUES ({values}, now())",  # noqa: S608 - names of columns
                [*key, *change, current, as_of],
            )
    return stored is None or bool(stored[0])


def _forget_empty(windows: Collection[Window]) -> None:
    """A scope without anything has no row; the company always has one."""
    nothing = " AND ".join(f"{name} = 0" for name in SUMS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM kpis_snapshot WHERE last_day = ANY(%s) AND edition = %s AND scope <> %s AND {nothing}",  # noqa: S608 - names of columns
            [sorted({window.last_day for window in windows}), Edition.CURRENT.value, Scope.COMPANY.value],
        )

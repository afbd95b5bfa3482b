"""Many marks at once (an import, a team that moves, a new rate): shared by several workers, ranges of clients first.

A range brings the ledger of its clients to rest and leaves one mark in place of theirs, of no client, with the first
day that their windows can differ. When no range is at work, these marks become windows (`StaleWindow`), each computed
once instead of after every portion, again by several workers, so that no transaction holds all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from accounts.days import jakarta_day
from contracts.projection import current_rules
from kpis import snapshots
from kpis.models import StaleClient, StaleWindow
from kpis.windows import Question, Window

LARGE = 1000  # marks that one worker brings to rest in one go
RANGE = 500  # clients with neighbouring primary keys
RANGES = 0x5E71B  # advisory locks: who works on which range
WINDOWS = 6  # of one transaction


def is_large() -> bool:
    """Whether there is more to do than for one worker."""
    return (
        StaleWindow.objects.exists()
        or StaleClient.objects.filter(client=None).exists()
        or StaleClient.objects.all()[: LARGE + 1].count() > LARGE
    )


def work(now: datetime) -> int:
    """Do a part that nobody else works on; returns of how many clients or windows, 0 = there is none."""
    return rebuild_range(now) or list_windows(now) or rebuild_windows(now)


def rebuild_range(now: datetime) -> int:
    """Bring the ledger of one range to rest that nobody else works on; returns how many clients, 0 = there is none."""
    with transaction.atomic():
        if not snapshots.locked(shared=True):
            return 0
        marks = _take_range()
        clients = {client for client, _since in marks}
        differs = snapshots.rebuild_portion(clients, current_rules(), jakarta_day(now))
        since = snapshots.earliest(differs, *(day for _client, day in marks))
        if since:
            StaleClient.objects.create(since=since)
        return len(clients)


def list_windows(now: datetime) -> int:
    """Turn the marks that finished ranges left into windows to compute, stored or missing; returns how many.

    0 while others are at work: they may be about to leave more marks, and to list a window that is being computed
    would wait for it.
    """
    with transaction.atomic():
        if not snapshots.locked():
            return 0
        since = snapshots.earliest(*_take_days())
        windows = snapshots.reached(since, current_rules()) | snapshots.missing(since, jakarta_day(now))
        mark_windows(windows)
        return len(windows)


def mark_windows(windows: Iterable[Window]) -> None:
    """Have each computed as a whole, once."""
    marks = (StaleWindow(kind=w.kind, first_day=w.first_day, last_day=w.last_day) for w in windows)
    StaleWindow.objects.bulk_create(marks, ignore_conflicts=True)


def rebuild_windows(now: datetime) -> int:
    """Compute some windows that nobody else has taken; returns how many, 0 = there is none."""
    with transaction.atomic():
        if not snapshots.locked(shared=True):
            return 0
        windows = snapshots.take_windows(WINDOWS)
        snapshots.refresh(Question(windows, as_of=jakarta_day(now), rules=current_rules()))
        return len(windows)


def _take_days() -> list[date]:
    """Delete the marks without a client; returns their days."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kpis_staleclient WHERE client_id IS NULL RETURNING since")
        return [since for (since,) in cursor.fetchall() if since]


def _take_range() -> list[tuple[int, date | None]]:
    """Delete the marks of the first free range; returns their clients and days.

    Between looking and locking somebody else may have finished a range: then it has no marks any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT client_id / %s AS number FROM kpis_staleclient"
            " WHERE client_id IS NOT NULL ORDER BY number",
            [RANGE],
        )
        for (number,) in cursor.fetchall():
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [RANGES, number])
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(
                "DELETE FROM kpis_staleclient WHERE client_id BETWEEN %s AND %s RETURNING client_id, since",
                [number * RANGE, number * RANGE + RANGE - 1],
            )
            marks: list[tuple[int, date | None]] = cursor.fetchall()
            if marks:
                return marks
    return []

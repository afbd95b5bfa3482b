"""Many marks at once (an import, a team that moves, a new rate): ranges of clients that several workers share.

A range brings the ledger of its clients to rest and leaves one mark in place of theirs, of no client, with the first
day that their windows can differ. The windows are computed when no range is at work any more, once for all of them
(`snapshots.rebuild_stale`), instead of after every portion.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from accounts.days import jakarta_day
from contracts.projection import current_rules
from kpis import snapshots
from kpis.models import StaleClient

LARGE = 1000  # marks that one worker brings to rest in one go
RANGE = 500  # clients with neighbouring primary keys
RANGES = 0x5E71B  # advisory locks: who works on which range


def is_large() -> bool:
    """Whether there is more to do than for one worker."""
    return StaleClient.objects.exclude(client=None)[: LARGE + 1].count() > LARGE


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

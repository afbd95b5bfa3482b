"""Many marks at once (an import, a team that moves, a new rate): ranges of clients that several workers share.

A range brings the ledger of its clients to rest and, where that changed anything, leaves one mark with the first day
that differs. The windows are computed when no range is at work any more, once for all of them
(`snapshots.rebuild_stale`), instead of after every portion.
"""

from __future__ import annotations

from datetime import datetime

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
    return StaleClient.objects.filter(since=None)[: LARGE + 1].count() > LARGE


def rebuild_range(now: datetime) -> int:
    """Bring the ledger of one range to rest that nobody else works on; returns how many clients, 0 = there is none."""
    with transaction.atomic():
        if not snapshots.locked(shared=True):
            return 0
        clients = _take_range()
        since = snapshots.rebuild_portion(clients, current_rules(), jakarta_day(now))
        if since:
            StaleClient.objects.create(client_id=min(clients), since=since)
        return len(clients)


def _take_range() -> set[int]:
    """Delete the marks of the first free range and return their clients.

    Marks with a day of their own stay: what they say is about windows. Between looking and locking somebody else may
    have finished a range: then it has no marks any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT client_id / %s FROM kpis_staleclient WHERE since IS NULL ORDER BY 1", [RANGE]
        )
        for (number,) in cursor.fetchall():
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [RANGES, number])
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(
                "DELETE FROM kpis_staleclient WHERE since IS NULL AND client_id BETWEEN %s AND %s RETURNING client_id",
                [number * RANGE, number * RANGE + RANGE - 1],
            )
            if clients := {client for (client,) in cursor.fetchall()}:
                return clients
    return set()

"""Pollers: the work and its tests are in kpis/snapshots.py and kpis/closing.py."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.days import today
from kpis import closing, snapshots

MARKS_AT_ONCE = 1000


@shared_task
def rebuild_stale_clients() -> int:
    """Bring waiting marks to rest."""
    return snapshots.rebuild_stale(MARKS_AT_ONCE, timezone.now())


@shared_task
def bring_up_to_date() -> int:
    """What time alone changes: clients whose day has come, and windows, as the day before is full now."""
    snapshots.mark_due(today())
    return snapshots.catch_up(today())


@shared_task
def compare_numbers() -> int:
    """Every number again from the facts; drift is logged as an error and repaired."""
    return snapshots.compare(today())


@shared_task
def close_last_month() -> bool:
    """From the closing day on the month before has reported numbers."""
    return closing.close_last_month(timezone.now(), settings.KPI_CLOSING_DAY)

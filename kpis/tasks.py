"""Pollers: the work and its tests are in kpis/snapshots.py, kpis/backlog.py and kpis/closing.py."""

from time import monotonic

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.days import today
from kpis import backlog, closing, snapshots

SHARE = 5  # seconds between two looks of the poller
SHARES = 8  # workers that share a large backlog; who finds no free part, or no worker in time, does nothing


@shared_task
def rebuild_stale_clients() -> int:
    """Bring waiting marks to rest; a large backlog is shared with the other workers."""
    if not backlog.is_large():
        return snapshots.rebuild_stale(backlog.LARGE, timezone.now())
    for _each in range(SHARES):
        share_backlog.apply_async(expires=SHARE)
    return 0


@shared_task
def share_backlog() -> int:
    """Work on a large backlog for some seconds, so that other tasks get their turn; returns how much was done."""
    until, done = monotonic() + SHARE, 0
    while monotonic() < until and (part := backlog.work(timezone.now())):
        done += part
    return done


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

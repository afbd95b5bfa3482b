"""Pollers: the work and its tests are in exchange/importing/ and exchange/exporting.py."""

from celery import shared_task
from django.utils import timezone

from exchange import exporting
from exchange.importing.running import forget_old, run_next


@shared_task
def work_on_imports() -> int:
    """Check, take over or undo the next file that waits."""
    return run_next(timezone.now())


@shared_task
def write_exports() -> int:
    """Write the next export that waits."""
    return exporting.run_next(timezone.now())


@shared_task
def forget_old_files() -> int:
    """Files of exports are kept for a day, those of imports for thirty."""
    now = timezone.now()
    return exporting.forget_old(now) + forget_old(now)

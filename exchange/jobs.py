"""One step of a poller: the next job that waits, in the language and zone of whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pghistory
import structlog
from django.utils import timezone, translation

from exchange.models.job import MOST_ATTEMPTS, Job, LostError

log = structlog.get_logger(__name__)


def run_next(
    model: type[Job], now: datetime, work: Callable[[Any, datetime], None], give_up: Callable[[Any], None]
) -> int:
    """Claim a job and do it; returns how many were claimed, 0 or 1.

    What fails unforeseen is done again at once, and given up after MOST_ATTEMPTS, also if the worker died each time.
    """
    job = model._default_manager.claim(now)
    if job is None:
        return 0
    person = job.requested_by
    with (
        translation.override(person.language),
        timezone.override(ZoneInfo(person.time_zone)),
        pghistory.context(user=person.pk, job=str(job._meta.label), job_id=job.pk),
    ):
        _run(job, now, work, give_up)
    return 1


def _run(
    job: Job, now: datetime, work: Callable[[Any, datetime], None], give_up: Callable[[Any], None]
) -> None:
    try:
        if job.attempts > MOST_ATTEMPTS:
            raise RuntimeError("the worker died again and again")
        work(job, now)
    except LostError:
        log.warning("job_lost", job=job._meta.label, job_id=job.pk, attempt=job.attempts)
    except Exception:
        log.exception("job_failed", job=job._meta.label, job_id=job.pk, attempt=job.attempts)
        if job.attempts < MOST_ATTEMPTS:
            job.release()
        else:
            give_up(job)

"""How far a job is, while its own transaction is still open."""

from time import monotonic
from typing import Self

from django.db import connection
from django.utils import timezone

from exchange.models.job import Job

EVERY = 0.5  # seconds
BEAT = """
    INSERT INTO exchange_heartbeat (job, "of", attempt, done, total, at) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (job, "of") DO UPDATE
    SET attempt = excluded.attempt, done = excluded.done, total = excluded.total, at = excluded.at
"""


class Progress:
    """Tells how many lines are done through a connection of its own, and so that somebody is still at it."""

    def __init__(self, job: Job, total: int) -> None:
        self.job, self.total = job, total
        self.connection = connection.copy()
        self.told_at = 0.0

    def __enter__(self) -> Self:
        self(0)
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def __call__(self, done: int) -> None:
        if monotonic() - self.told_at < EVERY:
            return
        self.told_at = monotonic()
        beat = [self.job._meta.label, self.job.pk, self.job.attempts, done, self.total, timezone.now()]
        with self.connection.cursor() as cursor:
            cursor.execute(BEAT, beat)

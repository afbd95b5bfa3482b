"""`manage.py seed_demo`: fill an empty database with PT Contoh Arunika Digital."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as clock
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts.days import JAKARTA, today
from contracts.effective import add_months
from kpis import closing, snapshots
from portfolio.demo import store
from portfolio.demo.branches import copy
from portfolio.demo.company import A_BRANCH, CLIENTS, FEWEST, build

CLOSED = 12  # months up to the last one, as the daily job would have left them
SETTINGS = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL enable_nestloop = off -- PostgreSQL may still take the tables just filled for empty: 15 times slower
"""


class Command(BaseCommand):
    help = "Fill an empty database with the demo company; does nothing to one that is not empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="the day it stands on; today in Jakarta")
        parser.add_argument(
            "--clients",
            type=int,
            default=CLIENTS,
            help=f"default {CLIENTS}, at least {FEWEST}; from {3 * A_BRANCH // 2} on whole branches of {A_BRANCH}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not store.is_empty():
            self.stdout.write("The database is not empty: left as it is.")
            return
        if options["clients"] < FEWEST:
            raise CommandError(f"A company with all stories has at least {FEWEST} clients.")
        day, branches = options["day"] or today(), max(1, round(options["clients"] / A_BRANCH))
        with self.phase("company in memory"):
            company = build(day, options["clients"] if branches == 1 else A_BRANCH)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SETTINGS)
            with self.phase("rows"):
                store.save(company, with_sign_ins=settings.DEMO)
            if branches > 1:
                with self.phase("copies"):
                    copy(branches)
            with self.phase("numbers"):
                snapshots.rebuild_all(day)
            with self.phase("closed months"):
                close_months(day)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Say how long a step took."""
        started = time.monotonic()
        yield
        self.stdout.write(f"[demo] {name}: {time.monotonic() - started:.1f} s")


def close_months(day: date) -> None:
    """Closed after every row is in, so that no row of the demo counts as entered since."""
    now = timezone.now() if day == today() else datetime.combine(day, clock(12), JAKARTA)
    for months in range(CLOSED, 0, -1):
        closing.close(add_months(day.replace(day=1), -months), None, now)

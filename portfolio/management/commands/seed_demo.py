"""`manage.py seed_demo`: fill an empty database with PT Contoh Arunika Digital."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from accounts.days import today
from kpis import snapshots
from portfolio.demo import store
from portfolio.demo.company import CLIENTS, build


class Command(BaseCommand):
    help = "Fill an empty database with the demo company; does nothing to one that is not empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="the day it stands on; today in Jakarta")
        parser.add_argument("--clients", type=int, default=CLIENTS, help=f"default {CLIENTS}, at least 100")

    def handle(self, *args: Any, **options: Any) -> None:
        if not store.is_empty():
            self.stdout.write("The database is not empty: left as it is.")
            return
        day = options["day"] or today()
        with self.phase("company in memory"):
            company = build(day, options["clients"])
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
                )
            with self.phase("rows"):
                store.save(company, with_sign_ins=settings.DEMO)
            with self.phase("numbers"):
                snapshots.rebuild_all(day)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Say how long a step took."""
        started = time.monotonic()
        yield
        self.stdout.write(f"[demo] {name}: {time.monotonic() - started:.1f} s")

"""`manage.py bench_kpis --clients N`: how long the numbers of a large company take, beside the least possible.

Everything happens in temporary tables of one transaction: nothing of the installation is read or changed.
"""

import resource
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, models
from django.utils import timezone

from accounts.days import today
from clients.models import Client
from contracts.effective import add_months
from contracts.models import ActiveSpan, ClientStanding, Contract, ContractLine, ContractTerm, ValueSegment
from contracts.projection import current_rules
from kpis import snapshots
from kpis.models import Credit, Scope, Snapshot, StaleClient, WindowKind
from kpis.scenarios import apart
from kpis.windows import Question, Window
from portfolio.demo import branches, store
from portfolio.demo.company import A_BRANCH, build

FLOOR = (Path(__file__).parents[2] / "sql" / "bench_floor.sql").read_text()
LEDGER: tuple[type[models.Model], ...] = (ValueSegment, ActiveSpan, ContractTerm, ClientStanding, Credit)
MONTHS = 36
CHANGES = 5


class Command(BaseCommand):
    help = "Measure ledger, windows, one change and a dashboard of a large company against floors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clients", type=int, default=10_000, help=f"in whole branches of {A_BRANCH}")

    def handle(self, *args: Any, **options: Any) -> None:
        day = today()
        with apart():
            _run("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            self.report("company", _seconds(lambda: _fill(day, options["clients"])))
            self.stdout.write(_sizes())
            self.ledger(day)
            self.windows(day)
            self.one_change()
            self.report("a dashboard's numbers", _seconds(_read_dashboard))
        self.stdout.write(f"memory of this process at most {_megabytes()} MB")

    def ledger(self, day: date) -> None:
        """All clients from their facts, against copying the lines out and as many rows as the ledger has in."""
        clients = list(Client.objects.values_list("pk", flat=True))
        took = _seconds(lambda: snapshots.rebuild(clients, current_rules(), day))
        self.report("ledger of everybody", took, _seconds(_copy_out_and_in), bar=6)

    def windows(self, day: date) -> None:
        """Every scope in 36 months, against the bare sum of opening and closing value by owner and month."""
        months = [Window.month(add_months(day, -back), add_months(day, 1)) for back in range(MONTHS, 0, -1)]
        question = Question(months, as_of=day, rules=current_rules())
        took = _seconds(lambda: snapshots.refresh(question))
        self.report(f"{MONTHS} months of all scopes", took, _seconds(lambda: _floor(question)), bar=8)
        differing = _differing(_floor(question))
        self.stdout.write(f"  sums of owners that differ from the bare statement: {differing}")

    def one_change(self) -> None:
        """A new price of one line: its ledger, and every stored window right; no marks by triggers in here."""
        lines = ContractLine.objects.filter(
            contract__status=Contract.Status.SIGNED, contract__end__gt=today()
        )
        times = []
        for line in lines.select_related("contract").order_by("pk")[:: max(1, lines.count() // CHANGES)][
            :CHANGES
        ]:
            ContractLine.objects.filter(pk=line.pk).update(unit_price=line.unit_price + 1)
            StaleClient.objects.create(client_id=line.contract.client_id)
            times.append(_seconds(lambda: snapshots.rebuild_stale(1, timezone.now())))
        self.report("one contract changed", max(times))

    def report(self, step: str, seconds: float, floor: float | None = None, bar: int = 0) -> None:
        beside = f"{floor:9.2f} s {seconds / floor:6.1f} times (at most {bar})" if floor else ""
        self.stdout.write(f"{step:30} {seconds:9.2f} s {beside}")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _run(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _fill(day: date, clients: int) -> None:
    store.save(build(day, A_BRANCH), with_sign_ins=False)
    branches.copy(max(1, round(clients / A_BRANCH)), branches.NUMBERED)


def _sizes() -> str:
    counted = (Client, Contract, ContractLine)
    return ", ".join(f"{model.objects.count():,} {model._meta.model_name}s" for model in counted)


def _copy_out_and_in() -> None:
    """Rows go through this process, as those of the ledger do."""
    _through(ContractLine, None)
    for model in LEDGER:
        table = model._meta.db_table
        _run(f"CREATE TEMPORARY TABLE bench_{table} (LIKE {table} INCLUDING ALL) ON COMMIT DROP")
        _through(model, f"bench_{table}")


def _through(model: type[models.Model], into: str | None) -> None:
    names = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.generated)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({names}) TO STDOUT") as out,
    ):
        rows = list(out)
    if into:
        with connection.cursor() as cursor, cursor.copy(f"COPY {into} ({names}) FROM STDIN") as given:
            for row in rows:
                given.write(row)


def _floor(question: Question) -> list[tuple[Any, ...]]:
    return _run(FLOOR, question.parameters())


def _differing(rows: list[tuple[Any, ...]]) -> int:
    """How many opening and closing values of owners are not those of the stored snapshots."""
    stored = Snapshot.objects.filter(kind=WindowKind.MONTH, scope__in=[Scope.USER, Scope.UNASSIGNED])
    known = {
        row[:3]: row[3:]
        for row in stored.values_list("first_day", "role", "user_id", "opening_arr", "closing_arr")
        if any(row[3:])
    }
    bare = {row[:3]: row[3:] for row in rows if any(row[3:])}
    return sum(known.get(key) != bare.get(key) for key in known.keys() | bare.keys())


def _read_dashboard() -> None:
    list(Snapshot.objects.for_company().totals())


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

"""`manage.py bench_kpis --clients N`: how long the numbers of a large company take, beside the least possible.

Everything happens in tables of a schema of its own, so that several processes see them: nothing of the installation
is read or changed.
"""

import os
import resource
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, connections, models, transaction
from django.utils import timezone

from accounts.days import today
from clients.models import Client
from contracts.effective import add_months
from contracts.models import ActiveSpan, ClientStanding, Contract, ContractLine, ContractTerm, ValueSegment
from contracts.projection import current_rules
from kpis import backlog, snapshots
from kpis.models import Credit, Scope, Snapshot, StaleClient, StaleWindow, WindowKind
from kpis.scenarios import tables
from kpis.windows import Question, Window
from portfolio.demo import branches, store
from portfolio.demo.company import A_BRANCH, build

FLOOR = (Path(__file__).parents[2] / "sql" / "bench_floor.sql").read_text()
LEDGER: tuple[type[models.Model], ...] = (ValueSegment, ActiveSpan, ContractTerm, ClientStanding, Credit)
SCHEMA = "bench_kpis"
MONTHS = 36
CHANGES = 5
A_MOMENT = 0.02  # seconds
Part = Callable[[datetime], int]
MORE_CONTRACTS = """
    WITH more AS (
        SELECT *, (SELECT max(id) FROM contracts_contract) + id AS copy FROM contracts_contract WHERE id % 7 < 3
    ), contracts AS (
        INSERT INTO contracts_contract ({contract}) OVERRIDING SYSTEM VALUE
        SELECT {contract_copy} FROM more
    )
    INSERT INTO contracts_contractline ({line})
    SELECT {line_copy} FROM contracts_contractline AS l JOIN more ON more.id = l.contract_id
"""


class Command(BaseCommand):
    help = "Measure ledger, windows, one change and a dashboard of a large company against floors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clients", type=int, default=10_000, help=f"in whole branches of {A_BRANCH}")
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count(), help="that share what can be shared"
        )

    def handle(self, *args: Any, clients: int, processes: int, **options: Any) -> None:
        day = today()
        with own_schema():
            self.report("company", _seconds(lambda: _fill(day, clients)))
            self.stdout.write(_sizes())
            self.ledger(day, processes)
            self.windows(day, processes)
            self.one_change()
            self.report("a dashboard's numbers", _seconds(_read_dashboard))
        self.stdout.write(f"memory of a process at most {_megabytes()} MB")

    def ledger(self, day: date, processes: int) -> None:
        """All clients from their facts, against copying the lines out and as many rows as the ledger has in."""
        clients = list(Client.objects.values_list("pk", flat=True))
        took = _seconds(lambda: _rebuild(clients, day))
        floor = _seconds(_copy_out_and_in)
        self.report("ledger of everybody", took, floor, bar=6)
        rows = _ledger()
        _run(f"TRUNCATE {snapshots.DERIVED_TABLES}")
        took = _seconds(lambda: _by_ranges(clients, processes))
        self.report(f"the same by {processes} processes", took, floor, bar=6)
        self.stdout.write(f"  the same rows: {_ledger() == rows}")

    def windows(self, day: date, processes: int) -> None:
        """Every scope in 36 months, against the bare sum of opening and closing value by owner and month."""
        months = [Window.month(add_months(day, -back), add_months(day, 1)) for back in range(MONTHS, 0, -1)]
        question = Question(months, as_of=day, rules=current_rules())
        took = _seconds(lambda: _by_portions(months, processes))
        floor = _seconds(lambda: _floor(question))
        self.report(f"{MONTHS} months by {processes} processes", took, floor, bar=8)
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
            times.append(_seconds(_rebuild_stale))
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


@contextmanager
def own_schema() -> Iterator[None]:
    """Empty tables in front of the product's own, for every connection that looks there first (`_look_there`)."""
    _run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    try:
        for table in tables():
            _run(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        _look_there()
        yield
    finally:
        _run(f"RESET ALL; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _look_there() -> None:
    _run(
        f"SET search_path TO {SCHEMA}, public; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
    )


@transaction.atomic
def _fill(day: date, clients: int) -> None:
    """Three contracts and six lines per client."""
    store.save(build(day, A_BRANCH), with_sign_ins=False)
    branches.copy(max(1, round(clients / A_BRANCH)), branches.NUMBERED)
    _add_contracts()


def _add_contracts() -> None:
    """Three contracts of seven a second time, as further contracts of their clients."""
    contract = {column: f'more."{column}"' for column in _columns(Contract)}
    contract |= {"id": "copy", "number": "number || ' B'", "renewed_from_id": "NULL::bigint"}
    line = {column: f'l."{column}"' for column in _columns(ContractLine) if column != "id"}
    line |= {"contract_id": "copy"}
    sql = MORE_CONTRACTS.format(
        contract=_listed(contract),
        contract_copy=", ".join(contract.values()),
        line=_listed(line),
        line_copy=", ".join(line.values()),
    )
    _run(sql)


@transaction.atomic
def _rebuild(clients: list[int], day: date) -> None:
    snapshots.rebuild(clients, current_rules(), day)


def _by_ranges(clients: list[int], processes: int) -> None:
    StaleClient.objects.bulk_create(StaleClient(client_id=client) for client in clients)
    _share(backlog.rebuild_range, _clients_wait, processes)
    StaleClient.objects.all().delete()


def _by_portions(windows: list[Window], processes: int) -> None:
    backlog.mark_windows(windows)
    _share(backlog.rebuild_windows, _windows_wait, processes)


def _share(part: Part, is_waiting: Callable[[], bool], processes: int) -> None:
    """As Celery's workers share a large backlog (kpis/backlog.py)."""
    connections.close_all()  # two processes must not speak through one connection
    with ProcessPoolExecutor(processes, mp_context=get_context("fork"), initializer=_look_there) as pool:
        for each in [pool.submit(_work_off, part, is_waiting) for _number in range(processes)]:
            each.result()
    _look_there()


def _work_off(part: Part, is_waiting: Callable[[], bool]) -> None:
    """To the last mark, also if a worker of the installation has the lock for a moment."""
    while is_waiting():
        if not part(timezone.now()):
            time.sleep(A_MOMENT)


def _clients_wait() -> bool:
    return StaleClient.objects.exclude(client=None).exists()


def _windows_wait() -> bool:
    return StaleWindow.objects.exists()


def _rebuild_stale() -> None:
    while not snapshots.rebuild_stale(1, timezone.now()):
        time.sleep(A_MOMENT)


def _ledger() -> dict[str, tuple[int, Any]]:
    """Of each table how many rows there are, and a sum over all that they say."""
    names = {model: [c for c in _columns(model) if c not in ("id", "computed_at")] for model in LEDGER}
    return {
        model.__name__: _run(
            f"SELECT count(*), sum(hashtextextended(row({_listed(columns)})::text, 0)::numeric)"  # noqa: S608 - names of columns
            f" FROM {model._meta.db_table}"
        )[0]
        for model, columns in names.items()
    }


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if not field.generated]


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)  # quoted: one of them is called end


def _sizes() -> str:
    counted = (Client, Contract, ContractLine)
    return ", ".join(f"{model.objects.count():,} {model._meta.model_name}s" for model in counted)


def _copy_out_and_in() -> None:
    """Rows go through this process, as those of the ledger do."""
    _through(ContractLine, None)
    for model in LEDGER:
        table = model._meta.db_table
        _run(f"CREATE TABLE {SCHEMA}.bench_{table} (LIKE {table} INCLUDING ALL)")
        _through(model, f"bench_{table}")


def _through(model: type[models.Model], into: str | None) -> None:
    names = _listed(_columns(model))
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
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(used) // 1024

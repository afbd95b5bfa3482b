"""A whole company from three workbooks: time, memory, and what other people's pages feel of it."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from statistics import median
from typing import Any

import pytest
import xlsxwriter
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import User
from clients.models import Client, Contact
from contracts.models import Contract, ContractLine, Product
from exchange.datasets import DATASETS
from exchange.importing.lines import Mapping
from exchange.models import Import
from exchange.reading.files import Notation, read
from tests.bench.conftest import Visitor

CLIENTS, PER_CLIENT = 5000, 3
MOST_SECONDS, MOST_MB, MOST_SLOWER = 60, 300, 1.5
START = date(2024, 1, 1)
Rows = Iterator[Sequence[Any]]


def clients() -> Rows:
    yield "code", "legal_name", "city", "npwp", "am", "owned_since"
    for n in range(CLIENTS):
        yield f"IMP-{n}", f"PT Impor Nomor {n}", "Jakarta", f"09{n:013}0", "am@contoh.example", START


def contacts() -> Rows:
    yield "client", "full_name", "email", "phone"
    for n in range(CLIENTS):
        yield f"IMP-{n}", f"Narahubung {n}", f"n{n}@impor.example", f"0812345{n:05}"


def contracts() -> Rows:
    yield "number", "client", "start", "end", "signed_on", "product", "quantity", "unit_price", "period"
    product = Product.objects.earliest("pk").code
    for n in range(PER_CLIENT * CLIENTS):
        start = START + timedelta(n % 600)
        signed = START - timedelta(30)
        yield (
            f"IMP/{n}",
            f"IMP-{n // PER_CLIENT}",
            start,
            date(2027, 6, 30),
            signed,
            product,
            1,
            1_000_000 + n,
            "bulan",
        )


FILES: dict[str, Callable[[], Rows]] = {"clients": clients, "contacts": contacts, "contracts": contracts}
ROWS: dict[str, Sequence[Any]] = {
    "clients": [Client],
    "contacts": [Contact],
    "contracts": [Contract, ContractLine],
}
PAGES = {"client list": "portfolio:client_list", "home": "portfolio:home"}


def workbook(rows: Rows) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def uploaded(slug: str) -> Import:
    data, notation = workbook(FILES[slug]()), Notation()
    mapping = Mapping.suggested(DATASETS[slug], read(data, notation).header)
    return Import.objects.create(
        requested_by=User.objects.get(email="director@contoh.example"),
        dataset=slug,
        file_name=f"{slug}.xlsx",
        file=data,
        notation=notation.to_json(),
        mapping=mapping.to_json(),
        state=Import.State.CHECKING,
    )


def worker() -> subprocess.Popen[str]:
    """A process with the test database and nothing of this process's memory."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.import_worker"],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        },
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )


def took(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def visited(person: Visitor) -> dict[str, float]:
    """Seconds of each page, once."""
    return {name: took(partial(person.get, reverse(url))) for name, url in PAGES.items()}


def medians(turns: list[dict[str, float]]) -> dict[str, float]:
    return {name: median(turn[name] for turn in turns) for name in PAGES}


def quietly(person: Visitor) -> dict[str, float]:
    """Median seconds of the pages while nothing else happens."""
    return medians([visited(person) for _turn in range(20)][3:])


def meanwhile(job: subprocess.Popen[str], person: Visitor) -> dict[str, float]:
    """The same while a worker is at it; a fifth of a second between visits, as people have."""
    turns = []
    while job.poll() is None:
        turns.append(visited(person))
        time.sleep(0.2)
    return medians(turns)


def bare_insert(slug: str) -> float:
    """Seconds for as many of the same rows by bulk_create alone, with the triggers of the tables; rolled back."""
    rows = {model: list(model.objects.order_by("-pk")[: len_of(slug)]) for model in ROWS[slug]}
    for row in (row for found in rows.values() for row in found):
        row.pk, row._state.adding = None, True
        for name, value in (("code", ""), ("npwp", ""), ("number", f"B{getattr(row, 'number', '')}")):
            if hasattr(row, name):
                setattr(row, name, value)
    with transaction.atomic():
        spent = took(lambda: [model.objects.bulk_create(found, 250) for model, found in rows.items()])
        transaction.set_rollback(True)
    return spent


def len_of(slug: str) -> int:
    return sum(1 for _row in FILES[slug]()) - 1


@pytest.mark.parametrize("slug", FILES)
def test_a_large_file_takes_a_minute_little_memory_and_nobodys_time(
    visitor: Callable[[str], Visitor], slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this order: contacts and contracts need the clients."""
    person, job = visitor("director"), uploaded(slug)
    quiet = quietly(person)
    seconds, memory, slower = [], [], []
    for state in (Import.State.CHECKED, Import.State.APPLIED):
        process = worker()
        busy = meanwhile(process, person)
        figures = json.loads(process.communicate()[0].splitlines()[-1])
        job.refresh_from_db()
        assert job.state == state, job.complaint
        assert Counter(job.lines.values_list("outcome", flat=True)) == {"created": len_of(slug)}
        seconds.append(figures["seconds"])
        memory.append(figures["mb"])
        slower += [busy[name] / quiet[name] for name in PAGES]
        Import.objects.filter(pk=job.pk, state=Import.State.CHECKED).update(state=Import.State.APPLYING)
    floor = bare_insert(slug)
    with capsys.disabled():
        told = f"check {seconds[0]:.1f} s, apply {seconds[1]:.1f} s = {seconds[1] / floor:.1f} bare inserts"
        ratios = ", ".join(f"{ratio:.2f}" for ratio in slower)
        print(f"\n{slug}: {told}; {max(memory):.0f} MB; {' and '.join(PAGES)} meanwhile {ratios} times")
    assert max(seconds) <= MOST_SECONDS
    assert max(memory) <= MOST_MB
    assert max(slower) <= MOST_SLOWER

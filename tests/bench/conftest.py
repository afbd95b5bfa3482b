"""The demo company, 400 clients or as many as SETIA_BENCH_CLIENTS says, and a stopwatch."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection, connections
from django.template import Engine
from django.test import Client as Session
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.conftest import empty_test_database

CLIENTS = int(os.environ.get("SETIA_BENCH_CLIENTS", "400"))
ROUNDS = 25
WARM_UP = 3


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/bench/" in item.nodeid:
            item.add_marker(pytest.mark.bench)


@pytest.fixture(scope="package")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Instead of pytest-django's: one company for all measurements, committed and vacuumed as in real life.

    In a transaction that is still open PostgreSQL reads every row several times slower. The name matters:
    pytest-django makes a test database only if a test asks for a fixture called so.
    """
    with django_db_blocker.unblock():
        call_command("seed_demo", clients=CLIENTS)
        with connection.cursor() as cursor:
            cursor.execute(
                "VACUUM ANALYZE"
            )  # autovacuum, which does it elsewhere, is off in the test servers
        yield
        empty_test_database()


class Visitor:
    """Asks the whole site, middleware included, but no socket and none of the test client's bookkeeping."""

    def __init__(self, mailbox: str) -> None:
        self.user = User.objects.get(email=f"{mailbox}@contoh.example")
        session = Session()
        session.force_login(self.user)
        cookie = f"{settings.SESSION_COOKIE_NAME}={session.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.requests = RequestFactory(headers={"cookie": cookie, "accept-encoding": "gzip"})
        self.site = WSGIHandler()

    def get(self, url: str) -> None:
        answer = self.site(self.requests.get(url).environ, lambda status, headers: None)
        answer.close()
        assert answer.status_code == 200, f"{url} answers {answer.status_code}"

    def statements(self, url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.get(url)
        return len(captured)


@pytest.fixture(scope="package")
def visitor(db: None) -> Iterator[Callable[[str], Visitor]]:
    engine = Engine.get_default()
    strict, engine.string_if_invalid = engine.string_if_invalid, ""  # only tests look after typing mistakes
    gc.collect()
    gc.freeze()  # the thousands of collected tests are not searched for garbage during a request
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        yield Visitor
    gc.unfreeze()
    engine.string_if_invalid = strict


def side_by_side(*works: Callable[[], object]) -> list[float]:
    """The median time of each in seconds. They take turns, so that a busy machine slows all of them alike.

    In a thread of its own, as a server has it: Python keeps frames in pieces of 16 KB and gives an emptied piece back
    at once, so that below pytest's forty frames a page whose calls cross such a border again and again takes a fifth
    longer than in production (2,600 calls of mmap in one page).
    """
    with ThreadPoolExecutor(1) as pool:
        medians = pool.submit(_medians, works).result()
        pool.submit(connections.close_all).result()
    return medians


def _medians(works: Sequence[Callable[[], object]]) -> list[float]:
    times: list[list[float]] = [[] for _ in works]
    for turn in range(WARM_UP + ROUNDS):
        for work, measured in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            if turn >= WARM_UP:
                measured.append(time.perf_counter() - started)
    return [median(measured) for measured in times]

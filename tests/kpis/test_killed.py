"""A worker that dies at any point of a rebuild: nothing half done is seen, its marks wait, the next run completes.

Once the process is gone without a word, once the database has ended its connection.
"""

import os
import time
import warnings
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.days import JAKARTA
from accounts.models import TeamMembership
from clients.models import Answer
from contracts import projection
from contracts.models import ContractLine, Pause
from kpis import increments, snapshots
from kpis.models import StaleClient
from tests.kpis.changes import DAY, make_office
from tests.kpis.test_incremental import derived
from tests.kpis.test_rebuild_concurrency import in_thread
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.combine(DAY, datetime.min.time(), JAKARTA)
DEAD = 9

# where the worker dies: before or after this function has done its part
POINTS: dict[str, tuple[ModuleType, str, bool]] = {
    "before it takes its marks": (snapshots, "_take_marks", False),
    "with its marks": (snapshots, "_take_marks", True),
    "when the segments are new and the standings old": (projection, "_store_standings", False),
    "before credit": (snapshots, "credit", False),
    "after credit": (snapshots, "credit", True),
    "before the sums are moved": (increments, "add", False),
    "after the sums are moved": (increments, "add", True),
    "when the old windows are gone": (snapshots, "_delete", True),
    "before it commits": (snapshots, "refresh", True),
}


@pytest.fixture
def changed(transactional_db: None) -> None:
    """Everything computed; then new prices, other pauses and another team, of which nothing is computed yet."""
    make_office()
    snapshots.rebuild_all(DAY)
    ContractLine.objects.update(unit_price=7_000_000)
    Pause.objects.update(start=date(2026, 5, 3))
    TeamMembership.objects.filter(role="member").order_by("pk")[:1].get().delete()
    Answer.objects.order_by("pk")[:1].get().delete()  # so that windows are computed as a whole, too


def deadly(point: str, die: Callable[[], None]) -> Callable[..., Any]:
    """The function of that point, which does not come back."""
    module, name, is_after = POINTS[point]
    real = getattr(module, name)

    def last_act(*args: Any) -> Any:
        result = real(*args) if is_after else None
        die()
        return result

    return last_act


def work_in_a_process(job: Callable[[], object]) -> int:
    """Do `job` in a process with a connection of its own; returns its exit code."""
    with (
        warnings.catch_warnings()
    ):  # newer Pythons warn of threads: those of the test runner, which the child has not
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        connection.connection = None  # the parent's: neither used nor closed here
        try:
            job()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def rebuild() -> int:
    return snapshots.rebuild_stale(100, NOW)


def end_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def state() -> tuple[Any, ...]:
    return derived(), list(StaleClient.objects.values_list("pk", "client", "since"))


def assert_the_next_run_completes() -> None:
    until = time.monotonic() + 10
    while not rebuild() and time.monotonic() < until:  # the database has not noticed the death yet
        time.sleep(0.01)
    assert not StaleClient.objects.exists()
    found = derived()
    snapshots.rebuild_all(DAY)
    assert found == derived()


@pytest.mark.parametrize("point", POINTS)
def test_a_process_that_dies_leaves_everything_to_the_next(
    changed: None, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    before = state()
    with monkeypatch.context() as patch:
        module, name, _is_after = POINTS[point]
        patch.setattr(module, name, deadly(point, lambda: os._exit(DEAD)))
        assert work_in_a_process(rebuild) == DEAD
    assert state() == before
    assert_the_next_run_completes()


@pytest.mark.parametrize("point", list(POINTS)[1::2])
def test_a_connection_that_ends_leaves_everything_to_the_next(
    changed: None, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    def killed() -> bool:
        try:
            rebuild()
        except OperationalError:
            return True
        return False

    before = state()
    with monkeypatch.context() as patch:
        module, name, _is_after = POINTS[point]
        patch.setattr(module, name, deadly(point, end_connection))
        assert in_thread(killed)
    assert state() == before
    assert_the_next_run_completes()


@pytest.mark.parametrize("job", [snapshots.compare, snapshots.rebuild_all, snapshots.catch_up])
def test_a_nightly_job_that_dies_changes_nothing(
    changed: None, monkeypatch: pytest.MonkeyPatch, job: Callable[[date], int]
) -> None:
    before = state()
    point = "when the old windows are gone"
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "_delete", deadly(point, lambda: os._exit(DEAD)))
        assert work_in_a_process(lambda: job(DAY + timedelta(days=30))) == DEAD
    assert state() == before
    assert_the_next_run_completes()


def test_without_one_transaction_a_death_would_show(changed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """That this file can fail: a rebuild that commits step by step loses its marks and leaves windows out."""

    def step_by_step() -> None:
        marks = snapshots._take_marks(100)
        snapshots._work_off(100, projection.current_rules(), DAY)
        assert marks

    before = state()
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "_work_off", lambda *args: os._exit(DEAD))
        assert work_in_a_process(step_by_step) == DEAD
    assert state() != before
    found = derived()
    assert not rebuild()
    snapshots.rebuild_all(DAY)
    assert found != derived()


def test_all_jobs_at_the_same_moment_do_no_harm(changed: None) -> None:
    jobs = [
        lambda: snapshots.catch_up(DAY),
        lambda: snapshots.compare(DAY),
        lambda: snapshots.rebuild_all(DAY),
    ]
    together([*jobs, rebuild, rebuild, rebuild])
    while rebuild():
        pass
    found = derived()
    snapshots.rebuild_all(DAY)
    assert found == derived()
    assert {count for rows in found.values() for count in rows.values()} == {1}

"""Two rebuilders at once, and writes that commit while a rebuild is at work."""

import threading
import time
from datetime import date, datetime

import pytest
from django.db import connection, transaction

from accounts.days import JAKARTA
from contracts.models import ContractLine, ValueSegment
from kpis import snapshots
from kpis.models import Snapshot, StaleClient
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, tzinfo=JAKARTA)


def in_thread(work):
    """Run `work` on a connection of its own and wait for its result."""
    results = []

    def run():
        try:
            results.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    return results[0]


@pytest.fixture
def line():
    line = factories.ContractLineFactory(unit_price=10)
    while snapshots.rebuild_stale(100, NOW):
        pass
    snapshots.catch_up(TODAY)
    return line


def test_a_second_rebuilder_leaves_the_work_to_the_first(line):
    ContractLine.objects.update(unit_price=20)
    with transaction.atomic():
        assert snapshots.rebuild_stale(100, NOW) == 1
        assert in_thread(lambda: snapshots.rebuild_stale(100, NOW)) == 0
    assert snapshots.compare(TODAY) == 0


def test_two_rebuilders_share_the_marks_without_doubling_anything(line):
    for price in range(20, 30):
        ContractLine.objects.update(unit_price=price)
    barrier = threading.Barrier(2)

    def work():
        barrier.wait()
        for _ in range(10):
            snapshots.rebuild_stale(3, NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not StaleClient.objects.exists()
    assert snapshots.compare(TODAY) == 0
    assert Snapshot.objects.for_company().latest("month").sums.closing_arr == 29 * 12


def test_a_write_that_commits_during_a_rebuild_is_not_lost(line, monkeypatch):
    """It commits after the facts were read: the numbers are old, but its mark is there for the next run."""
    ContractLine.objects.update(unit_price=20)
    real_project = snapshots.project

    def project_then_write(*args):
        result = real_project(*args)
        in_thread(lambda: ContractLine.objects.update(unit_price=30))
        return result

    monkeypatch.setattr(snapshots, "project", project_then_write)
    snapshots.rebuild_stale(100, NOW)
    monkeypatch.undo()
    assert ValueSegment.objects.get().annual_value == 20 * 12
    assert StaleClient.objects.count() == 1
    assert snapshots.rebuild_stale(100, NOW) == 1
    assert ValueSegment.objects.get().annual_value == 30 * 12
    assert snapshots.compare(TODAY) == 0


def test_a_rebuild_that_fails_leaves_its_marks(line, monkeypatch):
    ContractLine.objects.update(unit_price=20)

    def fail(*args):
        raise RuntimeError("the worker dies here")

    monkeypatch.setattr(snapshots, "credit", fail)
    with pytest.raises(RuntimeError):
        snapshots.rebuild_stale(100, NOW)
    monkeypatch.undo()
    assert StaleClient.objects.count() == 1
    assert ValueSegment.objects.get().annual_value == 10 * 12


def waits_for_the_lock(seconds=10):
    """Whether somebody comes to wait for the rebuilders' lock."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchall():
                return True
        time.sleep(0.05)
    return False


def test_the_nightly_comparison_waits_for_a_rebuild(line):
    done = []

    def compare():
        done.append(snapshots.compare(TODAY))
        connection.close()

    thread = threading.Thread(target=compare)
    with transaction.atomic():
        ContractLine.objects.update(unit_price=20)
        snapshots.rebuild_stale(100, NOW)
        thread.start()
        assert waits_for_the_lock()
    thread.join(timeout=30)
    assert done == [0]

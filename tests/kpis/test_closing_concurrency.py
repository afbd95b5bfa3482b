"""Closing and re-opening beside a rebuild, and two of them at once."""

import threading
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.days import JAKARTA
from contracts.models import ContractLine
from kpis import closing, snapshots
from kpis.models import Edition, MonthClose, Snapshot
from tests import factories
from tests.kpis.test_rebuild_concurrency import in_thread, waits_for_the_lock

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER = date(2026, 10, 1)
NOW = datetime(2026, 11, 21, 10, tzinfo=JAKARTA)


@pytest.fixture
def line():
    line = factories.ContractLineFactory(unit_price=10)
    while snapshots.rebuild_stale(100, NOW):
        pass
    snapshots.catch_up(date(2026, 11, 21))
    return line


@pytest.fixture
def without_the_lock(monkeypatch):
    monkeypatch.setattr(snapshots, "wait_for_lock", lambda patience=None: None)


def close(_=None):
    """“closed”, or why not."""
    try:
        closing.close(OCTOBER, None, NOW, "20s")
    except ValidationError as refusal:
        return refusal.messages[0]
    return "closed"


def both(work):
    """What `work` gives in two threads that start together."""
    together, results = threading.Barrier(2), []

    def run():
        together.wait()
        try:
            results.append(work())
        except IntegrityError as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def reported():
    return Snapshot.objects.for_company(editions=[Edition.REPORTED]).get(kind="month").sums.closing_arr


def close_during_a_rebuild(has_come):
    """A committed change is being computed, but not committed, when somebody closes."""
    ContractLine.objects.update(unit_price=20)
    results = []

    def run():
        results.append(close())
        connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        snapshots.rebuild_stale(100, NOW)
        thread.start()
        has_come(thread)
    thread.join(timeout=60)
    assert results == ["closed"]


def test_closing_waits_for_a_rebuild_and_reports_what_was_committed_before(line):
    close_during_a_rebuild(lambda thread: waits_for_the_lock())
    assert reported() == 240


def test_without_the_lock_the_reported_numbers_would_be_old(line, without_the_lock):
    """The fault that the lock guards against: the rebuild has taken the mark, but its numbers are not there yet."""
    close_during_a_rebuild(lambda thread: thread.join(timeout=20))
    assert reported() == 120


def test_who_cannot_wait_is_told(line):
    with transaction.atomic():
        snapshots.wait_for_lock()
        refusal = in_thread(lambda: _refusal(lambda: closing.close(OCTOBER, None, NOW, "50ms")))
    assert "sedang dihitung" in refusal
    assert not MonthClose.objects.exists()


def _refusal(act):
    with pytest.raises(ValidationError) as refused:
        act()
    return refused.value.messages[0]


def test_of_two_who_close_at_once_one_is_told(line):
    results = both(close)
    assert "closed" in results
    results.remove("closed")
    assert "sudah ditutup" in results[0]
    assert MonthClose.objects.count() == 1


def test_without_the_lock_the_second_would_run_into_the_constraint(line, without_the_lock, monkeypatch):
    together = threading.Barrier(2)
    real_copy = closing._copy

    def copy(month):
        together.wait(timeout=20)
        return real_copy(month)

    monkeypatch.setattr(closing, "_copy", copy)
    results = both(close)
    assert [type(result) for result in sorted(results, key=str)].count(IntegrityError) == 1


def test_of_two_who_re_open_at_once_one_is_told(line):
    row = closing.close(OCTOBER, None, NOW)
    person = factories.UserFactory()

    def reopen():
        try:
            closing.reopen(row, person, "Koreksi", NOW, "20s")
        except ValidationError as refusal:
            return refusal.messages[0]
        return "re-opened"

    results = both(reopen)
    assert results.count("re-opened") == 1
    assert row.events.count() == 2  # one for closing, one for re-opening
    assert not Snapshot.objects.filter(edition=Edition.REPORTED).exists()


def test_the_daily_job_at_once_with_itself_closes_once(line):
    assert sorted(both(lambda: closing.close_last_month(NOW, 5))) == [False, True]
    assert MonthClose.objects.count() == 1

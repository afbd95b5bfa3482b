"""A large backlog: ranges of clients by several workers, then the windows, each once, again by several."""

import os
from collections.abc import Callable
from datetime import date

import pytest
from celery import Task
from django.db import connection, transaction

from clients.models import Answer
from contracts.models import ContractLine
from kpis import backlog, snapshots, tasks
from kpis.models import Snapshot, StaleClient, StaleWindow
from tests.kpis.changes import DAY, make_office
from tests.kpis.test_incremental import derived
from tests.kpis.test_killed import DEAD, NOW, deadly, state, work_in_a_process
from tests.kpis.test_rebuild_concurrency import in_thread
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def marked(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """Everything computed, then another price of every line: at least three ranges. Returns the number of clients."""
    monkeypatch.setattr(backlog, "RANGE", 2)
    make_office()
    snapshots.rebuild_all(DAY)
    ContractLine.objects.update(unit_price=7_000_000)
    return StaleClient.objects.values("client").distinct().count()


def work() -> int:
    return backlog.rebuild_range(NOW)


def until_nothing_is_left(job: Callable[[], int]) -> int:
    done = 0
    while found := job():
        done += found
    return done


def assert_the_windows_follow() -> None:
    assert until_nothing_is_left(lambda: snapshots.rebuild_stale(100, NOW))
    assert_all_is_right()


def assert_all_is_right() -> None:
    found = derived()
    snapshots.rebuild_all(DAY)
    assert found == derived()


def test_workers_share_the_clients_and_the_windows_follow_once(marked: int) -> None:
    before = list(Snapshot.objects.values_list("pk"))
    assert sum(together([lambda: until_nothing_is_left(work)] * 3)) == marked
    assert list(Snapshot.objects.values_list("pk")) == before
    assert set(StaleClient.objects.values_list("client", flat=True)) == {None}
    listed = backlog.list_windows(NOW)
    assert not StaleClient.objects.exists()
    done = together([lambda: until_nothing_is_left(lambda: backlog.rebuild_windows(NOW))] * 3)
    assert sum(done) == listed == len(snapshots.stored_windows())
    assert_all_is_right()


def test_the_mark_of_a_range_names_the_earliest_day(marked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "RANGE", 10**6)
    ContractLine.objects.order_by("-pk")[:1].get().delete()
    [(since,)] = StaleClient.objects.exclude(since=None).values_list("since")
    work()
    [(client, left)] = StaleClient.objects.values_list("client", "since")
    assert client is None
    assert left <= since
    assert_the_windows_follow()


def test_the_day_of_a_deleted_fact_is_not_lost_where_the_ledger_shows_nothing(marked: int) -> None:
    """Answers have no ledger: only their marks know the day."""
    until_nothing_is_left(work)
    until_nothing_is_left(lambda: snapshots.rebuild_stale(100, NOW))
    Answer.objects.order_by("pk")[:1].get().delete()
    assert until_nothing_is_left(work) == 1
    assert StaleClient.objects.exclude(since=None).filter(client=None).count() == 1
    assert_the_windows_follow()


def test_where_nothing_differs_no_mark_is_left(marked: int) -> None:
    until_nothing_is_left(work)
    until_nothing_is_left(lambda: snapshots.rebuild_stale(100, NOW))
    ContractLine.objects.update(unit_price=7_000_000)
    assert until_nothing_is_left(work) == marked
    assert not StaleClient.objects.exists()


def test_a_second_worker_takes_another_range_meanwhile(marked: int) -> None:
    with transaction.atomic():
        first = work()
        assert in_thread(lambda: until_nothing_is_left(work)) == marked - first


def test_without_ranges_of_their_own_the_second_would_wait(
    marked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the lock of a range is for."""

    def impatient() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            work()
        return True

    with transaction.atomic():
        work()
        monkeypatch.setattr(backlog, "RANGES", backlog.RANGES + 1)  # another lock: nobody else holds it
        assert in_thread(impatient)


def test_ranges_and_a_rebuild_of_windows_leave_each_other_alone(marked: int) -> None:
    with transaction.atomic():
        assert work()
        assert in_thread(lambda: snapshots.rebuild_stale(100, NOW)) == 0
    until_nothing_is_left(work)
    with transaction.atomic():
        assert snapshots.rebuild_stale(100, NOW)
        assert in_thread(work) == in_thread(windows) == 0


@pytest.fixture
def listed(marked: int) -> int:
    """The ledger is at rest, every window waits; returns how many."""
    until_nothing_is_left(work)
    return backlog.list_windows(NOW)


def windows() -> int:
    return backlog.rebuild_windows(NOW)


def test_a_second_worker_takes_other_windows_meanwhile(listed: int) -> None:
    with transaction.atomic():
        first = windows()
        assert 0 < first < listed
        assert in_thread(lambda: until_nothing_is_left(windows)) == listed - first
    assert_all_is_right()


def test_windows_are_not_listed_while_one_is_computed(listed: int) -> None:
    """A client changes after its window was read, and its range is done before that window is stored."""
    with transaction.atomic():
        assert windows()
        in_thread(lambda: ContractLine.objects.update(unit_price=9_000_000))
        in_thread(lambda: until_nothing_is_left(work))
        assert in_thread(lambda: backlog.list_windows(NOW)) == 0
    assert backlog.list_windows(NOW) == listed
    until_nothing_is_left(windows)
    assert_all_is_right()


def test_a_worker_that_dies_leaves_its_windows_to_the_next(
    listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = derived()
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "_delete", deadly("when the old windows are gone", lambda: os._exit(DEAD)))
        assert work_in_a_process(windows) == DEAD
    assert derived() == before
    assert StaleWindow.objects.count() == listed
    until_nothing_is_left(windows)
    assert_all_is_right()


@pytest.mark.parametrize("job", [snapshots.catch_up, snapshots.compare, snapshots.rebuild_all])
def test_a_job_that_computes_windows_takes_those_that_wait(listed: int, job: Callable[[date], int]) -> None:
    job(DAY)
    assert not StaleWindow.objects.exists()
    assert_all_is_right()


@pytest.mark.parametrize("point", ["before credit", "after credit"])
def test_a_worker_that_dies_leaves_its_range_to_the_next(
    marked: int, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    before = state()
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "credit", deadly(point, lambda: os._exit(DEAD)))
        assert work_in_a_process(work) == DEAD
    assert state() == before
    until_nothing_is_left(work)
    assert_the_windows_follow()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the tasks that were sent."""
    names: list[str] = []
    monkeypatch.setattr(Task, "apply_async", lambda self, **options: names.append(self.name))
    return names


def test_the_poller_shares_a_large_backlog_and_does_a_small_one_itself(
    marked: int, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "LARGE", StaleClient.objects.count() - 1)
    assert tasks.rebuild_stale_clients() == 0
    assert set(sent) == {tasks.share_backlog.name}
    monkeypatch.setattr(backlog, "LARGE", StaleClient.objects.count())
    assert tasks.rebuild_stale_clients() == marked


def test_the_task_of_a_worker_goes_on_to_the_last_window(marked: int) -> None:
    assert tasks.share_backlog() == marked + 2 * len(snapshots.stored_windows())  # listed, and computed
    assert tasks.share_backlog() == 0
    assert not StaleWindow.objects.exists()


def test_the_windows_of_a_first_import_are_listed_without_the_hourly_job(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "RANGE", 2)
    make_office()
    until_nothing_is_left(lambda: backlog.work(NOW))
    assert snapshots.stored_windows()
    assert not StaleClient.objects.exists()
    assert_all_is_right()


def test_a_task_ends_in_time_for_others(marked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SHARE", 0)
    assert tasks.share_backlog() == 0

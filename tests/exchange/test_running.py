"""What holds when workers die, come late or meet, and when the world changes between check and taking over."""

import os
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from accounts.models import User
from clients.models import Client
from exchange.importing import running, writing
from exchange.importing.running import forget_old, run_next
from exchange.models import Heartbeat, Import
from exchange.models.imports import KEPT
from exchange.models.job import LEASE, MOST_ATTEMPTS, LostError
from tests import factories
from tests.conftest import NOW, empty_test_database, make_cast
from tests.exchange.bringing import State, bring, brought, outcomes, take_over, work
from tests.kpis.test_killed import DEAD, work_in_a_process
from tests.kpis.test_rebuild_concurrency import in_thread
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)

LINES = [{"code": f"K-{n}", "legal_name": f"Klien {n}"} for n in range(12)]
LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
def importer(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(writing, "LINES_AT_ONCE", 4)
    cast = make_cast()
    cast.director.user_permissions.add(Permission.objects.get(codename="import_data"))
    User.objects.filter(pk=cast.director.pk).update(language="en")
    yield User.objects.get(pk=cast.director.pk)
    empty_test_database()


def clients() -> int:
    return Client.objects.filter(code__startswith="K-").count()


def start(job: Import, state: str) -> None:
    Import.objects.filter(pk=job.pk).update(state=state, due_at=NOW)


def dying_after(calls: int, real: Callable[..., Any]) -> Callable[..., Any]:
    left = iter(range(calls))

    def last_act(*args: Any, **options: Any) -> Any:
        if next(left, None) is None:
            os._exit(DEAD)
        return real(*args, **options)

    return last_act


@pytest.mark.parametrize("portions", [0, 1, 2])
@pytest.mark.parametrize("state", [State.CHECKING, State.APPLYING])
def test_a_worker_that_dies_half_way_leaves_nothing_and_the_next_completes(
    importer: User, monkeypatch: pytest.MonkeyPatch, state: str, portions: int
) -> None:
    job = bring(importer, "clients", LINES)
    start(job, state)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_save", dying_after(portions, writing._save))
        assert work_in_a_process(lambda: run_next(NOW)) == DEAD
    assert clients() == 0
    assert run_next(NOW) == 0  # it is still taken
    assert run_next(LATER) == 1
    job.refresh_from_db()
    assert (job.state, clients()) == ((State.CHECKED, 0) if state == State.CHECKING else (State.APPLIED, 12))


def test_an_undo_that_dies_half_way_takes_nothing_back_and_the_next_completes(
    importer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = brought(importer, "clients", LINES)
    start(job, State.UNDOING)
    with monkeypatch.context() as patch:
        patch.setattr(running.undoing, "_take_back", lambda notes: os._exit(DEAD))
        assert work_in_a_process(lambda: run_next(NOW)) == DEAD
    assert clients() == 12
    assert run_next(LATER) == 1
    assert clients() == 0


def test_without_one_transaction_a_death_would_leave_half_of_it(
    importer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the transaction is for."""
    job = bring(importer, "clients", LINES)
    start(job, State.APPLYING)

    class Nothing:
        def __enter__(self) -> None: ...
        def __exit__(self, *error: object) -> None: ...

    with monkeypatch.context() as patch:
        patch.setattr(running, "transaction", SimpleNamespace(atomic=Nothing))
        patch.setattr(running, "see_one_moment", lambda: None)
        patch.setattr(writing, "_save", dying_after(1, writing._save))
        assert work_in_a_process(lambda: run_next(NOW)) == DEAD
    assert 0 < clients() < 12


def test_a_worker_that_dies_again_and_again_is_given_up(importer: User) -> None:
    job = bring(importer, "clients", LINES)
    start(job, State.APPLYING)
    Import.objects.filter(pk=job.pk).update(attempts=MOST_ATTEMPTS)
    work(job)
    assert (job.state, clients()) == (State.CHECKED, 0)
    assert "nothing was changed" in job.complaint


def test_an_error_is_tried_again_and_then_told(importer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = bring(importer, "clients", LINES)
    start(job, State.APPLYING)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_save", lambda entries: 1 / 0)
        for _each in range(MOST_ATTEMPTS):
            assert run_next(NOW) == 1
    job.refresh_from_db()
    assert (job.state, clients()) == (State.CHECKED, 0)
    assert str(job.pk) in job.complaint


def test_two_workers_take_it_over_once(importer: User) -> None:
    job = bring(importer, "clients", LINES)
    start(job, State.APPLYING)
    assert sum(together([lambda: run_next(NOW)] * 4)) == 1
    assert clients() == 12


def test_a_worker_that_lost_its_lease_does_not_settle(importer: User) -> None:
    job = bring(importer, "clients", LINES)
    start(job, State.CHECKING)
    slow = Import.objects.claim(NOW)
    assert run_next(LATER) == 1
    with pytest.raises(LostError):
        slow.settle(State.READING)
    job.refresh_from_db()
    assert job.state == State.CHECKED


@pytest.mark.parametrize("state", [State.APPLYING, State.UNDOING])
def test_what_a_worker_did_that_lost_its_lease_does_not_stay(
    importer: User, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Slow, not dead: another worker has claimed the job before this one is done."""
    job = (
        bring(importer, "clients", LINES) if state == State.APPLYING else brought(importer, "clients", LINES)
    )
    before = clients()
    start(job, state)
    real = Import.settle

    def too_late(self: Import, *args: Any, **options: Any) -> None:
        in_thread(lambda: Import.objects.filter(pk=job.pk).update(attempts=2))
        real(self, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Import, "settle", too_late)
        patch.setattr(running, "see_one_moment", lambda: None)  # else PostgreSQL ends it already
        assert run_next(NOW) == 1
    assert clients() == before


def test_what_changed_since_the_check_is_shown_again_before_it_is_taken_over(importer: User) -> None:
    factories.ClientFactory(code="K-3", legal_name="Klien 3", city="Solo")
    job = bring(importer, "clients", [{"code": "K-3", "city": "Medan"}])
    Client.objects.filter(code="K-3").update(city="Bogor")
    start(job, State.APPLYING)
    work(job)
    assert job.state == State.CHECKING
    assert Client.objects.get(code="K-3").city == "Bogor"
    work(job)
    assert job.state == State.CHECKED
    assert [change[1] for line in job.lines.all() for change in line.changes] == ["Bogor"]


def test_an_edit_during_the_taking_over_is_not_overwritten(
    importer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.ClientFactory(code="K-3", legal_name="Klien 3", city="Solo")
    job = bring(importer, "clients", [{"code": "K-3", "city": "Medan"}])
    start(job, State.APPLYING)
    real = writing._save

    def somebody_is_faster(entries: Any) -> None:
        in_thread(lambda: Client.objects.filter(code="K-3", city="Solo").update(city="Bogor"))
        real(entries)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_save", somebody_is_faster)
        run_next(NOW)
    assert Client.objects.get(code="K-3").city == "Bogor"
    run_next(NOW)
    assert Client.objects.get(code="K-3").city == "Bogor"
    job.refresh_from_db()
    assert job.state == State.CHECKING


def test_without_one_picture_of_the_database_it_would_be(
    importer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the isolation level is for."""
    factories.ClientFactory(code="K-3", legal_name="Klien 3", city="Solo")
    job = bring(importer, "clients", [{"code": "K-3", "city": "Medan"}])
    start(job, State.APPLYING)
    real = writing._save

    def somebody_is_faster(entries: Any) -> None:
        in_thread(lambda: Client.objects.filter(code="K-3").update(city="Bogor"))
        real(entries)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_save", somebody_is_faster)
        patch.setattr(running, "see_one_moment", lambda: None)
        run_next(NOW)
    assert Client.objects.get(code="K-3").city == "Medan"


def test_rights_are_those_of_the_moment_of_taking_over(importer: User) -> None:
    job = bring(importer, "clients", LINES)
    importer.user_permissions.clear()
    start(job, State.APPLYING)
    work(job)
    work(job)
    assert set(outcomes(job)) == {"error"}
    assert clients() == 0


def test_a_dry_run_keeps_no_lock_from_one_portion_to_the_next(
    importer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"code": f"K-{n}", "city": "Medan"} for n in range(12)]
    for row in rows:
        factories.ClientFactory(code=row["code"])
    seen: list[int] = []

    def told(done: int) -> None:
        def change() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
            return Client.objects.filter(code="K-0").update(brand_name=f"{done}")

        seen.append(in_thread(change))

    monkeypatch.setattr(running.Progress, "__call__", lambda self, done: told(done))
    bring(importer, "clients", rows)
    assert seen == [1, 1, 1, 1]


def test_progress_is_seen_while_it_goes_on(importer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = writing._save

    def look(entries: Any) -> None:
        seen.append(in_thread(lambda: Heartbeat.objects.get().done))
        real(entries)

    monkeypatch.setattr("exchange.progress.EVERY", 0)
    monkeypatch.setattr(writing, "_save", look)
    take_over(bring(importer, "clients", LINES))
    assert seen == [0, 4, 8] * 2


def test_files_are_kept_for_thirty_days_and_as_long_as_a_worker_needs_them(director: User) -> None:
    _old, busy = (brought(director, "clients", [{"code": code, "legal_name": code}]) for code in ("A", "B"))
    Import.objects.update(created_at=NOW - KEPT + timedelta(seconds=1))
    assert forget_old(NOW) == 0
    Import.objects.filter(pk=busy.pk).update(state=State.UNDOING)
    assert forget_old(NOW + timedelta(seconds=1)) == 1
    assert list(Import.objects.all()) == [busy]
    assert Client.objects.filter(code="A").exists()

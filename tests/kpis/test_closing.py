"""A closed month keeps what was reported, whatever is corrected, computed or forgotten afterwards."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.days import JAKARTA
from clients.models import Assignment
from contracts.models import Contract, ContractLine
from kpis import closing, snapshots
from kpis.models import Edition, MonthClose, Snapshot, StaleClient, WindowKind
from tests import factories

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
END = date(2026, 10, 31)
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, tzinfo=JAKARTA)


def settle(now=NOW):
    while snapshots.rebuild_stale(100, now):
        pass


@pytest.fixture
def line():
    """120 a year since January, held by somebody in a team; numbers up to date."""
    membership = factories.TeamMembershipFactory()
    line = factories.ContractLineFactory(unit_price=10)
    factories.AssignmentFactory(client=line.contract.client, user=membership.user)
    settle()
    snapshots.catch_up(TODAY)
    return line


@pytest.fixture
def person(db):
    return factories.UserFactory()


def company(edition, kind=WindowKind.MONTH):
    return Snapshot.objects.for_company(editions=[edition]).get(kind=kind, last_day=END).sums


def reported():
    return list(Snapshot.objects.filter(edition=Edition.REPORTED).order_by("pk").values())


def test_closing_copies_the_month_and_the_12_months_of_every_scope(line, person):
    row = closing.close(OCTOBER, person, NOW)
    assert (row.first_day, row.closed_at, row.closed_by) == (OCTOBER, NOW, person)
    both = [
        set(
            Snapshot.objects.filter(edition=edition, last_day=END).values_list(
                *snapshots.COLUMNS, "as_of", "computed_at"
            )
        )
        for edition in (Edition.CURRENT, Edition.REPORTED)
    ]
    assert both[0] == both[1]
    assert {(kind, scope) for kind, _, _, _, scope, *_ in both[0]} >= {
        (kind, scope) for kind in ("month", "year") for scope in ("company", "team", "user", "unassigned")
    }
    assert Snapshot.objects.filter(edition=Edition.REPORTED).exclude(last_day=END).count() == 0


def test_marks_that_wait_are_worked_off_first(line):
    ContractLine.objects.update(unit_price=20)
    closing.close(OCTOBER, None, NOW)
    assert company(Edition.REPORTED).closing_arr == company(Edition.CURRENT).closing_arr == 240
    assert not StaleClient.objects.exists()


def test_windows_that_are_missing_are_computed_first(line):
    Snapshot.objects.all().delete()
    closing.close(OCTOBER, None, NOW)
    assert company(Edition.REPORTED).closing_arr == 120


CORRECTIONS = {
    "price": lambda line: ContractLine.objects.update(unit_price=20),
    "terminated": lambda line: Contract.objects.update(
        terminated_on=date(2026, 10, 20), termination_reason="Pindah"
    ),
    "owner": lambda line: Assignment.objects.update(user=factories.UserFactory()),
    "deleted": lambda line: ContractLine.objects.all().delete(),
}


@pytest.mark.parametrize("correct", CORRECTIONS.values(), ids=CORRECTIONS.keys())
def test_a_correction_changes_the_current_numbers_only(line, correct):
    closing.close(OCTOBER, None, NOW)
    before = reported()
    current = set(
        Snapshot.objects.filter(edition=Edition.CURRENT, last_day=END).values_list(*snapshots.COLUMNS)
    )
    correct(line)
    settle()
    assert reported() == before
    after = set(
        Snapshot.objects.filter(edition=Edition.CURRENT, last_day=END).values_list(*snapshots.COLUMNS)
    )
    assert after != current


JOBS = {
    "rebuild_all": lambda: snapshots.rebuild_all(TODAY + timedelta(days=40)),
    "compare": lambda: snapshots.compare(TODAY + timedelta(days=40)),
    "catch_up": lambda: snapshots.catch_up(TODAY + timedelta(days=40)),
}


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS.keys())
def test_no_job_touches_what_was_reported(line, job):
    """Not even when nothing is left of the facts."""
    closing.close(OCTOBER, None, NOW)
    before = reported()
    ContractLine.objects.update(unit_price=20)
    job()
    assert reported() == before
    ContractLine.objects.all().delete()
    job()
    assert reported() == before


def test_a_month_that_is_not_over_in_jakarta_is_refused(line):
    just_before = datetime(2026, 10, 31, 23, 59, tzinfo=JAKARTA)
    with pytest.raises(ValidationError, match=r"belum berakhir.*1 Nov 2026"):
        closing.close(OCTOBER, None, just_before)
    snapshots.catch_up(date(2026, 11, 1))
    assert closing.close(OCTOBER, None, just_before + timedelta(minutes=1))


def test_a_closed_month_is_refused_and_says_who_closed_it(line, person):
    closing.close(OCTOBER, person, NOW)
    before = reported()
    ContractLine.objects.update(unit_price=20)
    with pytest.raises(ValidationError, match=person.full_name):
        closing.close(OCTOBER, None, NOW)
    assert reported() == before
    assert MonthClose.objects.count() == 1


def test_a_month_before_the_first_contract_is_refused(line):
    with pytest.raises(ValidationError, match="tidak punya angka"):
        closing.close(date(2025, 12, 1), None, NOW)
    assert not MonthClose.objects.exists()


def test_re_opening_gives_up_the_reported_numbers_of_this_month_only(line, person):
    row = closing.close(OCTOBER, None, NOW)
    closing.close(date(2026, 9, 1), None, NOW)
    closing.reopen(row, person, " Salah harga ", NOW)
    row.refresh_from_db()
    assert (row.reopened_at, row.reopened_by, row.reason) == (NOW, person, "Salah harga")
    assert {each["last_day"] for each in reported()} == {date(2026, 9, 30)}


def test_re_opening_needs_a_reason(line, person):
    row = closing.close(OCTOBER, None, NOW)
    with pytest.raises(ValidationError, match="Sebutkan alasan"):
        closing.reopen(row, person, "  ", NOW)
    assert reported()


def test_a_closing_is_re_opened_once(line, person):
    """Whoever still looks at the first closing does not re-open the second one."""
    row = closing.close(OCTOBER, None, NOW)
    closing.reopen(row, person, "Koreksi", NOW)
    closing.close(OCTOBER, person, NOW)
    with pytest.raises(ValidationError, match="sudah"):
        closing.reopen(row, person, "Lagi", NOW)
    assert MonthClose.objects.in_force().count() == 1
    assert reported()


def test_closing_again_reports_the_corrected_numbers(line, person):
    closing.reopen(closing.close(OCTOBER, None, NOW), person, "Koreksi", NOW)
    ContractLine.objects.update(unit_price=20)
    closing.close(OCTOBER, person, NOW)
    assert company(Edition.REPORTED).closing_arr == 240


def at(day, hour=4):
    return datetime(2026, 11, day, hour, tzinfo=JAKARTA)


def test_the_daily_job_closes_the_last_month_on_the_5th_and_once(line):
    assert [closing.close_last_month(at(day), 5) for day in (3, 4, 5, 5, 6)] == [
        False, False, True, False, False,
    ]  # fmt: skip
    row = MonthClose.objects.get()
    assert (row.first_day, row.closed_by, row.closed_at) == (OCTOBER, None, at(5))


def test_the_daily_job_counts_days_in_jakarta(line):
    assert not closing.close_last_month(datetime(2026, 11, 4, 23, 59, tzinfo=JAKARTA), 5)
    assert closing.close_last_month(datetime(2026, 11, 5, 0, 1, tzinfo=JAKARTA), 5)


def test_the_daily_job_runs_late(line):
    assert closing.close_last_month(at(30), 5)


def test_the_daily_job_leaves_a_re_opened_month_to_people(line, person):
    closing.reopen(closing.close(OCTOBER, None, at(2)), person, "Koreksi", at(3))
    assert not closing.close_last_month(at(5), 5)
    assert not MonthClose.objects.in_force().exists()


def test_the_daily_job_leaves_an_empty_installation_alone(db):
    assert not closing.close_last_month(at(5), 5)
    assert not MonthClose.objects.exists()

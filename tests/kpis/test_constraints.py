"""Every rule of kpis that the database holds, broken past the ORM."""

from datetime import date

import pytest
from django.utils import timezone

from kpis.measures import SUMS
from kpis.models import Credit, MonthClose, Snapshot, Target
from tests.database import Violation, again, assert_refused_by, put
from tests.factories import ClientFactory, MonthCloseFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
WINDOW = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 31)}


def _credit() -> Credit:
    return Credit.objects.create(client=ClientFactory(), role="AM", first_day=date(2026, 1, 1))


def _snapshot() -> Snapshot:
    sums = dict.fromkeys(SUMS, 0)
    return Snapshot.objects.create(
        kind="month", role="AM", scope="company", as_of=date(2026, 11, 1), computed_at=timezone.now(), **WINDOW, **sums
    )  # fmt: skip


def _target() -> Target:
    return Target.objects.create(kind="active_clients", user=UserFactory(), value=10, **WINDOW)


def _reopened(**columns: object) -> None:
    values = {
        "reopened_at": "2026-11-06T10:00+07:00",
        "reopened_by_id": UserFactory().pk,
        "reason": "Koreksi",
    }
    put(MonthCloseFactory(), **values | columns)


VIOLATIONS: list[tuple[str, Violation]] = [
    ("credit_no_overlap_per_client_and_role", lambda: again(_credit(), first_day="2026-06-01")),
    ("credit_of_nobody_has_no_team", lambda: put(_credit(), team_id=TeamFactory().pk)),
    ("snapshot_once", lambda: again(_snapshot())),
    ("snapshot_end_not_before_start", lambda: put(_snapshot(), last_day="2026-09-30")),
    ("snapshot_scope_names_its_row", lambda: put(_snapshot(), scope="user")),
    ("target_once", lambda: again(_target())),
    ("target_of_a_person_or_a_team", lambda: put(_target(), team_id=TeamFactory().pk)),
    ("target_end_not_before_start", lambda: put(_target(), last_day="2026-09-30")),
    ("target_is_an_amount", lambda: put(_target(), value="NaN")),
    ("target_is_an_amount", lambda: put(_target(), value="-1")),
    ("month_close_begins_on_the_first", lambda: put(MonthCloseFactory(), first_day="2026-10-02")),
    ("month_close_once_until_reopened", lambda: again(MonthCloseFactory())),
    ("month_close_reopened_by_with_reason", lambda: _reopened(reason="")),
    ("month_close_reopened_by_with_reason", lambda: _reopened(reopened_by_id=None)),
    ("month_close_reopened_by_with_reason", lambda: _reopened(reopened_at=None)),
    ("month_close_reopened_by_with_reason", lambda: put(MonthCloseFactory(), reason="Koreksi")),
    ("month_close_reopened_after_closing", lambda: _reopened(reopened_at="2026-11-05T03:59+07:00")),
]


@pytest.mark.parametrize(("name", "violation"), VIOLATIONS)
def test_the_database_refuses(name: str, violation: Violation) -> None:
    assert_refused_by(name, violation)


def test_a_re_opened_month_may_be_closed_again() -> None:
    _reopened()
    MonthCloseFactory()
    assert MonthClose.objects.in_force().count() == 1
    assert MonthClose.objects.count() == 2

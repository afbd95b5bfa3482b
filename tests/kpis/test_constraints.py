"""Every rule of kpis that the database holds, broken past the ORM."""

import pytest

from kpis.models import MonthClose, StaleWindow, Target, TargetKind
from tests.database import Violation, again, assert_refused_by, put
from tests.factories import (
    CreditFactory,
    MonthCloseFactory,
    SnapshotFactory,
    TargetFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

WHOLE = "target_of_clients_is_a_whole_number"
SHARE = "target_of_a_share_is_0_to_100"
OWN_TEAM = "credit_of_somebody_is_answered_by_the_own_team"


def aim(kind: str, value: object) -> Violation:
    """A target of `kind` whose value becomes `value`."""
    return lambda: put(TargetFactory(kind=kind), value=value)


def reopened(**columns: object) -> None:
    values = {
        "reopened_at": "2026-11-06T10:00+07:00",
        "reopened_by_id": UserFactory().pk,
        "reason": "Koreksi",
    }
    put(MonthCloseFactory(), **values | columns)


VIOLATIONS: list[tuple[str, Violation]] = [
    (
        "stale_window_once",
        lambda: again(
            StaleWindow.objects.create(kind="month", first_day="2026-01-01", last_day="2026-01-31")
        ),
    ),
    ("target_once", lambda: again(TargetFactory())),
    ("target_once", lambda: again(TargetFactory(user=UserFactory()))),
    ("target_once", lambda: again(TargetFactory(team=TeamFactory()))),
    (
        "target_of_a_person_or_a_team",
        lambda: put(TargetFactory(user=UserFactory()), team_id=TeamFactory().pk),
    ),
    ("target_end_not_before_start", lambda: put(TargetFactory(), last_day="2026-10-31")),
    ("target_of_a_known_kind", lambda: put(TargetFactory(), kind="")),
    *((WHOLE, aim(kind, value)) for kind in TargetKind.counts() for value in ("-1", "1.5", "1000001", "NaN")),
    *(("target_of_value_is_an_amount", aim("upsell", value)) for value in ("-0.01", "NaN")),
    *((SHARE, aim(kind, value)) for kind in TargetKind.shares() for value in ("-0.01", "100.01", "NaN")),
    *(("target_of_nrr_is_0_to_1000", aim("nrr", value)) for value in ("-0.01", "1000.01", "NaN")),
    *(("target_of_nps_is_minus_100_to_100", aim("nps", value)) for value in ("-100.01", "100.01", "NaN")),
    ("credit_no_overlap_per_client_and_role", lambda: again(CreditFactory())),
    ("credit_of_nobody_has_no_team", lambda: put(CreditFactory(), team_id=TeamFactory().pk)),
    (OWN_TEAM, lambda: put(CreditFactory(user=UserFactory()), answering_team_id=TeamFactory().pk)),
    (OWN_TEAM, lambda: put(CreditFactory(user=UserFactory()), team_id=TeamFactory().pk)),
    ("snapshot_once", lambda: again(SnapshotFactory())),
    ("snapshot_end_not_before_start", lambda: put(SnapshotFactory(), last_day="2026-09-30")),
    ("snapshot_scope_names_its_row", lambda: put(SnapshotFactory(), scope="team")),
    ("snapshot_scope_names_its_row", lambda: put(SnapshotFactory(), user_id=UserFactory().pk)),
    ("month_close_begins_on_the_first", lambda: put(MonthCloseFactory(), first_day="2026-10-02")),
    ("month_close_once_until_reopened", lambda: again(MonthCloseFactory())),
    ("month_close_reopened_by_with_reason", lambda: reopened(reason="")),
    ("month_close_reopened_by_with_reason", lambda: reopened(reopened_by_id=None)),
    ("month_close_reopened_by_with_reason", lambda: reopened(reopened_at=None)),
    ("month_close_reopened_by_with_reason", lambda: put(MonthCloseFactory(), reason="Koreksi")),
    ("month_close_reopened_after_closing", lambda: reopened(reopened_at="2026-11-05T03:59+07:00")),
]


@pytest.mark.parametrize(("name", "violation"), VIOLATIONS)
def test_the_database_refuses(name: str, violation: Violation) -> None:
    assert_refused_by(name, violation)


@pytest.mark.parametrize("kind", TargetKind)
def test_a_target_takes_its_least_and_its_most(kind: TargetKind) -> None:
    row = TargetFactory(kind=kind)
    for value in kind.limits:
        put(row, value=value)
        Target.objects.get(pk=row.pk).full_clean()


def test_a_re_opened_month_may_be_closed_again() -> None:
    reopened()
    MonthCloseFactory()
    assert MonthClose.objects.in_force().count() == 1
    assert MonthClose.objects.count() == 2

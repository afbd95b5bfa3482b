"""The nightly comparison finds what differs from the facts in any derived table, says so as an error, and repairs it.

Rows are changed, deleted and added behind the product's back; no trigger watches derived tables, so no mark tells.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import structlog
from django.db import models
from django.db.models import F

from accounts.models import Team, User
from clients.models import Client
from contracts.models import ActiveSpan, ClientStanding, Contract, ContractTerm, ValueSegment
from kpis import snapshots
from kpis.models import Credit, Edition, Scope, Snapshot, StaleClient
from tests import factories
from tests.company import undone
from tests.conftest import module_database
from tests.kpis.changes import DAY, make_office
from tests.kpis.test_incremental import derived

pytestmark = pytest.mark.django_db
LATER = date(2026, 3, 3)


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with module_database(django_db_blocker):
        make_office()
        factories.ClientFactory(legal_name="Tanpa kontrak")
        snapshots.rebuild_all(DAY)
        yield


def first(model: type[models.Model], **which: Any) -> models.QuerySet[Any]:
    """A queryset of one row."""
    row = model._default_manager.filter(**which).order_by("pk").first()
    assert row
    return model._default_manager.filter(pk=row.pk)


def window_of(**which: Any) -> models.QuerySet[Snapshot]:
    """All rows of the month of March or of a scope in it."""
    return Snapshot.objects.filter(kind="month", first_day=date(2026, 3, 1), **which)


def empty_client() -> Client:
    return Client.objects.get(legal_name="Tanpa kontrak")


def add_term() -> None:
    contract = Contract.objects.order_by("pk")[0]
    factories.ContractTermFactory(contract=contract, number=77, last_day=LATER)


def add_segment() -> None:
    segment = ValueSegment.objects.order_by("pk")[0]
    segment.pk, segment.first_day, segment.last_day = None, date(2025, 3, 1), date(2025, 3, 31)
    segment.save()


def add_snapshot() -> None:
    row = window_of(scope=Scope.NO_TEAM).order_by("pk")[0]
    row.pk, row.scope, row.user = None, Scope.USER, factories.UserFactory()
    row.save()


def give_to_another_team(credit: models.QuerySet[Any]) -> None:
    other = Team.objects.exclude(pk=credit.get().team_id).first()
    credit.update(team=other, answering_team=other)


DRIFTS: dict[str, Callable[[], object]] = {
    "segment changed": lambda: first(ValueSegment).update(annual_value=F("annual_value") + Decimal("0.01")),
    "segment of another family": lambda: first(ValueSegment).update(family="Lain"),
    "segment deleted": lambda: first(ValueSegment).delete(),
    "segment added": add_segment,
    "span changed": lambda: first(ActiveSpan).update(first_day=LATER),
    "span deleted": lambda: first(ActiveSpan).delete(),
    "span added": lambda: ActiveSpan.objects.create(client=empty_client(), first_day=LATER),
    "term changed": lambda: first(ContractTerm).update(value_due=1),
    "term deleted": lambda: first(ContractTerm).delete(),
    "term added": add_term,
    "standing changed": lambda: first(ClientStanding).update(status="onboarding"),
    "standing with other values": lambda: first(ClientStanding).update(values={"IDR": "1"}),
    "standing that will not be looked at": lambda: ClientStanding.objects.update(next_change_on=None),
    "standing deleted": lambda: first(ClientStanding).delete(),
    "credit changed": lambda: first(Credit, user=None, last_day=None).update(
        first_day=LATER, user=User.objects.first()
    ),
    "credit of another team": lambda: give_to_another_team(first(Credit, team__isnull=False)),
    "another team answers": lambda: first(Credit, user=None, last_day=None).update(
        answering_team=Team.objects.first()
    ),
    "credit deleted": lambda: first(Credit, user__isnull=False).delete(),
    "snapshot changed": lambda: first(Snapshot, scope=Scope.USER).update(churned_clients=5),
    "snapshot unknown": lambda: first(Snapshot, scope=Scope.COMPANY).update(opening_arr=None),
    "snapshot deleted": lambda: window_of(scope=Scope.USER)[:1].get().delete(),
    "company deleted": lambda: window_of(scope=Scope.COMPANY).delete(),
    "window deleted": lambda: window_of().delete(),
    "snapshot added": add_snapshot,
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_of_any_table_is_an_error_and_repaired(office: None, drift: str) -> None:
    with undone():
        right = derived()
        DRIFTS[drift]()
        assert derived() != right
        assert not StaleClient.objects.exists()
        with structlog.testing.capture_logs() as logs:
            assert snapshots.compare(DAY) > 0
        assert [(entry["event"], entry["log_level"]) for entry in logs] == [("numbers_drifted", "error")]
        assert derived() == right
        assert snapshots.compare(DAY) == 0


@pytest.mark.parametrize("days", [0, 1, 16, 40, 200])
def test_without_drift_nothing_is_said_also_when_time_has_passed(office: None, days: int) -> None:
    with undone(), structlog.testing.capture_logs() as logs:
        assert snapshots.compare(DAY + timedelta(days=days)) == 0
        assert logs == []


def test_a_contract_entered_late_adds_windows_at_the_beginning_and_is_no_drift(office: None) -> None:
    with undone(), structlog.testing.capture_logs() as logs:
        contract = factories.ContractFactory(client=empty_client(), start=date(2024, 2, 1))
        factories.ContractLineFactory(contract=contract)
        assert snapshots.compare(DAY) == 0
        assert min(snapshots.stored_windows()).first_day == date(2024, 2, 1)
        assert logs == []


def test_what_was_reported_is_never_drift(office: None) -> None:
    with undone():
        rows = list(window_of())
        for row in rows:
            row.pk, row.edition, row.new_clients = None, Edition.REPORTED, 99
        Snapshot.objects.bulk_create(rows)
        assert snapshots.compare(DAY) == 0
        assert window_of(edition=Edition.REPORTED, new_clients=99).count() == len(rows)

"""A demo company of many branches, and the bench over one: smaller here than what they are for."""

from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from accounts.models import Team, TeamMembership, User
from clients.models import Assignment, Client
from contracts.models import ClientStanding, Contract
from kpis import snapshots
from kpis.models import Snapshot
from portfolio.demo import branches
from portfolio.management.commands import bench_kpis, seed_demo

DAY = date(2026, 11, 21)


@pytest.mark.django_db
def test_a_branch_is_copied_with_keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branches, "MOST_CREWS", 2)
    monkeypatch.setattr(seed_demo, "A_BRANCH", 100)
    call_command("seed_demo", clients=300, day=DAY, stdout=StringIO())
    assert Client.objects.count() == 300
    assert (
        Contract.objects.filter(renewed_from__isnull=False)
        .exclude(client__legal_name__endswith=" 3")
        .exists()
    )
    third = Client.objects.filter(legal_name__endswith=" 3")
    assert third.count() == 100
    assert Contract.objects.filter(client__in=third, number__endswith="-3").exists()
    assert (
        not Contract.objects.filter(client__in=third)
        .exclude(renewed_from=None)
        .exclude(renewed_from__client__in=third)
        .exists()
    )
    first_crew = User.objects.filter(assignments__client__in=third)
    assert not first_crew.filter(email__contains=".2@").exists(), "branch 3 shares the people of branch 1"
    second = Client.objects.filter(legal_name__endswith=" 2")
    owners = Assignment.objects.filter(client__in=second).values_list("user__email", flat=True)
    assert all(".2@" in email for email in owners)
    assert Team.objects.filter(parent=None).count() == 1
    assert TeamMembership.objects.filter(role="director").count() == 1
    values = ClientStanding.objects.values_list("annual_value", flat=True)
    assert sum(1 for value in values if value) > 200
    assert Snapshot.objects.for_company().exists()
    assert snapshots.compare(DAY) == 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # pytest is, the command is not
@pytest.mark.django_db(transaction=True)
def test_the_bench_finds_the_sums_of_the_bare_statement_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("Administrator", "Penutup bulan", "Eksekutif"):
        Group.objects.get_or_create(name=name)  # earlier tests with transactions have emptied all tables
    monkeypatch.setattr(bench_kpis, "A_BRANCH", 100)
    out = StringIO()
    call_command("bench_kpis", clients=200, stdout=out)
    assert "sums of owners that differ from the bare statement: 0" in out.getvalue()
    assert [line for line in out.getvalue().splitlines() if line.startswith("200 clients, ")]
    assert "the same rows: True" in out.getvalue()
    assert not Client.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s), current_schemas(FALSE)", [bench_kpis.SCHEMA])
        assert cursor.fetchone() == (None, ["public"])

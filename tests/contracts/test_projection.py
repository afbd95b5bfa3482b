"""Derived rows of contracts: replaced exactly, touched only where they differ, and what a list says of a client."""

from datetime import date
from decimal import Decimal

import pytest
import structlog
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.effective import Rules, build_ledger
from contracts.models import ClientStanding, ContractTerm, ExchangeRate, RenewalDecision, ValueSegment
from contracts.projection import current_rules, facts_of, first_difference, project
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture
def line():
    """10m a month from January to December 2026, notice 30 days before the end."""
    return factories.ContractLineFactory(
        contract=factories.ContractFactory(), unit_price=10_000_000, product__family="CRM"
    )


def projected(*clients, day=TODAY, rules=None):
    return project([client.pk for client in clients], rules or current_rules(), day)


def standing(client, day=TODAY):
    projected(client, day=day)
    return ClientStanding.objects.get(client=client)


def test_a_running_contract_has_a_segment_a_span_and_a_term(line):
    client = line.contract.client
    assert projected(client) == date(2026, 1, 1)
    segment = ValueSegment.objects.get()
    assert (segment.line, segment.family, segment.annual_value) == (line, "CRM", 120_000_000)
    assert (segment.first_day, segment.last_day) == (date(2026, 1, 1), date(2027, 1, 30))  # with grace
    assert client.spans.get().last_day == date(2027, 1, 30)
    term = ContractTerm.objects.get()
    assert (term.last_day, term.notice_deadline, term.value_due) == (
        date(2026, 12, 31),
        date(2026, 12, 1),
        120_000_000,
    )


def test_projecting_again_changes_and_touches_nothing(line):
    projected(line.contract.client)
    keys = set(ValueSegment.objects.values_list("pk", flat=True))
    assert projected(line.contract.client) is None
    assert set(ValueSegment.objects.values_list("pk", flat=True)) == keys


def test_the_first_differing_day_is_where_an_end_moved_and_not_where_the_row_began(line):
    projected(line.contract.client)
    line.end = date(2026, 10, 31)
    line.save()
    assert projected(line.contract.client) == date(2026, 11, 1)


def test_a_draft_has_no_rows():
    contract = factories.ContractFactory(status="draft")
    factories.ContractLineFactory(contract=contract)
    assert projected(contract.client) is None
    assert not ValueSegment.objects.exists()


def test_only_the_given_clients_are_touched(line):
    other = factories.ContractLineFactory()
    projected(line.contract.client)
    assert set(ValueSegment.objects.values_list("line", flat=True)) == {line.pk}
    assert not ClientStanding.objects.filter(client=other.contract.client).exists()


def test_a_client_whose_contract_makes_no_sense_does_not_stop_the_others(line):
    contract = factories.ContractFactory(end=None)
    factories.ContractLineFactory(contract=contract, period="term")
    with structlog.testing.capture_logs() as logs:
        projected(contract.client, line.contract.client)
    assert [(entry["event"], entry["client"]) for entry in logs] == [
        ("contracts_make_no_sense", contract.client_id)
    ]
    assert ValueSegment.objects.get().line == line


def test_the_number_of_queries_does_not_grow_with_the_clients(line):
    def queries(*clients):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            projected(*clients)
        return len(captured)

    one = queries(line.contract.client)
    lines = [factories.ContractLineFactory() for _ in range(10)]
    assert queries(*(line.contract.client for line in lines)) == one


def test_the_rules_come_from_the_settings(settings):
    settings.KPI_GRACE_DAYS, settings.KPI_PAUSE_LIMIT_DAYS = 7, 60
    settings.KPI_REPORTING_CURRENCY = "USD"
    assert current_rules() == Rules(grace_days=7, pause_limit_days=60, reporting_currency="USD")


def test_a_change_is_previewed_in_memory(line):
    facts = facts_of([line.contract.client_id])[line.contract.client_id]
    ledger = build_ledger(facts, current_rules(), TODAY)
    assert ledger.value_on(TODAY) == {"IDR": Decimal("120000000.00")}
    assert not ValueSegment.objects.exists()


def test_facts_of_a_client_without_contracts_are_empty():
    client = factories.ClientFactory()
    assert facts_of([client.pk]) == {client.pk: []}


def test_rows_that_end_later_differ_from_the_old_end_on():
    old, new = [(date(2026, 1, 1), date(2026, 3, 31), 5)], [(date(2026, 1, 1), None, 5)]
    assert first_difference(old, new) == date(2026, 4, 1)
    assert first_difference(old, old) is None
    assert first_difference(old, []) == date(2026, 1, 1)
    assert first_difference(old, [(date(2026, 1, 1), date(2026, 3, 31), 6)]) == date(2026, 1, 1)


class TestStanding:
    @pytest.mark.parametrize(
        ("day", "status", "since"),
        [
            (date(2025, 12, 31), "onboarding", None),
            (date(2026, 1, 1), "active", date(2026, 1, 1)),
            (date(2027, 1, 30), "active", date(2026, 1, 1)),
            (date(2027, 1, 31), "lost", date(2027, 1, 31)),
        ],
    )
    def test_the_lifecycle_follows_from_days(self, line, day, status, since):
        row = standing(line.contract.client, day)
        assert (row.status, row.since) == (status, since)

    def test_a_client_without_contracts_is_a_prospect(self):
        row = standing(factories.ClientFactory())
        assert (row.status, row.annual_value, row.next_change_on) == ("prospect", 0, None)

    def test_time_alone_changes_it_next_after_the_notice_deadline(self, line):
        assert standing(line.contract.client).next_change_on == date(2026, 12, 2)

    def test_value_is_converted_line_by_line_at_the_rate_of_the_day(self, line):
        line.contract.currency = "USD"
        line.contract.save()
        line.unit_price = Decimal("250.10") / 12 * 12
        line.save()
        factories.ExchangeRateFactory(day=date(2026, 11, 21), rate=Decimal("16400.05"))
        row = standing(line.contract.client)
        assert row.annual_value == Decimal("49219830.06")
        assert row.values == {"USD": "3001.20"}

    def test_without_a_rate_there_is_no_value(self, line):
        line.contract.currency = "USD"
        line.contract.save()
        assert standing(line.contract.client).annual_value is None

    def test_a_rate_entered_ahead_is_a_change_to_come(self, line):
        line.contract.currency = "USD"
        line.contract.save()
        for day in (date(2026, 11, 1), date(2026, 11, 25)):
            factories.ExchangeRateFactory(day=day)
        assert standing(line.contract.client).next_change_on == date(2026, 11, 25)

    def test_a_paused_client_is_active_and_worth_nothing(self, line):
        factories.PauseFactory(contract=line.contract, start=date(2026, 11, 1), end=None)
        row = standing(line.contract.client)
        assert (row.status, row.is_paused, row.annual_value) == ("active", True, 0)

    def test_the_binding_date_is_the_notice_deadline(self, line):
        row = standing(line.contract.client)
        assert (row.next_term_end, row.next_deadline) == (date(2026, 12, 31), date(2026, 12, 1))

    def test_without_notice_days_the_binding_date_is_the_last_day(self, line):
        line.contract.notice_days = 0
        line.contract.save()
        assert standing(line.contract.client).next_deadline == date(2026, 12, 31)

    def test_notice_decides_a_term(self, line):
        line.contract.notice_on, line.contract.notice_by = date(2026, 11, 1), "client"
        line.contract.save()
        row = standing(line.contract.client)
        assert (row.next_term_end, row.next_deadline) == (date(2026, 12, 31), None)

    def test_let_it_renew_decides_a_term(self, line):
        line.contract.auto_renew = True
        line.contract.save()
        RenewalDecision.objects.create(
            contract=line.contract, term_end=date(2026, 12, 31), by=factories.UserFactory()
        )
        row = standing(line.contract.client)
        assert (row.next_term_end, row.next_deadline) == (date(2026, 12, 31), None)

    def test_a_signed_successor_decides_a_term_and_its_own_is_next(self, line):
        successor = factories.ContractFactory(
            client=line.contract.client,
            renewed_from=line.contract,
            start=date(2027, 1, 1),
            end=date(2027, 12, 31),
        )
        factories.ContractLineFactory(contract=successor)
        row = standing(line.contract.client)
        assert (row.next_term_end, row.next_deadline) == (date(2027, 12, 31), date(2027, 12, 1))

    def test_the_earliest_of_two_contracts_counts(self, line):
        sooner = factories.ContractFactory(client=line.contract.client, end=date(2026, 11, 30))
        factories.ContractLineFactory(contract=sooner)
        row = standing(line.contract.client)
        assert (row.next_term_end, row.next_deadline) == (date(2026, 11, 30), date(2026, 10, 31))

    def test_rates_of_other_days_do_not_count(self, line):
        line.contract.currency = "USD"
        line.contract.save()
        factories.ExchangeRateFactory(day=date(2026, 11, 22), rate=1)
        assert standing(line.contract.client).annual_value is None
        ExchangeRate.objects.update(day=date(2026, 11, 20))
        assert standing(line.contract.client).annual_value == 120_000_000

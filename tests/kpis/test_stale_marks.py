"""Every write to a fact marks the clients it touches, whatever way it takes."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection

from accounts.days import JAKARTA
from clients.models import Answer, Assignment
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product, RenewalDecision
from kpis.models import StaleClient
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    """A line of a signed contract; no marks wait."""
    line = factories.ContractLineFactory()
    factories.ContractLineFactory()  # another client, which must stay unmarked
    StaleClient.objects.all().delete()
    return line


def marked():
    return set(StaleClient.objects.values_list("client", flat=True))


def only(line):
    return {line.contract.client_id}


def test_a_new_client_is_marked():
    client = factories.ClientFactory()
    assert marked() == {client.pk}


def test_an_update_in_bulk_marks(line):
    Contract.objects.filter(pk=line.contract_id).update(end=date(2026, 6, 30))
    assert marked() == only(line)


def test_raw_sql_marks(line):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contracts_contractline SET unit_price = 1 WHERE id = %s", [line.pk])
    assert marked() == only(line)


def test_a_bulk_insert_marks_each_client_once():
    clients = [factories.ClientFactory(), factories.ClientFactory()]
    StaleClient.objects.all().delete()
    Contract.objects.bulk_create(
        Contract(number=f"B-{client.pk}-{n}", client=client, start=date(2026, 1, 1))
        for client in clients
        for n in range(3)
    )
    assert sorted(StaleClient.objects.values_list("client", flat=True)) == [client.pk for client in clients]


def test_a_contract_that_moves_marks_both_clients(line):
    other = factories.ClientFactory()
    Contract.objects.filter(pk=line.contract_id).update(client=other)
    assert marked() == {*only(line), other.pk}


@pytest.mark.parametrize(
    "write",
    [
        lambda line: factories.PauseFactory(contract=line.contract),
        lambda line: factories.ContractLineFactory(contract=line.contract),
        lambda line: factories.AssignmentFactory(client=line.contract.client),
        lambda line: factories.AnswerFactory(client=line.contract.client),
        lambda line: RenewalDecision.objects.create(
            contract=line.contract, term_end=date(2026, 12, 31), by=factories.UserFactory()
        ),
        lambda line: Product.objects.filter(pk=line.product_id).update(family="Lain"),
    ],
    ids=["pause", "line", "assignment", "answer", "decision", "family"],
)
def test_each_fact_marks_its_client(line, write):
    write(line)
    assert marked() == only(line)


@pytest.mark.parametrize("model", [Pause, Assignment, Answer, ContractLine])
def test_a_deleted_fact_marks_its_client(line, model):
    facts = {
        Pause: lambda: factories.PauseFactory(contract=line.contract),
        Assignment: lambda: factories.AssignmentFactory(client=line.contract.client),
        Answer: lambda: factories.AnswerFactory(client=line.contract.client),
        ContractLine: lambda: line,
    }
    fact = facts[model]()
    StaleClient.objects.all().delete()
    model.objects.filter(pk=fact.pk).delete()
    assert marked() == only(line)


def test_a_new_list_price_marks_nobody(line):
    Product.objects.filter(pk=line.product_id).update(list_price=Decimal(1))
    assert marked() == set()


def test_a_rate_marks_whoever_holds_the_currency_since_its_day(line):
    Contract.objects.filter(pk=line.contract_id).update(currency="USD")
    StaleClient.objects.all().delete()
    ExchangeRate.objects.bulk_create(
        factories.ExchangeRateFactory.build(day=day) for day in (date(2026, 3, 1), date(2026, 2, 1))
    )
    assert list(StaleClient.objects.values_list("client", "since")) == [
        (line.contract.client_id, date(2026, 2, 1))
    ]


def test_a_change_of_team_marks_all_clients_of_the_person(line):
    membership = factories.TeamMembershipFactory()
    factories.AssignmentFactory(client=line.contract.client, user=membership.user)
    StaleClient.objects.all().delete()
    membership.end = date(2026, 5, 31)
    membership.save()
    assert marked() == only(line)


def test_an_answer_names_its_jakarta_day(line):
    factories.AnswerFactory(
        client=line.contract.client, answered_at=datetime(2026, 3, 31, 23, 59, tzinfo=JAKARTA)
    )
    assert StaleClient.objects.get().since == date(2026, 3, 31)


def test_marks_are_never_merged(line):
    for price in (1, 2):
        ContractLine.objects.filter(pk=line.pk).update(unit_price=price)
    assert StaleClient.objects.count() == 2


def test_the_proxies_that_carry_triggers_give_nobody_rights():
    proxies = [model for model in apps.get_app_config("kpis").get_models() if model._meta.proxy]
    assert len(proxies) == 11
    assert {model._meta.default_permissions for model in proxies} == {()}

"""A page costs the same number of statements however long it is, and at most 15 (trust.md; issue: bars)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from clients.models import Client
from contracts.projection import current_rules, project
from tests.conftest import Cast
from tests.factories import (
    AnswerFactory,
    AssignmentFactory,
    ClientFactory,
    ContactFactory,
    ContractFactory,
    ContractLineFactory,
    InteractionFactory,
    PauseFactory,
    TaskFactory,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

MOST = 15
TODAY = date(2026, 11, 21)


def statements(user: User, url: str) -> int:
    browser = Browser()
    browser.force_login(user)
    browser.get(url)  # what is looked up once per process is not counted
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = browser.get(url)
    assert answer.status_code == 200
    counted = [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(counted) <= MOST, "\n".join(counted)
    return len(counted)


def more_clients(cast: Cast, rows: int) -> None:
    for _ in range(rows):
        client = ClientFactory()
        AssignmentFactory(client=client, user=cast.owner)
        TaskFactory(client=client, owner=cast.owner)
        InteractionFactory(client=client, by=cast.owner)
        ContactFactory(client=client)


def more_of_the_client(cast: Cast, rows: int) -> None:
    """Of everything that hangs on a client, each line with another author, contact and product."""
    begun = cast.client.contracts.count()
    for n in range(begun, begun + rows):
        contact, person = (
            ContactFactory(client=cast.client),
            AssignmentFactory(client=cast.client, role="support").user,
        )
        InteractionFactory(client=cast.client, by=person, contact=contact)
        TaskFactory(client=cast.client, owner=person)
        AnswerFactory(client=cast.client, contact=contact)
        contract = ContractFactory(client=cast.client)
        ContractLineFactory(contract=contract)
        PauseFactory(contract=contract)
        first = cast.client.contracts.order_by("pk").first()
        ContractLineFactory(contract=first)
        PauseFactory(
            contract=first, start=date(2026, 4, 1) + timedelta(2 * n), end=date(2026, 4, 1) + timedelta(2 * n)
        )
    project([cast.client.pk], current_rules(), TODAY)


LISTS = ["/clients/?per_page=100", "/clients/export/csv/", "/clients/export/xlsx/", "/tasks/?per_page=100",
         "/tasks/export/csv/", "/log/", "/search/?q=Klien"]  # fmt: skip
PAGES: dict[str, Callable[[Client], str]] = {
    "client_page": lambda c: c.get_absolute_url(),
    "client_timeline": lambda c: reverse("portfolio:client_timeline", args=[c.pk]),
    "client_history": lambda c: reverse("portfolio:client_history", args=[c.pk]),
    "contract_page": lambda c: c.contracts.order_by("pk").first().get_absolute_url(),
}


@pytest.mark.parametrize("url", LISTS)
def test_a_list_costs_the_same_with_1_10_and_100_rows(cast: Cast, url: str) -> None:
    more_clients(cast, 1)
    few = statements(cast.owner, url)
    more_clients(cast, 9)
    assert statements(cast.owner, url) == few
    more_clients(cast, 90)
    assert statements(cast.owner, url) == few


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_no_more_with_10_rows_of_everything_than_with_1(cast: Cast, name: str) -> None:
    more_of_the_client(cast, 1)
    url = PAGES[name](cast.client)
    few = {who: statements(getattr(cast, who), url) for who in ("owner", "director", "executive")}
    more_of_the_client(cast, 9)
    many = {who: statements(getattr(cast, who), url) for who in few}
    assert all(many[who] <= few[who] for who in few), (
        few,
        many,
    )  # fewer: a full page may hold fewer kinds of changes

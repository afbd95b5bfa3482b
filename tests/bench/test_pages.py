"""Server time of the pages that people live in, as a multiple of a plain list's."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from clients.models import Assignment, Client
from tests.bench.conftest import CLIENTS, Visitor, side_by_side

PLAIN = "/plain/"
MOST = 5
STATEMENTS = {"client list": 10, "home": 15, "home of a director": 14, "team page": 15, "client page": 15}


def busiest_client(user_pk: int) -> Client:
    """The one of this person with the longest story."""
    mine = Assignment.objects.filter(user=user_pk, end=None).values("client")
    return max(Client.objects.filter(pk__in=mine), key=lambda client: client.interactions.count())


PAGES = {
    "client list": ("director", lambda visitor: reverse("portfolio:client_list")),
    "home": ("am", lambda visitor: reverse("portfolio:home")),
    "home of a director": ("director", lambda visitor: reverse("portfolio:home")),
    "team page": ("director", lambda visitor: reverse("portfolio:team_page")),
    "client page": ("am", lambda visitor: busiest_client(visitor.user.pk).get_absolute_url()),
}


def test_the_plain_list_takes_five_statements_for_fifty_of_all_clients(
    visitor: Callable[[str], Visitor],
) -> None:
    assert visitor("director").statements(PLAIN) == 5
    assert Client.objects.count() == CLIENTS


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_at_most_five_times_as_long_as_the_plain_list(
    visitor: Callable[[str], Visitor], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox, address = PAGES[name]
    person = visitor(mailbox)
    url = address(person)
    plain, page = side_by_side(lambda: person.get(PLAIN), lambda: person.get(url))
    with capsys.disabled():
        statements = person.statements(url)
        print(
            f"\n{name}: {page * 1000:.1f} ms with {statements} statements;"
            f" plain list {plain * 1000:.1f} ms; ratio {page / plain:.2f}"
        )
    assert statements == STATEMENTS[name], "as many with any number of clients"
    assert page <= MOST * plain

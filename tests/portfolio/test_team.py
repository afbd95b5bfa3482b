"""The team page: for whom it is, and that its rows add up."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contracts.models import RenewalAlert
from portfolio.views import team
from tests.conftest import Cast
from tests.portfolio.conftest import TODAY, contracted, held_clients, in_days
from tests.portfolio.test_pages import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
Compute = Callable[[], Cast]


def ask(browser: Browser, user: Any, **query: object) -> Any:
    return browse(browser, user, "en").get(reverse("portfolio:team_page"), query)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *((name, 200) for name in ("lead", "director", "other_director", "executive")),
        *((name, 404) for name in ("owner", "colleague", "outsider", "administrator")),
    ],
)
def test_the_team_page_is_for_leads_directors_and_who_reads_everything(
    cast: Cast, client: Browser, name: str, status: int
) -> None:
    assert ask(client, getattr(cast, name)).status_code == status
    export = reverse("portfolio:team_export", args=["csv"])
    assert client.get(export).status_code == status


def test_a_team_outside_the_own_tree_does_not_exist(cast: Cast, client: Browser) -> None:
    assert ask(client, cast.lead, team=cast.ritel.pk).status_code == 200
    assert ask(client, cast.lead, team=cast.root.pk).status_code == 404
    assert ask(client, cast.lead, team=cast.other_team.pk).status_code == 404
    assert ask(client, cast.lead, team="company").status_code == 404
    assert ask(client, cast.director, team="company").status_code == 200


@pytest.mark.parametrize(
    ("name", "title"),
    [("lead", "Ritel"), ("director", "Penjualan"), ("executive", "Seluruh perusahaan")],
)
def test_it_opens_with_the_top_of_what_one_leads(cast: Cast, client: Browser, name: str, title: str) -> None:
    answer = ask(client, getattr(cast, name))
    assert str(answer.context["point"].title) == title


def holding(answer: Any, name: str) -> Any:
    return next(row.record for row in answer.context["table"].rows if row.record.name == name)


def test_a_person_is_shown_with_what_she_holds(cast: Cast, client: Browser, computed: Compute) -> None:
    clients = held_clients(cast.owner, 6, lost=1)
    clients[1].contracts.update(end=in_days(90), notice_days=0)
    clients[2].contracts.update(end=in_days(91), notice_days=0)
    for closed_at in (None, timezone.now()):
        RenewalAlert.objects.create(
            contract=clients[1].contracts.get(),
            term_end=in_days(90) if closed_at else in_days(89),
            anchor=in_days(90),
            stage=90,
            stage_due_on=TODAY,
            closed_at=closed_at,
        )
    computed()
    owner = holding(ask(client, cast.lead), "Owner")
    assert (owner.clients, owner.annual, owner.renewals, owner.alerts) == (5, Decimal(600_000_000), 1, 1)
    assert (owner.retention.numerator, owner.retention.denominator) == (5, 6)


def test_people_and_nobody_add_up_to_the_tile(cast: Cast, client: Browser, computed: Compute) -> None:
    left = held_clients(cast.owner, 3)[0]
    left.assignments.update(end=TODAY - timedelta(days=10))
    contracted(cast.foreign, date(2025, 1, 1), date(2027, 12, 31))
    computed()
    for viewer, total, unassigned in [(cast.lead, 3, 1), (cast.executive, 4, 1)]:
        answer = ask(client, viewer)
        records = [row.record for row in answer.context["table"].rows]
        value = next(tile for tile in answer.context["tiles"] if tile.name.startswith("Monthly value"))
        assert sum(record.clients for record in records) == total
        assert records[-1].user is None
        assert records[-1].clients == unassigned
        assert value.base == f"from {total} active clients"
        assert value.exact == f"Rp{total * 10},000,000"


def test_every_person_stands_in_the_page(cast: Cast, client: Browser, computed: Compute) -> None:
    held_clients(cast.owner, 2)
    computed()
    answer = ask(client, cast.lead)
    names = [row.record.name for row in answer.context["table"].rows]
    assert "Owner" in names
    assert all(f">{name}<" in answer.content.decode() for name in names[:-1])


def test_the_charts_say_in_words_what_they_show(cast: Cast, client: Browser, computed: Compute) -> None:
    held_clients(cast.owner, 12, lost=2)
    computed()
    answer = ask(client, cast.lead)
    retention, value = answer.context["retention"], answer.context["value"]
    assert retention["finding"].startswith("Client retention up to Nov 2026: 83.3% (10 of 12 clients)")
    assert value["finding"].startswith("Monthly value in Nov 2026: Rp100")
    assert value["rows"][-1] == ["Nov 2026", "Rp100,000,000", "10"]
    assert len(value["rows"]) == len(value["data"]["labels"]) <= 24


def test_the_export_has_a_row_for_everybody(cast: Cast, client: Browser, computed: Compute) -> None:
    held_clients(cast.owner, 2)
    computed()
    browse(client, cast.lead, "en")
    text = client.get(reverse("portfolio:team_export", args=["csv"])).content.decode("utf-8-sig")
    assert [line.split(",")[:3] for line in text.splitlines()[1:]] == [
        ["Colleague", "0", "0.00"],
        ["Lead", "0", "0.00"],
        ["Owner", "2", "20000000.00"],
        ["Unassigned", "0", "0.00"],
    ]


def test_the_company_page_links_only_people_whose_numbers_the_viewer_may_open(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    """The director of one tree sees everybody of the company in the sum, but not behind those of another tree."""
    held_clients(cast.owner, 12)
    contracted(cast.foreign, date(2025, 1, 1), date(2027, 12, 31))
    computed()
    page = ask(client, cast.director, team="company").content.decode()
    table = page[page.index("<tbody") : page.index("</tbody")]
    assert "Outsider" in table
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', table)]
    assert len(links) == 3
    assert [client.get(link).status_code for link in links] == [200, 200, 200]
    assert re.search(r"<a[^>]*>Owner<", table)
    assert not re.search(r"<a[^>]*>Outsider<", table)


def test_many_people_come_in_pages_and_the_total_is_that_of_all(
    cast: Cast, client: Browser, computed: Compute, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_clients(cast.owner, 2)
    computed()
    monkeypatch.setattr(team, "page_size", lambda query: 3)
    first, second = ask(client, cast.lead), ask(client, cast.lead, page=2)
    shown = [
        [str(row.record.user) for row in page.context["table"].paginated_rows] for page in (first, second)
    ]
    assert shown == [["Colleague", "Lead", "Owner"], ["None"]]
    for page in (first, second):
        foot = page.content.decode().partition("<tfoot")[2].partition("</tfoot")[0]
        assert "Rp20,000,000" in foot
    assert "page=2" in first.content.decode()
    assert "There is no page “9”" in ask(client, cast.lead, page=9).content.decode()


def test_a_larger_team_costs_no_further_statement(
    cast: Cast, client: Browser, computed: Compute, django_assert_max_num_queries: Any
) -> None:
    held_clients(cast.owner, 1)
    computed()
    ask(client, cast.lead)
    with CaptureQueriesContext(connection) as few:
        ask(client, cast.lead)
    for person in (cast.colleague, cast.lead):
        held_clients(person, 6)
    computed()
    with django_assert_max_num_queries(len(few)):
        ask(client, cast.lead)

"""Every number opens into the clients behind it, which add up to it; who may not see a scope finds nothing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from kpis.models import Snapshot, WindowKind
from portfolio.figures import FIGURES
from tests import factories
from tests.conftest import Cast
from tests.portfolio.conftest import contracted, held_clients
from tests.portfolio.test_pages import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
Compute = Callable[[], Cast]
YESTERDAY = date(2026, 11, 20)


def ask(browser: Browser, user: Any, measure: str = "logo_retention", **query: object) -> Any:
    window = {"first": "2025-11-21", "last": "2026-11-20"}
    address = reverse("portfolio:figure_rows", args=[measure])
    return browse(browser, user, "en").get(address, {**window, **query})


@pytest.fixture
def company(cast: Cast, computed: Compute) -> Cast:
    """Kept, lost, grown and handed-over clients in both teams."""
    held_clients(cast.owner, 4, lost=1)
    moved = held_clients(cast.outsider, 2)[0]
    moved.assignments.update(end=date(2026, 8, 31))
    factories.AssignmentFactory(client=moved, user=cast.owner, start=date(2026, 9, 1))
    contracted(cast.client, date(2025, 1, 1), date(2027, 12, 31))
    extra = {"start": date(2026, 11, 5), "unit_price": Decimal(2_000_000)}
    factories.ContractLineFactory(contract=cast.client.contracts.get(), **extra)
    return computed()


def scopes(cast: Cast) -> list[tuple[str, Any, list[Any]]]:
    return [
        (f"user:{cast.owner.pk}", cast.owner, [("user", cast.owner.pk)]),
        (f"team:{cast.ritel.pk}", cast.lead, [("team", cast.ritel.pk)]),
        (f"team:{cast.root.pk}", cast.director, [("team", cast.root.pk), ("team", cast.ritel.pk)]),
        ("company", cast.executive, [("company", None)]),
    ]


@pytest.mark.parametrize("measure", [name for name, figure in FIGURES.items() if figure.has_window])
def test_the_rows_add_up_to_the_stored_number_in_every_scope_and_window(
    company: Cast, client: Browser, measure: str
) -> None:
    figure = FIGURES[measure]
    columns = [column for column in figure.columns if not column.startswith("transfer")]
    for key, viewer, parts in scopes(company):
        for kind, first in [
            (WindowKind.TRAILING_YEAR, date(2025, 11, 21)),
            (WindowKind.MONTH, date(2026, 11, 1)),
        ]:
            stored = [
                row
                for row in Snapshot.objects.filter(kind=kind, first_day=first, last_day=YESTERDAY, role="AM")
                if (row.scope, row.user_id or row.team_id) in parts
            ]
            answer = ask(client, viewer, measure, scope=key, first=first)
            found = dict(zip(figure.columns, answer.context["found"].total.amounts, strict=True))
            lines = [line.amounts for line in answer.context["found"].lines]
            lines += [answer.context["found"].hidden.amounts] * bool(answer.context["found"].hidden_clients)
            assert stored
            for column in columns:
                assert found[column] == sum(getattr(row, column) for row in stored), (key, kind, column)
                place = figure.columns.index(column)
                assert found[column] == sum(amounts[place] for amounts in lines)


def test_the_value_of_today_opens_into_clients_that_add_up_to_the_tile(
    company: Cast, client: Browser
) -> None:
    found = ask(client, company.owner, "value", scope=f"user:{company.owner.pk}").context["found"]
    assert found.total.amounts == (Decimal(12 * (3 + 1 + 1) * 10_000_000 + 12 * 2_000_000),)
    assert len(found.lines) == 5


def test_clients_one_may_not_see_any_more_are_one_line(company: Cast, client: Browser) -> None:
    answer = ask(client, company.outsider, "upsell", scope=f"user:{company.outsider.pk}")
    assert answer.status_code == 200
    gone = company.owner.assignments.filter(client=company.client)
    gone.update(end=date(2026, 11, 19))
    answer = ask(client, company.owner, "upsell", scope=f"user:{company.owner.pk}")
    found = answer.context["found"]
    assert company.client not in [line.client for line in found.lines]
    assert found.hidden_clients == 1
    assert found.hidden.amounts == (Decimal(0), Decimal("24000000.00"))
    assert found.total.amounts == found.hidden.amounts
    page = answer.content.decode()
    assert "1 client outside your access" in page
    assert company.client.legal_name not in page


SEEN = {
    "user": {"owner", "lead", "director", "executive"},
    "team": {"lead", "director", "executive"},
    "root": {"director", "executive"},
    "company": {"director", "other_director", "executive"},
}


@pytest.mark.parametrize("scope", SEEN)
@pytest.mark.parametrize(
    "name",
    ["owner", "colleague", "lead", "director", "outsider", "other_director", "executive", "administrator"],
)
def test_a_scope_is_for_those_who_answer_for_it_and_does_not_exist_for_others(
    cast: Cast, client: Browser, computed: Compute, scope: str, name: str
) -> None:
    contracted(cast.client, date(2025, 1, 1), date(2027, 12, 31))
    computed()
    key = {
        "user": f"user:{cast.owner.pk}",
        "team": f"team:{cast.ritel.pk}",
        "root": f"team:{cast.root.pk}",
        "company": "company",
    }[scope]
    expected = 200 if name in SEEN[scope] else 404
    assert ask(client, getattr(cast, name), scope=key).status_code == expected
    export = reverse("portfolio:figure_export", args=["value", "csv"])
    assert client.get(export, {"scope": key}).status_code == expected


@pytest.mark.parametrize(
    "query",
    [
        {"scope": "user:x"},
        {"scope": "user:²"},
        {"scope": "galaxy"},
        {"role": "XX"},
        {"first": "yesterday"},
        {"first": "2026-02-30"},
        {"last": "2026-11-19"},
        {"first": ""},
    ],
)
def test_an_address_that_names_nothing_is_not_found(
    cast: Cast, client: Browser, computed: Compute, query: dict[str, str]
) -> None:
    contracted(cast.client, date(2025, 1, 1), date(2027, 12, 31))
    computed()
    assert ask(client, cast.owner).status_code == 200
    assert ask(client, cast.owner, **query).status_code == 404


def test_an_unknown_measure_is_not_found(cast: Cast, client: Browser) -> None:
    assert ask(client, cast.owner, "profit").status_code == 404


def test_the_export_writes_the_rows_and_their_total(company: Cast, client: Browser) -> None:
    browse(client, company.owner, "en")
    answer = client.get(reverse("portfolio:figure_export", args=["value", "csv"]))
    lines = answer.content.decode("utf-8-sig").split()
    assert lines[0] == "Client,Annual"
    assert lines[-1] == "Total,624000000.00"

"""Whatever stands in an address, nothing breaks and nothing takes long (trust.md 9)."""

from collections.abc import Iterator
from time import monotonic
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.company import Company, make_company, undone
from tests.conftest import module_database

pytestmark = pytest.mark.django_db

LONG = "a " * 5_000
HANGS = 30  # seconds, on however busy a machine: a pattern that explodes takes hours
FILTERS = [
    *("q", "status", "tier", "industry", "owner", "ends", "quiet", "signal", "state", "days"),
    *("page", "per_page", "sort", "role", "team", "scope", "first", "last"),
    *("kind", "year"),
]
VALUES = [
    "%00", "%ff", quote(LONG), "-1", "0", "x", "100000", "99999999999999999999", "%D9%A1", "1e400", "owner__password",
    "-owner__password", "id%3B--", "%27%22%3E%3Cscript%3E", "%5C", "%25", ".", "%F0%9F%98%80",
]  # fmt: skip
# What may be answered besides the page: a file of other rows is refused, a number of nobody does not exist.
PLACES = {
    **dict.fromkeys(["home", "notifications", "log", "search", "timeline", "history", "months"], (200,)),
    **dict.fromkeys(["client_list", "task_list", "renewal_list"], (200,)),
    **dict.fromkeys(["client_csv", "client_xlsx", "task_csv", "renewal_csv"], (200, 400)),
    **dict.fromkeys(["team", "targets", "month", "figure", "movements"], (200, 404)),
    **dict.fromkeys(["team_csv", "figure_xlsx"], (200, 400, 404)),
}
ALONE = [
    "sort",
    "page",
    "owner",
    "role",
    "team",
    "scope",
    "first",
    "kind",
    "year",
]  # each is read by itself somewhere


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    with module_database(django_db_blocker):
        yield make_company()


def place(company: Company, name: str) -> str:
    pk = company.own.client.pk
    return {
        "client_list": "/clients/", "client_csv": "/clients/export/csv/", "client_xlsx": "/clients/export/xlsx/",
        "task_list": "/tasks/", "task_csv": "/tasks/export/csv/", "log": "/log/", "search": "/search/",
        "renewal_list": "/renewals/", "renewal_csv": "/renewals/export/csv/", "home": "/",
        "notifications": "/notifications/", "team": "/team/", "team_csv": "/team/export/csv/",
        "targets": "/targets/",
        "figure": "/figures/value/", "figure_xlsx": "/figures/value/export/xlsx/", "movements": "/figures/movements/",
        "months": "/months/", "month": "/months/2026-09/",
        "timeline": reverse("portfolio:client_timeline", args=[pk]),
        "history": reverse("portfolio:client_history", args=[pk]),
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_no_query_string_breaks_a_page(company: Company, client: Browser, name: str) -> None:
    viewers = dict.fromkeys(["team", "team_csv", "targets"], company.cast.lead) | {
        "months": company.cast.director
    }
    client.force_login(viewers.get(name, company.cast.owner))
    url = place(company, name)
    together = ["&".join(f"{field}={value}" for field in FILTERS) for value in VALUES]
    alone = [f"{field}={value}" for field in ALONE for value in ("%00", "-1", "x", "9" * 20, "%D9%A1")]
    strange = ["nonsense=1", "q=a&q=b&tier=key&tier=starter&page=1&page=2", "&&&=", "page", "%3D%3D", "q[]=1"]
    strange += [
        "scope=team:9223372036854775808",
        "scope=user:%00",
        "scope=:",
        "first=9999-12-31&last=0001-01-01",
    ]
    for query in [*together, *alone, *strange]:
        started = monotonic()
        assert client.get(f"{url}?{query}").status_code in PLACES[name], query[:80]
        assert monotonic() - started < HANGS, query[:80]


@pytest.mark.parametrize("name", ["client_list", "task_list", "renewal_list"])
def test_a_page_size_of_ones_own_choice_is_not_taken(company: Company, client: Browser, name: str) -> None:
    client.force_login(company.cast.owner)
    for size in ("100000", "-1", "x"):
        page = client.get(f"{place(company, name)}?per_page={size}")
        assert page.context["table"].paginator.per_page == 50


@pytest.mark.parametrize("pk", ["0", "9223372036854775807", "9223372036854775808", "9" * 50])
def test_a_number_that_no_row_has_is_a_missing_page(company: Company, client: Browser, pk: str) -> None:
    client.force_login(company.cast.owner)
    for url in (
        f"/clients/{pk}/",
        f"/clients/{pk}/edit/",
        f"/contracts/{pk}/",
        f"/lines/{pk}/amend/",
        f"/tasks/{pk}/edit/",
    ):
        assert client.get(url).status_code == 404, url


@pytest.mark.parametrize(
    "month", ["0000-01", "2026-00", "2026-13", "9999-12", "2026-11", "2027-01", "2026-9", "x"]
)
@pytest.mark.parametrize("action", ["", "close/", "reopen/"])
def test_a_month_that_is_none_or_not_over_is_a_missing_page(
    company: Company, client: Browser, month: str, action: str
) -> None:
    client.force_login(company.cast.director)
    for answer in (client.get(f"/months/{month}/{action}"), client.post(f"/months/{month}/{action}")):
        assert answer.status_code in ((404, 405) if not action else (404,))


@pytest.mark.parametrize(
    ("month", "status"), [("1990-01", 200), ("0001-01", 404), ("9999-12", 404), ("2026-13", 404)]
)
def test_a_month_has_a_page_in_the_years_that_days_may_be_in(
    company: Company, client: Browser, month: str, status: int
) -> None:
    client.force_login(company.cast.director)
    assert client.get(f"/months/{month}/").status_code == status


@pytest.mark.parametrize(
    "target", ["x", "portfolio:client_list", "//evil.example/", "https://evil.example", "/ok\r\nX: 1", "\x00"]
)
def test_a_button_leads_back_to_a_page_of_ours_or_to_the_client(
    company: Company, client: Browser, target: str
) -> None:
    client.force_login(company.cast.owner)
    with undone():
        answer = client.post(reverse("clients:task_done", args=[company.own.task.pk]), {"next": target})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert "X" not in answer.headers

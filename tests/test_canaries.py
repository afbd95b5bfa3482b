"""Nobody reads a word of a client that is not hers: not on a page, in a header, in a file (trust.md 6).

Every text of a client holds its canary. The tests with the scope taken out show that the canaries sing.
"""

import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts import formats
from accounts.models import User
from clients.models import Client, Task
from clients.models.client import ClientQuerySet, ClientScopedQuerySet
from contracts.models import ClientStanding
from contracts.values import monthly
from tests.company import Company, Portfolio, make_company, undone
from tests.conftest import module_database

pytestmark = pytest.mark.django_db

SIDE = {  # whose canaries a person may read
    "owner": {"own"}, "support": {"own"}, "sponsor": {"own"}, "lead": {"own"}, "director": {"own"},
    "outsider": {"foreign"}, "other_director": {"foreign"}, "executive": {"own", "foreign"},
    "colleague": set(), "administrator": set(),
}  # fmt: skip
EVERYTHING = "kanari"

# Each list and page that shows rows of clients, by what it may show. A search asks for what it must not find.
LISTS: dict[str, str] = {
    "client_list": "/clients/",
    "client_list_searched": f"/clients/?q={EVERYTHING}",
    "client_export_csv": "/clients/export/csv/",
    "client_export_xlsx": "/clients/export/xlsx/",
    "interaction_quick": "/log/",
    "search": f"/search/?q={EVERYTHING}",
    "search_of_contacts": "/search/?q=Wahyuni",
    "search_of_contracts": "/search/?q=PKS",
    "client_create": "/clients/new/",
    "renewal_list": "/renewals/",
    "renewal_export": "/renewals/export/csv/",
    "task_list": "/tasks/",
    "task_export_csv": "/tasks/export/csv/",
    "task_export_xlsx": "/tasks/export/xlsx/",
}
PERSONAL = {  # narrowed to a person or a team before any scope
    "home": "/",
    "team_page": "/team/",
    "team_export": "/team/export/csv/",
    "target_grid": "/targets/",
    "target_grid_of_the_company": "/targets/?team=company",
    "figure_rows": "/figures/value/",
    "month_list": "/months/",
    "month_page": "/months/2026-09/",
    "notification_list": "/notifications/",
    "setup": "/setup/",
}
PAGES: dict[str, Callable[[Portfolio], str]] = {
    "client_page": lambda p: reverse("portfolio:client_page", args=[p.client.pk]),
    "client_timeline": lambda p: reverse("portfolio:client_timeline", args=[p.client.pk]),
    "client_history": lambda p: reverse("portfolio:client_history", args=[p.client.pk]),
    "client_edit": lambda p: reverse("clients:client_edit", args=[p.client.pk]),
    "contact_edit": lambda p: reverse("clients:contact_edit", args=[p.contact.pk]),
    "interaction_create": lambda p: reverse("clients:interaction_create", args=[p.client.pk]),
    "interaction_edit": lambda p: reverse("clients:interaction_edit", args=[p.interaction.pk]),
    "task_edit": lambda p: reverse("clients:task_edit", args=[p.task.pk]),
    "contract_page": lambda p: reverse("contracts:contract_page", args=[p.contract.pk]),
    "contract_create": lambda p: reverse("contracts:contract_create", args=[p.client.pk]),
    "contract_renew": lambda p: reverse("contracts:contract_renew", args=[p.contract.pk]),
    "line_amend": lambda p: reverse("contracts:line_amend", args=[p.line.pk]),
}


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    """Each client is the group of the other one, and each owner still has a task with the other's client."""
    with module_database(django_db_blocker):
        company = make_company()
        Client.objects.filter(pk=company.own.client.pk).update(parent=company.foreign.client)
        for portfolio, person in [(company.own, "outsider"), (company.foreign, "owner")]:
            Task.objects.create(
                client=portfolio.client,
                owner=company.people[person],
                title=f"Lama {portfolio.canary}",
                due_on="2026-11-30",
            )
        yield company


def sung(company: Company, answer: Any) -> set[str]:
    """Whose canaries an answer holds, in its headers, its page or its file."""
    text = str(answer.headers) + readable(answer)
    return {side for side in ("own", "foreign") if getattr(company, side).canary in text}


def readable(answer: Any) -> str:
    body: bytes = answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return body.decode()


def get(person: User, url: str, **headers: str) -> Any:
    browser = Browser(headers=headers)
    with undone():
        browser.force_login(person)
        return browser.get(url)


@pytest.mark.parametrize("who", SIDE)
def test_lists_files_and_search_hold_visible_rows_only(company: Company, who: str) -> None:
    for name, url in (LISTS | PERSONAL).items():
        assert sung(company, get(company.people[who], url)) <= SIDE[who], name


@pytest.mark.parametrize("who", SIDE)
def test_no_page_of_any_client_tells_of_a_client_that_is_not_visible(company: Company, who: str) -> None:
    for side in ("own", "foreign"):
        for name, url in PAGES.items():
            answer = get(company.people[who], url(getattr(company, side)))
            assert sung(company, answer) <= SIDE[who], (side, name)


def test_the_canaries_sing_where_they_should(company: Company) -> None:
    """Else the tests above would pass on empty pages."""
    for name, url in LISTS.items():
        assert sung(company, get(company.cast.owner, url)) == {"own"}, name
    for name, url in PAGES.items():
        assert sung(company, get(company.cast.owner, url(company.own))) == {"own"}, name


@pytest.fixture
def without_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every view had forgotten whom it serves."""
    for queryset in (ClientQuerySet, ClientScopedQuerySet):
        monkeypatch.setattr(queryset, "visible_to", lambda rows, user: rows.all())
        monkeypatch.setattr(queryset, "allowing", lambda rows, user, act: rows.all())


@pytest.mark.usefixtures("without_scope")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_without_its_scope_would_be_noticed(company: Company, name: str) -> None:
    assert "foreign" in sung(company, get(company.cast.owner, LISTS[name]))


@pytest.mark.usefixtures("without_scope")
@pytest.mark.parametrize(
    "name", [name for name in PAGES if name != "interaction_edit"]
)  # its author's only: 403
def test_a_page_without_its_scope_would_be_noticed(company: Company, name: str) -> None:
    assert "foreign" in sung(company, get(company.cast.owner, PAGES[name](company.foreign)))


@pytest.mark.parametrize("who", SIDE)
def test_totals_are_sums_over_visible_rows(company: Company, who: str) -> None:
    page = get(company.people[who], "/clients/")
    portfolios = [getattr(company, side) for side in SIDE[who]]
    clients = [client for each in portfolios for client in (each.client, each.twin, each.told_apart)]
    values = ClientStanding.objects.filter(client__in=clients).values_list("annual_value", flat=True)
    assert page.context["totals"]["count"] == len(clients)
    assert page.context["totals"]["monthly"] == monthly(sum(values, Decimal(0)))
    assert formats.money(monthly(sum(values, Decimal(0)))) in page.content.decode()


def test_a_group_shows_nothing_of_subsidiaries_that_the_reader_may_not_see(company: Company) -> None:
    with undone():
        Client.objects.filter(pk=company.own.client.pk).update(brand_name="Baru kanarinusa")
        history = get(company.cast.outsider, PAGES["client_history"](company.foreign))
        assert sung(company, history) == {"foreign"}


def test_an_edit_keeps_a_group_that_the_editor_may_not_see(company: Company) -> None:
    with undone():
        browser = Browser()
        browser.force_login(company.cast.owner)
        url = PAGES["client_edit"](company.own)
        form = browser.get(url).context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        assert browser.post(url, data | {"brand_name": "Baru"}).status_code == 302
        company.own.client.refresh_from_db()
        assert (company.own.client.brand_name, company.own.client.parent) == ("Baru", company.foreign.client)
    company.own.client.refresh_from_db()

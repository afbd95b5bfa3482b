"""The rows for other systems: the same rights, the same checks, the same history."""

import json
import re
from typing import Any

import pghistory.models
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from clients.models import Client
from contracts.models import ContractLine
from exchange.datasets import DATASETS
from exchange.models import ApiToken
from tests import factories
from tests.company import Company, make_company
from tests.exchange.conftest import EVERYTHING, who_may

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    cache.clear()
    return make_company()


# Who reads and who may write what with a token of her own: status of reading clients, people; of writing a client.
PEOPLE = {
    "owner": (200, 403, 403),
    "colleague": (200, 403, 403),
    "outsider": (200, 403, 403),
    "lead": (200, 403, 403),
    "director": (200, 403, 200),  # may import
    "other_director": (200, 403, 403),
    "executive": (200, 403, 403),
    "administrator": (200, 200, 403),
}


class Caller:
    """Another system with a token."""

    def __init__(self, user: User, scope: str = "write") -> None:
        self.token, self.secret = ApiToken.issue(user, "ERP", scope)
        self.headers = {"Authorization": f"Bearer {self.secret}"}

    def read(self, slug: str, **query: Any) -> Any:
        return Browser().get(f"/api/v1/{slug}/", query, headers=self.headers)

    def write(self, slug: str, *rows: dict[str, Any], **more: Any) -> Any:
        body = json.dumps({"rows": rows, **more})
        return Browser().post(f"/api/v1/{slug}/", body, content_type="application/json", headers=self.headers)


@pytest.fixture
def erp(company: Company) -> Caller:
    return Caller(who_may(company.cast.director, *EVERYTHING))


@pytest.mark.parametrize("slug", DATASETS)
def test_what_is_read_is_taken_back_unchanged(erp: Caller, company: Company, slug: str) -> None:
    read = erp.read(slug)
    assert read.status_code == 200, read.content
    rows = read.json()["rows"]
    if not rows:
        assert slug in ("rates", "targets")
        return
    kept = [{name: value for name, value in row.items() if value is not None} for row in rows]
    answer = erp.write(slug, *kept)
    assert answer.status_code == 200, answer.json()
    assert {line["outcome"] for line in answer.json()["lines"]} == {"unchanged"}


def test_one_sees_what_one_may_see_and_nothing_else(company: Company) -> None:
    for slug in DATASETS:
        text = Caller(company.cast.owner, "read").read(slug).content.decode()
        assert company.foreign.canary not in text
    assert company.own.canary in Caller(company.cast.owner, "read").read("clients").content.decode()
    assert Caller(company.cast.colleague, "read").read("clients").json()["rows"] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_reads_what_the_pages_show_her(company: Company, name: str) -> None:
    person = getattr(company.cast, name)
    factories.ClientFactory(legal_name="Tanpa Pemilik")
    caller = Caller(person)
    client = {"legal_name": "Baru"}
    answers = (caller.read("clients"), caller.read("people"), caller.write("clients", client, dry_run=True))
    assert tuple(answer.status_code for answer in answers) == PEOPLE[name]
    read = [row["legal_name"] for row in answers[0].json()["rows"]]
    assert read == [client.legal_name for client in Client.objects.visible_to(person)]


@pytest.mark.parametrize("slug", DATASETS)
def test_no_foreign_row_is_read_or_found(company: Company, slug: str) -> None:
    foreign = Caller(who_may(company.cast.outsider, *EVERYTHING)).read(slug).json()["rows"]
    caller = Caller(who_may(company.cast.owner, "import_data"))
    for row in foreign:
        if row.get("client") == str(company.foreign.client):
            assert caller.write(slug, row).status_code in (403, 422)
    assert company.foreign.canary not in caller.read(slug).content.decode()


def test_the_description_needs_no_token_and_names_no_row(company: Company) -> None:
    answer = Browser().get("/api/v1/openapi.json")
    assert (answer.status_code, company.own.canary in answer.content.decode()) == (200, False)


@pytest.mark.parametrize("path", ["", "nope/", "clients/1/"])
def test_what_there_is_not_is_404(erp: Caller, path: str) -> None:
    assert Browser().get(f"/api/v1/{path}", headers=erp.headers).status_code == 404


def test_a_contract_with_lines_in_one_request(erp: Caller, company: Company) -> None:
    head = {
        "number": "API-1",
        "client": str(company.own.client),
        "start": "2026-01-01",
        "signed_on": "2025-12-20",
    }
    answer = erp.write(
        "contracts",
        head | {"product": company.product.code, "unit_price": "1500000.50", "quantity": 2},
        {"number": "API-1", "product": company.product.code, "unit_price": 99, "period": "one_off"},
    )
    assert (answer.json()["created"], answer.status_code) == (2, 200)
    assert sorted(ContractLine.objects.filter(contract__number="API-1").values_list("amount", flat=True)) == [
        99,
        3_000_001,
    ]


def test_all_rows_or_none(erp: Caller) -> None:
    answer = erp.write("clients", {"code": "A", "legal_name": "Baik"}, {"code": "B", "npwp": "1"})
    assert answer.status_code == 422
    assert [(p["column"]) for p in answer.json()["lines"][1]["problems"]] == ["npwp", "legal_name"]
    assert not Client.objects.filter(code="A").exists()


def test_a_dry_run_keeps_nothing(erp: Caller) -> None:
    answer = erp.write("clients", {"code": "A", "legal_name": "Baik"}, dry_run=True)
    assert answer.json()["created"] == 1
    assert not Client.objects.filter(code="A").exists()


def test_null_empties_and_what_is_left_out_stays(erp: Caller, company: Company) -> None:
    Client.objects.filter(pk=company.own.client.pk).update(code="K", city="Solo", nib="9120001234567")
    assert erp.write("clients", {"code": "K", "city": None}).json()["changed"] == 1
    client = Client.objects.get(code="K")
    assert (client.city, client.nib) == ("", "9120001234567")


@pytest.mark.parametrize(
    ("value", "right"), [("1.000", False), ("1000.00", True), (1000, True), ("1,5", False), ("1e3", False)]
)
def test_an_amount_is_exact_or_refused(erp: Caller, company: Company, value: Any, right: bool) -> None:
    row = {"code": "P", "name": "P", "family": "P", "list_price": value}
    assert erp.write("products", row).status_code == (200 if right else 422)


def test_the_history_names_the_person(erp: Caller, company: Company) -> None:
    erp.write("clients", {"code": "A", "legal_name": "Baik"})
    event = pghistory.models.Events.objects.tracks(Client.objects.get(code="A")).get()
    assert event.pgh_context["user"] == company.cast.director.pk
    assert event.pgh_context["api_token"] == erp.token.pk


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer setia_x"}, {"Authorization": "Basic eDp5"}]
)
def test_without_a_token_nothing_is_told(company: Company, headers: dict[str, str]) -> None:
    assert Browser().get("/api/v1/clients/", headers=headers).status_code == 401


def test_a_session_is_no_token(company: Company) -> None:
    browser = Browser()
    browser.force_login(company.cast.owner)
    assert browser.get("/api/v1/clients/").status_code == 401


def test_a_revoked_token_and_one_of_somebody_who_left_are_none(company: Company) -> None:
    caller = Caller(company.cast.owner)
    browser = Browser()
    browser.force_login(company.cast.owner)
    assert browser.post(reverse("exchange:token_revoke", args=[caller.token.pk])).status_code == 302
    assert caller.read("clients").status_code == 401
    other = Caller(company.cast.colleague)
    User.objects.filter(pk=company.cast.colleague.pk).update(is_active=False)
    assert other.read("clients").status_code == 401


def test_a_token_to_read_writes_nothing(company: Company) -> None:
    reader = Caller(who_may(company.cast.director, *EVERYTHING), "read")
    assert reader.write("clients", {"code": "A", "legal_name": "Baik"}).status_code == 403


def test_writing_needs_the_right_to_import(company: Company) -> None:
    assert Caller(company.cast.owner).write("clients", {"code": "A", "legal_name": "X"}).status_code == 403
    assert Caller(company.cast.owner).read("people").status_code == 403


def test_a_foreign_client_is_not_changed(company: Company) -> None:
    caller = Caller(who_may(company.cast.owner, "import_data"))
    row = {"client": str(company.foreign.client), "full_name": "Penyusup"}
    answer = caller.write("contacts", row)
    assert (answer.status_code, company.foreign.canary in answer.content.decode()) == (
        422,
        True,
    )  # only what was sent
    assert "no client" in answer.json()["lines"][0]["problems"][0]["text"]


def test_the_secret_is_shown_once_and_not_stored(company: Company) -> None:
    browser = Browser()
    browser.force_login(company.cast.owner)
    page = browser.post(reverse("exchange:token_list"), {"name": "ERP", "scope": "read"}).content.decode()
    secret = page.split("setia_")[1].split("<")[0]
    token = ApiToken.objects.get(name="ERP")
    assert secret not in str(vars(token))
    assert ApiToken.objects.holding(f"setia_{secret}") == token
    assert secret not in browser.get(reverse("exchange:token_list")).content.decode()


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"rows": []}', '{"rows": [{"nope": 1}]}', '{"rows": [{"code": {}}]}', "\x00"]
)
def test_what_is_no_batch_is_refused(erp: Caller, body: str) -> None:
    answer = Browser().post("/api/v1/clients/", body, content_type="application/json", headers=erp.headers)
    assert answer.status_code in (400, 422)


def test_pages_are_complete_and_without_doubles(erp: Caller, company: Company) -> None:
    for number in range(7):
        factories.AssignmentFactory(
            client=factories.ClientFactory(code=f"S-{number}"), user=company.cast.owner
        )
    found = [
        row["legal_name"]
        for page in range(1, 6)
        for row in erp.read("clients", page=page, size=2).json()["rows"]
    ]
    assert len(found) == len(set(found)) == erp.read("clients").json()["count"] > 7


def test_an_unknown_parameter_is_refused(erp: Caller) -> None:
    assert erp.read("clients", sizes=2).status_code == 422


EXAMPLE = re.compile(r'curl (?:--get )?"\$SETIA(/api/v1/\w+/)".*?(?=\n```)', re.DOTALL)


def test_the_examples_of_the_documentation_work(erp: Caller, company: Company) -> None:
    factories.ProductFactory(code="SVC-1")
    examples = list(EXAMPLE.finditer((settings.BASE_DIR / "docs" / "api.md").read_text()))
    assert [example[1] for example in examples] == [
        "/api/v1/clients/",
        "/api/v1/clients/",
        "/api/v1/contracts/",
    ]
    for example in examples:
        body = example[0].partition("--data '")[2].rstrip("'")
        kind = {"data": body, "content_type": "application/json"}
        answer = (
            Browser().post(example[1], **kind, headers=erp.headers) if body else erp.read("clients", page=1)
        )
        assert answer.status_code == 200, answer.content
    assert ContractLine.objects.filter(contract__number="2026/018").count() == 2


def test_too_many_requests_are_refused_and_told_when_to_come_back(erp: Caller) -> None:
    answers = [erp.read("rates") for _each in range(121)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60

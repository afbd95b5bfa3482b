"""Wrong entries: a message at the field, everything typed is kept, nothing is stored (trust.md 9)."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import models
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client, Contact, Interaction, Task
from clients.revisions import revision_of
from contracts.models import Contract, ContractLine, Pause
from tests.company import Company, Portfolio, make_company, undone
from tests.conftest import module_database
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

NAME = {
    "legal_name": "Baru",
    "legal_form": "PT",
    "industry": "other",
    "time_zone": "Asia/Jakarta",
    "payment_days": 30,
}
TALK = {"channel": "call", "outcome": "good", "happened_at": "2026-11-21T09:00"}
HEAD = {"number": "PKS-BARU", "start": "2027-02-01", "notice_days": "30", "currency": "IDR"}
LINE = {"quantity": "1", "unit_price": "5jt", "discount_percent": "0", "period": "month"}
AGAIN = {
    "number": "PKS-R",
    "start": "2027-01-01",
    "end": "2027-12-31",
    "price_change": "0",
    "signed_on": "2026-11-21",
}
WAIT = {"until": "2026-11-30", "reason": "Menunggu anggaran"}
COUNTED = (Client, Contact, Interaction, Task, Contract, ContractLine, Pause)
LONG = "a" * 10_000

# name of the address, row it is about, entries, field with the message
WRONG: list[tuple[str, str | None, dict[str, Any], str]] = [
    ("clients:client_create", None, NAME | {"legal_name": ""}, "legal_name"),
    ("clients:client_create", None, NAME | {"legal_name": "a\x00b"}, "legal_name"),
    ("clients:client_create", None, NAME | {"legal_name": LONG}, "legal_name"),
    ("clients:client_create", None, NAME | {"legal_name": "PT. KLIEN  KANARI-NUSA Tbk."}, "__all__"),
    ("clients:client_create", None, NAME | {"npwp": "01.234.567.8-901.00"}, "npwp"),
    ("clients:client_create", None, NAME | {"npwp": "01234567890100A"}, "npwp"),
    ("clients:client_create", None, NAME | {"npwp": "\uff10" * 15}, "npwp"),
    ("clients:client_create", None, NAME | {"npwp": "0" * 15 + "\x00"}, "npwp"),
    ("clients:client_create", None, NAME | {"npwp": LONG}, "npwp"),
    ("clients:client_create", None, NAME | {"nib": "\uff11" * 13}, "nib"),
    ("clients:client_create", None, NAME | {"postal_code": "\uff11" * 5}, "postal_code"),
    ("clients:client_create", None, NAME | {"parent": "foreign"}, "parent"),
    ("clients:client_create", None, NAME | {"parent": "9" * 30}, "parent"),
    ("clients:client_create", None, NAME | {"payment_days": "99999999999"}, "payment_days"),
    ("clients:client_create", None, NAME | {"payment_days": "-1"}, "payment_days"),
    ("clients:client_edit", "client", NAME | {"parent": "foreign"}, "parent"),
    ("clients:client_edit", "client", NAME | {"parent": "own"}, "parent"),
    ("clients:client_tier", "client", {"tier": "gold"}, "tier"),
    ("clients:contact_create", "client", {"full_name": " "}, "full_name"),
    ("clients:contact_create", "client", {"full_name": "Sinta", "phone": "0812x"}, "phone"),
    ("clients:contact_create", "client", {"full_name": "Sinta", "has_whatsapp": "on"}, "phone"),
    ("clients:contact_create", "client", {"full_name": "Sinta", "influence": "4"}, "influence"),
    ("clients:contact_create", "client", {"full_name": "Sinta", "is_primary": "on"}, "is_primary"),
    ("clients:interaction_create", "client", TALK | {"contact": "foreign"}, "contact"),
    ("clients:interaction_create", "client", TALK | {"happened_at": "2026-11-22T09:00"}, "happened_at"),
    ("clients:interaction_create", "client", TALK | {"happened_at": "0001-01-01T00:00"}, "happened_at"),
    ("clients:interaction_create", "client", TALK | {"next_step": "Telepon"}, "next_step_due"),
    ("clients:interaction_create", "client", TALK | {"next_step_due": "2026-12-01"}, "next_step"),
    ("clients:interaction_create", "client", TALK | {"next_step": "x", "next_step_due": "2026-11-20"}, "next_step_due"),
    ("clients:task_create", "client", {"title": "x\x00", "due_on": "2026-12-01"}, "title"),
    ("clients:task_create", "client", {"title": LONG, "due_on": "2026-12-01"}, "title"),
    ("clients:task_create", "client", {"title": "x", "due_on": "2026-02-30"}, "due_on"),
    ("clients:task_snooze", "task", {"until": "2026-11-21"}, "until"),
    ("contracts:contract_create", "client", HEAD | {"end": "2027-01-31"}, "end"),
    ("contracts:contract_create", "client", HEAD | {"auto_renew": "on"}, "end"),
    ("contracts:contract_create", "client", HEAD | {"renewed_from": "foreign"}, "renewed_from"),
    ("contracts:contract_create", "client", HEAD | {"number": "pks-KANARISAGA"}, "number"),
    ("contracts:contract_create", "client", HEAD | {"currency": "R\x00P"}, "currency"),
    ("contracts:contract_create", "client", HEAD | {"notice_days": "40000"}, "notice_days"),
    ("contracts:contract_create", "client", HEAD | {"start": "0001-01-01"}, "start"),
    ("contracts:contract_create", "client", HEAD | {"end": "9999-12-31"}, "end"),
    ("contracts:line_create", "draft", LINE | {"product": "999999"}, "product"),
    ("contracts:line_create", "draft", LINE | {"product": "own", "start": "2027-05-01", "end": "2027-04-30"}, "end"),
    ("contracts:line_create", "draft", LINE | {"product": "own", "quantity": "NaN"}, "quantity"),
    ("contracts:line_create", "draft", LINE | {"product": "own", "quantity": "0"}, "quantity"),
    ("contracts:line_create", "draft", LINE | {"product": "own", "discount_percent": "101"}, "discount_percent"),
    ("contracts:line_create", "draft", LINE | {"product": "own", "unit_price": "1.234,5x"}, "unit_price"),
    ("contracts:line_create", "draft", LINE | {"product": "own", "unit_price": "9" * 30}, "unit_price"),
    (
        "contracts:line_create",
        "draft",
        LINE | {"product": "own", "quantity": "999999999", "unit_price": "9" * 17},
        "unit_price",
    ),
    ("contracts:contract_pause", "contract", {"start": "2026-11-21", "end": "2026-11-20", "reason": "x"}, "end"),
    ("contracts:contract_renew", "contract", AGAIN | {"end": "2026-12-31"}, "end"),
    ("contracts:contract_renew", "contract", AGAIN | {"end": "9999-12-31"}, "end"),
    ("contracts:alert_acknowledge", "alert", {"reason": " "}, "reason"),
    ("contracts:alert_acknowledge", "alert", {"reason": LONG}, "reason"),
    ("contracts:alert_snooze", "alert", WAIT | {"reason": ""}, "reason"),
    ("contracts:alert_snooze", "alert", WAIT | {"reason": "a\x00b"}, "reason"),
    ("contracts:alert_snooze", "alert", WAIT | {"until": "2026-11-21"}, "until"),
    ("contracts:alert_snooze", "alert", WAIT | {"until": "0001-01-01"}, "until"),
    ("contracts:alert_snooze", "alert", WAIT | {"until": "9999-12-31"}, "until"),
    ("contracts:contract_terminate", "contract", {"last_day": "9999-12-31", "reason": "x"}, "last_day"),
]  # fmt: skip


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    with module_database(django_db_blocker):
        company = make_company()
        ContactFactory(client=company.own.client, full_name="Utama", is_primary=True)
        Client.objects.filter(pk=company.own.client.pk).update(legal_name="Klien Kanari Nusa")
        yield company


def entries(company: Company, row: Any, data: dict[str, Any]) -> dict[str, Any]:
    foreign = {
        "parent": company.foreign.client,
        "contact": company.foreign.contact,
        "renewed_from": company.foreign.contract,
    }
    own = {"parent": company.own.client, "product": company.product}
    chosen = {
        name: {"foreign": foreign, "own": own}[value][name].pk if value in ("foreign", "own") else value
        for name, value in data.items()
    }
    revised = row.contract if isinstance(row, ContractLine) else row  # actions on a line guard its contract
    guarded = {"revision": revision_of(revised)} if revised else {}
    return chosen | guarded | {"once": str(uuid4())}


def row_of(portfolio: Portfolio, about: str | None) -> models.Model | None:
    return getattr(portfolio, about) if about else None


def stored() -> list[int]:
    return [model.objects.count() for model in COUNTED]


@pytest.mark.parametrize(("name", "about", "data", "field"), WRONG)
def test_a_wrong_entry_is_explained_and_kept(
    company: Company, client: Browser, name: str, about: str | None, data: dict[str, Any], field: str
) -> None:
    client.force_login(company.cast.lead)
    row = row_of(company.own, about)
    sent = entries(company, row, data)
    with undone():
        before = stored()
        answer = client.post(reverse(name, args=[row.pk] if row else []), sent)
        assert answer.status_code == 422
        form = answer.context["form"]
        assert list(form.errors) == [field]
        assert {name: str(form[name].value()) for name in data} == {
            name: str(sent[name]).replace("on", "True") if sent[name] == "on" else str(sent[name])
            for name in data
        }
        assert stored() == before


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("01.234.567.8-901.000", "0012345678901000"), ("1234567890123456", "1234567890123456")],
)
def test_an_npwp_of_15_or_16_digits_is_kept_as_16(
    company: Company, client: Browser, typed: str, kept: str
) -> None:
    client.force_login(company.cast.lead)
    with undone():
        assert client.post(reverse("clients:client_create"), NAME | {"npwp": typed}).status_code == 302
        assert Client.objects.get(legal_name="Baru").npwp == kept


def test_a_name_that_is_known_is_saved_when_confirmed(company: Company, client: Browser) -> None:
    client.force_login(company.cast.lead)
    data = NAME | {"legal_name": "cv klien kanari.nusa", "once": str(uuid4())}
    with undone():
        warned = client.post(reverse("clients:client_create"), data)
        assert warned.status_code == 422
        again = data | {"confirmed": warned.context["form"]["confirmed"].value()}
        assert client.post(reverse("clients:client_create"), again).status_code == 302


def test_a_warning_about_a_foreign_client_does_not_name_it(company: Company, client: Browser) -> None:
    client.force_login(company.cast.lead)
    with undone():
        warned = client.post(reverse("clients:client_create"), NAME | {"legal_name": "klien KANARISAGA"})
    assert warned.status_code == 422
    assert "Klien kanarisaga" not in warned.content.decode()

"""The actions on a contract over HTTP: asked, previewed, done once, refused where they make no sense."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.revisions import revision_of
from contracts.models import Contract, ContractLine, Pause
from contracts.projection import current_rules, project
from tests.conftest import Cast
from tests.factories import ContractFactory, ContractLineFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TODAY = date(2026, 11, 21)


@pytest.fixture
def contract(cast: Cast) -> Contract:
    """12 months of 2026 at 10 million a month, seen as of today."""
    contract = ContractFactory(client=cast.client)
    ContractLineFactory(contract=contract)
    project([cast.client.pk], current_rules(), TODAY)
    return contract


def post(browser: Browser, row: Contract | ContractLine, name: str, **data: Any) -> Any:
    """Ask, read the preview, confirm: two clicks like a person's."""
    contract = row if isinstance(row, Contract) else row.contract
    url = reverse(f"contracts:{'contract' if row is contract else 'line'}_{name}", args=[row.pk])
    data |= {"revision": revision_of(contract), "once": uuid4()}
    preview = browser.post(url, data)
    if preview.status_code != 200:
        return preview
    return browser.post(url, data | {"confirmed": "on"})


def test_a_preview_changes_nothing_and_shows_the_difference(
    client: Browser, cast: Cast, contract: Contract
) -> None:
    client.force_login(cast.lead)
    url = reverse("contracts:contract_terminate", args=[contract.pk])
    data = {"last_day": "2026-11-30", "reason": "Tutup", "revision": revision_of(contract), "once": uuid4()}
    page = client.post(url, data).content.decode()
    assert "Rp10.000.000" in page
    assert "1 Des 2026" in page
    contract.refresh_from_db()
    assert contract.terminated_on is None


def test_the_owner_signs_a_draft_with_lines_only(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    draft = ContractFactory(client=cast.client, status="draft")
    assert post(client, draft, "sign", signed_on="2026-11-20").status_code == 302
    draft.refresh_from_db()
    assert draft.is_draft
    ContractLineFactory(contract=draft)
    assert post(client, draft, "sign", signed_on="2026-11-20").status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.signed_on) == ("signed", date(2026, 11, 20))


def test_an_amendment_ends_the_line_and_begins_another(
    client: Browser, cast: Cast, contract: Contract
) -> None:
    client.force_login(cast.owner)
    line = contract.lines.get()
    data = {"from_day": "2026-11-10", "quantity": "1", "unit_price": "12.500.000", "discount_percent": "0"}
    assert post(client, line, "amend", **data).status_code == 302
    assert list(contract.lines.order_by("pk").values_list("start", "end", "amount")) == [
        (None, date(2026, 11, 9), 10_000_000),
        (date(2026, 11, 10), None, 12_500_000),
    ]


def test_an_amendment_on_the_first_day_replaces_the_line(
    client: Browser, cast: Cast, contract: Contract
) -> None:
    client.force_login(cast.owner)
    data = {"from_day": "2026-01-01", "quantity": "2", "unit_price": "10.000.000", "discount_percent": "10"}
    assert post(client, contract.lines.get(), "amend", **data).status_code == 302
    assert contract.lines.get().amount == 18_000_000


@pytest.mark.parametrize("amount", ["1.234,5x", "NaN", "1e400", "1_000", "１０００", "-5", "", "8,000.00"])
def test_a_wrong_amount_is_explained_at_the_field_and_kept(
    client: Browser, cast: Cast, contract: Contract, amount: str
) -> None:
    client.force_login(cast.owner)
    data = {"from_day": "2026-11-10", "quantity": "1", "unit_price": amount, "discount_percent": "0"}
    answer = post(client, contract.lines.get(), "amend", **data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["unit_price"]
    assert answer.context["form"]["unit_price"].value() == amount
    assert contract.lines.get().amount == 10_000_000


def test_a_renewal_is_a_linked_signed_successor_at_the_new_price(
    client: Browser, cast: Cast, contract: Contract
) -> None:
    client.force_login(cast.owner)
    page = client.get(reverse("contracts:contract_renew", args=[contract.pk]))
    assert page.context["form"]["start"].value() == date(2027, 1, 1)
    assert page.context["form"]["end"].value() == date(2027, 12, 31)
    data = {
        "number": "PKS-2027",
        "start": "2027-01-01",
        "end": "2027-12-31",
        "price_change": "5",
        "signed_on": "2026-11-21",
    }
    assert post(client, contract, "renew", **data).status_code == 302
    successor = Contract.objects.get(renewed_from=contract)
    assert (successor.status, successor.lines.get().amount) == ("signed", 10_500_000)
    assert post(client, contract, "renew", **data | {"number": "PKS-2027-b"}).status_code == 302
    assert Contract.objects.filter(renewed_from=contract).count() == 1


def test_a_number_in_use_is_said_at_the_field(client: Browser, cast: Cast, contract: Contract) -> None:
    client.force_login(cast.owner)
    data = {
        "number": contract.number.lower(),
        "start": "2027-01-01",
        "end": "2027-12-31",
        "price_change": "0",
        "signed_on": "2026-11-21",
    }
    answer = post(client, contract, "renew", **data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["number"])


def test_letting_it_renew_is_recorded_once_per_term(client: Browser, cast: Cast, contract: Contract) -> None:
    client.force_login(cast.owner)
    Contract.objects.filter(pk=contract.pk).update(auto_renew=True)
    project([cast.client.pk], current_rules(), TODAY)
    assert post(client, contract, "let_renew").status_code == 302
    assert post(client, contract, "let_renew").status_code == 302
    assert list(contract.decisions.values_list("term_end", "by")) == [(date(2026, 12, 31), cast.owner.pk)]


def test_notice_is_given_and_withdrawn(client: Browser, cast: Cast, contract: Contract) -> None:
    client.force_login(cast.owner)
    assert post(client, contract, "notice", notice_on="2026-11-20", notice_by="client").status_code == 302
    contract.refresh_from_db()
    assert (contract.notice_on, contract.notice_by) == (date(2026, 11, 20), "client")
    assert post(client, contract, "withdraw_notice").status_code == 302
    contract.refresh_from_db()
    assert contract.notice_on is None


def test_a_pause_is_resumed_the_day_before_it_is_in_effect_again(
    client: Browser, cast: Cast, contract: Contract
) -> None:
    client.force_login(cast.owner)
    assert post(client, contract, "pause", start="2026-11-01", reason="Renovasi").status_code == 302
    assert post(client, contract, "resume", on="2026-11-21").status_code == 302
    assert list(Pause.objects.values_list("start", "end")) == [(date(2026, 11, 1), date(2026, 11, 20))]


def test_a_pause_resumed_on_its_first_day_never_was(client: Browser, cast: Cast, contract: Contract) -> None:
    client.force_login(cast.owner)
    post(client, contract, "pause", start="2026-11-21", reason="Renovasi")
    assert post(client, contract, "resume", on="2026-11-21").status_code == 302
    assert not Pause.objects.exists()


def test_terminating_is_for_leads_only(client: Browser, cast: Cast, contract: Contract) -> None:
    client.force_login(cast.owner)
    url = reverse("contracts:contract_terminate", args=[contract.pk])
    assert client.get(url).status_code == 403
    client.force_login(cast.lead)
    assert post(client, contract, "terminate", last_day="2026-11-30", reason="Tutup").status_code == 302
    contract.refresh_from_db()
    assert contract.terminated_on == date(2026, 11, 30)


def test_the_second_click_does_nothing_and_says_nothing(
    client: Browser, cast: Cast, contract: Contract
) -> None:
    client.force_login(cast.owner)
    url = reverse("contracts:contract_add_line", args=[contract.pk])
    data = {
        "from_day": "2026-11-21",
        "product": ProductFactory().pk,
        "quantity": "1",
        "unit_price": "1jt",
        "discount_percent": "0",
        "period": "month",
        "confirmed": "on",
        "revision": revision_of(contract),
        "once": uuid4(),
    }
    assert [client.post(url, data).status_code for _ in range(2)] == [302, 302]
    assert contract.lines.count() == 2


def test_somebody_who_was_slower_is_told_and_keeps_what_was_typed(
    client: Browser, cast: Cast, contract: Contract
) -> None:
    client.force_login(cast.owner)
    seen = revision_of(contract)
    Contract.objects.filter(pk=contract.pk).update(payment_terms="30 hari")
    url = reverse("contracts:contract_pause", args=[contract.pk])
    data = {"start": "2026-11-21", "reason": "Renovasi", "confirmed": "on", "revision": seen, "once": uuid4()}
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert answer.context["form"]["reason"].value() == "Renovasi"
    assert not Pause.objects.exists()


def test_a_signed_contract_is_not_edited_as_a_draft(client: Browser, cast: Cast, contract: Contract) -> None:
    client.force_login(cast.owner)
    for name in ("contract_edit", "contract_discard", "line_create"):
        url = reverse(f"contracts:{name}", args=[contract.pk])
        answer = client.post(url) if name == "contract_discard" else client.get(url)
        assert answer.status_code == 404

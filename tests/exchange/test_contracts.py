"""Files of contracts with their lines."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from contracts.models import Contract, ContractLine
from kpis.models import StaleClient
from tests import factories
from tests.conftest import Cast
from tests.exchange.bringing import Line, bring, brought, changes, outcomes, problems, take_over, undo

pytestmark = pytest.mark.django_db

HEAD: Line = {
    "number": "PKS-1",
    "client": "Nusarena Pangan",
    "start": "2026-01-01",
    "end": "2026-12-31",
    "signed_on": "2025-12-20",
    "auto_renew": "ya",
    "notice_days": "30",
}
NONE = dict.fromkeys(("client", "start", "end", "signed_on", "auto_renew", "notice_days"), "")


@pytest.fixture(autouse=True)
def catalogue(cast: Cast) -> None:
    factories.ProductFactory(code="SEO", name="Optimasi", family="Pencarian")
    factories.ProductFactory(code="ADS", name="Iklan", family="Iklan")


def line(product: str, price: str, **more: str) -> Line:
    return {"product": product, "quantity": "1", "unit_price": price, "period": "bulan", **more}


TWO_LINES = [HEAD | line("SEO", "4.500.000"), HEAD | NONE | line("Iklan", "1.000.000,50")]


def test_a_contract_with_two_lines(director: User, cast: Cast) -> None:
    brought(director, "contracts", TWO_LINES)
    contract = Contract.objects.get()
    assert (contract.client, contract.status, contract.auto_renew) == (cast.client, "signed", True)
    assert (contract.start, contract.end, contract.signed_on) == (
        date(2026, 1, 1),
        date(2026, 12, 31),
        date(2025, 12, 20),
    )
    assert {row.product.code: row.amount for row in contract.lines.all()} == {
        "SEO": Decimal(4_500_000),
        "ADS": Decimal("1000000.50"),
    }
    assert StaleClient.objects.filter(client=cast.client).exists()  # the numbers follow


def test_the_same_file_twice_changes_nothing(director: User) -> None:
    brought(director, "contracts", TWO_LINES)
    assert outcomes(bring(director, "contracts", TWO_LINES)) == ["unchanged", "unchanged"]


def test_two_lines_of_one_product_are_two_lines(director: User) -> None:
    lines = [
        HEAD | line("SEO", "1.000"),
        HEAD | line("SEO", "2.000"),
        HEAD | line("SEO", "1.000", line_start="2026-07-01"),
    ]
    brought(director, "contracts", lines)
    assert ContractLine.objects.count() == 3
    assert outcomes(bring(director, "contracts", lines)) == ["unchanged"] * 3


def test_a_changed_price_is_shown_and_lines_that_are_missing_stay(director: User) -> None:
    brought(director, "contracts", TWO_LINES)
    job = bring(director, "contracts", [{"number": "pks-1", "product": "SEO", "unit_price": "5.000.000"}])
    assert changes(job, 2) == {"number": ("PKS-1", "pks-1"), "unit_price": ("4,500,000", "5,000,000")}
    take_over(job)
    assert sorted(ContractLine.objects.values_list("unit_price", flat=True)) == [
        Decimal("1000000.50"),
        5_000_000,
    ]


def test_without_a_day_of_signature_it_stays_a_draft(director: User) -> None:
    brought(director, "contracts", [HEAD | {"signed_on": ""} | line("SEO", "1.000")])
    assert Contract.objects.get().is_draft
    brought(director, "contracts", [HEAD | line("SEO", "1.000")])
    assert not Contract.objects.get().is_draft


def test_a_contract_and_its_successor_in_one_file(director: User) -> None:
    second = HEAD | {"number": "PKS-2", "start": "2027-01-01", "end": "2027-12-31", "renews": "PKS-1"}
    brought(director, "contracts", [second | line("SEO", "1.000"), HEAD | line("SEO", "1.000")])
    assert Contract.objects.get(number="PKS-2").renewed_from == Contract.objects.get(number="PKS-1")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([HEAD | line("XXX", "1.000")], (2, "product", "no product")),
        ([HEAD | line("SEO", "")], (2, "unit_price", "missing")),
        ([HEAD | line("SEO", "-5")], (2, "unit_price", "")),
        ([HEAD | line("SEO", "1.000", quantity="0")], (2, "quantity", "")),
        ([HEAD | line("SEO", "1.000", discount_percent="101")], (2, "discount_percent", "")),
        ([HEAD | line("SEO", "1.000", period="dekade")], (2, "period", "none of")),
        ([HEAD | line("", "1.000")], (2, "product", "missing")),
        ([HEAD | {"client": "Tidak Ada"} | line("SEO", "1.000")], (2, "client", "no client")),
        ([HEAD | {"client": "Sagarata Niaga"} | line("SEO", "1.000")], (2, "client", "no client")),
        ([HEAD | {"client": ""} | line("SEO", "1.000")], (2, "client", "missing")),
        ([HEAD | {"start": ""} | line("SEO", "1.000")], (2, "start", "missing")),
        ([HEAD | {"end": "2025-01-01"} | line("SEO", "1.000")], (2, "", "before the first day")),
        ([HEAD | {"end": ""} | line("SEO", "1.000")], (2, "", "needs a last day")),
        ([HEAD | {"currency": "Rupee"} | line("SEO", "1.000")], (2, "currency", "no currency")),
        ([HEAD | {"renews": "PKS-9"} | line("SEO", "1.000")], (2, "renews", "no contract")),
        (
            [HEAD | line("SEO", "1.000"), HEAD | {"end": "2027-01-31"} | line("ADS", "1.000")],
            (3, "end", "something else"),
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(
    director: User, lines: list[Line], found: tuple[int, str, str]
) -> None:
    [(number, column, text)] = problems(bring(director, "contracts", lines))
    assert (number, column) == found[:2]
    assert found[2] in text


def test_a_contract_with_a_wrong_line_is_left_out_as_a_whole(director: User) -> None:
    other = HEAD | {"number": "PKS-2"} | line("SEO", "1.000")
    job = bring(director, "contracts", [HEAD | line("SEO", "1.000"), HEAD | NONE | line("ADS", "abc"), other])
    assert outcomes(job) == ["left_out", "error", "created"]
    take_over(job)
    assert list(Contract.objects.values_list("number", flat=True)) == ["PKS-2"]


def test_a_number_of_a_foreign_client_is_refused_without_telling_whose(director: User, cast: Cast) -> None:
    factories.ContractFactory(client=cast.foreign, number="PKS-1")
    job = bring(director, "contracts", [HEAD | line("SEO", "1.000")])
    assert problems(job) == [(2, "number", "This contract number is in use already.")]
    assert "Sagarata" not in str(list(job.lines.values()))


def test_a_contract_does_not_move_to_another_client(director: User, cast: Cast) -> None:
    brought(director, "contracts", TWO_LINES)
    other = factories.ClientFactory(legal_name="Lain")
    factories.AssignmentFactory(client=other, user=cast.owner)
    [(_line, column, text)] = problems(
        bring(director, "contracts", [HEAD | {"client": "Lain"} | line("SEO", "4.500.000")])
    )
    assert (column, "Nusarena" in text) == ("client", True)


def test_ending_early_is_for_leads(owner: User) -> None:
    brought(owner, "contracts", TWO_LINES)
    end = {"number": "PKS-1", "terminated_on": "2026-06-30", "termination_reason": "Pindah"}
    assert [found[1] for found in problems(bring(owner, "contracts", [end]))] == ["terminated_on"]


def test_backup_and_sponsor_may_not_touch_contracts(owner: User, cast: Cast) -> None:
    factories.AssignmentFactory(client=cast.foreign, user=owner, role="support")
    job = bring(owner, "contracts", [HEAD | {"client": "Sagarata Niaga"} | line("SEO", "1.000")])
    assert [text for _line, _column, text in problems(job)] == [
        "You may not change the contracts of this client."
    ]


def test_undo_removes_contract_and_lines(director: User) -> None:
    assert undo(brought(director, "contracts", TWO_LINES)).state == "undone"
    assert not Contract.objects.exists()
    assert not ContractLine.objects.exists()


def test_undo_gives_a_price_back(director: User) -> None:
    brought(director, "contracts", TWO_LINES)
    undo(brought(director, "contracts", [{"number": "PKS-1", "product": "SEO", "unit_price": "5.000.000"}]))
    assert ContractLine.objects.get(product__code="SEO").unit_price == 4_500_000


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"signed_on": "(kosong)"}, "signed_on"),
        ({"end": "2026-06-30"}, ""),
        ({"start": "2026-02-01"}, ""),
        ({"unit_price": "1"}, ""),
        ({"signed_on": "2026-11-22"}, "signed_on"),
    ],
)
def test_what_is_signed_is_changed_by_its_actions_or_by_a_lead(
    director: User, owner: User, change: Line, column: str
) -> None:
    brought(director, "contracts", TWO_LINES[:1])
    assert column in [found[1] for found in problems(bring(owner, "contracts", [TWO_LINES[0] | change]))]
    told = problems(bring(director, "contracts", [TWO_LINES[0] | change]))
    assert bool(told) == (column == "signed_on")  # signed stays signed, and never tomorrow, whoever asks


def test_an_account_manager_brings_new_contracts_and_notices(owner: User) -> None:
    brought(owner, "contracts", TWO_LINES)
    brought(owner, "contracts", [{"number": "PKS-1", "notice_on": "2026-11-01", "notice_by": "client"}])

"""Every rule of contracts that the database holds, broken past the ORM."""

from datetime import date

import pytest

from contracts.models import Contract, Pause
from tests.database import Violation, again, assert_refused_by, put
from tests.factories import (
    ActiveSpanFactory,
    AlertLadderFactory,
    ContractFactory,
    ContractLineFactory,
    ContractTermFactory,
    ExchangeRateFactory,
    PauseFactory,
    ProductFactory,
    RenewalAlertFactory,
    RenewalDecisionFactory,
    UserFactory,
    ValueSegmentFactory,
)

pytestmark = pytest.mark.django_db


def _renews_itself() -> None:
    contract = ContractFactory()
    put(contract, renewed_from_id=contract.pk)


def _second_successor(number: str = "PKS-LAIN", **columns: object) -> None:
    again(ContractFactory(renewed_from=ContractFactory()), number=number, **columns)


VIOLATIONS: list[tuple[str, Violation]] = [
    ("product_code_once", lambda: again(ProductFactory(code="Iklan-1"), code="IKLAN-1")),
    ("product_price_is_an_amount", lambda: put(ProductFactory(), list_price="-0.01")),
    ("product_price_is_an_amount", lambda: put(ProductFactory(), list_price="NaN")),
    ("product_currency_is_a_code", lambda: put(ProductFactory(), currency="idr")),
    ("contract_number_once", lambda: again(ContractFactory(number="Pks-1"), number="PKS-1")),
    ("contract_end_not_before_start", lambda: put(ContractFactory(), end="2025-12-31")),
    ("contract_renewing_needs_an_end", lambda: put(ContractFactory(auto_renew=True), end=None)),
    ("contract_signed_has_a_day", lambda: put(ContractFactory(), signed_on=None)),
    ("contract_signed_has_a_day", lambda: put(ContractFactory(status="draft"), signed_on="2026-01-01")),
    ("contract_notice_names_a_party", lambda: put(ContractFactory(), notice_on="2026-11-01")),
    ("contract_notice_names_a_party", lambda: put(ContractFactory(), notice_by="client")),
    ("contract_termination_has_a_reason", lambda: put(ContractFactory(), terminated_on="2026-11-01")),
    (
        "contract_draft_has_no_end_events",
        lambda: put(ContractFactory(status="draft"), terminated_on="2026-11-01", termination_reason="Tutup"),
    ),
    (
        "contract_draft_has_no_end_events",
        lambda: put(ContractFactory(status="draft"), notice_on="2026-11-01", notice_by="us"),
    ),
    ("contract_not_its_own_successor", _renews_itself),
    ("contract_one_signed_successor", _second_successor),
    ("contract_currency_is_a_code", lambda: put(ContractFactory(), currency="Rp")),
    (
        "line_end_not_before_start",
        lambda: put(ContractLineFactory(), start="2026-07-01", end="2026-06-30"),
    ),
    ("line_price_is_an_amount", lambda: put(ContractLineFactory(), unit_price="-1")),
    ("line_price_is_an_amount", lambda: put(ContractLineFactory(), unit_price="NaN")),
    ("line_quantity_is_positive", lambda: put(ContractLineFactory(), quantity="0")),
    ("line_quantity_is_positive", lambda: put(ContractLineFactory(), quantity="NaN")),
    ("line_discount_is_0_to_100", lambda: put(ContractLineFactory(), discount_percent="100.01")),
    ("line_discount_is_0_to_100", lambda: put(ContractLineFactory(), discount_percent="-0.01")),
    ("line_discount_is_0_to_100", lambda: put(ContractLineFactory(), discount_percent="NaN")),
    ("contracts_pause_end_not_before_start", lambda: put(PauseFactory(), end="2026-02-28")),
    ("pause_no_overlap", lambda: again(PauseFactory(), start="2026-03-31", end=None)),
    ("rate_once_a_day", lambda: again(ExchangeRateFactory())),
    ("rate_is_positive", lambda: put(ExchangeRateFactory(), rate="0")),
    ("rate_is_positive", lambda: put(ExchangeRateFactory(), rate="NaN")),
    ("rate_currency_is_a_code", lambda: put(ExchangeRateFactory(), currency="usd")),
    ("ladder_has_a_stage", lambda: put(AlertLadderFactory(), days="{}")),
    ("decision_once_per_term", lambda: again(RenewalDecisionFactory())),
    ("alert_once_per_term", lambda: again(RenewalAlertFactory())),
    ("alert_stage_is_days_or_expired", lambda: put(RenewalAlertFactory(), stage=-2)),
    ("alert_stage_is_days_or_expired", lambda: put(RenewalAlertFactory(), stage=367)),
    ("alert_snoozed_three_times_at_most", lambda: put(RenewalAlertFactory(), snoozes=4)),
    (
        "alert_acknowledged_by_with_reason",
        lambda: put(
            RenewalAlertFactory(), acknowledged_at="2026-11-21 10:00+07", acknowledged_by_id=UserFactory().pk
        ),
    ),
    ("alert_snooze_has_a_reason", lambda: put(RenewalAlertFactory(), snoozed_until="2026-11-28")),
    ("term_once_per_number", lambda: again(ContractTermFactory())),
    (
        "segment_no_overlap_per_line",
        lambda: again(ValueSegmentFactory(), first_day="2026-06-30", last_day=None),
    ),
    ("span_no_overlap_per_client", lambda: again(ActiveSpanFactory(), first_day="2026-06-30", last_day=None)),
]


@pytest.mark.parametrize(("name", "violation"), VIOLATIONS)
def test_the_database_refuses(name: str, violation: Violation) -> None:
    assert_refused_by(name, violation)


def test_a_pause_may_begin_the_day_after_another_ended() -> None:
    again(PauseFactory(), start="2026-04-01", end=None)
    assert Pause.objects.on(date(2026, 3, 31)).count() == Pause.objects.on(date(2026, 4, 1)).count() == 1


def test_derived_ranges_may_touch() -> None:
    again(ValueSegmentFactory(), first_day="2026-07-01", last_day=None)
    again(ActiveSpanFactory(), first_day="2026-07-01", last_day=None)


def test_a_contract_and_a_line_of_one_day_are_ranges() -> None:
    contract = ContractFactory(start=date(2026, 1, 1), end=date(2026, 1, 1))
    ContractLineFactory(contract=contract, start=date(2026, 1, 1), end=date(2026, 1, 1))


def test_a_draft_and_a_void_contract_are_no_successors() -> None:
    _second_successor(status="draft", signed_on=None)
    Contract.objects.all().update(renewed_from=None)
    _second_successor(
        number="PKS-BATAL", terminated_on="2025-12-31", termination_reason="Batal sebelum mulai"
    )


def test_free_of_charge_and_a_full_discount_are_amounts() -> None:
    put(ContractLineFactory(), unit_price="0", discount_percent="100")

"""Ratios are derived on read, from sums (R3, R9, R10)."""

from decimal import Decimal

import pytest

from kpis.measures import Interval, Nps, Ratio, Sums


def test_a_ratio_is_rounded_half_away_from_zero_at_the_sixth_decimal():
    assert Ratio(Decimal("0.0000005"), 1, "").value == Decimal("0.000001")
    assert Ratio(Decimal("-0.0000005"), 1, "").value == Decimal("-0.000001")


@pytest.mark.parametrize(
    ("ratio", "reason"),
    [
        ("logo_retention", "no_opening_clients"),
        ("nrr", "no_opening_value"),
        ("grr", "no_opening_value"),
        ("renewal_rate_count", "nothing_due"),
        ("csat", "no_responses"),
        ("nps", "no_responses"),
    ],
)
def test_nothing_to_divide_by_is_no_value_with_a_reason(ratio, reason):
    measure = getattr(Sums(), ratio)
    assert (measure.value, measure.reason) == (None, reason)


def test_a_loss_of_everything_is_zero_and_not_missing():
    sums = Sums(cohort_clients=2, cohort_opening_arr=Decimal(10))
    assert (sums.logo_retention.value, sums.nrr.value) == (0, 0)
    assert sums.nrr.reason is None


def test_a_missing_rate_makes_money_unknown_but_not_counts():
    sums = Sums(cohort_opening_arr=None, cohort_closing_arr=None, cohort_clients=2, retained_clients=1)
    assert (sums.nrr.value, sums.nrr.reason) == (None, "missing_fx")
    assert sums.logo_retention.value == Decimal("0.5")
    assert (sums + Sums()).cohort_opening_arr is None


def test_wilson_is_for_shares_of_counts_only():
    assert Ratio(1, 1, "").wilson == Interval(Decimal("0.206549"), Decimal(1))
    assert Ratio(0, 0, "").wilson is None
    assert Ratio(Decimal(1), Decimal(2), "").wilson is None


def test_nps_limits_stay_between_minus_and_plus_100():
    assert Nps(promoters=3, passives=0, detractors=0).interval.high == 100
    assert Nps(promoters=0, passives=0, detractors=3).interval.low == -100
    assert Nps(promoters=3, passives=0, detractors=0).margin == 0


def test_a_team_is_the_ratio_of_its_sums_and_not_the_mean_of_ratios():
    small = Sums(cohort_clients=1, retained_clients=0)
    large = Sums(cohort_clients=9, retained_clients=9)
    assert Sums.total([small, large]).logo_retention.value == Decimal("0.9")


def test_moves_between_the_teams_of_a_tree_do_not_show():
    giver = Sums(transfer_out_arr=Decimal(50), transfer_out_clients=1)
    taker = Sums(transfer_in_arr=Decimal(70), transfer_in_clients=3)
    tree = Sums.total([giver, taker]).with_net_transfers()
    assert (tree.transfer_in_arr, tree.transfer_out_arr) == (20, 0)
    assert (tree.transfer_in_clients, tree.transfer_out_clients) == (2, 0)


def test_churn_is_what_retention_leaves_gross_without_growth_and_net_with_it():
    """K10: of 100, 90 were kept and 130 are there with growth."""
    sums = Sums(
        cohort_opening_arr=Decimal(100),
        cohort_kept_arr=Decimal(90),
        cohort_closing_arr=Decimal(130),
    )
    assert sums.gross_revenue_churn.value == Decimal("0.1")
    assert sums.net_revenue_churn.value == Decimal("-0.3")

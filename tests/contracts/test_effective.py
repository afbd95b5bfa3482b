"""Worked examples of kpis.md R2, R3, R5, R6 and of the terms of K5, on both sides of each boundary."""

from decimal import Decimal
from fractions import Fraction

import pytest

from contracts.effective import ContractFacts, Rules, Span, add_months, annual_value, term_months
from tests.contracts.fact_builders import active, contract, day, ledger, line, terms, value

YEAR = 12_000  # what the default line is worth a year


def assert_values(contracts, expected, **rules):
    """Each day has its value."""
    got = {on: value(contracts, on, Rules(**rules)) for on in expected}
    assert got == expected


# R2, R3


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-01-01", "2027-12-31", 36),
        ("2025-01-01", "2025-02-15", 1 + Fraction(15, 28)),
        ("2024-01-31", "2024-02-28", 1),
        ("2024-02-29", "2025-02-27", 12),
        ("2024-02-29", "2025-02-28", 12 + Fraction(1, 29)),
        ("2025-01-31", "2025-02-27", 1),
        ("2025-01-31", "2025-03-30", 2),
        ("2025-01-31", "2025-03-29", 1 + Fraction(30, 31)),
        ("2025-01-20", "2025-03-05", 1 + Fraction(14, 28)),
        ("2025-01-01", "2025-01-01", Fraction(1, 31)),
        ("2024-02-01", "2024-02-28", Fraction(28, 29)),
    ],
)
def test_months_of_a_term_are_counted_from_the_original_start_day(start, end, months):
    assert term_months(day(start), day(end)) == months


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2025-01-31", 2, "2025-03-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2025-01-15", -1, "2024-12-15"),
        ("2026-03-31", -25, "2024-02-29"),
    ],
)
def test_adding_months_stays_within_the_month(start, months, expected):
    assert add_months(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("amount", "period", "expected"),
    [
        ("1000", "month", "12000.00"),
        ("7500000", "quarter", "30000000.00"),
        ("6000000", "semester", "12000000.00"),
        ("10000000", "year", "10000000.00"),
        ("100.10", "week", "5205.20"),
        ("1.01", "day", "368.65"),
        ("100000000", "one_off", "0.00"),
    ],
)
def test_a_price_counts_as_often_as_its_period_fits_a_year(amount, period, expected):
    assert str(annual_value(Decimal(amount), period, day("2025-01-01"), None)) == expected


@pytest.mark.parametrize(
    ("amount", "start", "end", "expected"),
    [
        ("25000", "2024-01-01", "2024-03-31", "100000.00"),
        ("15000", "2025-01-01", "2026-03-31", "12000.00"),
        ("360000000", "2025-01-01", "2027-12-31", "120000000.00"),
        ("4300000", "2025-01-01", "2025-02-15", "33600000.00"),
        ("100", "2025-01-01", "2025-07-31", "171.43"),
    ],
)
def test_a_price_for_the_whole_term_is_spread_over_its_months(amount, start, end, expected):
    assert str(annual_value(Decimal(amount), "term", day(start), day(end))) == expected


@pytest.mark.parametrize(("amount", "expected"), [("0.01", "0.01"), ("-0.01", "-0.01"), ("0.03", "0.02")])
def test_half_a_cent_is_rounded_away_from_zero(amount, expected):
    # 24 months: 0.005, -0.005; 0.03 -> 0.015
    assert str(annual_value(Decimal(amount), "term", day("2025-01-01"), day("2026-12-31"))) == expected


def test_a_price_for_a_term_without_an_end_is_refused():
    with pytest.raises(ValueError, match="last day of the term"):
        ledger(contract(1, "2025-01-01", None, line(period="term")))


def test_a_contract_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="before its start"):
        ContractFacts(1, True, day("2025-01-02"), day("2025-01-01"), "IDR", ())


# R5.1, R5.6, R5.7


def test_a_line_counts_in_full_from_its_first_day():
    assert_values([contract(1, "2025-02-15", "2026-02-14")], {"2025-02-14": 0, "2025-02-15": YEAR})


def test_a_draft_never_counts():
    draft = contract(1, "2025-01-01", "2025-12-31", signed=False)
    assert ledger(draft) == ledger()


def test_an_open_ended_contract_has_an_open_segment_and_no_terms():
    result = ledger(contract(1, "2025-01-01", None))
    assert [segment.days for segment in result.segments] == [Span(day("2025-01-01"), None)]
    assert result.spans == (Span(day("2025-01-01"), None),)
    assert result.terms == ()


def test_a_notice_alone_does_not_end_an_open_ended_contract():
    assert value([contract(1, "2025-01-01", None, notice_on="2025-03-01")], "2026-01-01") == YEAR


def test_a_price_change_is_an_end_dated_line_and_a_new_one():
    changed = contract(
        1, "2025-01-01", None, line("1000", end="2025-04-14"), line("1250", start="2025-04-15", family="CRM")
    )
    assert_values([changed], {"2025-04-14": 12_000, "2025-04-15": 15_000})


def test_contracts_that_overlap_without_a_link_add_up():
    first = contract(1, "2025-01-01", "2025-12-31")
    second = contract(2, "2025-05-15", "2025-08-14", notice_on="2025-08-01")
    assert_values(
        [first, second],
        {"2025-05-14": YEAR, "2025-05-15": 2 * YEAR, "2025-08-14": 2 * YEAR, "2025-08-15": YEAR},
    )


@pytest.mark.parametrize("free", [line("0"), line("500", period="one_off")])
def test_lines_without_a_recurring_value_do_not_make_a_client_active(free):
    assert not active([contract(1, "2025-01-01", None, free)], "2025-06-01")
    assert ledger(contract(1, "2025-01-01", None, free)).segments == ()


def test_values_of_different_currencies_are_kept_apart():
    result = ledger(
        contract(1, "2025-01-01", None), contract(2, "2025-01-01", None, line("1"), currency="USD")
    )
    assert result.value_on(day("2025-06-01")) == {"IDR": 12_000, "USD": 12}


def test_no_line_runs_outside_its_contract():
    clipped = contract(1, "2025-02-01", "2025-06-30", line(start="2025-01-01", end="2025-12-31"))
    assert_values(
        [clipped],
        {"2025-01-31": 0, "2025-02-01": YEAR, "2025-06-30": YEAR, "2025-07-01": 0},
        grace_days=0,
    )


def test_a_line_that_starts_after_its_contract_ended_never_counts():
    late = contract(1, "2025-01-01", "2025-06-30", line(start="2025-07-01", period="term"))
    assert ledger(late).segments == ()


# R5.2


def test_after_an_early_termination_there_is_no_grace():
    terminated = contract(1, "2025-01-01", "2025-12-31", terminated_on="2025-08-20")
    assert_values([terminated], {"2025-08-20": YEAR, "2025-08-21": 0})


def test_a_termination_inside_the_grace_takes_the_grace_away():
    terminated = contract(1, "2025-01-01", "2025-12-31", terminated_on="2026-01-10")
    assert_values([terminated], {"2025-12-31": YEAR, "2026-01-01": 0})


def test_an_open_ended_contract_stops_at_its_termination():
    assert_values(
        [contract(1, "2025-01-01", None, terminated_on="2025-08-20")], {"2025-08-20": YEAR, "2025-08-21": 0}
    )


def test_terminated_on_the_first_day_counts_for_that_day():
    one_day = contract(1, "2025-01-01", "2025-12-31", terminated_on="2025-01-01")
    assert_values([one_day], {"2024-12-31": 0, "2025-01-01": YEAR, "2025-01-02": 0})


def test_terminated_before_its_start_a_contract_never_existed():
    void = contract(2, "2025-05-01", "2026-04-30", terminated_on="2025-04-30", renewed_from=1)
    old = contract(1, "2024-06-01", "2025-05-31")
    assert ledger(old, void) == ledger(old)
    assert_values([old, void], {"2025-05-01": YEAR, "2025-06-30": YEAR})


# R5.3


def test_a_linked_successor_replaces_from_its_first_day():
    old = contract(1, "2024-06-01", "2025-05-31")
    new = contract(2, "2025-05-01", "2026-04-30", line("1200"), renewed_from=1)
    assert_values([old, new], {"2025-04-30": 12_000, "2025-05-01": 14_400, "2025-06-01": 14_400})


def test_a_draft_successor_replaces_nothing():
    old = contract(1, "2024-06-01", "2025-05-31")
    assert ledger(old, contract(2, "2025-05-01", None, renewed_from=1, signed=False)) == ledger(old)


def test_of_several_successors_the_earliest_replaces():
    old = contract(1, "2024-06-01", "2025-05-31")
    later, earlier = (
        contract(key, start, None, line("1"), renewed_from=1)
        for key, start in ((2, "2025-05-20"), (3, "2025-05-10"))
    )
    assert_values([old, later, earlier], {"2025-05-09": YEAR, "2025-05-10": 12, "2025-05-20": 24})
    assert terms([old, later, earlier])[0].successor == 3


def test_a_successor_of_a_terminated_contract_leaves_the_gap():
    old = contract(1, "2024-06-01", "2025-05-31", terminated_on="2025-04-10")
    new = contract(2, "2025-04-21", None, renewed_from=1)
    assert_values([old, new], {"2025-04-10": YEAR, "2025-04-11": 0, "2025-04-20": 0, "2025-04-21": YEAR})


# R5.4


def rolling(end="2025-08-31", **facts):
    return contract(1, "2024-09-01", end, auto_renew=True, **({"notice_days": 30} | facts))


def test_an_automatic_renewal_goes_on_without_end_and_without_a_job():
    result = ledger(rolling())
    assert [segment.days for segment in result.segments] == [Span(day("2024-09-01"), None)]
    assert_values([rolling()], {"2025-08-31": YEAR, "2025-09-01": YEAR, "2035-01-01": YEAR})


@pytest.mark.parametrize(
    ("notice_on", "last_day"), [("2025-08-01", "2025-08-31"), ("2025-08-02", "2026-08-31")]
)
def test_a_notice_in_time_ends_the_term_and_a_late_one_the_following(notice_on, last_day):
    result = ledger(rolling(notice_on=notice_on))
    assert [segment.days for segment in result.segments] == [Span(day("2024-09-01"), day(last_day))]


def test_a_notice_after_some_automatic_terms_ends_the_term_it_falls_in():
    assert ledger(rolling(notice_on="2027-03-01")).spans == (Span(day("2024-09-01"), day("2027-08-31")),)


def test_without_an_agreed_notice_period_a_notice_on_the_last_day_is_in_time():
    assert ledger(rolling(notice_days=None, notice_on="2025-08-31")).spans[0].last_day == day("2025-08-31")


def test_a_notice_period_longer_than_the_term_waits_for_the_first_end_far_enough_away():
    monthly = contract(
        1, "2025-01-01", "2025-01-31", auto_renew=True, notice_days=60, notice_on="2025-01-15"
    )  # 60 days after 15 January is 16 March
    assert ledger(monthly).spans[0].last_day == day("2025-03-31")


def test_automatic_terms_of_whole_months_are_anchored_on_the_original_start_day():
    result = terms([contract(1, "2025-01-31", "2025-02-27", auto_renew=True)], on="2023-05-15")
    assert [(str(term.first_day), str(term.last_day)) for term in result] == [
        ("2025-01-31", "2025-02-27"),
        ("2025-02-28", "2025-03-30"),
        ("2025-03-31", "2025-04-29"),
        ("2025-04-30", "2025-05-30"),
    ]


def test_automatic_terms_of_an_odd_term_have_the_same_number_of_days():
    result = terms([contract(1, "2025-01-01", "2025-02-15", auto_renew=True)], on="2023-03-10")
    assert [(str(term.first_day), str(term.last_day)) for term in result] == [
        ("2025-01-01", "2025-02-15"),
        ("2025-02-16", "2025-04-02"),
    ]


def test_a_termination_stops_an_automatic_term_and_leaves_the_terms_before_it():
    result = ledger(rolling(terminated_on="2026-03-15"))
    assert result.spans == (Span(day("2024-09-01"), day("2026-03-15")),)
    assert [term.rolls_over for term in result.terms] == [True, False]


def test_a_termination_on_the_last_day_prevents_the_next_term():
    result = ledger(rolling(terminated_on="2025-08-31"))
    assert result.spans == (Span(day("2024-09-01"), day("2025-08-31")),)
    assert [term.rolls_over for term in result.terms] == [False]


@pytest.mark.parametrize(("start", "terms_before"), [("2025-09-01", 1), ("2025-09-02", 2), ("2026-03-01", 2)])
def test_a_successor_by_the_next_day_prevents_the_next_term_and_a_later_one_replaces_it(start, terms_before):
    new = contract(2, start, "2027-12-31", line("1200"), renewed_from=1)
    result = ledger(rolling(), new)
    old_terms = [term for term in result.terms if term.contract == 1]
    assert len(old_terms) == terms_before
    assert old_terms[-1].successor == 2
    assert [term.successor for term in old_terms[:-1]] == [None] * (terms_before - 1)
    assert_values([rolling(), new], {"2025-08-31": 12_000, start: 14_400})
    eve = day(start).toordinal() - 1
    assert result.value_on(day(start).fromordinal(eve)) == {"IDR": 12_000}


def test_only_the_lines_that_reach_the_end_go_on_automatically():
    two = rolling()
    two = contract(
        1, "2024-09-01", "2025-08-31", line(), line("500", end="2025-08-30"), line("7", end="2025-08-31"),
        auto_renew=True,
    )  # fmt: skip
    assert_values([two], {"2025-08-30": 18_084, "2025-08-31": 12_084, "2025-09-01": 12_084})


def test_an_amendment_of_an_automatic_term_takes_effect_on_its_days():
    amended = contract(
        1,
        "2024-09-01",
        "2025-08-31",
        line(end="2026-03-14"),
        line("1500", start="2026-03-15"),
        auto_renew=True,
    )
    assert_values(
        [amended], {"2025-09-01": 12_000, "2026-03-14": 12_000, "2026-03-15": 18_000, "2027-01-01": 18_000}
    )


def test_a_line_end_dated_on_the_last_day_of_an_automatic_term_ends_there():
    amended = contract(1, "2024-09-01", "2025-08-31", line(), line("1", end="2026-08-31"), auto_renew=True)
    assert_values([amended], {"2025-09-01": 12_012, "2026-08-31": 12_012, "2026-09-01": 12_000})


def test_a_price_for_the_rest_of_an_automatic_term_is_spread_over_that_rest():
    amended = contract(
        1,
        "2024-09-01",
        "2025-08-31",
        line("0"),
        line("600", period="term", start="2026-03-01"),
        auto_renew=True,
    )  # six months, 1 March to 31 August 2026
    assert_values([amended], {"2026-02-28": 0, "2026-03-01": 1_200, "2026-09-01": 1_200})


def test_an_automatic_renewal_that_ends_by_notice_has_no_grace():
    assert_values([rolling(notice_on="2025-07-01")], {"2025-08-31": YEAR, "2025-09-01": 0})


# R5.5


LAPSED = contract(1, "2024-02-01", "2025-01-31")


def test_a_lapsed_contract_keeps_its_value_through_the_grace():
    expected = {
        "2025-01-30": YEAR,
        "2025-01-31": YEAR,
        "2025-02-01": YEAR,
        "2025-03-02": YEAR,
        "2025-03-03": 0,
    }
    assert_values([LAPSED], expected)


def test_the_grace_can_be_switched_off():
    assert_values([LAPSED], {"2025-01-31": YEAR, "2025-02-01": 0}, grace_days=0)


@pytest.mark.parametrize("notice_on", ["2024-12-01", "2025-01-31"])
def test_a_notice_by_the_last_day_leaves_no_grace(notice_on):
    given = contract(1, "2024-02-01", "2025-01-31", notice_on=notice_on)
    assert_values([given], {"2025-01-31": YEAR, "2025-02-01": 0})


@pytest.mark.parametrize(
    ("notice_on", "last_day", "first_day_without"),
    [
        ("2025-02-01", "2025-02-01", "2025-02-02"),
        ("2025-02-10", "2025-02-10", "2025-02-11"),
        ("2025-03-02", "2025-03-02", "2025-03-03"),
        ("2025-03-03", "2025-03-02", "2025-03-03"),
    ],
)
def test_a_notice_inside_the_grace_ends_it_on_that_day(notice_on, last_day, first_day_without):
    given = contract(1, "2024-02-01", "2025-01-31", notice_on=notice_on)
    assert_values([given], {last_day: YEAR, first_day_without: 0})


@pytest.mark.parametrize(
    ("start", "eve", "before"),
    [("2025-02-11", "2025-02-10", YEAR), ("2025-03-03", "2025-03-02", YEAR), ("2025-03-04", "2025-03-03", 0)],
)
def test_a_late_linked_renewal_ends_the_grace_on_its_eve(start, eve, before):
    new = contract(2, start, "2026-02-28", line("1", family="WA"), renewed_from=1)
    assert_values([LAPSED, new], {"2025-02-01": YEAR, eve: before, start: 12})


def test_a_line_of_the_same_family_bridges_the_gap_without_counting_twice():
    bridge = contract(2, "2025-02-11", None, line("1"))
    assert_values([LAPSED, bridge], {"2025-02-10": YEAR, "2025-02-11": 12})


def test_a_line_added_to_another_running_contract_ends_the_grace_too():
    other = contract(2, "2024-01-01", None, line("1", family="WA"), line("2", start="2025-02-11"))
    assert_values([LAPSED, other], {"2025-02-10": YEAR + 12, "2025-02-11": 36})


@pytest.mark.parametrize(
    "other",
    [
        contract(2, "2025-02-11", None, line("1", family="WA")),
        contract(2, "2025-01-31", None, line("1")),
        contract(2, "2025-02-11", None, line("0")),
        contract(2, "2025-02-11", None, line("1", period="one_off")),
        contract(2, "2025-02-11", None, line("1"), signed=False),
        contract(2, "2025-02-11", None, line("1"), terminated_on="2025-02-10"),
        contract(2, "2025-01-01", None, line("1", start="2025-02-11"), terminated_on="2025-02-05"),
    ],
    ids=[
        "other family",
        "starts by the end",
        "free",
        "one-off",
        "draft",
        "void",
        "terminated before it starts",
    ],
)
def test_nothing_else_ends_the_grace(other):
    without_it = value([other], "2025-02-20")
    assert value([LAPSED, other], "2025-02-20") == YEAR + without_it


def test_a_line_that_ends_before_its_contract_has_no_grace():
    partial = contract(1, "2024-02-01", "2025-01-31", line(end="2025-01-30"), line("1", end="2025-01-31"))
    assert_values([partial], {"2025-01-30": 12_012, "2025-01-31": 12, "2025-03-02": 12, "2025-03-03": 0})


# R6


def paused(*pauses, end="2025-12-31", **facts):
    return contract(1, "2025-01-01", end, pauses=pauses, **facts)


def test_a_pause_takes_the_value_and_keeps_the_client():
    short = paused(("2025-03-10", "2025-05-09"))
    assert_values([short], {"2025-03-09": YEAR, "2025-03-10": 0, "2025-05-09": 0, "2025-05-10": YEAR})
    assert all(active([short], on) for on in ("2025-03-10", "2025-05-09", "2025-05-10"))


def test_a_paused_segment_keeps_the_contracted_value():
    segments = ledger(paused(("2025-03-10", "2025-05-09"), end=None)).segments
    assert [(segment.annual_value, segment.paused, segment.days.last_day) for segment in segments] == [
        (YEAR, False, day("2025-03-09")),
        (YEAR, True, day("2025-05-09")),
        (YEAR, False, None),
    ]


@pytest.mark.parametrize("until", ["2025-09-05", None])
def test_on_day_91_of_a_pause_the_client_is_lost(until):
    long = paused(("2025-03-10", until))  # day 90 is 7 June
    assert active([long], "2025-06-07")
    assert not active([long], "2025-06-08")
    assert active([long], "2025-09-06") is (until is not None)


def test_a_pause_of_exactly_90_days_loses_nobody():
    assert ledger(paused(("2025-03-10", "2025-06-07"), end=None)).spans == (Span(day("2025-01-01"), None),)


def test_the_limit_of_a_pause_is_a_setting():
    result = ledger(paused(("2025-03-10", None), end=None), rules=Rules(pause_limit_days=10))
    assert result.spans == (Span(day("2025-01-01"), day("2025-03-19")),)


@pytest.mark.parametrize("second", [("2025-04-10", "2025-09-05"), ("2025-04-01", "2025-09-05")])
def test_pauses_that_touch_are_one_pause(second):
    touching = paused(("2025-03-10", "2025-04-09"), second)
    assert active([touching], "2025-06-07")
    assert not active([touching], "2025-06-08")


def test_one_day_of_service_between_two_pauses_starts_the_limit_again():
    two = paused(("2025-03-10", "2025-04-09"), ("2025-04-11", "2025-12-31"))
    assert value([two], "2025-04-10") == YEAR
    assert active([two], "2025-07-09")  # day 90 of the second
    assert not active([two], "2025-07-10")


def test_a_pause_of_one_contract_leaves_the_other_alone():
    other = contract(2, "2025-01-01", None, line("1"))
    assert value([paused(("2025-03-10", None)), other], "2025-07-01") == 12
    assert active([paused(("2025-03-10", None)), other], "2025-07-01")


def test_a_pause_goes_on_in_the_grace_and_in_automatic_terms():
    assert value([paused(("2025-12-01", None))], "2026-01-15") == 0
    assert active([paused(("2025-12-01", None))], "2026-01-30")
    assert not active([paused(("2025-12-01", None))], "2026-01-31")
    automatic = paused(("2026-02-01", "2026-02-28"), auto_renew=True)
    assert_values([automatic], {"2026-01-31": YEAR, "2026-02-01": 0, "2026-03-01": YEAR})


def test_renewing_a_paused_contract_does_not_start_the_limit_again():
    old = paused(("2025-11-01", None))
    new = contract(2, "2026-01-01", None, renewed_from=1, pauses=[("2026-01-01", None)])
    assert ledger(old, new).spans == (Span(day("2025-01-01"), day("2026-01-29")),)  # day 90 of one pause


def test_a_new_contract_after_a_gap_starts_its_own_pause():
    old = paused(("2025-11-01", None), terminated_on="2025-12-30")
    new = contract(2, "2026-01-01", None, renewed_from=1, pauses=[("2026-01-01", None)])
    assert ledger(old, new).spans[1] == Span(day("2026-01-01"), day("2026-03-31"))


# Terms (R5.4, K5)


def test_the_signed_term_of_a_lapsing_contract():
    (term,) = terms([contract(1, "2024-02-01", "2025-01-31", notice_days=30)])
    assert (term.number, term.first_day, term.last_day) == (1, day("2024-02-01"), day("2025-01-31"))
    assert term.notice_deadline == day("2025-01-01")
    assert term.last_day_of_grace == day("2025-03-02")
    assert (term.rolls_over, term.successor, term.notice_on, term.terminated_on) == (False, None, None, None)
    assert (term.currency, term.value_due, term.value_renewed) == ("IDR", YEAR, 0)


def test_a_contract_without_notice_period_has_no_deadline():
    assert terms([LAPSED])[0].notice_deadline is None


def test_a_late_renewal_is_due_at_the_old_end_with_the_new_value():
    new = contract(2, "2025-02-11", "2026-02-10", line("1100"), currency="USD", renewed_from=1)
    (term,) = terms([LAPSED, new])
    assert (term.successor, term.successor_start) == (2, day("2025-02-11"))
    assert (term.value_due, term.value_renewed, term.renewed_currency) == (12_000, 13_200, "USD")
    assert term.runs_until == day("2025-01-31")


def test_an_early_renewal_is_due_with_the_value_of_its_eve():
    old = contract(1, "2024-06-01", "2025-05-31", line(), line("500", start="2025-05-15"))
    new = contract(2, "2025-05-01", None, line("1200"), renewed_from=1)
    (term,) = terms([old, new])
    assert (term.value_due, term.value_renewed, term.last_day) == (12_000, 14_400, day("2025-05-31"))
    assert term.runs_until == day("2025-04-30")


def test_a_rollover_is_due_with_the_lines_that_go_on():
    two = contract(
        1, "2024-09-01", "2025-08-31", line(), line("1", start="2025-09-01"), line("100", end="2026-08-31"),
        auto_renew=True, notice_days=30, notice_on="2026-08-20",
    )  # fmt: skip
    assert [(t.rolls_over, t.value_due, t.value_renewed, t.notice_on) for t in terms([two])] == [
        (True, 13_200, 13_212, None),
        (True, 13_212, 12_012, None),
        (False, 12_012, 0, day("2026-08-20")),
    ]


def test_values_of_a_renewal_ignore_pauses():
    old = contract(1, "2024-02-01", "2025-01-31", pauses=[("2025-01-01", None)])
    new = contract(2, "2025-02-01", None, renewed_from=1, pauses=[("2025-02-01", None)])
    (term,) = terms([old, new])
    assert (term.value_due, term.value_renewed) == (YEAR, YEAR)


@pytest.mark.parametrize(("terminated_on", "due"), [("2025-01-30", 0), ("2025-01-31", YEAR)])
def test_a_contract_terminated_before_its_end_has_nothing_due(terminated_on, due):
    old = contract(1, "2024-02-01", "2025-01-31", terminated_on=terminated_on)
    (term,) = terms([old])
    assert (term.value_due, term.terminated_on, term.last_day_of_grace) == (
        due,
        day(terminated_on),
        day("2025-01-31"),
    )
    replaced = contract(2, "2025-01-15", None, renewed_from=1)
    assert terms([old, replaced])[0].value_due == due


def test_one_off_contracts_have_nothing_due():
    assert terms([contract(1, "2024-02-01", "2025-01-31", line(period="one_off"))])[0].value_due == 0


def test_a_notice_by_the_end_leaves_the_term_no_grace_and_a_later_one_is_shown():
    for notice_on, grace_until in (("2025-01-31", "2025-01-31"), ("2025-02-01", "2025-03-02")):
        (term,) = terms([contract(1, "2024-02-01", "2025-01-31", notice_on=notice_on)])
        assert (term.notice_on, term.last_day_of_grace) == (day(notice_on), day(grace_until))


def test_automatic_terms_are_listed_as_far_as_the_horizon():
    assert [term.number for term in terms([rolling()], on="2025-08-31")] == [1, 2, 3]
    assert [term.number for term in terms([rolling()], on="2025-09-01")] == [1, 2, 3, 4]
    assert ledger(rolling(), on="2025-08-31").next_term_on == day("2025-09-01")
    assert ledger(LAPSED).next_term_on is None


def test_the_running_term_of_a_day():
    new = contract(2, "2026-03-01", "2027-02-28", renewed_from=1)
    result = ledger(rolling(), new)
    numbers = {
        on: (term.number if (term := result.term_on(1, day(on))) else None)
        for on in ("2024-08-31", "2024-09-01", "2025-08-31", "2025-09-01", "2026-02-28", "2026-03-01")
    }
    assert list(numbers.values()) == [None, 1, 1, 2, 2, None]


# The day on which time alone changes the client


@pytest.mark.parametrize(
    ("today", "change"),
    [
        ("2024-01-01", "2024-02-01"),  # the contract starts
        ("2024-02-01", "2025-01-02"),  # the notice deadline, 1 January, has passed
        ("2025-01-02", "2025-02-01"),  # the term has ended
        ("2025-02-01", "2025-03-03"),  # the grace has ended
        ("2025-03-03", None),
    ],
)
def test_a_lapsing_contract_changes_on_these_days(today, change):
    lapsing = contract(1, "2024-02-01", "2025-01-31", notice_days=30)
    assert ledger(lapsing, on=today).next_change_on(day(today)) == day(change)


@pytest.mark.parametrize(
    ("today", "change"),
    [
        ("2025-01-01", "2025-03-10"),
        ("2025-03-10", "2025-06-08"),
        ("2025-06-08", "2025-07-01"),
        ("2025-07-01", None),
    ],
)
def test_a_pause_changes_a_client_at_its_ends_and_on_day_91(today, change):
    open_ended = contract(1, "2025-01-01", None, pauses=[("2025-03-10", "2025-06-30")])
    assert ledger(open_ended, on=today).next_change_on(day(today)) == day(change)


def test_a_long_automatic_term_changes_a_client_when_it_comes_within_the_horizon():
    five_years = contract(1, "2020-03-01", "2025-02-28", auto_renew=True)
    assert ledger(five_years, on="2021-01-01").next_change_on(day("2021-01-01")) == day("2023-03-01")
    assert len(terms([five_years], on="2023-02-28")) == 1
    assert len(terms([five_years], on="2023-03-01")) == 2

"""What must hold on any portfolio of one client (kpis.md section 7), checked against a day-by-day telling."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.effective import (
    ContractFacts,
    LineFacts,
    PauseFacts,
    Rules,
    Span,
    add_months,
    annual_value,
    build_ledger,
    term_months,
)
from tests.contracts import daily_oracle as oracle

ONE_DAY = dt.timedelta(days=1)
BASE = dt.date(2024, 1, 1)
DAYS = [BASE + dt.timedelta(days=number) for number in range(-40, 620)]
TODAY = BASE + dt.timedelta(days=300)
GAPS = (8, 25, 1, 0, -1, -20, 29, 30, 31, 32, 60)  # days without a contract between two; negative = overlap
NEAR_END = (-41, -40, -31, -30, -29, -5, -1, 0, 1, 5, 29, 30, 31)
PERIODS = ("month", "month", "quarter", "semester", "year", "week", "day", "one_off")


def after(day, days):
    return day + dt.timedelta(days=days)


@st.composite
def lines(draw, key, start, end, periods):
    own_start = draw(st.sampled_from((None, None, None, None, 0, 1, 20, 95)))
    own_start = None if own_start is None else after(start, own_start)
    reach = end or after(start, 200)
    ends = [None, None, None, end, *(after(reach, days) for days in (-20, -1, 1, 15))]
    own_end = draw(st.sampled_from(ends))
    if own_end is not None and own_end < (own_start or start):
        own_end = None
    if end is None and own_end is None:
        periods = tuple(period for period in periods if period != "term")
    return LineFacts(
        key=key,
        family=draw(st.sampled_from("AAB")),
        amount=Decimal(draw(st.sampled_from(("0", "1", "333.33", "1000", "12000.01")))),
        period=draw(st.sampled_from(periods)),
        start=own_start,
        end=own_end,
    )


@st.composite
def contracts(draw, key, earlier, periods):
    previous = (
        draw(st.sampled_from(earlier)) if earlier and draw(st.sampled_from((True, True, False))) else None
    )
    if previous and previous.end:
        start = after(previous.end, 1 + draw(st.sampled_from(GAPS)))
    else:
        start = after(BASE, draw(st.integers(0, 150)))
    months, days = draw(st.sampled_from((1, 1, 2, 3, 6))), draw(st.integers(5, 100))
    end = draw(
        st.sampled_from((None, add_months(start, months) - ONE_DAY, after(start, days), after(start, days)))
    )
    marks = [after(end or after(start, 150), offset) for offset in NEAR_END]
    marks += [after(start, offset) for offset in (-1, 0, 1, 45, 120, 250)]
    pauses = tuple(
        PauseFacts(first, None if length is None else after(first, length - 1))
        for first, length in (
            (
                after(start, draw(st.integers(-5, 130))),
                draw(st.sampled_from((1, 10, 40, 89, 90, 91, 120, None))),
            )
            for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2))))
        )
    )
    number_of_lines = draw(st.sampled_from((1, 1, 2, 3)))
    drawn = ContractFacts(
        key=key,
        signed=draw(st.sampled_from((True, True, True, True, False))),
        start=start,
        end=end,
        currency="IDR",
        lines=tuple(draw(lines(10 * key + number, start, end, periods)) for number in range(number_of_lines)),
        auto_renew=draw(st.sampled_from((False, False, True))),
        notice_days=draw(st.sampled_from((None, 0, 5, 30, 40))),
        notice_on=draw(st.sampled_from((*(None for _ in marks), *marks))),
        terminated_on=draw(st.sampled_from((*(None for _ in marks * 3), *marks))),
        renewed_from=previous.key if previous and draw(st.sampled_from((True, False, False))) else None,
        pauses=pauses,
    )
    if draw(st.booleans()):  # half of them simply lapse, some with a notice in it, so that grace is met often
        late = draw(st.sampled_from((None, None, after(end, 5), after(end, 20)))) if end else None
        return replace(drawn, signed=True, auto_renew=False, notice_on=late, terminated_on=None)
    return drawn


@st.composite
def clients(draw, periods=(*PERIODS, "term")):
    """The contracts of one client, in any order."""
    found = []
    for key in range(1, 1 + draw(st.sampled_from((4, 3, 2, 1)))):
        found.append(draw(contracts(key, found, periods)))
    return draw(st.permutations(found))


THOROUGH = settings(max_examples=500)  # where the oracle is the judge

rules_in_use = st.builds(
    Rules, grace_days=st.sampled_from((0, 1, 30, 30, 30)), pause_limit_days=st.sampled_from((1, 90, 90))
)


def value_by_family(ledger, day):
    values = Counter()
    for segment in ledger.segments:
        if segment.days.covers(day):
            values[segment.family, segment.paused] += segment.annual_value
    return values


# The second telling


@THOROUGH
@given(clients(), rules_in_use)
def test_every_line_has_the_value_of_the_daily_oracle_on_every_day(facts, rules):
    segments = build_ledger(facts, rules, TODAY).segments
    for day in DAYS:
        got = Counter()
        for segment in segments:
            if segment.days.covers(day) and not segment.paused:
                assert segment.line not in got
                got[segment.line] = segment.annual_value
        for contract in facts:
            for line in contract.lines:
                expected = oracle.line_value(facts, rules, contract, line, day)
                assert got[line.key] == expected, (day, contract.key, line.key)


@THOROUGH
@given(clients(), rules_in_use)
def test_the_client_is_active_on_the_days_of_the_daily_oracle(facts, rules):
    ledger = build_ledger(facts, rules, TODAY)
    for day in DAYS:
        assert (ledger.span_on(day) is not None) == oracle.client_is_active(facts, rules, day), day


@THOROUGH
@given(clients(), rules_in_use)
def test_terms_and_their_renewal_values_are_those_of_the_oracle(facts, rules):
    ledger = build_ledger(facts, rules, TODAY)
    for contract in facts:
        got = [
            (term.last_day, term.rolls_over, term.value_due, term.value_renewed)
            for term in ledger.terms
            if term.contract == contract.key and term.last_day <= DAYS[-1]
        ]
        expected = [
            (each.end, each.rolls_over, *oracle.renewal_values(facts, rules, each))
            for each in oracle.decisions(facts, rules, contract, DAYS[-1])
        ]
        assert got == expected


@THOROUGH
@given(st.dates(dt.date(2023, 1, 1), dt.date(2028, 12, 31)), st.integers(0, 1200))
def test_the_months_of_a_term_are_those_of_the_oracle(start, length):
    end = after(start, length)
    assert term_months(start, end) == oracle.months_in(start, end)


@THOROUGH
@given(
    st.decimals(-(10**15), 10**15, places=2),
    st.dates(dt.date(2023, 1, 1), dt.date(2028, 12, 31)),
    st.integers(0, 1200),
)
def test_a_price_for_a_term_is_rounded_from_its_exact_annual_value(amount, start, length):
    end = after(start, length)
    exact = oracle.Fraction(amount) * 12 / oracle.months_in(start, end)
    assert annual_value(amount, "term", start, end) == oracle.rounded(exact)


# Shape of the ledger


@given(clients(), rules_in_use)
def test_segments_of_a_line_are_adjacent_and_spans_of_a_client_have_gaps_between_them(facts, rules):
    ledger = build_ledger(facts, rules, TODAY)
    by_line = {}
    for segment in ledger.segments:
        assert segment.annual_value != 0
        assert segment.days.last_day is None or segment.days.first_day <= segment.days.last_day
        if segment.line in by_line:
            previous = by_line[segment.line]
            assert previous.days.last_day + ONE_DAY == segment.days.first_day
            assert previous.paused != segment.paused
        by_line[segment.line] = segment
    for earlier, later in zip(ledger.spans, ledger.spans[1:], strict=False):
        assert earlier.last_day + ONE_DAY < later.first_day


@given(clients(), rules_in_use, st.randoms())
def test_the_order_of_rows_changes_nothing(facts, rules, random):
    shuffled = [replace(each, lines=tuple(random.sample(each.lines, len(each.lines)))) for each in facts]
    random.shuffle(shuffled)
    assert build_ledger(shuffled, rules, TODAY) == build_ledger(facts, rules, TODAY)


@given(clients(), rules_in_use, st.integers(0, 700))
def test_only_the_number_of_automatic_terms_depends_on_the_day(facts, rules, days):
    now, later = build_ledger(facts, rules, TODAY), build_ledger(facts, rules, after(TODAY, days))
    assert later.segments == now.segments
    assert later.spans == now.spans
    assert set(now.terms) <= set(later.terms)
    horizon = add_months(TODAY, rules.horizon_months)
    assert {t for t in later.terms if t.number == 1 or t.first_day <= horizon} == set(now.terms)


@given(clients(), rules_in_use)
def test_nothing_of_today_changes_before_the_next_change(facts, rules):
    def today(day):
        ledger = build_ledger(facts, rules, day)
        terms = {contract.key: ledger.term_on(contract.key, day) for contract in facts}
        return ledger.value_on(day), ledger.span_on(day), terms, ledger.terms

    change = build_ledger(facts, rules, TODAY).next_change_on(TODAY)
    last_quiet_day = after(TODAY, 400) if change is None else change - ONE_DAY
    assert last_quiet_day >= TODAY
    for day in (after(TODAY, 1), last_quiet_day - ONE_DAY, last_quiet_day):
        if TODAY < day <= last_quiet_day:
            assert today(day) == today(TODAY)


# What changes nothing


@given(clients(periods=PERIODS), rules_in_use, st.sampled_from((2, 7, 1000)))
def test_multiplying_every_amount_scales_every_value(facts, rules, k):
    scaled = [
        replace(each, lines=tuple(replace(line, amount=line.amount * k) for line in each.lines))
        for each in facts
    ]
    before, now = build_ledger(facts, rules, TODAY), build_ledger(scaled, rules, TODAY)
    assert now.spans == before.spans
    assert now.segments == tuple(
        replace(each, annual_value=each.annual_value * k) for each in before.segments
    )
    assert now.terms == tuple(
        replace(each, value_due=each.value_due * k, value_renewed=each.value_renewed * k)
        for each in before.terms
    )


def without(ledger, key):
    return [term for term in ledger.terms if term.contract != key], ledger.segments, ledger.spans


@given(clients(), rules_in_use, contracts(99, [], PERIODS), st.data())
def test_a_draft_or_a_void_contract_changes_nothing_even_as_a_successor(facts, rules, extra, data):
    extra = replace(extra, renewed_from=data.draw(st.sampled_from([None, *(each.key for each in facts)])))
    before = build_ledger(facts, rules, TODAY)
    draft = replace(extra, signed=False)
    void = replace(extra, signed=True, terminated_on=extra.start - ONE_DAY)
    assert build_ledger([*facts, draft, void], rules, TODAY) == before


@given(clients(), rules_in_use, contracts(99, [], PERIODS), st.booleans())
def test_lines_that_are_free_or_paid_once_change_nothing(facts, rules, extra, free):
    change = {"amount": Decimal(0)} if free else {"period": "one_off"}
    extra = replace(extra, lines=tuple(replace(line, **change) for line in extra.lines))
    before, now = build_ledger(facts, rules, TODAY), build_ledger([*facts, extra], rules, TODAY)
    assert without(now, 99) == without(before, 99)
    assert all(term.value_due == 0 for term in now.terms if term.contract == 99)


@given(clients(), rules_in_use, contracts(99, [], PERIODS), st.integers(0, 300), st.data())
def test_a_future_contract_changes_no_day_before_its_start(facts, rules, extra, days, data):
    extra = replace(
        extra,
        start=after(BASE, days),
        end=None,
        notice_on=None,
        terminated_on=None,
        renewed_from=data.draw(st.sampled_from([None, *(each.key for each in facts)])),
        lines=tuple(replace(line, start=None, end=None) for line in extra.lines),
    )
    before, now = build_ledger(facts, rules, TODAY), build_ledger([*facts, extra], rules, TODAY)
    for day in (day for day in DAYS if day < extra.start):
        assert now.value_on(day) == before.value_on(day)
        assert (now.span_on(day) is None) == (before.span_on(day) is None)


def known_on(facts, day):
    """What is on record on a day if everything is recorded on the day it concerns."""
    return [
        replace(
            each,
            notice_on=each.notice_on if each.notice_on and each.notice_on <= day else None,
            terminated_on=each.terminated_on if each.terminated_on and each.terminated_on <= day else None,
            pauses=tuple(pause for pause in each.pauses if pause.start <= day),
            lines=tuple(line for line in each.lines if (line.start or each.start) <= day),
        )
        for each in facts
        if each.start <= day
    ]


@given(clients(), rules_in_use)
def test_the_value_of_a_day_computed_on_that_day_is_never_rewritten_later(facts, rules):
    # R5.2 gives a termination recorded inside the grace the end of the contract as last day: it does rewrite
    for each in facts:
        assume(
            not (each.end and each.terminated_on and each.terminated_on > each.end and not each.auto_renew)
        )
    later = build_ledger(facts, rules, TODAY)
    for day in DAYS[::5]:
        then = build_ledger(known_on(facts, day), rules, day)
        assert then.value_on(day) == later.value_on(day), day
        assert (then.span_on(day) is None) == (later.span_on(day) is None), day


def cut(pauses, span):
    parts = (Span(pause.start, pause.end).overlap(span) for pause in pauses)
    return tuple(PauseFacts(part.first_day, part.last_day) for part in parts if part)


def split(facts, whole, first_day):
    """The same contract as two joined by `renewed_from`, the second from `first_day`."""
    first = replace(
        whole,
        key=98,
        end=first_day - ONE_DAY,
        notice_on=None,
        terminated_on=None,
        lines=tuple(
            replace(line, end=line.end if line.end and line.end < first_day else None)
            for line in whole.lines
            if (line.start or whole.start) < first_day
        ),
        pauses=cut(whole.pauses, Span(dt.date.min, first_day - ONE_DAY)),
    )
    second = replace(
        whole,
        key=99,
        start=first_day,
        renewed_from=98,
        lines=tuple(
            replace(
                line, key=1000 + line.key, start=line.start if line.start and line.start > first_day else None
            )
            for line in whole.lines
            if line.end is None or line.end >= first_day
        ),
        pauses=cut(whole.pauses, Span(first_day, None)),
    )
    others = [each for each in facts if each.key != whole.key]
    moved = [replace(each, renewed_from=99) if each.renewed_from == whole.key else each for each in others]
    return [*moved, first, second]


@given(clients(periods=PERIODS), rules_in_use, st.data())
def test_splitting_a_contract_into_two_that_are_linked_changes_nothing(facts, rules, data):
    whole = data.draw(st.sampled_from(facts))
    assume(not whole.auto_renew)  # its automatic terms would be counted from another start
    first_day = after(whole.start, data.draw(st.integers(1, 60)))
    assume(whole.end is None or first_day <= whole.end)
    assume(whole.terminated_on is None or whole.terminated_on >= first_day)
    others = [each for each in facts if each.key != whole.key]
    assume(all(each.start > first_day for each in others if each.renewed_from == whole.key))
    # R5.5 lets any line that starts in a family stop the grace of another contract, also a renewed one
    waiting = [each for each in others if each.end and Span(each.end, after(each.end, 31)).covers(first_day)]
    assume(not waiting)
    before, now = (
        build_ledger(facts, rules, TODAY),
        build_ledger(split(facts, whole, first_day), rules, TODAY),
    )
    assert now.spans == before.spans
    for day in DAYS:
        assert value_by_family(now, day) == value_by_family(before, day), day

"""Drawn portfolios: the statement over windows says what a walk from day to day says (kpis.md section 7)."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from contracts.effective import Rules, build_ledger
from kpis.measures import Sums
from kpis.scenarios import answer_query
from tests.contracts.test_effective_properties import BASE, clients
from tests.kpis.daily_walk import Walk

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
PEOPLE = ("ani", "budi", None)
RATES = [(BASE + timedelta(days=45 * n), str(Decimal("16000.5") + 333 * (n % 4))) for n in range(-9, 20)]
FLOWS = ("new", "expansion", "reactivation", "contraction", "churn", "transfer_in", "transfer_out")


@st.composite
def histories(draw, holders, days):
    """Adjacent ranges of holders, in order, that change on some of `days`; None = nobody."""
    changes = sorted(draw(st.sets(st.sampled_from(days), max_size=3)))
    firsts = [BASE - timedelta(days=30), *changes]
    lasts = [*(change - ONE_DAY for change in changes), None]
    return [(draw(st.sampled_from(holders)), *days) for days in zip(firsts, lasts, strict=True)]


def eventful_days(facts):
    """Days on which something happens, as hand-overs on just these days are the difficult ones."""
    days = {BASE + timedelta(days=days) for days in (50, 120, 190)}
    for contract in facts:
        starts = (
            contract.start,
            *(line.start for line in contract.lines),
            *(p.start for p in contract.pauses),
        )
        ends = (contract.end, contract.terminated_on, *(line.end for line in contract.lines))
        days.update(start for start in starts if start)
        days.update(end + timedelta(days=n) for end in ends if end for n in (0, 1, 31))
    return sorted(day for day in days if day > BASE)


@st.composite
def portfolios(draw):
    """Contracts of three clients (some in dollars), their owners, and the owners' teams."""
    contracts = {}
    for number in range(3):
        facts = draw(clients())
        dollars = draw(st.sampled_from(((), (1,), (1, 2, 3, 4))))
        contracts[f"C{number}"] = [
            replace(each, currency="USD" if each.key in dollars else "IDR") for each in facts
        ]
    owners = {client: draw(histories(PEOPLE, eventful_days(facts))) for client, facts in contracts.items()}
    days = eventful_days([each for facts in contracts.values() for each in facts])
    teams = {user: draw(histories(("T1", "T2", None), days)) for user in PEOPLE if user}
    return contracts, owners, teams


@st.composite
def windows(draw):
    first_day = BASE + timedelta(days=draw(st.integers(0, 300)))
    return first_day, first_day + timedelta(days=draw(st.sampled_from((0, 30, 89, 180, 364))))


def text(day):
    return day and day.isoformat()


def as_json(portfolio):
    contracts, owners, teams = portfolio
    return {
        "clients": [{"id": client} for client in contracts],
        "contracts": [contract_json(client, each) for client, facts in contracts.items() for each in facts],
        "assignments": [
            {"client": client, "user": user, "role": "AM", "from": text(first), "to": text(last)}
            for client, ranges in owners.items()
            for user, first, last in ranges
            if user
        ],
        "team_memberships": [
            {"user": user, "team": team, "from": text(first), "to": text(last)}
            for user, ranges in teams.items()
            for team, first, last in ranges
            if team
        ],
        "fx": [{"date": text(day), "from": "USD", "to": "IDR", "rate": rate} for day, rate in RATES],
    }


def contract_json(client, each):
    return {
        "id": f"{client}-{each.key}",
        "client": client,
        "status": "active" if each.signed else "draft",
        "start": text(each.start),
        "end": text(each.end),
        "auto_renew": each.auto_renew,
        "notice_days": each.notice_days,
        "notice_on": text(each.notice_on),
        "terminated_on": text(each.terminated_on),
        "renewed_from": each.renewed_from and f"{client}-{each.renewed_from}",
        "currency": each.currency,
        "pauses": [{"from": text(pause.start), "to": text(pause.end)} for pause in each.pauses],
        "lines": [
            {
                "id": str(line.key),
                "product": line.family,
                "family": line.family,
                "amount": str(line.amount),
                "period": line.period,
                "start": text(line.start),
                "end": text(line.end),
            }
            for line in each.lines
        ],
    }


def holder_on(ranges, day):
    return next((h for h, first, last in ranges if first <= day and (last is None or day <= last)), None)


def rate(currency, day):
    return Decimal(1) if currency == "IDR" else Decimal([r for since, r in RATES if since <= day][-1])


def walk(portfolio, first_day, last_day, as_of=None):
    contracts, owners, teams = portfolio
    told = Walk(
        first_day,
        last_day,
        as_of,
        rate,
        lambda client, day: holder_on(owners[client], day),
        lambda user, day: holder_on(teams[user], day),
    )
    for client, facts in contracts.items():
        told.client(client, build_ledger(facts, Rules(), last_day))
    return told.sums


def computed(portfolio, first_day, last_day, as_of=None):
    query = {"from": text(first_day), "to": text(last_day), "as_of": text(as_of), "role": "AM"}
    try:
        return answer_query({"data": as_json(portfolio)}, query)
    except IntegrityError:  # two signed successors of one contract
        reject()


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
drawn = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=SLOW,
    phases=[Phase.generate],  # an example takes a third of a second: shrinking would take minutes
)


@drawn
@given(portfolios(), windows(), st.booleans())
def test_every_sum_of_every_scope_is_that_of_the_daily_walk(portfolio, window, seen_at_the_end):
    as_of = window[1] if seen_at_the_end else None
    expected = walk(portfolio, *window, as_of)
    for scope, measures in computed(portfolio, *window, as_of).items():
        for field in fields(Sums):
            if not field.name.startswith(("nps", "csat")):
                assert measures[field.name] == expected[scope][field.name], (scope, field.name)


@settings(drawn, max_examples=8)
@given(portfolios(), windows())
def test_windows_chain_also_with_foreign_currency(portfolio, window):
    first_day, last_day = window
    one = computed(portfolio, first_day, last_day)
    two = computed(portfolio, last_day + ONE_DAY, last_day + timedelta(days=40))
    for scope in one:
        for stock in ("arr", "clients"):
            assert one[scope][f"closing_{stock}"] == two[scope][f"opening_{stock}"], scope


@settings(drawn, max_examples=8)
@given(portfolios(), st.integers(0, 250), st.integers(0, 60))
def test_flows_of_two_halves_add_up_in_the_reporting_currency(portfolio, start, length):
    contracts, owners, teams = portfolio
    rupiah = {
        client: [replace(each, currency="IDR") for each in facts] for client, facts in contracts.items()
    }
    first_day = BASE + timedelta(days=start)
    middle, last_day = first_day + timedelta(days=length), first_day + timedelta(days=length + 30)
    parts = [
        computed((rupiah, owners, teams), *days)
        for days in ((first_day, middle), (middle + ONE_DAY, last_day), (first_day, last_day))
    ]
    for scope in parts[2]:
        for flow in FLOWS:
            first, second, whole = (part[scope][f"{flow}_arr"] for part in parts)
            assert first + second == whole, (scope, flow)


@settings(drawn, max_examples=8)
@given(portfolios(), windows())
def test_assigning_clients_to_others_leaves_the_company_unchanged(portfolio, window):
    contracts, owners, teams = portfolio
    everybody_budi = {client: [("budi", date(2020, 1, 1), None)] for client in owners}
    assert (
        computed(portfolio, *window)["company"]
        == computed((contracts, everybody_budi, teams), *window)["company"]
    )

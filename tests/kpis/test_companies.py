"""What must hold on any portfolio: every line of kpis.md section 7, on companies drawn by number.

Each company of forty clients is computed once, by the product and by the daily walk, for several windows in both roles.
A normal run looks at 25 companies. For 5,000 of them (some four hours on one core):

    SETIA_PORTFOLIOS=5000 python3 dev.py test tests/kpis/test_companies.py tests/kpis/test_drawn_changes.py

Two lines of section 7 are elsewhere, as they are about writing and not about numbers: "computing from scratch =
computing incrementally" in test_drawn_changes.py, and "running a job twice or in parallel" in test_rebuild.py and
test_rebuild_concurrency.py. The rules of a single client are in tests/contracts/test_effective_properties.py.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest

from kpis.scenarios import answer_queries, apart
from tests.kpis import changed_companies as changed
from tests.kpis.companies import PEOPLE, PORTFOLIOS, add_months, text
from tests.kpis.companies import company as drawn
from tests.kpis.daily_walk import COUNTS, MONEY, DailyWalk

ONE_DAY = timedelta(days=1)
WAYS = 14  # a company is changed in one of so many ways
NOTHING = dict.fromkeys((*COUNTS, *MONEY), 0)

VALUE_IN = ("opening_arr", "new_arr", "expansion_arr", "reactivation_arr", "transfer_in_arr", "fx_arr")
VALUE_OUT = ("contraction_arr", "churn_arr", "transfer_out_arr", "closing_arr")
CLIENTS_IN = ("opening_clients", "new_clients", "reactivated_clients", "transfer_in_clients")
CLIENTS_OUT = ("churned_clients", "transfer_out_clients", "closing_clients")
SALES = ("upsell_arr", "cross_sell_arr", "downsell_arr", "resumed_arr", "paused_arr")
MOVEMENTS = ("new_arr", "expansion_arr", "reactivation_arr", "contraction_arr", "churn_arr", *SALES)
MOVEMENTS += ("new_clients", "reactivated_clients", "churned_clients")
STOCKS = ("opening_arr", "closing_arr", "fx_arr", "opening_clients", "closing_clients")
ENDS = ("closing_arr", "fx_arr", "closing_clients")
TRANSFERS = ("transfer_in_arr", "transfer_out_arr", "transfer_in_clients", "transfer_out_clients")
DENOMINATORS = {
    "logo_retention": "cohort_clients",
    "customer_churn_rate": "cohort_clients",
    "nrr": "cohort_opening_arr",
    "grr": "cohort_opening_arr",
    "net_revenue_churn": "cohort_opening_arr",
    "gross_revenue_churn": "cohort_opening_arr",
    "renewal_rate_count": "renewals_due",
    "renewal_rate_gross_value": "renewal_due_arr",
    "renewal_rate_net_value": "renewal_due_arr",
    "upsell_rate": "opening_arr",
    "csat": "csat_n",
    "csat_mean": "csat_n",
    "nps": "nps_n",
}


def windows_of(number):
    """Three months and their quarter, what comes before and after it up to a year, and a single day."""
    start = date(2024, 3 + number % 5, 1)
    months = [add_months(start, months) for months in (-3, 0, 1, 2, 3, 9)]
    before, first, second, third, after_it, end = months
    return {
        "before": (before, first - ONE_DAY),
        "first": (first, second - ONE_DAY),
        "second": (second, third - ONE_DAY),
        "third": (third, after_it - ONE_DAY),
        "quarter": (first, after_it - ONE_DAY),
        "after": (after_it, end - ONE_DAY),
        "year": (before, end - ONE_DAY),
        "last day": (end - ONE_DAY, end - ONE_DAY),
    }


@dataclass
class Company:
    """`told[role, window]`: every measure by scope name, as the product computes it."""

    number: int
    data: dict
    as_of: str | None
    windows: dict
    told: dict

    def again(self, data):
        """The same questions about other data."""
        return computed(data, self.windows, self.as_of)

    @property
    def everything(self):
        """(place, measures) of every scope in every window and role."""
        for (role, window), scopes in self.told.items():
            for scope, measures in scopes.items():
                yield (role, window, scope), measures

    @property
    def with_money(self):
        """The same without scopes whose money is unknown, as a rate is missing."""
        return [
            (place, measures) for place, measures in self.everything if measures["opening_arr"] is not None
        ]


def computed(data, windows, as_of):
    asked = [(role, name) for role in ("AM", "AE") for name in windows]
    queries = [query(windows[name], role, as_of) for role, name in asked]
    with apart():
        return dict(zip(asked, answer_queries({"data": data}, queries), strict=True))


def query(window, role, as_of):
    return {"from": text(window[0]), "to": text(window[1]), "role": role, "as_of": as_of}


def drawn_company(number):
    """Every second one is seen at the end of its quarter, when some renewals are pending."""
    data, windows = drawn(number), windows_of(number)
    as_of = text(windows["quarter"][1]) if number % 2 else None
    return Company(number, data, as_of, windows, computed(data, windows, as_of))


@pytest.fixture(scope="module", params=range(PORTFOLIOS), ids="company {}".format)
def company(request, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield drawn_company(request.param)


def every(step, first):
    """Only each so manieth company, as each change computes it once more."""
    numbers = range(first % PORTFOLIOS, PORTFOLIOS, step)
    return pytest.mark.parametrize("company", numbers, ids="company {}".format, indirect=True)


pytestmark = pytest.mark.django_db


# The second telling


def differing(told, walked):
    return [
        (scope, name, measures[name], walked.get(scope, NOTHING)[name])
        for scope, measures in told.items()
        for name in NOTHING
        if measures[name] != walked.get(scope, NOTHING)[name]
    ]


def first_that_differs(data, question):
    """Of a company that differs the facts of one client that does so alone: enough to look for the mistake."""
    for client in data["clients"]:
        own = {"data": changed.alone(data, client["id"])}
        with apart():
            told = answer_queries(own, [question])[0]
        if found := differing(told, DailyWalk(own).answer(question)):
            return found, own["data"]
    return "no client does so alone"


def test_every_sum_is_that_of_a_second_slow_day_by_day_calculation(company):
    walk = DailyWalk({"data": company.data})
    for (role, window), told in company.told.items():
        question = query(company.windows[window], role, company.as_of)
        walked = walk.answer(question)
        assert walked.keys() <= told.keys()
        found = differing(told, walked)
        assert not found, (question, found[:5], first_that_differs(company.data, question))


def test_the_companies_move_every_sum():
    """Else nothing would be compared: among four companies each sum of K1 to K8 is somewhere more than nothing."""
    moved = set()
    for number in range(4):
        for _place, measures in drawn_company(number).everything:
            moved |= {name for name in NOTHING if measures[name]}
    assert moved == NOTHING.keys()


# Identities within a window


def test_the_waterfall_of_value_adds_up_to_the_cent(company):
    for place, m in company.with_money:
        assert sum(m[name] for name in VALUE_IN) == sum(m[name] for name in VALUE_OUT), place


def test_the_waterfall_of_clients_adds_up(company):
    for place, m in company.everything:
        assert sum(m[name] for name in CLIENTS_IN) == sum(m[name] for name in CLIENTS_OUT), place


def test_upsell_and_cross_sell_less_downsell_and_pauses_are_expansion_less_contraction(company):
    for place, m in company.with_money:
        sold = m["upsell_arr"] + m["cross_sell_arr"] - m["downsell_arr"] + m["resumed_arr"] - m["paused_arr"]
        assert sold == m["expansion_arr"] - m["contraction_arr"], place


def test_grr_lies_between_0_and_both_1_and_nrr(company):
    for place, m in company.everything:
        if m["grr"] is not None:
            assert 0 <= m["grr"] <= min(1, m["nrr"]), place


def test_renewed_and_lost_are_due_and_the_groups_of_nps_are_n(company):
    for place, m in company.everything:
        assert m["renewals_renewed"] + m["renewals_lost"] == m["renewals_due"], place
        assert m["nps_promoters"] + m["nps_passives"] + m["nps_detractors"] == m["nps_n"], place


def test_a_ratio_is_null_if_and_only_if_its_denominator_is_0_or_a_rate_is_missing(company):
    for place, m in company.everything:
        for ratio, denominator in DENOMINATORS.items():
            assert (m[ratio] is None) == (not m[denominator]), (place, ratio)
        assert len({m[name] is None for name in MONEY}) == 1, place


# Partitions


@pytest.mark.parametrize(
    ("part", "rest"), [("user:", "unassigned"), ("team:", "no_team")], ids=["people", "teams"]
)
def test_members_and_unassigned_or_teams_and_no_team_add_up_to_the_company(company, part, rest):
    for place, scopes in company.told.items():
        parts = [m for scope, m in scopes.items() if scope.startswith(part) or scope == rest]
        for name in NOTHING.keys() - set(TRANSFERS):
            amounts = [m[name] for m in parts]
            total = None if None in amounts else sum(amounts)
            assert total == scopes["company"][name], (place, name)


@pytest.mark.parametrize(
    ("part", "rest"), [("user:", "unassigned"), ("team:", "no_team")], ids=["people", "teams"]
)
def test_transfers_in_are_transfers_out_and_none_of_the_company(company, part, rest):
    for place, scopes in company.told.items():
        parts = [m for scope, m in scopes.items() if scope.startswith(part) or scope == rest]
        for unit in ("arr", "clients"):
            into, out = ([m[f"transfer_{way}_{unit}"] for m in parts] for way in ("in", "out"))
            assert None in into or sum(into) == sum(out), (place, unit)
            assert not scopes["company"][f"transfer_in_{unit}"], (place, unit)


# Windows beside each other


@pytest.mark.parametrize(
    "chain", [("before", "first", "second", "third", "after"), ("before", "quarter", "after")]
)
def test_the_closing_of_a_window_is_the_opening_of_the_next_also_with_foreign_currency(company, chain):
    for role in ("AM", "AE"):
        for window, following in pairwise(chain):
            now, then = company.told[role, window], company.told[role, following]
            for scope, m in now.items():
                closing, opening = m["closing_arr"], then[scope]["opening_arr"]
                assert closing == opening or None in (closing, opening), (role, window, scope)
                assert m["closing_clients"] == then[scope]["opening_clients"], (role, window, scope)


@every(5, 0)
@pytest.mark.parametrize(
    ("whole", "parts"),
    [("quarter", ("first", "second", "third")), ("year", ("before", "quarter", "after"))],
    ids=["quarter", "year"],
)
def test_in_rupiah_the_flows_of_months_add_up_to_quarters_and_years(company, whole, parts):
    for role in ("AM", "AE"):
        for scope, m in company.told[role, whole].items():
            for flow in (*MOVEMENTS, *TRANSFERS):
                total = sum(company.told[role, part][scope][flow] for part in parts)
                assert total == m[flow], (role, scope, flow)


@every(10, 0)
def test_in_rupiah_the_flows_of_days_add_up_to_months(company):
    first, last = company.windows["first"]
    days = {n: (first + n * ONE_DAY, first + n * ONE_DAY) for n in range((last - first).days + 1)}
    told = computed(company.data, days, company.as_of)
    for role in ("AM", "AE"):
        for scope, m in company.told[role, "first"].items():
            for flow in (*MOVEMENTS, *TRANSFERS):
                assert sum(told[role, day][scope][flow] for day in days) == m[flow], (role, scope, flow)


# Other owners


@every(WAYS, 0)
def test_reassigning_clients_leaves_the_company_row_unchanged(company):
    now = company.again(changed.everybody_to_dewi(company.data))
    for place, scopes in company.told.items():
        assert now[place]["company"] == scopes["company"], place


@every(WAYS, 1)
def test_moving_a_client_on_a_quiet_day_changes_only_the_two_owners_by_its_value_that_day(company):
    data, window = changed.with_every_rate(company.data), {"third": company.windows["third"]}
    client, old = quiet_client(data, company.windows["third"])
    new, day = changed.another(old), company.windows["third"][0] + timedelta(days=12)
    before, now, alone = (
        computed(each, window, company.as_of)["AM", "third"]
        for each in (data, changed.moved(data, client, "AM", new, day), changed.alone(data, client))
    )
    value = alone["company"]["opening_arr"]
    assert value > 0, "a client without value proves nothing"
    assert now["company"] == before["company"]
    for scope in ("unassigned", *(f"user:{each}" for each in PEOPLE)):
        moved = {name: now[scope][name] - before[scope][name] for name in (*MOVEMENTS, *STOCKS, *TRANSFERS)}
        into, out = int(scope == f"user:{new}"), int(scope == f"user:{old}")
        assert {name: amount for name, amount in moved.items() if name not in ENDS} == dict.fromkeys(
            MOVEMENTS, 0
        ) | {
            "opening_arr": 0,
            "opening_clients": 0,
            "transfer_in_arr": into * value,
            "transfer_out_arr": out * value,
            "transfer_in_clients": into,
            "transfer_out_clients": out,
        }, scope
        assert moved["closing_arr"] - moved["fx_arr"] == (into - out) * value, scope
        assert moved["closing_clients"] == into - out, scope
        assert into or out or now[scope] == before[scope], scope


def quiet_client(data, window):
    """(client, owner) with the most value among those of which neither changes throughout the window."""
    eve, last = window[0] - ONE_DAY, window[1]
    owners = {
        each["client"]: each["user"]
        for each in data["assignments"]
        if each["role"] == "AM" and each["from"] <= text(eve) and (each["to"] or "9999") >= text(last)
    }
    walk = DailyWalk({"data": data})
    walk.answer(query(window, "AM", None))
    ((_facts, clients),) = walk.known.values()
    days = [eve + n * ONE_DAY for n in range((last - eve).days + 1)]
    quiet = [
        client
        for client in clients
        if client.name in owners and {client.on(day) for day in days} == {client.on(eve)}
    ]
    chosen = max(quiet, key=lambda client: sum(not each.paused for each in client.on(eve).lines))
    return chosen.name, owners[chosen.name]


# What changes nothing


@every(WAYS, 2)
def test_splitting_a_contract_into_two_joined_by_renewed_from_changes_only_the_renewal_block(company):
    told = company.again(changed.with_split_contracts(company.data))
    assert without_renewals(told) == without_renewals(company.told)
    assert told != company.told


def without_renewals(told):
    return {
        (place, scope): {name: value for name, value in m.items() if not name.startswith("renewal")}
        for place, scopes in told.items()
        for scope, m in scopes.items()
    }


@every(WAYS, 3)
def test_splitting_an_assignment_into_two_adjacent_ones_changes_nothing(company):
    assert company.again(changed.with_split_assignments(company.data)) == company.told


@every(WAYS, 4)
def test_the_order_of_rows_changes_nothing(company):
    assert company.again(changed.shuffled(company.data)) == company.told


@every(WAYS, 5)
def test_multiplying_every_amount_by_k_scales_money_and_leaves_ratios(company):
    data = changed.exact(company.data)
    before, now = company.again(data), company.again(changed.multiplied(data, 1000))
    for place, scopes in before.items():
        for scope, m in scopes.items():
            scaled = {name: m[name] and 1000 * m[name] for name in MONEY}
            assert now[place][scope] == m | scaled, (place, scope)


@every(WAYS, 6)
def test_adding_a_draft_changes_nothing(company):
    assert company.again(changed.with_drafts(company.data)) == company.told


@every(WAYS, 7)
def test_adding_a_one_off_line_changes_nothing(company):
    assert company.again(changed.with_one_off_lines(company.data)) == company.told


@every(WAYS, 8)
def test_adding_a_zero_line_changes_nothing(company):
    assert company.again(changed.with_zero_lines(company.data)) == company.told


@every(WAYS, 9)
def test_adding_a_void_contract_changes_nothing(company):
    assert company.again(changed.with_void_contracts(company.data)) == company.told


@every(WAYS, 10)
def test_adding_a_future_contract_changes_nothing(company):
    assert company.again(changed.with_future_contracts(company.data)) == company.told


@every(WAYS, 11)
def test_flipping_active_and_ended_changes_nothing(company):
    assert company.again(changed.with_flipped_statuses(company.data)) == company.told


# Later


@every(WAYS, 12)
def test_without_back_dated_entries_the_value_of_a_day_computed_that_day_is_that_computed_later(company):
    data = changed.entered_in_time(company.data)
    first, last = company.windows["quarter"]
    days = {n: (first + n * ONE_DAY,) * 2 for n in range(0, (last - first).days, 13)}
    later = computed(data, days, None)
    for n, window in days.items():
        then = computed(data, {n: window}, text(window[1]))
        for role in ("AM", "AE"):
            for scope, m in then[role, n].items():
                for name in ("closing_arr", "closing_clients"):
                    assert m[name] == later[role, n][scope][name], (n, role, scope, name)

"""Days on which a rule turns, one by one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from kpis.scenarios import answer_query

pytestmark = pytest.mark.django_db
END = date(2025, 6, 30)


def contract(key, start, end, **facts):
    line = {"id": f"{key}-1", "product": "CRM", "amount": "1000", "period": "month"} | facts.pop("line", {})
    return {
        "id": key,
        "client": "C1",
        "status": "active",
        "start": start.isoformat(),
        "end": end and end.isoformat(),
        "currency": "IDR",
        "lines": [line],
    } | facts


def june(*contracts, as_of=None, role="AM", scope="company", **data):
    """Measures of June 2025."""
    data = {"clients": [{"id": "C1"}], "contracts": list(contracts)} | data
    query = {"from": "2025-06-01", "to": "2025-06-30", "as_of": as_of, "role": role}
    return answer_query({"data": data}, query)[scope]


@pytest.mark.parametrize(("days", "renewed"), [(1, 1), (31, 1), (32, 0)])
def test_a_successor_counts_through_the_day_after_grace(days, renewed):
    old = contract("K1", date(2024, 7, 1), END)
    new = contract("K2", END + timedelta(days=days), None, renewed_from="K1")
    measures = june(old, new)
    assert (measures["renewals_renewed"], measures["renewals_due"]) == (renewed, 1)


@pytest.mark.parametrize(("days", "renewed"), [(1, 1), (2, 0)])
def test_after_notice_only_a_successor_without_a_gap_counts(days, renewed):
    old = contract("K1", date(2024, 7, 1), END, notice_on="2025-05-01")
    new = contract("K2", END + timedelta(days=days), None, renewed_from="K1")
    assert june(old, new)["renewals_renewed"] == renewed


@pytest.mark.parametrize(
    ("as_of", "pending"), [("2025-06-30", 1), ("2025-07-30", 1), ("2025-07-31", 0), (None, 0)]
)
def test_a_renewal_is_pending_through_the_grace(as_of, pending):
    measures = june(contract("K1", date(2024, 7, 1), END), as_of=as_of)
    assert (measures["renewals_pending"], measures["renewals_lost"]) == (pending, 1 - pending)
    assert measures["renewal_due_arr"] == (0 if pending else 12000)


def test_a_notice_inside_the_grace_makes_a_pending_renewal_lost():
    measures = june(contract("K1", date(2024, 7, 1), END, notice_on="2025-07-05"), as_of="2025-07-10")
    assert (measures["renewals_pending"], measures["renewals_lost"]) == (0, 1)


def test_terminated_on_the_last_day_is_a_lost_renewal_and_before_it_is_none():
    on_the_day = contract("K1", date(2024, 7, 1), END, terminated_on="2025-06-30")
    before = contract("K1", date(2024, 7, 1), END, terminated_on="2025-06-29")
    assert june(on_the_day, as_of="2025-06-30")["renewals_lost"] == 1
    assert june(before)["renewals_due"] == 0


def test_an_owner_who_begins_with_the_client_gets_it_as_new_and_not_by_transfer():
    measures = june(
        contract("K1", date(2025, 6, 10), None),
        assignments=[{"client": "C1", "user": "ani", "role": "AM", "from": "2025-06-10", "to": None}],
        scope="user:ani",
    )
    assert (measures["new_arr"], measures["transfer_in_arr"], measures["transfer_in_clients"]) == (
        12000,
        0,
        0,
    )


def test_an_owner_who_begins_when_the_client_is_gone_gets_nothing():
    measures = june(
        contract("K1", date(2025, 1, 1), date(2025, 6, 9), notice_on="2025-02-01"),
        assignments=[{"client": "C1", "user": "ani", "role": "AM", "from": "2025-06-10", "to": None}],
        scope="user:ani",
    )
    assert (measures["churned_clients"], measures["transfer_in_clients"], measures["cohort_clients"]) == (
        0,
        0,
        0,
    )


@pytest.mark.parametrize(("period", "value"), [("week", 52000), ("day", 365000), ("semester", 2000)])
def test_prices_by_week_day_and_half_year(period, value):
    line = {"period": period}
    assert june(contract("K1", date(2025, 1, 1), None, line=line))["closing_arr"] == value


def test_the_view_of_account_executives_is_a_partition_of_its_own():
    owners = [
        {"client": "C1", "user": "ani", "role": "AM", "from": "2020-01-01", "to": None},
        {"client": "C1", "user": "budi", "role": "AE", "from": "2020-01-01", "to": None},
    ]
    one = contract("K1", date(2025, 1, 1), None)
    for role, holder, other in (("AM", "ani", "budi"), ("AE", "budi", "ani")):
        assert june(one, assignments=owners, role=role, scope=f"user:{holder}")["closing_arr"] == 12000
        assert june(one, assignments=owners, role=role, scope=f"user:{other}")["closing_arr"] == 0


def test_a_client_lost_on_day_91_of_a_pause_churns_with_no_value():
    pause = {"from": "2025-03-12", "to": None}  # 10 June is day 91
    measures = june(contract("K1", date(2025, 1, 1), None, pauses=[pause]))
    assert (measures["churned_clients"], measures["churn_arr"], measures["opening_clients"]) == (1, 0, 1)
    assert measures["logo_retention"] == 0
    assert measures["nrr"] is None


def test_each_line_is_converted_and_rounded_on_its_own():
    dollars = [{"id": f"L{n}", "product": f"P{n}", "amount": "0.01", "period": "year"} for n in range(3)]
    measures = june(
        contract("K1", date(2025, 1, 1), None, currency="USD", lines=dollars),
        fx=[{"date": "2025-01-01", "from": "USD", "to": "IDR", "rate": "0.5"}],
    )
    assert measures["closing_arr"] == Decimal("0.03")


def test_the_latest_answer_of_a_contact_counts_and_the_higher_id_wins_a_tie():
    answers = [
        {"id": key, "client": "C1", "contact": contact, "kind": "nps", "score": score, "responded_at": at}
        for key, contact, score, at in [
            ("S1", "a", 0, "2025-06-02T01:00:00Z"),
            ("S2", "a", 10, "2025-06-02T01:00:00Z"),
            ("S3", "b", 10, "2025-06-03"),
            ("S4", "b", 8, "2025-06-20"),
            ("S5", "b", 0, "2025-07-01"),
        ]
    ]
    measures = june(surveys=answers)
    assert (measures["nps_promoters"], measures["nps_passives"], measures["nps_detractors"]) == (1, 1, 0)


def test_amendments_and_late_records_count_from_the_day_they_were_recorded():
    data = {
        "recorded_on": "2025-07-02",
        "line": {"recorded_on": None},
    }
    one = contract("K1", date(2025, 1, 1), None, **data)
    dearer = {"recorded_on": "2025-07-10", "seq": 1, "entity": "line", "op": "update", "id": "K1-1"}
    seen = {
        as_of: june(one, as_of=as_of, amendments=[dearer | {"set": {"amount": "2000"}}])["closing_arr"]
        for as_of in ("2025-07-01", "2025-07-02", "2025-07-10", None)
    }
    assert seen == {"2025-07-01": 0, "2025-07-02": 12000, "2025-07-10": 24000, None: 24000}

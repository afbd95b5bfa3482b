"""The published scenarios, as far as the pure rules reach: stocks and renewals of the company, in rupiah."""

import datetime as dt
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.effective import ContractFacts, LineFacts, PauseFacts, Rules, build_ledger

FILE = Path(__file__).parent.parent / "kpis" / "scenarios.json"
SCENARIOS = json.loads(FILE.read_text())["scenarios"]
ONE_DAY = dt.timedelta(days=1)
STOCKS = {"opening_arr", "closing_arr", "opening_clients", "closing_clients"}
RENEWALS = {"renewals_due", "renewals_renewed", "renewal_due_arr", "renewal_kept_arr", "renewal_new_arr"}


def known_by(scenario, as_of):
    """R8: what was recorded by `as_of` (None = everything), amendments applied in order."""
    contracts = {
        row["id"]: row | {"lines": {line["id"]: line for line in row["lines"]}}
        for row in scenario["data"]["contracts"]
        if not as_of or not row["recorded_on"] or row["recorded_on"] <= as_of
    }
    for change in sorted(scenario["data"]["amendments"], key=lambda row: (row["recorded_on"], row["seq"])):
        if as_of and change["recorded_on"] > as_of:
            continue
        assert change["op"] == "update", "the published scenarios hold no other change"
        if change["entity"] == "contract":
            contracts[change["id"]] = contracts[change["id"]] | change["set"]
        elif change["entity"] == "line":
            lines = next(row["lines"] for row in contracts.values() if change["id"] in row["lines"])
            lines[change["id"]] = lines[change["id"]] | change["set"]
    return list(contracts.values())


def day(text):
    return dt.date.fromisoformat(text) if text else None


def facts_by_client(rows):
    keys = {row["id"]: number for number, row in enumerate(rows, start=1)}
    clients = defaultdict(list)
    for row in rows:
        clients[row["client"]].append(
            ContractFacts(
                key=keys[row["id"]],
                signed=row["status"] != "draft",
                start=day(row["start"]),
                end=day(row["end"]),
                currency=row["currency"],
                lines=tuple(
                    LineFacts(
                        1000 * keys[row["id"]] + number,
                        line["family"] or line["product"],
                        Decimal(line["amount"]),
                        line["period"],
                        day(line["start"]),
                        day(line["end"]),
                    )
                    for number, line in enumerate(row["lines"].values())
                ),
                auto_renew=row["auto_renew"],
                notice_days=row["notice_days"],
                notice_on=day(row["notice_on"]),
                terminated_on=day(row["terminated_on"]),
                renewed_from=keys.get(row["renewed_from"]),
                pauses=tuple(PauseFacts(day(pause["from"]), day(pause["to"])) for pause in row["pauses"]),
            )
        )
    return clients


def company(ledgers, first, last, as_of):
    """The measures of the company row that need no exchange rate and no owner."""
    measures = {
        name: sum((ledger.value_on(on).get("IDR", Decimal(0)) for ledger in ledgers), Decimal("0.00"))
        for name, on in (("opening_arr", first - ONE_DAY), ("closing_arr", last))
    }
    measures["opening_clients"] = sum(ledger.span_on(first - ONE_DAY) is not None for ledger in ledgers)
    measures["closing_clients"] = sum(ledger.span_on(last) is not None for ledger in ledgers)
    decisions = [
        term
        for ledger in ledgers
        for term in ledger.terms
        if first <= term.last_day <= last and term.value_due
    ]
    renewed = [term for term in decisions if is_renewed(term)]
    due = [term for term in decisions if is_renewed(term) or not is_pending(term, as_of)]
    return measures | {
        "renewals_due": len(due),
        "renewals_renewed": len(renewed),
        "renewal_due_arr": sum((term.value_due for term in due), Decimal("0.00")),
        "renewal_kept_arr": sum(
            (min(term.value_due, term.value_renewed) for term in renewed), Decimal("0.00")
        ),
        "renewal_new_arr": sum((term.value_renewed for term in renewed), Decimal("0.00")),
    }


def is_renewed(term):
    return term.rolls_over or (
        term.successor_start is not None and term.successor_start <= term.last_day_of_grace + ONE_DAY
    )


def is_pending(term, as_of):
    return as_of is not None and as_of <= term.last_day_of_grace and term.notice_on is None


def expectations():
    for scenario in SCENARIOS:
        if any(contract["currency"] != "IDR" for contract in scenario["data"]["contracts"]):
            continue  # needs exchange rates, which live in kpis
        for query in scenario["queries"]:
            expected = query["expect"].get("company", {})
            for measure in sorted((STOCKS | RENEWALS) & expected.keys()):
                name = f"{scenario['id']}-{query['name']}-{measure}"
                yield pytest.param(scenario, query, measure, expected[measure], id=name)


@pytest.mark.parametrize(("scenario", "query", "measure", "expected"), list(expectations()))
def test_company_measures_of_the_published_scenarios(scenario, query, measure, expected):
    parameters = scenario["params"] | query.get("params", {})
    rules = Rules(
        grace_days=parameters.get("grace_days", 30),
        pause_limit_days=parameters.get("pause_logo_max_days", 90),
    )
    clients = facts_by_client(known_by(scenario, query["as_of"]))
    ledgers = [build_ledger(facts, rules, day(query["to"])) for facts in clients.values()]
    got = company(ledgers, day(query["from"]), day(query["to"]), day(query["as_of"]))[measure]
    assert got == (Decimal(expected) if isinstance(expected, str) else expected)

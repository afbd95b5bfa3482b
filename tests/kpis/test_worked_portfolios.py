"""The 24 worked portfolios of kpis.md, through the product's own engine, and what must hold on any of them."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clients.models import Client
from kpis.measures import Sums
from kpis.models import Snapshot, StaleClient
from kpis.scenarios import answer_query, differences

FILE = Path(__file__).parent / "scenarios.json"
SCENARIOS = json.loads(FILE.read_text())["scenarios"]
QUERIES = [(s["id"], q["name"], s, q) for s in SCENARIOS for q in s["queries"]]
MONEY_IN = ["opening_arr", "new_arr", "expansion_arr", "reactivation_arr", "transfer_in_arr", "fx_arr"]
MONEY_OUT = ["contraction_arr", "churn_arr", "transfer_out_arr", "closing_arr"]
CLIENTS_IN = ["opening_clients", "new_clients", "reactivated_clients", "transfer_in_clients"]
CLIENTS_OUT = ["churned_clients", "transfer_out_clients", "closing_clients"]
RATIOS = ["logo_retention", "nrr", "grr", "renewal_rate_count", "csat", "nps"]


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """Every measure of every scope, by (scenario, query)."""
    with django_db_blocker.unblock():
        return {(s, q): answer_query(scenario, query) for s, q, scenario, query in QUERIES}


@pytest.fixture(scope="module")
def every_scope(answers):
    return [(where, name, scope) for where, scopes in answers.items() for name, scope in scopes.items()]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["id"])
def test_every_published_value_is_reproduced(answers, scenario):
    for query in scenario["queries"]:
        assert list(differences(query["expect"], answers[scenario["id"], query["name"]])) == []


def test_all_published_values_were_compared():
    assert sum(len(v) for _, _, _, q in QUERIES for v in q["expect"].values()) == 689


def test_the_waterfall_of_value_adds_up_in_every_scope(every_scope):
    for where, name, m in every_scope:
        assert sum(m[x] for x in MONEY_IN) == sum(m[x] for x in MONEY_OUT), (where, name)


def test_the_waterfall_of_clients_adds_up_in_every_scope(every_scope):
    for where, name, m in every_scope:
        assert sum(m[x] for x in CLIENTS_IN) == sum(m[x] for x in CLIENTS_OUT), (where, name)


def test_sales_and_pauses_explain_expansion_and_contraction(every_scope):
    for where, name, m in every_scope:
        sold = m["upsell_arr"] + m["cross_sell_arr"] - m["downsell_arr"] + m["resumed_arr"] - m["paused_arr"]
        assert sold == m["expansion_arr"] - m["contraction_arr"], (where, name)


@pytest.mark.parametrize(("parts", "rest"), [("user:", "unassigned"), ("team:", "no_team")])
def test_members_and_unassigned_add_up_to_the_company(answers, parts, rest):
    for where, scopes in answers.items():
        sums = [m for name, m in scopes.items() if name.startswith(parts) or name == rest]
        company = scopes["company"]
        for measure in (f.name for f in fields(Sums) if not f.name.startswith("transfer_")):
            assert sum(m[measure] for m in sums) == company[measure], (where, measure)
        for unit in ("arr", "clients"):
            into, out = (sum(m[f"transfer_{way}_{unit}"] for m in sums) for way in ("in", "out"))
            assert into == out, (where, unit)
            assert company[f"transfer_in_{unit}"] == 0


def test_gross_retention_lies_between_nothing_and_net_retention(every_scope):
    for where, name, m in every_scope:
        if m["grr"] is not None:
            assert 0 <= m["grr"] <= min(1, m["nrr"]), (where, name)


def test_a_ratio_is_missing_only_where_there_is_nothing_to_divide_by(every_scope):
    for where, name, m in every_scope:
        denominators = [m["cohort_clients"], m["cohort_opening_arr"], m["cohort_opening_arr"]]
        denominators += [m["renewals_due"], m["csat_n"], m["nps_n"]]
        for ratio, denominator in zip(RATIOS, denominators, strict=True):
            assert (m[ratio] is None) == (denominator == 0), (where, name, ratio)


def test_the_close_of_a_window_is_the_opening_of_the_next(db):
    scenario = next(s for s in SCENARIOS if s["id"] == "P19")
    query = {"role": "AM", "as_of": None}
    january = answer_query(scenario, query | {"from": "2025-01-01", "to": "2025-01-31"})
    february = answer_query(scenario, query | {"from": "2025-02-01", "to": "2025-02-28"})
    for scope in january:
        assert january[scope]["closing_arr"] == february[scope]["opening_arr"]
        assert january[scope]["closing_clients"] == february[scope]["opening_clients"]


@pytest.mark.django_db
class TestCommand:
    def test_succeeds_and_keeps_nothing(self, capsys):
        call_command("kpi_scenarios", FILE, only="P07")
        assert "in 1 scenarios, 0 differ" in capsys.readouterr().out
        assert not Client.objects.exists()
        assert not Snapshot.objects.exists()
        assert not StaleClient.objects.exists()

    def test_names_each_differing_value_and_exits_with_1(self, tmp_path, capsys):
        scenario = json.loads(json.dumps(SCENARIOS[0]))
        scenario["queries"][0]["expect"] = {"company": {"opening_arr": "1.00", "nrr": None, "nps": None}}
        file = tmp_path / "wrong.json"
        file.write_text(json.dumps({"scenarios": [scenario]}))
        with pytest.raises(CommandError) as error:
            call_command("kpi_scenarios", file)
        assert error.value.returncode == 1
        out = capsys.readouterr().out
        assert "P01 march company opening_arr: expected 1.00, got 120000000.00" in out
        assert "3 values in 1 scenarios, 2 differ" in out

    @pytest.mark.parametrize("content", ["{", "[]", '{"scenarios": [{"id": "X"}]}'])
    def test_exits_with_2_if_the_file_is_not_of_the_format(self, tmp_path, content):
        file = tmp_path / "broken.json"
        file.write_text(content)
        with pytest.raises(CommandError) as error:
            call_command("kpi_scenarios", file)
        assert error.value.returncode == 2

    def test_exits_with_2_if_a_day_is_no_day(self, tmp_path):
        scenario = json.loads(json.dumps(SCENARIOS[0]))
        scenario["queries"][0]["from"] = "yesterday"
        file = tmp_path / "broken.json"
        file.write_text(json.dumps({"scenarios": [scenario]}))
        with pytest.raises(CommandError) as error:
            call_command("kpi_scenarios", file)
        assert error.value.returncode == 2

    def test_writes_every_measure_of_every_scope(self, tmp_path):
        out = tmp_path / "out.json"
        call_command("kpi_scenarios", FILE, only="P16", json=out)
        june = json.loads(out.read_text())["P16"]["june"]
        assert june["user:budi"]["transfer_in_arr"] == "120000000.00"
        assert june["no_team"]["nrr"] == "1.000000"
        assert june["unassigned"]["nrr"] is None

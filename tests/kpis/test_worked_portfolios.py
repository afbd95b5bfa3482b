"""The 24 worked portfolios of kpis.md, through the product's own engine."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clients.models import Client
from kpis.management.commands import kpi_scenarios
from kpis.models import Snapshot, StaleClient
from kpis.scenarios import answer_query, differences
from tests.kpis.daily_walk import COUNTS, MONEY, DailyWalk

FILE = Path(__file__).parent / "scenarios.json"
SCENARIOS = json.loads(FILE.read_text())["scenarios"]
QUERIES = [(s["id"], q["name"], s, q) for s in SCENARIOS for q in s["queries"]]
NOTHING = dict.fromkeys((*COUNTS, *MONEY), 0)


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """Every measure of every scope, by (scenario, query)."""
    with django_db_blocker.unblock():
        return {(s, q): answer_query(scenario, query) for s, q, scenario, query in QUERIES}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["id"])
def test_every_published_value_is_reproduced(answers, scenario):
    for query in scenario["queries"]:
        assert list(differences(query["expect"], answers[scenario["id"], query["name"]])) == []


def test_all_published_values_were_compared():
    assert sum(len(v) for _, _, _, q in QUERIES for v in q["expect"].values()) == 689


def test_every_other_sum_of_every_scope_is_that_of_the_daily_walk(answers):
    """A file names only some of the values. What adds up to what is held to drawn companies (test_companies.py)."""
    for name, query_name, scenario, query in QUERIES:
        walked = DailyWalk(scenario).answer(query)
        for scope, told in answers[name, query_name].items():
            expected = walked.get(scope, NOTHING)
            assert {sum_name: told[sum_name] for sum_name in NOTHING} == expected, (name, query_name, scope)


def plain_scenario(name):
    line = {"id": "L1", "product": "CRM", "amount": "5000000", "period": "month"}
    contract = {"id": "K1", "client": "C1", "status": "active", "start": "2025-01-01", "end": "2025-12-31"}
    post = {"client": "C1", "user": "ani", "role": "AM", "from": "2025-01-01", "to": None}
    return {
        "id": name,
        "data": {
            "clients": [{"id": "C1"}],
            "contracts": [contract | {"currency": "IDR", "lines": [line]}],
            "assignments": [post],
            "team_memberships": [{"user": "ani", "team": "T1", "from": "2025-01-01", "to": None}],
            "surveys": [
                {
                    "id": "S1",
                    "client": "C1",
                    "contact": "Ibu A",
                    "kind": "csat",
                    "score": 5,
                    "responded_at": "2025-03-04",
                }
            ],
            "targets": [
                {"scope": "company", "kind": "upsell", "from": "2025-03-01", "to": "2025-03-31", "value": 1}
            ],
            "fx": [{"date": "2025-01-01", "from": "USD", "to": "IDR", "rate": "16000"}],
        },
        "queries": [
            {
                "name": "march",
                "from": "2025-03-01",
                "to": "2025-03-31",
                "role": "AM",
                "expect": {"company": {}},
            }
        ],
    }


def with_field(*place, **values):
    """Sets fields of the record at `place`, a path into the scenario."""

    def change(scenario):
        record = scenario
        for step in place:
            record = record[step]
        record.update(values)

    return change


def without_end(scenario):
    contract = scenario["data"]["contracts"][0]
    contract["end"], contract["lines"][0]["period"] = None, "term"


def with_a_second(place, **values):
    def change(scenario):
        records = scenario["data"][place]
        records.append(records[0] | values)

    return change


CONTRACT, LINE, QUERY = ("data", "contracts", 0), ("data", "contracts", 0, "lines", 0), ("queries", 0)
NO_LINE = {"entity": "line", "op": "update", "id": "L9"}
WRONG = [
    (with_field(*CONTRACT, currency="QQQ"), "data, contracts K1, currency: there is no currency QQQ"),
    (with_field(*CONTRACT, end="2024-12-31"), "data, contracts K1, end: ends before it begins"),
    (with_field(*CONTRACT, start="1 Jan"), "data, contracts K1, start: Invalid isoformat string"),
    (with_field(*CONTRACT, start=20250101), "data, contracts K1, start: expected a day like 2025-01-31"),
    (with_field(*CONTRACT, client="C9"), "data, contracts K1, client: there is no client C9"),
    (with_field(*CONTRACT, status="open"), "data, contracts K1, status: Input should be 'draft', 'active'"),
    (with_field(*LINE, amount="5.000.000"), "data, contracts K1, lines L1, amount: Input should be a valid decimal"),
    (with_field(*LINE, period="fortnight"), "data, contracts K1, lines L1, period: Input should be 'month'"),
    (without_end, "data, contracts K1, lines L1, period: a price for the whole term needs an end"),
    (with_a_second("assignments", user="budi"), "data, assignments 2, from: 2025-01-01 is too early, that of ani"),
    (with_a_second("team_memberships", team="T2"), "data, team_memberships 2, from: 2025-01-01 is too early"),
    (with_a_second("clients"), "data, clients C1, id: is there twice"),
    (with_field("data", "surveys", 0, score=6), "data, surveys S1, score: expected 1 to 5"),
    (with_field("data", "surveys", 0, responded_at="noon"), "data, surveys S1, responded_at: Invalid isoformat string"),
    (with_field("data", "targets", 0, scope="planet:mars"), "data, targets 1, scope: String should match pattern"),
    (with_field("data", "fx", 0, rate="0"), "data, fx 1, rate: Input should be greater than 0"),
    (with_field("data", amendments=[NO_LINE]), "data, amendments L9, id: there is no line L9"),
    (with_field("data", amendments=[NO_LINE | {"op": "undo"}]), "data, amendments L9, op: Input should be 'insert'"),
    (with_field("data", amendments=[NO_LINE | {"id": "L1", "set": {"amount": "x"}}]), "data, contracts K1, lines L1"),
    (with_field("data", clients=None), "data, clients: Input should be a valid list"),
    (with_field("data", assignments=["ani"]), "data, assignments 1: Input should be a valid dictionary"),
    (with_field(*QUERY, role="boss"), "query march, role: Input should be 'AM' or 'AE'"),
    (with_field(*QUERY, **{"from": "yesterday"}), "query march, from: Invalid isoformat string"),
    (with_field(*QUERY, to="2025-02-28"), "query march, to: ends before it begins"),
    (with_field(*QUERY, expect={"galaxy": {}}), "query march, expect, galaxy: String should match pattern"),
    (with_field(*QUERY, expect={"company": {"nrr": "much"}}), "query march, expect, company, nrr: Input should be"),
    (with_field(*QUERY, params={"grace": 3}), "query march, params, grace: Extra inputs are not permitted"),
]  # fmt: skip


def test_a_portfolio_that_nothing_is_wrong_with_is_answered(db):
    scenario = plain_scenario("OK")
    assert answer_query(scenario, scenario["queries"][0])["company"]["closing_arr"] == 60_000_000


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # pytest is, the command is not
@pytest.mark.django_db(transaction=True)
def test_two_processes_say_what_one_says(tmp_path, capsys, monkeypatch):
    wrong = plain_scenario("X1")
    wrong["data"]["clients"] = None
    file = tmp_path / "mixed.json"
    file.write_text(json.dumps({"scenarios": [*SCENARIOS[:2], wrong, *SCENARIOS[2:4]]}))
    monkeypatch.setattr(kpi_scenarios, "PORTION", 2)
    told = []
    for processes in (1, 2):
        with pytest.raises(CommandError, match="1 of 5 scenarios"):
            call_command("kpi_scenarios", file, processes=processes)
        told.append(capsys.readouterr())
    assert told[0] == told[1]
    assert told[0].err.startswith("X1: data, clients: ")


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

    @pytest.mark.parametrize(
        "content",
        [
            "{",
            "[]",
            '{"scenarios": {}}',
            '{"scenarios": [{"id": "X"}]}',
            '{"scenarios": [{"id": "X", "queries": [1]}]}',
        ],
    )
    def test_exits_with_2_if_the_file_is_not_of_the_format(self, tmp_path, content):
        file = tmp_path / "broken.json"
        file.write_text(content)
        with pytest.raises(CommandError) as error:
            call_command("kpi_scenarios", file)
        assert error.value.returncode == 2

    @pytest.mark.parametrize(("change", "said"), WRONG, ids=[said for _change, said in WRONG])
    def test_names_scenario_record_and_field_of_what_is_wrong(self, tmp_path, capsys, change, said):
        right, wrong = plain_scenario("OK"), plain_scenario("X1")
        change(wrong)
        file, out = tmp_path / "wrong.json", tmp_path / "out.json"
        file.write_text(json.dumps({"scenarios": [right, wrong]}))
        with pytest.raises(CommandError) as error:
            call_command("kpi_scenarios", file, json=out)
        assert error.value.returncode == 2
        assert capsys.readouterr().err.startswith(f"X1: {said}")
        assert not out.exists()
        assert not Client.objects.exists()

    def test_writes_every_measure_of_every_scope(self, tmp_path):
        out = tmp_path / "out.json"
        call_command("kpi_scenarios", FILE, only="P16", json=out)
        june = json.loads(out.read_text())["P16"]["june"]
        assert june["user:budi"]["transfer_in_arr"] == "120000000.00"
        assert june["no_team"]["nrr"] == "1.000000"
        assert june["unassigned"]["nrr"] is None

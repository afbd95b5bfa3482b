"""The daily walk is a witness of its own: nothing of the product is in it, and it knows the published values."""

import ast
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.contracts import daily_oracle
from tests.kpis import daily_walk, plain_facts
from tests.kpis.daily_walk import COUNTS, MONEY, DailyWalk, ratios_of

ALLOWED = {"collections", "copy", "dataclasses", "dateutil", "datetime", "decimal", "fractions", "functools"}
ALLOWED |= {"__future__", "types", "typing"}
WITNESS = (daily_oracle, daily_walk, plain_facts)

SCENARIOS = json.loads((Path(__file__).parent / "scenarios.json").read_text())["scenarios"]
NOTHING = dict.fromkeys((*COUNTS, *MONEY), 0)
# Intervals and targets follow from the sums by formulas that tests/kpis/test_measures.py and test_targets.py check.
LEFT_TO_OTHERS = ("_lo", "_hi", "nps_moe", "target_active_clients", "target_new_clients")
LEFT_TO_OTHERS += ("attainment_active_clients", "attainment_new_clients")


def imports_of(module):
    """The full names of what a module imports, wherever in it."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write the whole name, so that this test can read it"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_own(name):
    return any(name == own.__name__ or name.startswith(f"{own.__name__}.") for own in WITNESS)


@pytest.mark.parametrize("module", WITNESS, ids=lambda m: m.__name__)
def test_it_imports_nothing_of_the_product(module):
    foreign = [name for name in imports_of(module) if not is_own(name)]
    assert {name.split(".")[0] for name in foreign} <= ALLOWED
    assert not {"import_module", "__import__", "exec", "eval"} & names_in(module)


def names_in(module):
    return {
        node.id
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Name)
    }


def compared(scenario):
    """(place, expected, told) of each published value that is a sum, or a ratio of two of them."""
    walk = DailyWalk(scenario)
    for query in scenario["queries"]:
        told = walk.answer(query)
        for scope, values in query["expect"].items():
            sums = told.get(scope, NOTHING)
            measures = sums | ratios_of(sums)
            for name, value in values.items():
                if not name.endswith(LEFT_TO_OTHERS):
                    place = (query["name"], scope, name)
                    yield place, None if value is None else Decimal(str(value)), measures[name]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["id"])
def test_it_reproduces_every_published_sum_and_ratio(scenario):
    assert [each for each in compared(scenario) if each[1] != each[2]] == []


def test_652_of_the_689_published_values_were_compared():
    places = [place for scenario in SCENARIOS for place, _expected, _told in compared(scenario)]
    assert len(places) == 652
    names = Counter(name for _query, _scope, name in places)
    assert {"opening_arr", "churned_clients", "renewals_pending", "csat_mean", "nps", "grr"} <= names.keys()

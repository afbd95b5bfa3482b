"""The page that explains the numbers: its examples are worked portfolios of kpis.md, computed by the engine."""

import json
from pathlib import Path

import pytest
from django.test import Client as Browser

from kpis.definitions import DEFINITIONS, EXAMPLES, worked_examples
from kpis.models import Snapshot, Target
from kpis.scenarios import answer_query, apart, differences
from tests.conftest import Cast
from tests.factories import ExchangeRateFactory

pytestmark = pytest.mark.django_db

PUBLISHED = {
    each["id"]: each
    for each in json.loads((Path(__file__).parents[1] / "kpis/scenarios.json").read_text())["scenarios"]
}


def test_the_examples_are_published_portfolios() -> None:
    for scenario in json.loads(EXAMPLES.read_text())["scenarios"]:
        assert scenario["data"] == PUBLISHED[scenario["id"]]["data"]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.key)
def test_an_example_says_what_is_published(definition) -> None:
    published = PUBLISHED[definition.example.scenario]["queries"]
    (query,) = [each for each in published if each["name"] == definition.example.query]
    published_values = query["expect"]["company"]
    expected = {
        name: published_values[name] for name, _label in definition.example.shows if name in published_values
    }
    assert expected
    assert not list(differences({"company": expected}, {"company": worked_examples()[definition.key]}))


def test_the_page_shows_each_definition_with_its_example(cast: Cast, client: Browser) -> None:
    client.force_login(cast.owner)
    page = client.get("/help/figures/").content.decode()
    assert all(f'id="{each.key}"' in page for each in DEFINITIONS)
    assert "75,0%" in page  # three of four clients stayed
    assert "Rp12.500.000 per bulan" in page


def test_an_example_neither_reads_nor_changes_what_is_there(cast: Cast) -> None:
    rate = ExchangeRateFactory()
    with apart():
        answer_query(PUBLISHED["P24"], PUBLISHED["P24"]["queries"][0])
        assert not Target.objects.exists()
    rate.refresh_from_db()
    assert not Snapshot.objects.exists()

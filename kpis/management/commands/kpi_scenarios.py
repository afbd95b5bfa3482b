import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from itertools import chain
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError, connections

from kpis.scenarios import FormatError, Json, Measures, answer_queries, apart, differences

DIFFERENT, NOT_OF_THE_FORMAT = 1, 2
PORTION = 25  # scenarios that share their empty tables, at least
Answers = list[dict[str, Measures]] | str  # by query and scope, or why the scenario is refused


class Command(BaseCommand):
    """Exit code 0 = every value as expected, 1 = some differ, 2 = the file is not of the format."""

    help = "Compute worked portfolios (kpis.md section 3) with the product's own engine; nothing is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--only", metavar="ID", help="one scenario")
        parser.add_argument("--json", type=Path, metavar="OUT", help="write every computed measure here")
        parser.add_argument("--processes", type=int, default=os.cpu_count(), help="for long files; all cores")

    def handle(
        self, *, file: Path, only: str | None, json: Path | None, processes: int, **options: Any
    ) -> None:
        """Every problem of the file is named before it is refused; a refused file leaves no OUT."""
        scenarios = [each for each in _read(file) if only in (None, each["id"])]
        if not scenarios:
            raise CommandError("There is no such scenario.", returncode=NOT_OF_THE_FORMAT)
        compared = differing = refused = 0
        computed: dict[str, dict[str, dict[str, Measures]]] = {}
        for scenario, answers in zip(scenarios, _answered(scenarios, processes), strict=True):
            if isinstance(answers, str):
                refused += 1
                self.stderr.write(f"{scenario['id']}: {answers}")
                continue
            for query, got in zip(scenario["queries"], answers, strict=True):
                computed.setdefault(scenario["id"], {})[query["name"]] = got
                expected = query.get("expect", {})
                compared += sum(len(values) for values in expected.values())
                differing += self.report(scenario["id"], query["name"], expected, got)
        if refused:
            message = f"{refused} of {len(scenarios)} scenarios are not of the format."
            raise CommandError(message, returncode=NOT_OF_THE_FORMAT)
        if json:
            json.write_text(_dump(computed))
        self.stdout.write(f"{compared} values in {len(scenarios)} scenarios, {differing} differ")
        if differing:
            raise CommandError(f"{differing} values differ.", returncode=DIFFERENT)

    def report(self, scenario: str, query: str, expected: Json, got: dict[str, Measures]) -> int:
        """One line per differing value; returns how many."""
        found = list(differences(expected, got))
        for scope, measure, wanted, actual in found:
            self.stdout.write(f"{scenario} {query} {scope} {measure}: expected {wanted}, got {actual}")
        return len(found)


def _answered(scenarios: Sequence[Json], processes: int) -> Iterator[Answers]:
    """In the order of the scenarios; a long file by several processes, each with tables of its own."""
    size = max(PORTION, ceil(len(scenarios) / (2 * processes)))
    portions = [scenarios[start : start + size] for start in range(0, len(scenarios), size)]
    if min(processes, len(portions)) < 2:
        yield from _answer(scenarios)
        return
    connections.close_all()  # two processes must not speak through one connection
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        yield from chain.from_iterable(pool.map(_answer, portions))


def _answer(scenarios: Sequence[Json]) -> list[Answers]:
    with apart():
        return [_answer_one(scenario) for scenario in scenarios]


def _answer_one(scenario: Json) -> Answers:
    try:
        return answer_queries(scenario, scenario["queries"])
    except (FormatError, DataError, IntegrityError) as error:
        return _said(error)


def _said(error: Exception) -> str:
    """What the database refuses is told in its own words: the rule and the row."""
    return str(error) if isinstance(error, FormatError) else f"refused by the database: {error}"


def _read(file: Path) -> list[Json]:
    try:
        scenarios: list[Json] = json.loads(file.read_text())["scenarios"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{file} is not of the format: {error!r}", returncode=NOT_OF_THE_FORMAT) from error
    if missing := list(_without_names(scenarios)):
        raise CommandError(f"{file} is not of the format: {missing[0]}", returncode=NOT_OF_THE_FORMAT)
    return scenarios


def _without_names(scenarios: Any) -> Iterator[str]:
    """What has no name to be reported under."""
    if not isinstance(scenarios, list):
        yield "scenarios: expected a list"
        return
    for number, scenario in enumerate(scenarios, 1):
        if not isinstance(scenario, dict) or not isinstance(scenario.get("id"), str):
            yield f"scenarios {number}: expected an object with an id"
        elif not isinstance(scenario.get("queries"), list):
            yield f"{scenario['id']}, queries: expected a list"
        else:
            named = (
                isinstance(query, dict) and isinstance(query.get("name"), str)
                for query in scenario["queries"]
            )
            yield from (
                f"{scenario['id']}, queries {n}: expected an object with a name"
                for n, ok in enumerate(named, 1)
                if not ok
            )


def _dump(computed: Any) -> str:
    return json.dumps(
        computed, indent=1, default=lambda value: str(value) if isinstance(value, Decimal) else value
    )

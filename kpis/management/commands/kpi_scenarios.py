import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError

from kpis.scenarios import Json, Measures, answer_query, apart, differences

DIFFERENT, NOT_OF_THE_FORMAT = 1, 2


class Command(BaseCommand):
    """Exit code 0 = every value as expected, 1 = some differ, 2 = the file is not of the format."""

    help = "Compute worked portfolios (kpis.md section 3) with the product's own engine; nothing is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--only", metavar="ID", help="one scenario")
        parser.add_argument("--json", type=Path, metavar="OUT", help="write every computed measure here")

    def handle(self, *, file: Path, only: str | None, json: Path | None, **options: Any) -> None:
        scenarios = [each for each in _read(file) if only in (None, each["id"])]
        if not scenarios:
            raise CommandError("There is no such scenario.", returncode=NOT_OF_THE_FORMAT)
        compared = differing = 0
        computed: dict[str, dict[str, dict[str, Measures]]] = {}
        with apart():
            for scenario, query in ((each, query) for each in scenarios for query in each["queries"]):
                got = self.answer(scenario, query)
                computed.setdefault(scenario["id"], {})[query["name"]] = got
                expected = query.get("expect", {})
                compared += sum(len(values) for values in expected.values())
                differing += self.report(scenario["id"], query["name"], expected, got)
        if json:
            json.write_text(_dump(computed))
        self.stdout.write(f"{compared} values in {len(scenarios)} scenarios, {differing} differ")
        if differing:
            raise CommandError(f"{differing} values differ.", returncode=DIFFERENT)

    def answer(self, scenario: Json, query: Json) -> dict[str, Measures]:
        """The measures by scope. What the database refuses to store has none."""
        try:
            return answer_query(scenario, query)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            message = f"{scenario['id']} {query['name']} is not of the format: {error!r}"
            raise CommandError(message, returncode=NOT_OF_THE_FORMAT) from error
        except (DataError, IntegrityError) as error:
            self.stderr.write(f"{scenario['id']} {query['name']} is refused: {error}")
            return {}

    def report(self, scenario: str, query: str, expected: Json, got: dict[str, Measures]) -> int:
        """One line per differing value; returns how many."""
        found = list(differences(expected, got))
        for scope, measure, wanted, actual in found:
            self.stdout.write(f"{scenario} {query} {scope} {measure}: expected {wanted}, got {actual}")
        return len(found)


def _read(file: Path) -> list[Json]:
    try:
        content = json.loads(file.read_text())
        scenarios: list[Json] = content["scenarios"]
        for scenario in scenarios:
            _ = (scenario["id"], scenario["data"]["clients"], [q["name"] for q in scenario["queries"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{file} is not of the format: {error!r}", returncode=NOT_OF_THE_FORMAT) from error
    return scenarios


def _dump(computed: Any) -> str:
    return json.dumps(
        computed, indent=1, default=lambda value: str(value) if isinstance(value, Decimal) else value
    )

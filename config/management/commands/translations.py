"""`translations` follows the source texts; `--check` finds what is missing; `--compile` makes .mo files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import translations


class Command(BaseCommand):
    help = "Update locale/id from code and templates (or --check, or --compile)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        only_one = parser.add_mutually_exclusive_group()
        only_one.add_argument("--check", action="store_true", help="fail, naming each incomplete text")
        only_one.add_argument("--compile", action="store_true", help="write the .mo files")

    def handle(self, *args: Any, check: bool, compile: bool, **options: Any) -> None:
        if check:
            self.check_all()
        elif compile:
            translations.compile_all()
        else:
            catalog = translations.update()
            empty = sum(1 for message in catalog if message.id and not message.string)
            self.stdout.write(f"{len(catalog)} texts, {empty} to translate in {translations.CATALOGUE}")

    def check_all(self) -> None:
        """Name every problem, not only the first."""
        if found := list(translations.problems()):
            raise CommandError("\n".join([*found, f"{len(found)} problems in the Indonesian texts"]))
        self.stdout.write("Every text has its Indonesian translation.")

"""`backup FILE` writes everything into one file; docs/deploy.md says what to do with it."""

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from config.backup import BackupError
from config.backup.archive import Manifest
from config.backup.writing import new_file, write


class Command(BaseCommand):
    help = (
        "Write all data into one new file, for `restore`. It holds personal data and secrets: keep it safe."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a file that does not exist yet, or - for standard output")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        started = time.monotonic()
        try:
            manifest = self.write(file)
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(f"No backup: {error}") from error
        rows = sum(content.rows for content in manifest.tables.values())
        said = self.stderr if file == "-" else self.stdout
        said.write(
            f"{rows} rows of {len(manifest.tables)} tables and {len(manifest.files)} files"
            f" in {time.monotonic() - started:.1f} s",
            str,
        )

    def write(self, file: str) -> Manifest:
        """Standard output as a pipe, which it may be: never moved back in."""
        if file == "-":
            out = sys.stdout.buffer
            return write(SimpleNamespace(write=out.write, flush=out.flush))
        with new_file(Path(file)) as out:
            return write(out)

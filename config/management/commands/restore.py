"""`restore FILE` brings a backup back into an empty database, or with --replace into one that is not."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from config.backup import BackupError, NotABackupError
from config.backup.archive import Archive
from config.backup.restoring import restore

FAILED, NOT_A_BACKUP = 1, 2


class Command(BaseCommand):
    """Exit code 0 = restored; 1 = not restored, the database is as before; 2 = so, and the file is no whole backup."""

    help = "Bring back what `backup` wrote, with the same version of Setia. Stop web, worker and beat before."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="what `backup` wrote, or - for standard input")
        parser.add_argument("--replace", action="store_true", help="delete everything in the database first")

    def handle(self, *args: Any, file: str, replace: bool, **options: Any) -> None:
        started = time.monotonic()
        try:
            with opened(file) as stream:
                archive = Archive(stream)
                restore(archive, replace=replace)
        except (BackupError, DatabaseError, OSError) as error:
            code = NOT_A_BACKUP if isinstance(error, NotABackupError) else FAILED
            raise CommandError(f"Nothing restored: {error}", returncode=code) from error
        made_at = archive.manifest.made_at
        self.stdout.write(
            f"Restored what was there on {made_at:%Y-%m-%d %H:%M} UTC in {time.monotonic() - started:.1f} s"
        )


@contextmanager
def opened(file: str) -> Iterator[IO[bytes]]:
    """The archive; standard input is copied to disk first, as it is read in another order than it comes in."""
    if file != "-":
        with Path(file).open("rb") as stream:
            yield stream
        return
    with TemporaryFile() as copy:
        copyfileobj(sys.stdin.buffer, copy)
        yield copy

"""Everything between empty servers and the first page, in one process; called by `dev.py run`."""

import hashlib
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from config import translations

SEED = "seed_demo"


class Command(BaseCommand):
    help = "Bring database, translations, static files and the demo company up to date."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for name, step in (
            ("database", migrate),
            ("translations", translations.compile_all),
            ("static files", collect_static_files),
            ("demo company", seed),
        ):
            started = time.monotonic()
            step()
            self.stdout.write(f"[local] {name} ready in {time.monotonic() - started:.1f} s")


def migrate() -> None:
    """Create or change the tables, the cache's one too."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect_static_files() -> None:
    """Copy, hash and compress; left out while nothing changed, since compressing takes seconds."""
    stamp = Path(settings.STATIC_ROOT, ".collected")
    wanted = fingerprint_of_static_files()
    if not stamp.exists() or stamp.read_text() != wanted:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(wanted)


def fingerprint_of_static_files() -> str:
    """Changes when any file that collectstatic would take is added, removed or written."""
    found = [
        (path, storage.path(path), Path(storage.path(path)).stat().st_mtime_ns)
        for finder in get_finders()
        for path, storage in finder.list([])
    ]
    return hashlib.sha256(repr(sorted(found)).encode()).hexdigest()


def seed() -> None:
    """Fill an empty database with the demo company."""
    if settings.DEMO and SEED in get_commands() and not get_user_model().objects.exists():
        call_command(SEED)

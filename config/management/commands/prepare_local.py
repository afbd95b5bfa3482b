"""Everything between empty servers and the first page, in one process; called by `dev.py run`."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.days import today
from config import translations
from contracts.alerts import raise_alerts
from kpis.snapshots import catch_up
from portfolio.demo import people

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
            ("numbers and alerts", bring_up_to_date),
        ):
            started = time.monotonic()
            step()
            self.stdout.write(f"[local] {name} ready in {time.monotonic() - started:.1f} s")
        for line in sign_ins():
            self.stdout.write(f"[local] {line}")


def migrate() -> None:
    """Create or change the tables, the cache's one too."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect_static_files() -> None:
    """Copy and hash them, as in production, so that a missing file is noticed here."""
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def seed() -> None:
    """Fill an empty database with the demo company."""
    if settings.DEMO and SEED in get_commands() and not get_user_model().objects.exists():
        call_command(SEED)


def bring_up_to_date() -> None:
    """What the nightly jobs would have done while nothing ran."""
    catch_up(today())
    raise_alerts(timezone.now())


def sign_ins() -> list[str]:
    """Who a visitor of the demo company may sign in as; nothing where it is not there."""
    addresses = {f"{mailbox}@{people.DOMAIN}": shows for mailbox, shows in people.SIGN_INS.items()}
    if not settings.DEMO or not get_user_model().objects.filter(email__in=addresses).exists():
        return []
    lines = [f"  {address:<26} {shows}" for address, shows in addresses.items()]
    return [f"sign in with the password {people.PASSWORD} as", *lines]

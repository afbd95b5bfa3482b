"""`manage.py empty_demo`: remove the demo company, so that one's own can come in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg import sql

from accounts.models import Position, User
from clients.models import Client
from config.backup.tables import every_table, identifiers
from portfolio.demo.people import DOMAIN

# What an installation has before anybody types something, and who is not of the demo.
KEPT = {
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "accounts_position",  # people stay, and have one
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "contracts_alertladder",
    "notifications_deliveryhours",
}


class Command(BaseCommand):
    help = "Remove the demo company and everything else but settings and people with other addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-input", action="store_true", help="do not ask")

    def handle(self, *args: Any, no_input: bool, **options: Any) -> None:
        demo = User.objects.filter(email__endswith=f"@{DOMAIN}")
        if not demo.exists():
            raise CommandError(f"There is no demo company: nobody has an address at {DOMAIN}.")
        others = User.objects.exclude(pk__in=demo)
        self.stdout.write(
            f"This removes {Client.objects.count():,} clients with everything that hangs on them, teams, products,"
            f" numbers, history, and {demo.count():,} people; {others.count():,} people with other addresses stay."
        )
        if not no_input and input("Type 'empty' to go on: ").strip() != "empty":
            raise CommandError("Nothing is removed.")
        empty(demo, others)
        if not others.filter(is_superuser=True, is_active=True).exists():
            self.stdout.write("Nobody can sign in as administrator now: python manage.py createsuperuser")


@transaction.atomic
def empty(demo: QuerySet[User], others: QuerySet[User]) -> None:
    """Remove the people of `demo` and all rows but those of `KEPT`; `others` stay, without a position."""
    gone = [table for table in every_table() if table.name not in KEPT]
    others.update(position=None)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET CONSTRAINTS ALL IMMEDIATE")  # none may wait
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(identifiers(gone)))
        demo.delete()
        Position.objects.all().delete()
        history = [table for table in gone if table.name.endswith("event")]
        cursor.execute(sql.SQL("TRUNCATE {}").format(identifiers(history)))  # of the people just removed

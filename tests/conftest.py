"""The cast: a small company that every test of rights uses, and a fixed day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Team, User
from clients.models import Client
from tests import factories

# Browser tests have requirements of their own; `dev.py test -m browser` installs them.
collect_ignore = [] if find_spec("playwright") else ["browser"]

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """Saturday, 21 November 2026, 10.00 in Jakarta, standing still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@contextmanager
def module_database(blocker: Any) -> Iterator[None]:
    """For a module-scoped fixture: the frozen day and one transaction, rolled back after the last test."""
    with blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class Cast:
    """Direktur heads the whole company; Ketua leads team Ritel; Lain works elsewhere."""

    root: Team
    ritel: Team
    other_team: Team
    director: User
    lead: User
    owner: User
    colleague: User
    outsider: User
    other_director: User
    executive: User
    administrator: User
    client: Client
    foreign: Client


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    """`client` belongs to `owner` in team Ritel, `foreign` to `outsider` in a team of another tree."""
    root, elsewhere = factories.TeamFactory(name="Penjualan"), factories.TeamFactory(name="Cabang")
    ritel = factories.TeamFactory(name="Ritel", parent=root)
    other_team = factories.TeamFactory(name="Jatim", parent=elsewhere)
    people = {
        name: factories.UserFactory(full_name=name.replace("_", " ").title(), email=f"{name}@contoh.example")
        for name in (
            "director",
            "lead",
            "owner",
            "colleague",
            "outsider",
            "other_director",
            "executive",
            "administrator",
        )
    }
    for name, team, role in [
        ("director", root, "director"),
        ("lead", ritel, "lead"),
        ("owner", ritel, "member"),
        ("colleague", ritel, "member"),
        ("outsider", other_team, "member"),
        ("other_director", elsewhere, "director"),
    ]:
        factories.TeamMembershipFactory(user=people[name], team=team, role=role)
    people["executive"].user_permissions.add(Permission.objects.get(codename="read_all_clients"))
    may = Permission.objects.filter(codename__in=["close_month", "import_data", "merge_clients"])
    people["director"].user_permissions.set(may)
    administrators = Group.objects.create(name="Administrators")
    administrators.permissions.set(Permission.objects.exclude(codename="read_all_clients"))
    people["administrator"].groups.add(administrators)
    people["administrator"].is_staff = True
    people["administrator"].save(update_fields=["is_staff"])
    client = factories.ClientFactory(legal_name="Nusarena Pangan")
    foreign = factories.ClientFactory(legal_name="Sagarata Niaga")
    factories.AssignmentFactory(client=client, user=people["owner"])
    factories.AssignmentFactory(client=foreign, user=people["outsider"])
    return Cast(root=root, ritel=ritel, other_team=other_team, client=client, foreign=foreign, **people)


def empty_test_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_"), "never empty a database that people use"
    call_command("flush", interactive=False, verbosity=0)

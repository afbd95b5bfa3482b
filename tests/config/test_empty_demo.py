"""After the demo an installation is as it was before it, but for people with addresses of their own."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from clients.models import Client
from config.backup.tables import every_table
from portfolio.demo import store
from portfolio.demo.company import FEWEST, build
from tests import factories
from tests.company import TODAY

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    """Rows by table."""
    found = {}
    with connection.cursor() as cursor:
        for table in every_table():
            cursor.execute(f'SELECT count(*) FROM "{table.name}"')  # noqa: S608 - a table of ours
            found[table.name] = cursor.fetchone()[0]
    return found


def emptied() -> str:
    out = StringIO()
    call_command("empty_demo", "--no-input", stdout=out)
    return out.getvalue()


def test_nothing_of_the_demo_is_left() -> None:
    before = counts()
    store.save(build(TODAY, FEWEST), with_sign_ins=False)
    said = emptied()
    assert {name: n for name, n in counts().items() if n > before[name]} == {}
    assert "createsuperuser" in said


def test_people_with_other_addresses_stay_with_their_groups() -> None:
    store.save(build(TODAY, FEWEST), with_sign_ins=False)
    chief = User.objects.create_superuser("ibu@perusahaan.example", full_name="Ibu Sari")
    chief.position = factories.PositionFactory(rank=99)
    chief.save()
    said = emptied()
    assert list(User.objects.values_list("email", flat=True)) == ["ibu@perusahaan.example"]
    assert "createsuperuser" not in said


def test_without_a_demo_nothing_is_removed() -> None:
    client = factories.ClientFactory()
    with pytest.raises(CommandError, match="no demo company"):
        call_command("empty_demo", "--no-input")
    assert Client.objects.filter(pk=client.pk).exists()


def test_it_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.UserFactory(email="am@contoh.example")
    monkeypatch.setattr("builtins.input", lambda question: "ya")
    with pytest.raises(CommandError, match="Nothing is removed"):
        call_command("empty_demo", stdout=StringIO())
    assert User.objects.exists()

"""The functions of the change history in the database."""

import pghistory
import pgtrigger
import pytest
from django.db import connection

from accounts.models import Team

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["_pgtrigger_should_ignore", "_pgh_attach_context"])
def test_no_row_costs_a_subtransaction(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name])
        assert "EXCEPTION" not in cursor.fetchone()[0].upper()


def test_a_change_with_and_without_a_context_is_written_down() -> None:
    Team.objects.create(name="Tanpa")
    with pghistory.context(user=7):
        Team.objects.create(name="Dengan")
    events = pghistory.models.Events.objects
    assert [
        (events.tracks(Team.objects.get(name=name)).get().pgh_context or {}).get("user")
        for name in ("Tanpa", "Dengan", "Tanpa")
    ] == [None, 7, None]


def test_a_trigger_can_still_be_told_to_rest() -> None:
    found = [trigger.get_uri(model) for model, trigger in pgtrigger.registered()]
    rest = next(uri for uri in found if uri.startswith("accounts.Team:insert"))
    with pgtrigger.ignore(rest):
        team = Team.objects.create(name="Diam")
    assert not pghistory.models.Events.objects.tracks(team).exists()

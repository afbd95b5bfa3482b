"""The list of one's tasks: what is still to do, unless something else is asked for."""

from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from tests.conftest import Cast
from tests.factories import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TODAY = date(2026, 11, 21)


@pytest.fixture
def tasks(cast: Cast) -> None:
    days = {"late": -3, "due": 0, "later": 9}
    for title, n in days.items():
        TaskFactory(client=cast.client, owner=cast.owner, title=title, due_on=TODAY + timedelta(days=n))
    TaskFactory(
        client=cast.client,
        owner=cast.owner,
        title="waits",
        due_on=TODAY,
        snoozed_until=TODAY + timedelta(days=2),
        snoozes=1,
    )
    TaskFactory(
        client=cast.client,
        owner=cast.owner,
        title="over",
        due_on=TODAY,
        done_at=timezone.now(),
        done_by=cast.owner,
    )


@pytest.mark.usefixtures("tasks")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["late", "due", "waits", "later"]),
        ("?state=due", ["late", "due"]),
        ("?state=overdue", ["late"]),
        ("?state=snoozed", ["waits"]),
        ("?state=done", ["over"]),
        ("?state=all", ["late", "due", "waits", "over", "later"]),
    ],
)
def test_the_list_shows_what_is_open_unless_another_state_is_asked_for(
    cast: Cast, client: Browser, query: str, titles: list[str]
) -> None:
    client.force_login(cast.owner)
    table = client.get(f"/tasks/{query}").context["table"]
    assert [row.record.title for row in table.rows] == titles

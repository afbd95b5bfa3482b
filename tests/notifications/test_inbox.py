"""Messages in the product are about rows of any room: all they share is who may read them."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Team
from notifications import outbox
from tests.conftest import NOW, Cast
from tests.factories import ContractFactory, NotificationFactory, OutboundEmailFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture(autouse=True)
def templates(tmp_path: Path, settings: Any) -> None:
    """A text that says nothing but what the message is about."""
    folder = tmp_path / "uji"
    folder.mkdir()
    for part in ("subject", "body"):
        (folder / f"{part}.txt").write_text("Tentang {{ about }}")
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]


def inbox(browser: Browser) -> list[str]:
    return [row["text"] for row in browser.get(reverse("notifications:notification_list")).context["rows"]]


def test_one_message_is_about_a_client_another_about_what_hangs_on_it(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    for row in (cast.client, ContractFactory(client=cast.client, number="PKS-1")):
        NotificationFactory(recipient=cast.owner, about=row, template="uji")
    assert inbox(client) == ["Tentang PKS-1", "Tentang PT Nusarena Pangan"]


@pytest.fixture
def readable_teams(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the model of teams said who may read messages about them."""
    teams: Any = type(Team._default_manager)
    monkeypatch.setattr(
        teams, "readable_by", lambda self, user: self.filter(memberships__user=user), raising=False
    )
    monkeypatch.setattr(Team, "get_absolute_url", lambda self: f"/team/{self.pk}/", raising=False)


@pytest.mark.usefixtures("readable_teams")
def test_a_message_about_something_without_a_client_is_shown_opened_and_mailed(
    client: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    client.force_login(cast.owner)
    own = NotificationFactory(recipient=cast.owner, about=cast.ritel, template="uji")
    NotificationFactory(recipient=cast.owner, about=cast.other_team, template="uji")
    assert inbox(client) == ["Tentang Ritel"]
    opened = client.post(reverse("notifications:notification_open", args=[own.pk]))
    assert opened.headers["Location"] == f"/team/{cast.ritel.pk}/"
    for team in (cast.ritel, cast.other_team):
        OutboundEmailFactory(recipient=cast.owner, about=team, template="uji", due_at=NOW)
    assert outbox.send_due(NOW) == 1
    assert [mail.subject for mail in mailoutbox] == ["Tentang Ritel"]


def test_what_does_not_say_who_may_read_it_is_read_by_nobody(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    NotificationFactory(recipient=cast.owner, about=cast.colleague, template="uji")
    OutboundEmailFactory(recipient=cast.owner, about=cast.colleague, template="uji", due_at=NOW)
    assert inbox(client) == []
    assert outbox.send_due(NOW) == 0

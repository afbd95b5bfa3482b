"""The change history: written by triggers, so nothing escapes it; readable in the administration."""

import json
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from structlog.contextvars import bound_contextvars

from accounts.models import User
from clients.models import Client
from config.middleware import HistoryMiddleware
from tests.admin.rows import ROWS
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db

TRACKED = [label for label in ROWS if not label.startswith(("auth", "mfa"))]
TRACKED = [
    label
    for label in TRACKED
    if any(m._meta.label == label and hasattr(m, "pgh_event_models") for m in admin.site._registry)
]


@pytest.fixture
def boss(client: Browser) -> User:
    user = UserFactory(full_name="Ibu Pengurus", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def through_middleware(user: User | AnonymousUser, act: Callable[[], object]) -> None:
    """Run `act` as the view of a request of `user`."""

    def view(request: HttpRequest) -> HttpResponse:
        act()
        return HttpResponse()

    request = RequestFactory().post("/klien/1/ubah/")
    request.user = user
    with bound_contextvars(request_id="permintaan-7"):
        HistoryMiddleware(view)(request)


def rename_in_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clients_client SET brand_name = 'Baru'")


@pytest.mark.parametrize("act", [lambda: Client.objects.update(brand_name="Baru"), rename_in_sql])
def test_bulk_updates_and_raw_sql_leave_events_with_person_address_and_request(
    act: Callable[[], object],
) -> None:
    rows, user = [ClientFactory(), ClientFactory()], UserFactory()
    through_middleware(user, act)
    for row in rows:
        event = row.events.latest("pgh_id")
        assert (event.pgh_label, event.brand_name) == ("update", "Baru")
        assert event.pgh_context.metadata == {
            "user": user.pk,
            "url": "/klien/1/ubah/",
            "request_id": "permintaan-7",
        }


def test_what_no_request_did_is_in_the_history_without_a_person() -> None:
    row = ClientFactory()
    Client.objects.update(brand_name="Baru")
    assert row.events.latest("pgh_id").pgh_context is None


def test_a_real_request_carries_the_id_that_is_in_the_log(
    client: Browser, boss: User, caplog: pytest.LogCaptureFixture
) -> None:
    team = ROWS["accounts.Team"](0)
    url = reverse("admin:accounts_team_change", args=[team.pk])
    forms = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    caplog.set_level("INFO")
    client.post(url, {"name": "Jawa Timur", **forms})
    [finished] = [record.msg for record in caplog.records if "code" in record.msg]
    context = team.events.latest("pgh_id").pgh_context.metadata
    assert context == {"user": boss.pk, "url": url, "request_id": finished["request_id"]}


def test_events_can_be_neither_changed_nor_deleted() -> None:
    from django.db import ProgrammingError, transaction

    events = ClientFactory().events
    for act in (lambda: events.update(brand_name="Palsu"), lambda: events.all()._raw_delete("default")):
        with pytest.raises(ProgrammingError), transaction.atomic():
            act()


def history(client: Browser, row: object) -> str:
    opts = row._meta
    return client.get(
        reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[row.pk])
    ).content.decode()


def test_the_page_says_who_changed_what_from_what_to_what(client: Browser, boss: User) -> None:
    group = ClientFactory(legal_name="Induk Raya")
    row = ClientFactory(tier="regular")
    through_middleware(boss, lambda: Client.objects.filter(pk=row.pk).update(tier="key", parent=group))
    html = history(client, row)
    for words in ("Ibu Pengurus", "Reguler", "Utama", "Induk Raya", "Diubah", "Tingkat klien".lower()):
        assert words in html
    assert "Sistem" in html  # the factory is nobody


@pytest.mark.parametrize("label", TRACKED)
def test_every_tracked_model_has_a_readable_history(client: Browser, boss: User, label: str) -> None:
    html = history(client, ROWS[label](0))
    assert "Ditambahkan" in html
    assert "objects.None" not in html


def test_tracked_models_are_all_in_the_administration() -> None:
    from django.apps import apps

    tracked = {m._meta.label for m in apps.get_models() if hasattr(m, "pgh_event_models")}
    ours = {
        label
        for label in tracked
        if label.split(".")[0] in ("accounts", "notifications", "clients", "contracts", "kpis")
    }
    ours.discard("kpis.Target")  # has no page there yet
    assert ours == set(TRACKED)


def test_a_long_history_is_paged_and_compares_across_the_pages(client: Browser, boss: User) -> None:
    row = ClientFactory(brand_name="Nama 0")
    for number in range(1, 61):
        Client.objects.filter(pk=row.pk).update(brand_name=f"Nama {number}")
    newest = client.get(reverse("admin:clients_client_history", args=[row.pk]))
    entries = newest.context["entries"]
    assert len(entries) == 50
    assert (entries[-1].changes[0].before, entries[-1].changes[0].after) == ("Nama 10", "Nama 11")
    oldest = client.get(reverse("admin:clients_client_history", args=[row.pk]), {"p": 2}).context["entries"]
    assert len(oldest) == 11


def test_the_cost_of_the_page_does_not_grow_with_the_events(client: Browser, boss: User) -> None:
    from django.test.utils import CaptureQueriesContext

    row = ClientFactory()

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            history(client, row)
        return len(queries)

    def change() -> None:
        through_middleware(
            UserFactory(), lambda: Client.objects.filter(pk=row.pk).update(parent=ClientFactory())
        )

    change()
    statements()
    few = statements()
    for _ in range(8):
        change()
    assert statements() == few


def test_a_missing_row_and_a_stranger_get_no_history(client: Browser, boss: User) -> None:
    assert client.get(reverse("admin:clients_client_history", args=[987654])).status_code == 302
    row = ClientFactory()
    stranger = Browser(raise_request_exception=False)
    stranger.force_login(UserFactory(is_staff=True))
    assert stranger.get(reverse("admin:clients_client_history", args=[row.pk])).status_code == 403


def test_the_password_is_in_no_event() -> None:
    user = UserFactory()
    user.set_password("rahasia-sekali-ini")
    user.save()
    assert "password" not in json.dumps(list(user.events.values()), default=str)

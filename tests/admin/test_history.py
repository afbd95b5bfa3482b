"""The change history: written by triggers, so nothing escapes it; readable in the administration."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from structlog.contextvars import bound_contextvars

from accounts.admin.history import Entry
from accounts.models import GroupMembership, User
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

    tracked = {m._meta.label for m in apps.get_models() if "pgh_event_models" in vars(m)}  # proxies inherit
    ours = {
        label
        for label in tracked
        if label.split(".")[0] in ("accounts", "notifications", "clients", "contracts", "kpis")
    }
    ours.discard("kpis.Target")  # has no page there yet
    assert ours == {*TRACKED, "accounts.GroupMembership"}  # the latter in the history of the person


@pytest.fixture
def readers() -> Group:
    return Group.objects.create(name="Pembaca")


def join_in_sql(user: User, group: Group) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user_groups (user_id, group_id) VALUES (%s, %s)", [user.pk, group.pk]
        )


def move_in_sql(user: User, group: Group) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user_groups SET group_id = %s WHERE user_id = %s", [group.pk, user.pk]
        )


def leave_in_sql(user: User, group: Group) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user_groups WHERE user_id = %s", [user.pk])


WAYS: list[tuple[Any, Any]] = [
    (lambda user, group: user.groups.add(group), lambda user, group: user.groups.clear()),
    (join_in_sql, leave_in_sql),
]


@pytest.mark.parametrize(("join", "leave"), WAYS)
def test_joining_and_leaving_a_group_is_in_the_history_of_the_person(
    client: Browser, boss: User, readers: Group, join: Any, leave: Any
) -> None:
    user, writers = UserFactory(), Group.objects.create(name="Penulis")
    for act in (join, leave, join_in_sql):
        through_middleware(boss, lambda act=act: act(user, readers))
    through_middleware(boss, lambda: move_in_sql(user, writers))
    events = GroupMembership.pgh_event_model.objects.filter(user=user).order_by("pgh_id")
    assert [(event.pgh_label, event.group_id) for event in events] == [
        ("joined", readers.pk),
        ("left", readers.pk),
        ("joined", readers.pk),
        ("joined", writers.pk),
        ("left", readers.pk),
    ]
    expected = {"user": boss.pk, "url": "/klien/1/ubah/", "request_id": "permintaan-7"}
    assert all(event.pgh_context.metadata == expected for event in events)
    html = history(client, user)
    for words in ("Ibu Pengurus", "permintaan-7", "Ditambahkan ke kelompok", "Dikeluarkan dari kelompok"):
        assert words in html
    assert html.count("Pembaca") == 4


def test_the_form_of_the_administration_leaves_its_author_in_the_history_of_groups(
    client: Browser, boss: User, readers: Group
) -> None:
    user = UserFactory()
    person = {"email": user.email, "full_name": user.full_name, "language": "id", "theme": "auto"}
    forms = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    url = reverse("admin:accounts_user_change", args=[user.pk])
    data = person | forms | {"time_zone": "Asia/Jakarta", "groups": [readers.pk]}
    assert client.post(url, data).status_code == 302
    [joined] = [entry for entry in history_entries(client, user) if "kelompok" in entry.what]
    assert (joined.who, joined.changes[0].after) == ("Ibu Pengurus", "Pembaca")


def test_groups_stand_on_the_page_of_their_time(client: Browser, boss: User, readers: Group) -> None:
    user = UserFactory()
    with connection.cursor() as cursor:  # events made on successive days, as far as the table can tell
        cursor.execute("ALTER TABLE accounts_userevent DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE accounts_groupmembershipevent DISABLE TRIGGER USER")
    for number in range(60):
        User.objects.filter(pk=user.pk).update(preferred_name=f"Nama {number}")
    user.groups.add(readers)
    spread(user.events, days=2)
    groups = GroupMembership.pgh_event_model.objects.filter(user=user)
    pages = {}
    for day in (-1, 5, 21, 22, 23, 200):  # 61 events, two days apart; page 1 ends with the 12th, on day 22
        groups.update(pgh_created_at=FIRST + timedelta(days=day))
        pages[day] = [
            page
            for page in (1, 2)
            if any("kelompok" in entry.what for entry in history_entries(client, user, page))
        ]
    assert pages == {-1: [2], 5: [2], 21: [2], 22: [1], 23: [1], 200: [1]}


FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def spread(events: Any, days: int) -> None:
    for number, event in enumerate(events.order_by("pgh_id")):
        events.filter(pk=event.pk).update(pgh_created_at=FIRST + timedelta(days=days * number))


def history_entries(client: Browser, user: User, page: int = 1) -> list[Entry]:
    url = reverse("admin:accounts_user_history", args=[user.pk])
    entries: list[Entry] = client.get(url, {"p": page}).context["entries"]
    return entries


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

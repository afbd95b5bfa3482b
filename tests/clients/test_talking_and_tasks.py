"""Logging, next steps, corrections, tasks and contacts over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Interaction, Task
from clients.revisions import revision_of
from tests.conftest import NOW, Cast
from tests.factories import ContactFactory, InteractionFactory, TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TALK = {"channel": "call", "outcome": "good", "happened_at": "2026-11-21T09:00", "summary": "Minta penawaran"}


def send(browser: Browser, name: str, row: Any, **data: Any) -> Any:
    """Like a person who has just opened the page."""
    return browser.post(
        reverse(f"clients:{name}", args=[row.pk]), {"revision": revision_of(row), "once": uuid4()} | data
    )


def test_a_next_step_becomes_a_task_of_its_author(client: Browser, cast: Cast) -> None:
    client.force_login(cast.lead)
    answer = send(
        client, "interaction_create", cast.client, **TALK, next_step="Kirim", next_step_due="2026-11-25"
    )
    assert answer.status_code == 302
    task = Task.objects.get()
    assert (task.title, str(task.due_on), task.owner, task.source) == (
        "Kirim",
        "2026-11-25",
        cast.lead,
        "interaction",
    )


def test_three_taps_are_enough(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    form = client.get(reverse("clients:interaction_create", args=[cast.client.pk])).context["form"]
    untouched = {name: form[name].value() or "" for name in form.fields}
    untouched["happened_at"] = "2026-11-21T10:00"
    assert (
        client.post(reverse("clients:interaction_create", args=[cast.client.pk]), untouched).status_code
        == 302
    )
    assert Interaction.objects.get().by == cast.owner


@pytest.mark.parametrize(
    ("later", "status"), [(timedelta(hours=24), 200), (timedelta(hours=24, seconds=1), 403)]
)
def test_ones_own_words_may_be_corrected_for_24_hours_to_the_second(
    client: Browser, cast: Cast, later: timedelta, status: int
) -> None:
    row = InteractionFactory(client=cast.client, by=cast.owner, created_at=NOW)
    with time_machine.travel(NOW + later, tick=False):
        client.force_login(cast.owner)
        assert client.get(reverse("clients:interaction_edit", args=[row.pk])).status_code == status
        page = client.get(reverse("portfolio:client_timeline", args=[cast.client.pk])).content.decode()
        assert (reverse("clients:interaction_edit", args=[row.pk]) in page) is (status == 200)


def test_a_correction_stays_in_the_history(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    row = InteractionFactory(client=cast.client, by=cast.owner, summary="Salah dengar")
    assert send(client, "interaction_edit", row, **TALK).status_code == 302
    page = client.get(reverse("portfolio:client_history", args=[cast.client.pk])).content.decode()
    assert "<del>Salah dengar</del>" in page
    assert "<ins>Minta penawaran</ins>" in page


def test_a_correction_keeps_a_contact_who_has_left_meanwhile(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    contact = ContactFactory(client=cast.client, is_active=False)
    row = InteractionFactory(client=cast.client, by=cast.owner, contact=contact)
    assert send(client, "interaction_edit", row, **TALK, contact=contact.pk).status_code == 302
    row.refresh_from_db()
    assert row.contact == contact


def test_the_fourth_time_a_task_is_put_off_needs_a_reason(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    task = TaskFactory(client=cast.client, owner=cast.owner)
    statuses = [send(client, "task_snooze", task, until=f"2026-12-0{n}").status_code for n in (1, 2, 3, 4)]
    assert statuses == [302, 302, 302, 422]
    assert send(client, "task_snooze", task, until="2026-12-04", reason="Klien cuti").status_code == 302
    task.refresh_from_db()
    assert (task.snoozes, task.snooze_reason) == (4, "Klien cuti")


def test_a_task_that_is_done_meanwhile_is_not_put_off_and_says_so(client: Browser, cast: Cast) -> None:
    client.force_login(cast.owner)
    task = TaskFactory(client=cast.client, owner=cast.owner, title="Kirim penawaran")
    task.finish(by=cast.lead, now=NOW)
    late = send(client, "task_snooze", task, until="2026-12-01")
    page = client.get(reverse("clients:task_snooze", args=[task.pk]))
    assert (late.status_code, page.status_code) == (409, 409)
    for answer in (late, page):
        assert "“Kirim penawaran” sudah selesai: Lead, 21 Nov 2026" in answer.content.decode()
    task.refresh_from_db()
    assert task.snoozes == 0


@pytest.mark.parametrize(("name", "active"), [("contact_deactivate", False), ("contact_activate", True)])
def test_a_contact_is_switched_off_and_on_however_often_one_clicks(
    client: Browser, cast: Cast, name: str, active: bool
) -> None:
    client.force_login(cast.owner)
    contact = ContactFactory(client=cast.client, is_active=not active)
    url = reverse(f"clients:{name}", args=[contact.pk])
    assert [client.post(url).status_code for _ in range(2)] == [302, 302]
    contact.refresh_from_db()
    assert contact.is_active is active


COMPANY = {"legal_name": "Baru", "industry": "other", "time_zone": "Asia/Jakarta", "payment_days": 9}
TO_DO = {"title": "Baru", "due_on": "2026-12-01"}
EDITS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "client_edit": (lambda c: c.client, COMPANY, "legal_name"),
    "contact_edit": (lambda c: ContactFactory(client=c.client), {"full_name": "Baru"}, "full_name"),
    "task_edit": (lambda c: TaskFactory(client=c.client, owner=c.owner), TO_DO, "title"),
    "interaction_edit": (lambda c: InteractionFactory(client=c.client, by=c.owner), TALK, "summary"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_of_two_edits_the_second_is_told_and_keeps_its_text(client: Browser, cast: Cast, name: str) -> None:
    client.force_login(cast.owner)
    make, data, field = EDITS[name]
    row = make(cast)
    seen = revision_of(row)
    assert send(client, name, row, **data | {field: "Lebih cepat"}).status_code == 302
    late = send(client, name, row, **data, revision=seen)
    assert late.status_code == 409
    assert late.context["form"][field].value() == data[field]
    row.refresh_from_db()
    assert getattr(row, field) == "Lebih cepat"
    form = late.context["form"]
    assert send(client, name, row, **data, revision=form["revision"].value()).status_code == 302


@pytest.mark.parametrize("name", EDITS)
def test_the_second_click_on_save_is_no_conflict(client: Browser, cast: Cast, name: str) -> None:
    client.force_login(cast.owner)
    make, data, _field = EDITS[name]
    row = make(cast)
    click = data | {"revision": revision_of(row), "once": str(uuid4())}
    url = reverse(f"clients:{name}", args=[row.pk])
    assert [client.post(url, click).status_code for _ in range(2)] == [302, 302]


def test_when_a_task_was_created_it_is_ones_own(client: Browser, cast: Cast) -> None:
    client.force_login(cast.lead)
    assert send(client, "task_create", cast.client, title="Telepon", due_on="2026-12-01").status_code == 302
    assert Task.objects.get().owner == cast.lead
    assert isinstance(Task.objects.get().created_at, datetime)

"""Eight clicks at once on one page: one row, no error (trust.md 8)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.days import today
from accounts.models import FormToken, User
from clients.models import Client, Contact, Interaction, Task
from clients.revisions import revision_of
from contracts.models import Contract
from kpis.models import MonthClose
from kpis.snapshots import rebuild_all
from tests.conftest import make_cast
from tests.factories import ContractFactory, ContractLineFactory, RenewalAlertFactory, TaskFactory
from tests.races import RACERS, Browser, signed_in, together

pytestmark = pytest.mark.django_db(transaction=True)

NAME = {
    "legal_name": "Baru",
    "legal_form": "PT",
    "industry": "other",
    "time_zone": "Asia/Jakarta",
    "payment_days": 30,
}


def clicks(user: User, url: str, data: dict[str, Any]) -> list[int]:
    """Statuses of the same POST, sent by threads that start together."""
    session = signed_in(user).cookies

    def click() -> int:
        tab = Browser()
        tab.cookies = session
        return tab.post(url, data).status_code

    return together([click] * RACERS)


CREATE = {
    "client": ("clients:client_create", Client, "legal_name", NAME | {"npwp": "1234567890123456"}),
    "contact": ("clients:contact_create", Contact, "full_name", {"full_name": "Baru", "is_primary": "on"}),
    "interaction": (
        "clients:interaction_create", Interaction, "summary",
        {"channel": "call", "outcome": "good", "happened_at": "2026-11-21T09:00", "summary": "Baru",
         "next_step": "Baru", "next_step_due": "2099-12-01"},
    ),
    "task": ("clients:task_create", Task, "title", {"title": "Baru", "due_on": "2099-12-01"}),
    "contract": (
        "contracts:contract_create", Contract, "number",
        {"number": "Baru", "start": "2027-02-01", "notice_days": "30", "currency": "IDR"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CREATE)
def test_eight_clicks_make_one_row_and_look_like_one(name: str) -> None:
    cast = make_cast()
    url, model, field, data = CREATE[name]
    target = reverse(url, args=[] if name == "client" else [cast.client.pk])
    Interaction.objects.all().delete()
    assert set(clicks(cast.owner, target, data | {"once": str(uuid4())})) == {302}
    assert model.objects.filter(**{field: "Baru"}).count() == 1
    assert Task.objects.filter(title="Baru").count() == (name in ("task", "interaction"))


def test_without_the_token_eight_clicks_make_eight_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault that the token guards against."""
    cast = make_cast()
    monkeypatch.setattr(FormToken.objects, "claim", lambda token, user: True)
    data = {"title": "Baru", "due_on": "2099-12-01", "once": str(uuid4())}
    clicks(cast.owner, reverse("clients:task_create", args=[cast.client.pk]), data)
    assert Task.objects.filter(title="Baru").count() == RACERS


def test_a_task_is_done_once_and_put_off_once() -> None:
    cast = make_cast()
    task = TaskFactory(client=cast.client, owner=cast.owner)
    snooze = {"until": "2099-12-01", "once": str(uuid4())}
    snooze["revision"] = revision_of(task)
    assert set(clicks(cast.owner, reverse("clients:task_snooze", args=[task.pk]), snooze)) == {302}
    task.refresh_from_db()
    assert task.snoozes == 1
    assert set(clicks(cast.owner, reverse("clients:task_done", args=[task.pk]), {})) == {302}
    assert task.events.filter(done_at__isnull=False).count() == 1


ALERT = {
    "alert_snooze": {"until": "2099-12-01", "reason": "Menunggu anggaran"},
    "alert_acknowledge": {"reason": "Sedang dibahas"},
}


@pytest.mark.parametrize("name", ALERT)
def test_an_alert_is_put_off_or_acknowledged_once(name: str) -> None:
    cast = make_cast()
    alert = RenewalAlertFactory(contract=ContractFactory(client=cast.client))
    data = ALERT[name] | {"once": str(uuid4()), "revision": revision_of(alert)}
    assert set(clicks(cast.owner, reverse(f"contracts:{name}", args=[alert.pk]), data)) == {302}
    assert alert.events.filter(pgh_label="update").count() == 1


def test_a_month_is_closed_once_and_re_opened_once() -> None:
    cast = make_cast()
    ContractLineFactory(contract=ContractFactory(client=cast.client, start=date(2025, 1, 1), end=None))
    rebuild_all(today())
    month = (today().replace(day=1) - timedelta(days=1)).replace(day=1)
    close, reopen = (reverse(f"portfolio:month_{act}", args=[month]) for act in ("close", "reopen"))
    assert set(clicks(cast.director, close, {"once": str(uuid4())})) == {302}
    closing = MonthClose.objects.get()
    data = {"once": str(uuid4()), "expected": closing.pk, "reason": "Salah harga"}
    assert set(clicks(cast.director, reopen, data)) == {302}
    closing.refresh_from_db()
    assert closing.reason == "Salah harga"

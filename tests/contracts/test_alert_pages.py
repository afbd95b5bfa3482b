"""Acknowledging and putting off a renewal alert over HTTP, also when it is too late for it."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.revisions import revision_of
from contracts.models import RenewalAlert
from tests.conftest import NOW, Cast
from tests.factories import ContractFactory, RenewalAlertFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ENTRIES = {
    "alert_snooze": {"until": "2026-12-01", "reason": "Menunggu anggaran"},
    "alert_acknowledge": {"reason": "Sedang dibahas"},
}


@pytest.fixture
def alert(cast: Cast, client: Browser) -> RenewalAlert:
    client.force_login(cast.owner)
    return RenewalAlertFactory(contract=ContractFactory(client=cast.client))


def send(browser: Browser, name: str, alert: RenewalAlert, **data: Any) -> Any:
    seen = {"revision": revision_of(alert), "once": uuid4()}
    return browser.post(reverse(f"contracts:{name}", args=[alert.pk]), ENTRIES[name] | seen | data)


@pytest.mark.parametrize("name", ENTRIES)
def test_the_second_of_two_people_is_told(client: Browser, alert: RenewalAlert, name: str) -> None:
    seen = revision_of(alert)
    assert send(client, "alert_acknowledge", alert).status_code == 302
    late = send(client, name, alert, revision=seen, reason="Terlambat")
    assert late.status_code == 409
    assert "(Owner, " in late.content.decode()
    alert.refresh_from_db()
    assert alert.acknowledge_reason == "Sedang dibahas"


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_closed_alert_says_that_it_is_closed(
    client: Browser, alert: RenewalAlert, name: str, method: str
) -> None:
    close(alert, NOW)
    url = reverse(f"contracts:{name}", args=[alert.pk])
    answer = client.get(url) if method == "get" else send(client, name, alert)
    assert answer.status_code == 409
    assert "Peringatan ini sudah ditutup" in answer.content.decode()


def test_the_second_click_that_comes_after_the_close_is_no_conflict(
    client: Browser, alert: RenewalAlert
) -> None:
    click = {"once": uuid4()}
    assert send(client, "alert_snooze", alert, **click).status_code == 302
    close(alert, NOW)
    assert send(client, "alert_snooze", alert, **click).status_code == 302


def test_the_fourth_time_is_refused_and_nothing_is_written(client: Browser, alert: RenewalAlert) -> None:
    days = [f"2026-12-0{number}" for number in (1, 2, 3, 4)]
    assert [send(client, "alert_snooze", alert, until=day).status_code for day in days] == [302] * 3 + [422]
    alert.refresh_from_db()
    assert (alert.snoozes, str(alert.snoozed_until)) == (3, "2026-12-03")


def close(alert: RenewalAlert, now: datetime) -> None:
    RenewalAlert.objects.filter(pk=alert.pk).update(closed_at=now)

"""How a person wants to hear of things."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from notifications.models import DeliveryHours, Preference
from tests.factories import UserFactory

URL = "notifications:preference_edit"
CHOICES: dict[str, Any] = {
    "renewal-in_app": "on",
    "renewal-email": "digest",
    "assignment-in_app": "on",
    "assignment-email": "at_once",
    "task-email": "never",
    "quiet_from": "17:30",
    "quiet_until": "08:00",
    "workdays": ["1", "2", "6"],
}


@pytest.fixture
def rina(db: None, client: Browser) -> User:
    user = UserFactory(full_name="Rina", email="rina@contoh.example")
    client.force_login(user)
    return user


def test_looking_at_the_preferences_stores_nothing(client: Browser, rina: User) -> None:
    assert client.get(reverse(URL)).status_code == 200
    assert not Preference.objects.exists()


def test_choices_are_stored_per_kind_with_the_hours(client: Browser, rina: User) -> None:
    response = client.post(reverse(URL), CHOICES, follow=True)

    assert "Pilihan notifikasi Anda tersimpan." in response.content.decode()
    stored = set(rina.preferences.values_list("kind", "in_app", "email"))
    assert stored == {
        ("renewal", True, "digest"),
        ("assignment", True, "at_once"),
        ("task", False, "never"),
    }
    assert rina.delivery_hours.workdays == [1, 2, 6]
    assert f"{rina.delivery_hours.quiet_from:%H:%M}" == "17:30"


def test_a_double_click_stores_each_choice_once(client: Browser, rina: User) -> None:
    client.post(reverse(URL), CHOICES)
    client.post(reverse(URL), CHOICES)

    assert rina.preferences.count() == 3
    assert DeliveryHours.objects.count() == 1


def test_one_wrong_hour_stores_none_of_the_choices(client: Browser, rina: User) -> None:
    response = client.post(reverse(URL), CHOICES | {"quiet_from": "25:00"})

    assert response.status_code == 422
    assert 'href="#id_quiet_from"' in response.content.decode()
    assert not Preference.objects.exists()


def test_everybody_has_preferences_of_her_own(client: Browser, rina: User) -> None:
    client.post(reverse(URL), CHOICES)
    client.force_login(UserFactory(email="dewi@contoh.example"))
    client.post(reverse(URL), CHOICES | {"renewal-email": "never"})

    assert rina.preferences.get(kind="renewal").email == "digest"

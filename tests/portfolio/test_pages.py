"""Every page of the rooms answers, in both languages, with real rows in it."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from tests.conftest import Cast
from tests.factories import (
    AnswerFactory,
    ContactFactory,
    ContractFactory,
    ContractLineFactory,
    InteractionFactory,
    TaskFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def full(cast: Cast) -> Cast:
    """The owner's client with one row of everything."""
    contact = ContactFactory(client=cast.client, full_name="Wahyuni", salutation="Ibu")
    InteractionFactory(client=cast.client, by=cast.owner, contact=contact)
    TaskFactory(client=cast.client, owner=cast.owner)
    AnswerFactory(client=cast.client, contact=contact)
    ContractLineFactory(contract=ContractFactory(client=cast.client))
    return cast


def browse(browser: Browser, user: User, language: str = "id") -> Browser:
    User.objects.filter(pk=user.pk).update(language=language)
    browser.force_login(User.objects.get(pk=user.pk))
    return browser


PAGES = {
    "home": lambda c: reverse("portfolio:home"),
    "renewal_list": lambda c: reverse("portfolio:renewal_list"),
    "figure_rows": lambda c: reverse("portfolio:figure_rows", args=["value"]),
    "client_list": lambda c: reverse("portfolio:client_list"),
    "client_page": lambda c: c.client.get_absolute_url(),
    "client_timeline": lambda c: reverse("portfolio:client_timeline", args=[c.client.pk]),
    "client_history": lambda c: reverse("portfolio:client_history", args=[c.client.pk]),
    "client_create": lambda c: reverse("clients:client_create"),
    "client_edit": lambda c: reverse("clients:client_edit", args=[c.client.pk]),
    "contact_create": lambda c: reverse("clients:contact_create", args=[c.client.pk]),
    "contact_edit": lambda c: reverse("clients:contact_edit", args=[c.client.contacts.get().pk]),
    "interaction_quick": lambda c: reverse("clients:interaction_quick"),
    "interaction_create": lambda c: reverse("clients:interaction_create", args=[c.client.pk]),
    "interaction_edit": lambda c: reverse("clients:interaction_edit", args=[c.client.interactions.get().pk]),
    "task_create": lambda c: reverse("clients:task_create", args=[c.client.pk]),
    "task_snooze": lambda c: reverse("clients:task_snooze", args=[c.client.tasks.get().pk]),
    "target_grid": lambda c: reverse("portfolio:target_grid"),
    "task_list": lambda c: reverse("portfolio:task_list"),
    "search": lambda c: reverse("portfolio:search") + "?q=nusa",
}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers_its_owner(full: Cast, client: Browser, name: str, language: str) -> None:
    answer = browse(client, full.owner, language).get(PAGES[name](full))
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()

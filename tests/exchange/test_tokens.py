"""When a token ends, and how administrators see and revoke those of others."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from exchange.models import ApiToken
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:exchange_apitoken_changelist"


@pytest.fixture
def owner() -> User:
    return UserFactory(full_name="Rina")


@pytest.fixture
def administrator(client: Browser) -> Browser:
    import_module("exchange.migrations.0006_tokens_end").add_rights(apps, None)
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    client.force_login(user)
    return client


def in_force(secret: str) -> bool:
    return ApiToken.objects.holding(secret) is not None


def issue(user: User) -> str:
    return ApiToken.issue(user, "ERP", "write")[1]


def test_a_new_password_ends_the_tokens_of_this_person(owner: User) -> None:
    secret, other = issue(owner), issue(UserFactory())
    owner.set_password("kata sandi yang baru")
    owner.save()
    assert (in_force(secret), in_force(other)) == (False, True)
    assert in_force(issue(owner))


def test_a_password_taken_away_ends_them(owner: User) -> None:
    secret = issue(owner)
    owner.set_unusable_password()
    owner.save(update_fields=["password"])
    assert not in_force(secret)


def test_whoever_comes_back_makes_new_ones(owner: User) -> None:
    secret = issue(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    User.objects.filter(pk=owner.pk).update(is_active=True)
    assert not in_force(secret)
    assert in_force(issue(owner))


def test_other_changes_of_a_person_end_nothing(owner: User) -> None:
    secret = issue(owner)
    owner.full_name = "Rina Prameswari"
    owner.save()
    assert in_force(secret)


def test_the_day_on_which_it_was_revoked_stays(owner: User) -> None:
    token, _secret = ApiToken.issue(owner, "ERP", "read")
    token.revoke(owner.created_at)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    token.refresh_from_db()
    assert token.revoked_at == owner.created_at


def test_an_administrator_sees_all_tokens_but_no_secret(administrator: Browser, owner: User) -> None:
    token, secret = ApiToken.issue(owner, "Sistem Gudang", "write")
    for url in (reverse(LIST), reverse("admin:exchange_apitoken_change", args=[token.pk])):
        page = administrator.get(url).content.decode()
        assert all(words in page for words in ("Sistem Gudang", "Rina"))
        assert token.digest not in page
        assert secret not in page


def revoke(browser: Browser, token: ApiToken) -> None:
    browser.post(reverse(LIST), {"action": "revoke", "_selected_action": [token.pk]})


def test_an_administrator_revokes_a_token(administrator: Browser, owner: User) -> None:
    token, secret = ApiToken.issue(owner, "ERP", "write")
    revoke(administrator, token)
    assert not in_force(secret)


def test_whoever_may_only_look_revokes_nothing(client: Browser, owner: User) -> None:
    token, secret = ApiToken.issue(owner, "ERP", "write")
    looker = UserFactory(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_apitoken"))
    client.force_login(looker)
    assert client.get(reverse(LIST)).status_code == 200
    revoke(client, token)
    assert in_force(secret)

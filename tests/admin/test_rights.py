"""Who opens which page of the administration: every registered model × every kind of person × every page."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from tests.admin.rows import ROWS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PAGES = ["changelist", "add", "change", "delete"]
WRITTEN_BY_THE_PRODUCT = {
    "mfa.Authenticator",
    "notifications.Notification",
    "notifications.OutboundEmail",
    "exchange.ApiToken",
}
NEVER_ADDED = WRITTEN_BY_THE_PRODUCT | {"contracts.RenewalAlert", "kpis.MonthClose", "clients.ClientMerge"}
DELETED = {
    "auth.Group",
    "mfa.Authenticator",
    "accounts.Position",
    "notifications.Preference",
    "notifications.DeliveryHours",
    "clients.Survey",
    "contracts.Product",
}

MODELS = {model._meta.label: model for model in admin.site._registry}


def person(label: str, *, staff: bool, permitted: bool) -> User:
    user = UserFactory(is_staff=staff)
    if permitted:
        model = MODELS[label]._meta
        user.user_permissions.set(
            Permission.objects.filter(
                content_type__app_label=model.app_label, content_type__model=model.model_name
            )
        )
    return user


def address(row: Model, view: str) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{view}"
    return reverse(name, args=[row.pk] if view in ("change", "delete") else [])


def status(user: User, url: str) -> int:
    browser = Browser(raise_request_exception=False)
    browser.force_login(user)
    return browser.get(url).status_code


def test_every_registered_model_has_a_row_for_these_tests() -> None:
    assert set(ROWS) == set(MODELS)


@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("label", ROWS)
def test_staff_with_permission_opens_the_page_unless_the_product_alone_may_do_this(
    label: str, view: str
) -> None:
    refused = (view == "add" and label in NEVER_ADDED) or (view == "delete" and label not in DELETED)
    user = person(label, staff=True, permitted=True)
    assert status(user, address(ROWS[label](0), view)) == (403 if refused else 200)


@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("label", ROWS)
def test_staff_without_permission_is_refused(label: str, view: str) -> None:
    user = person(label, staff=True, permitted=False)
    assert status(user, address(ROWS[label](0), view)) == 403


@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("label", ROWS)
def test_permission_without_being_staff_opens_nothing(label: str, view: str) -> None:
    user = person(label, staff=False, permitted=True)
    url = address(ROWS[label](0), view)
    browser = Browser(raise_request_exception=False)
    browser.force_login(user)
    answer = browser.get(url)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, reverse("admin:login"))
    assert browser.get(answer.headers["Location"]).status_code == 403


@pytest.mark.parametrize("label", ROWS)
def test_nobody_signed_in_is_sent_to_the_sign_in_page_of_the_product(label: str) -> None:
    answer = Browser().get(address(ROWS[label](0), "changelist"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("label", sorted(set(ROWS) - DELETED - WRITTEN_BY_THE_PRODUCT))
def test_what_has_history_cannot_be_deleted_by_a_superuser_either(label: str) -> None:
    user = UserFactory(is_staff=True, is_superuser=True)
    assert status(user, address(ROWS[label](0), "delete")) == 403


def test_an_administrator_can_neither_change_a_superuser_nor_make_one(client: Browser) -> None:
    boss = UserFactory(is_staff=True, is_superuser=True)
    administrator = person("accounts.User", staff=True, permitted=True)
    client.force_login(administrator)
    client.post(
        address(boss, "change"), {"email": "rebut@contoh.example", "full_name": "Rebut", "language": "id"}
    )
    boss.refresh_from_db()
    assert boss.email != "rebut@contoh.example"
    client.post(
        address(administrator, "change"), form(administrator) | {"is_superuser": "on", "full_name": "Baru"}
    )
    administrator.refresh_from_db()
    assert (administrator.full_name, administrator.is_superuser) == ("Baru", False)


def form(user: User) -> dict[str, str]:
    return {
        "email": user.email,
        "full_name": user.full_name,
        "language": "id",
        "time_zone": "Asia/Jakarta",
        "theme": "auto",
        "is_active": "on",
        "is_staff": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }


def test_the_first_groups_hold_the_rights_they_are_for() -> None:
    """Run again here, because tests that empty the tables take the rows of migrations with them."""
    from importlib import import_module

    from django.apps import apps

    import_module("contracts.migrations.0002_first_groups").add_groups(apps, None)
    administrator, executive = Group.objects.get(name="Administrator"), Group.objects.get(name="Eksekutif")
    rights = set(administrator.permissions.values_list("codename", flat=True))
    assert {"add_user", "change_team", "change_exchangerate", "change_product", "reveal_npwp"} <= rights
    assert rights.isdisjoint(
        {"read_all_clients", "delete_user", "delete_client", "delete_contract", "change_group"}
    )
    assert list(executive.permissions.values_list("codename", flat=True)) == ["read_all_clients"]


def test_months_are_closed_by_a_group_of_their_own() -> None:
    from importlib import import_module

    from django.apps import apps

    import_module("contracts.migrations.0002_first_groups").add_groups(apps, None)
    import_module("kpis.migrations.0004_group_of_month_closers").add_group(apps, None)
    administrator = Group.objects.get(name="Administrator").permissions.values_list("codename", flat=True)
    closers = Group.objects.get(name="Penutup bulan").permissions.values_list("codename", flat=True)
    assert list(closers) == ["close_month"]
    assert "view_monthclose" in administrator
    assert "close_month" not in administrator


@pytest.mark.parametrize("name", ["Pengimpor", "Administrator"])
def test_a_group_keeps_its_rights_when_it_is_saved_as_it_is(name: str) -> None:
    group = Group.objects.get(name=name)
    before = set(group.permissions.values_list("codename", flat=True))
    browser = Browser()
    browser.force_login(User.objects.create_superuser("ibu@perusahaan.example", full_name="Ibu"))
    url = reverse("admin:auth_group_change", args=[group.pk])
    offered = re.findall(r'<option value="(\d+)" selected', browser.get(url).content.decode())
    assert browser.post(url, {"name": name, "permissions": offered}).status_code == 302
    assert set(group.permissions.values_list("codename", flat=True)) == before

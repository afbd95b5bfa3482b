"""Lists of the administration cost the same with one row and with ten, and can be searched and filtered."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.rows import ROWS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Browser) -> Browser:
    client.force_login(UserFactory(is_staff=True, is_superuser=True, full_name="Pengurus"))
    return client


def list_url(label: str) -> str:
    return reverse(f"admin:{label.lower().replace('.', '_')}_changelist")


def statements(staff: Browser, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert staff.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("label", ROWS)
def test_a_list_takes_as_many_statements_with_ten_rows_as_with_one(staff: Browser, label: str) -> None:
    ROWS[label](0)
    statements(staff, list_url(label))  # warms the caches of sites and content types
    one = statements(staff, list_url(label))
    for number in range(1, 10):
        ROWS[label](number)
    assert statements(staff, list_url(label)) == one


@pytest.mark.parametrize("label", ROWS)
def test_a_list_can_be_searched(staff: Browser, label: str) -> None:
    ROWS[label](0)
    assert staff.get(list_url(label), {"q": "tidak-ada-yang-begini"}).status_code == 200
    assert "0 " in staff.get(list_url(label), {"q": "tidak-ada-yang-begini"}).content.decode()


@pytest.mark.parametrize("label", ROWS)
def test_pages_of_the_administration_are_clean_of_inline_script_and_style(staff: Browser, label: str) -> None:
    row = ROWS[label](0)
    for url in (list_url(label), reverse(f"admin:{label.lower().replace('.', '_')}_change", args=[row.pk])):
        html = staff.get(url).content.decode()
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<script>" not in html


@pytest.mark.parametrize(
    ("when", "found"), [("now", 1), ("past", 1), ("future", 1), ("", 3), ("nonsense", 3)]
)
def test_dated_rows_are_filtered_by_whether_they_run(
    staff: Browser, frozen: None, when: str, found: int
) -> None:
    from datetime import date

    from tests.factories import PauseFactory

    PauseFactory(start=date(2026, 11, 1), end=date(2026, 11, 21))
    PauseFactory(start=date(2026, 11, 1), end=date(2026, 11, 20))
    PauseFactory(start=date(2026, 11, 22), end=None)
    staff.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = staff.get(list_url("contracts.Pause"), {"running": when})
    assert answer.context["cl"].result_count == found


def test_every_foreign_key_of_a_big_table_is_chosen_by_search() -> None:
    big = {"User", "Client", "Contact", "Contract", "Product", "Team"}
    scoped = {"billing_contact", "renewed_from"}  # narrowed to the client of the row
    for model, page in admin.site._registry.items():
        keys = {
            f.name
            for f in model._meta.fields
            if f.many_to_one and f.related_model.__name__ in big and f.editable
        }
        shown = keys - scoped - set(page.readonly_fields)
        if page.fields is None:
            assert shown <= set(page.autocomplete_fields), model

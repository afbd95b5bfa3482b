"""The pages of an import, as far as they are no step of a worker."""

from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from exchange.models import Import

pytestmark = pytest.mark.django_db

TABLE = [["Daftar klien", "per November"], ["Nama", "Kota"], ["Aruna", "Solo"]]


def workbook(**sheets: list[list[Any]]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


@pytest.fixture
def browser(director: User) -> Browser:
    browser = Browser()
    browser.force_login(director)
    return browser


def uploaded(browser: Browser, data: bytes) -> Any:
    """The first page after the upload of a list of clients."""
    file = SimpleUploadedFile("klien.xlsx", data)
    return browser.post(reverse("exchange:import_create", args=["clients"]), {"file": file}, follow=True)


def chosen(browser: Browser, **notation: Any) -> Any:
    job = Import.objects.get()
    given = {"decimal": ",", "order": "dmy", **notation}
    return browser.post(reverse("exchange:import_reading", args=[job.pk]), given, follow=True)


def test_a_file_that_leaves_nothing_open_is_shown_as_it_would_be_read(browser: Browser) -> None:
    page = uploaded(browser, workbook(Klien=TABLE[1:])).content.decode()
    assert "Aruna" in page
    assert 'name="sheet"' not in page


def test_another_sheet_and_the_line_of_its_headings_are_chosen(browser: Browser) -> None:
    page = uploaded(browser, workbook(Catatan=[["Baca", "dulu"]], Klien=TABLE)).content.decode()
    assert '<option value="Klien">' in page
    page = chosen(browser, sheet="Klien", header="2").content.decode()
    assert "Kota (Solo)" in page
    assert Import.objects.get().notation["header"] == 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"sheet": "Rahasia"}, "sheet"), ({"header": "9"}, "Line 9"), ({"header": "x"}, "header")],
)
def test_a_wrong_choice_is_told_and_kept(browser: Browser, wrong: dict[str, str], told: str) -> None:
    uploaded(browser, workbook(Catatan=[["Baca", "dulu"]], Klien=TABLE))
    answer = chosen(browser, **{"sheet": "Klien", **wrong})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Import.objects.get().notation == {}


@pytest.mark.parametrize("rows", [[], [["Nama"], ["Aruna"]]])
def test_a_workbook_without_a_table_says_so(browser: Browser, rows: list[list[str]]) -> None:
    assert uploaded(browser, workbook(Klien=rows)).status_code == 200
    answer = chosen(browser)
    assert answer.status_code == 422
    assert "alert-danger" in answer.content.decode()


def test_samples_are_shown_without_saving(browser: Browser) -> None:
    uploaded(browser, workbook(Catatan=[["Baca", "dulu"]], Klien=TABLE))
    page = chosen(browser, sheet="Klien", header="2", preview="1")
    assert (page.status_code, "Aruna" in page.content.decode()) == (200, True)
    assert Import.objects.get().notation == {}


def test_columns_chosen_for_one_sheet_are_not_kept_for_another(browser: Browser) -> None:
    uploaded(
        browser,
        workbook(Satu=[["Nama", "Kota"], ["Aruna", "Solo"]], Dua=[["Kota", "Nama"], ["Solo", "Aruna"]]),
    )
    chosen(browser, sheet="Satu")
    job = Import.objects.get()
    browser.post(reverse("exchange:import_columns", args=[job.pk]), {"legal_name": "0", "city": "1"})
    Import.objects.update(state="checked")
    page = chosen(browser, sheet="Dua").content.decode()
    assert Import.objects.get().mapping == {}
    assert '<option value="1" selected>Nama (Aruna)' in page

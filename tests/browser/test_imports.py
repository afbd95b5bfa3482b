"""A director brings a list of clients from her desk, with a keyboard and a mouse."""

from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from clients.models import Client
from exchange.importing.running import run_next
from exchange.models import Import
from tests.browser.conftest import Site

MESSY = """Daftar klien per 1 November;;;
;;;
Kode;Nama Perusahaan;Kota;Sejak
K-71;PT. Maju Sentosa Abadi;Jakarta Selatan;03/04/2025
K-72;CV Berkah Makmur;Bandung;30/02/2025
"""


def test_a_messy_list_becomes_clients(site: Site, tab: Page, tmp_path: Path) -> None:
    Import.objects.filter(state="applying").delete()  # the worker shall have nothing else to do
    path = tmp_path / "daftar klien.csv"
    path.write_text(MESSY, encoding="cp1252")
    User.objects.filter(pk=site.cast.director.pk).update(language="id")
    site.sign_in(tab.context, site.cast.director)
    tab.goto(f"{site.url}/imports/new/clients/")
    tab.locator("input[type=file]").set_input_files(path)
    tab.get_by_role("button", name="Unggah").click()
    tab.get_by_role("button", name="contoh").click()  # samples
    expect(tab.locator("main")).to_contain_text("Kamis, 3 April 2025")
    tab.get_by_role("button", name="Baca").click()
    expect(tab.locator("#id_owned_since")).to_have_value("3")  # suggested by its heading
    tab.locator("#id_city").select_option("fixed")
    tab.locator("#id_city-text").fill("Solo")
    tab.locator("#id_city").select_option("2")
    tab.get_by_role("button", name="Periksa").click()
    expect(tab.locator("progress")).to_be_visible()
    assert run_next(timezone.now()) == 1
    expect(tab.locator(".import-lines")).to_be_visible(timeout=15_000)  # without being touched
    expect(tab.locator(".import-problem")).to_contain_text("30/02/2025")
    tab.get_by_role("checkbox").check()
    tab.locator("main button.btn-primary").click()
    expect(tab.locator("progress")).to_be_visible()
    assert run_next(timezone.now()) == 1
    expect(tab.get_by_role("button", name="Batalkan")).to_be_visible(timeout=15_000)
    assert Client.objects.get(code="K-71").city == "Jakarta Selatan"
    assert not Client.objects.filter(code="K-72").exists()

"""Pages on paper: A4 upright, nothing cut off, no menus, and long tables begin where they stand.

Only the widest tables (twelve months, ten movements of value) are left to the browser, which prints them smaller.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.browser.test_accessibility import PAGES, Visit, overflowing, prepare

A4 = 794  # CSS pixels in 210 mm
NAMES = (
    *("portfolio:home", "portfolio:team_page", "portfolio:client_list", "portfolio:renewal_list"),
    *("portfolio:client_page", "portfolio:month_list", "month"),
)
CUT_OFF = """() => [...document.querySelectorAll("main *")]
    .filter((e) => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1) // 1 pixel: only for screen readers
    .filter((e) => !["visible", "clip"].includes(getComputedStyle(e).overflowX))
    .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    "visit", [each for each in PAGES if each.name in NAMES], ids=lambda visit: visit.name
)
def test_a_printed_page_shows_everything_but_the_menus(site: Site, tab: Page, visit: Visit) -> None:
    prepare(site, tab, visit, "id", "light", A4)
    tab.emulate_media(media="print")
    try:
        tab.goto(site.url + visit.url(site))
        assert overflowing(tab) == []
        assert tab.evaluate(CUT_OFF) == []
        assert tab.locator(".rail:visible, .topbar:visible, .bottombar:visible, .btn:visible").count() == 0
        breaks = tab.locator(".card:has(table)").evaluate_all(
            "cards => cards.map(card => getComputedStyle(card).breakInside)"
        )
        assert set(breaks) <= {"auto"}
    finally:
        tab.emulate_media(media="screen")


def test_every_name_is_a_page() -> None:
    assert {each.name for each in PAGES} >= set(NAMES)

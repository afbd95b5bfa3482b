"""What the frame does by script or by the browser: themes, menus, forms that are sent once, requests that fail."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, Request, expect

from accounts.models import User
from portfolio.people import holdings
from portfolio.views import team
from tests.browser.conftest import Site
from tests.browser.test_accessibility import Visit, noise, overflowing, violations

PROFILE = Visit("profile", lambda site: reverse("accounts:profile"))


@pytest.fixture
def desk(site: Site, tab: Page) -> Iterator[Page]:
    """The shared tab, wide, with the lead signed in, in English, on her profile."""
    User.objects.filter(pk=site.cast.lead.pk).update(language="en", theme="auto", full_name="Lead")
    site.sign_in(tab.context, site.cast.lead)
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.emulate_media(color_scheme="light")
    tab.goto(site.url + reverse("accounts:profile"))
    yield tab
    tab.context.set_offline(False)


def test_the_automatic_theme_follows_the_device_at_once(desk: Page) -> None:
    assert desk.locator("html").get_attribute("data-bs-theme") == "light"
    desk.emulate_media(color_scheme="dark")
    expect(desk.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_profile_menu_works_by_keyboard_and_is_accessible_when_open(desk: Page) -> None:
    button, menu = desk.locator("[popovertarget=profile-menu]"), desk.locator("#profile-menu")
    button.press("Enter")
    expect(menu).to_be_visible()
    assert violations(desk) == []
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="My account").first).to_be_focused()
    desk.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


def test_language_and_theme_switch_from_the_menu(desk: Page) -> None:
    desk.locator("[popovertarget=profile-menu]").click()
    desk.locator("#profile-menu").get_by_role("button", name="Bahasa Indonesia").click()
    expect(desk.locator("h1")).to_have_text("Akun saya")
    desk.locator("[popovertarget=profile-menu]").click()
    desk.get_by_role("button", name="Gelap").click()
    expect(desk.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_sheet_of_phones_opens_and_is_accessible(desk: Page) -> None:
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.locator("[popovertarget=more-menu]").click()
    expect(desk.locator("#more-menu").get_by_role("link", name="My account")).to_be_visible()
    assert violations(desk) == []


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(desk: Page) -> None:
    desk.keyboard.press("Tab")
    expect(desk.locator(".skip-link")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()


def test_a_double_click_sends_a_form_once(desk: Page) -> None:
    posts: list[Request] = []
    desk.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    desk.locator("main form button").dblclick(delay=60)
    expect(desk.locator("#messages .alert")).to_contain_text("Your account is saved.")
    assert len(posts) == 1


def test_a_button_that_waited_works_again_when_the_page_is_shown_again(desk: Page) -> None:
    button = desk.locator("main form button")
    desk.route("**/profile/", lambda route: route.fulfill(status=204))  # the browser stays where it is
    button.click()
    expect(button).to_be_disabled()
    desk.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(button).to_be_enabled()
    desk.unroute_all()


def test_a_dismissed_message_gives_the_focus_to_the_content(desk: Page) -> None:
    desk.locator("main form button").click()
    desk.get_by_role("button", name="Dismiss this message").click()
    expect(desk.locator("#messages .alert")).to_have_count(0)
    expect(desk.locator("main")).to_be_focused()


def test_a_refused_form_puts_the_focus_on_the_summary_which_leads_to_the_field(desk: Page) -> None:
    desk.locator("#id_phone").fill("12")
    desk.locator("main form button").click()
    summary = desk.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Phone number").click()
    expect(desk.locator("#id_phone")).to_be_focused()
    assert violations(desk) == []


def test_a_part_that_cannot_be_fetched_is_said_with_its_reference(site: Site, desk: Page) -> None:
    desk.goto(site.url + reverse("example"))
    desk.get_by_role("button", name="Ambil yang rusak").click()
    expect(desk.locator("#messages .alert-danger")).to_contain_text("Something went wrong")
    assert len(desk.locator("#messages [data-reference]").inner_text()) == 36
    expect(desk.locator("#part")).to_have_text("Bagian")


def test_a_lost_connection_is_said_and_nothing_is_swapped(site: Site, desk: Page) -> None:
    desk.goto(site.url + reverse("example"))
    desk.context.set_offline(True)
    desk.get_by_role("button", name="Ambil judul").click()
    expect(desk.locator("#messages .alert-danger")).to_contain_text("the connection was lost")


def test_a_fetched_part_arrives_without_a_complaint_of_the_policy(site: Site, desk: Page) -> None:
    with noise(desk, PROFILE) as heard:
        desk.goto(site.url + reverse("example"))
        desk.get_by_role("button", name="Ambil judul").click()
        expect(desk.locator("#part")).to_contain_text("lead@contoh.example")
    assert heard == []


def test_an_expired_session_leads_to_the_sign_in_page_and_back(site: Site, desk: Page) -> None:
    desk.goto(site.url + reverse("example") + "?q=a")
    desk.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    desk.get_by_role("button", name="Ambil judul").click()
    desk.wait_for_url(f"**{reverse('account_login')}?next=/example/%3Fq%3Da")


@pytest.fixture
def without_scripts(site: Site, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    site.sign_in(context, site.cast.lead)
    yield context.new_page()
    context.close()


def test_a_profile_is_saved_without_scripts(site: Site, without_scripts: Page) -> None:
    page = without_scripts
    page.goto(site.url + reverse("accounts:profile"))
    page.locator("#id_full_name").fill("Lead Tanpa Skrip")
    page.locator("main form button").click()
    expect(page.locator("#messages .alert")).to_be_visible()
    assert User.objects.filter(full_name="Lead Tanpa Skrip").exists()


def test_many_pages_of_a_list_stay_inside_a_phone(
    site: Site, desk: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "page_size", lambda query: 1)
    monkeypatch.setattr(team, "holdings", lambda *asked: holdings(*asked) * 8)
    site.sign_in(desk.context, site.cast.director)
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto(site.url + reverse("portfolio:team_page") + "?page=12")
    assert desk.locator(".page-item").count() > 6
    assert overflowing(desk) == []

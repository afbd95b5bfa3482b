"""Whoever installed it names her company and is told which line of a page is wrong, with a keyboard and by ear."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.days import today
from accounts.models import Team, TeamMembership, User
from tests.browser.conftest import Site
from tests.browser.test_accessibility import overflowing, violations


@pytest.fixture
def founder(site: Site) -> Iterator[User]:
    """Nobody directs a company; afterwards everything is as it was."""
    directors = TeamMembership.objects.filter(role="director")
    before = dict(directors.values_list("pk", "start"))
    directors.update(end=today() - timedelta(days=1))
    address = f"sri-{User.objects.count()}@kecil.example"  # one worker may run both widths
    user = User.objects.create_superuser(address, None, full_name="Sri", language="en")
    tops = list(Team.objects.filter(parent=None))
    yield user
    TeamMembership.objects.filter(user=user).delete()
    user.groups.clear()
    User.objects.filter(pk=user.pk).update(is_active=False, is_superuser=False)
    directors.filter(pk__in=before).update(end=None)
    Team.objects.filter(pk__in=[team.pk for team in tops]).update(parent=None)
    Team.objects.filter(name="PT Kecil Jaya").delete()


@pytest.mark.parametrize("width", [1440, 360])
def test_the_company_is_named_and_a_wrong_line_is_found(
    site: Site, tab: Page, founder: User, width: int
) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    site.sign_in(tab.context, founder)
    tab.goto(site.url)
    tab.get_by_role("link", name="Go on").click()
    tab.get_by_role("link", name="Name the company").click()
    expect(tab.get_by_label("Title")).to_be_hidden()
    tab.get_by_label("Position").select_option("own")
    expect(tab.get_by_label("Title")).to_be_visible()
    assert (overflowing(tab), violations(tab)) == ([], [])
    tab.get_by_label("Position").select_option(label="No position")
    tab.get_by_label("Name of the company").fill("PT Kecil Jaya")
    tab.get_by_role("button", name="Save and go on").click()
    tab.get_by_role("link", name="Add teams").click()
    tab.locator("#id_form-0-name").fill("Serpong")
    tab.locator("#id_form-1-name").fill("serpong")
    tab.get_by_role("button", name="Save and go on").click()
    expect(tab.locator("[data-error-summary]")).to_be_focused()
    assert (overflowing(tab), violations(tab)) == ([], [])
    tab.get_by_role("link", name="Line 2, Name").click()
    expect(tab.locator("#id_form-1-name")).to_be_focused()
    assert not Team.objects.filter(name="Serpong").exists()

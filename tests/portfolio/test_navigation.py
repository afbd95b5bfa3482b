"""The menus of the frame: who sees what, and never a dead link."""

import pytest
from django.test import RequestFactory

from accounts.models import User
from portfolio import context
from tests.conftest import Cast


@pytest.fixture
def every_page_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "url_of", lambda name: f"/{name.partition(':')[2]}/")


def labels(user: User, menu: str, path: str = "/") -> list[str]:
    entries = context.navigation(user, RequestFactory().get(path))[menu]
    return [str(entry.label) for entry in entries]


@pytest.mark.usefixtures("every_page_exists")
def test_leaders_and_directors_see_the_team(cast: Cast) -> None:
    assert "Tim" in labels(cast.lead, "rail")
    assert "Tim" in labels(cast.director, "more")
    assert "Tim" not in labels(cast.owner, "rail")


@pytest.mark.usefixtures("every_page_exists")
def test_only_staff_see_the_administration(cast: Cast) -> None:
    assert "Admin" in labels(cast.administrator, "rail")
    assert "Admin" not in labels(cast.director, "rail")


@pytest.mark.usefixtures("every_page_exists")
def test_the_bar_of_phones_has_four_places_beside_more(cast: Cast) -> None:
    assert labels(cast.owner, "bottombar") == ["Beranda", "Klien", "Catat aktivitas", "Perpanjangan"]


def test_a_page_that_does_not_exist_is_not_in_the_menu(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "TASKS", context.Place("nowhere:at_all", context.TASKS.label, "x"))

    assert "Tugas" not in labels(cast.owner, "rail")


@pytest.mark.parametrize(
    ("path", "here"), [("/clients/", True), ("/clients/7/", True), ("/", False), ("/client-tools/", False)]
)
def test_a_menu_entry_is_current_on_its_page_and_below(path: str, here: bool) -> None:
    assert context.is_here("/clients/", path) is here


def test_home_is_current_only_at_home() -> None:
    assert context.is_here("/", "/")
    assert not context.is_here("/", "/clients/")


def test_what_shows_no_frame_pays_for_none(cast: Cast, django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    request.user = cast.lead

    with django_assert_num_queries(0):
        context.frame(request)

"""A tax number that is a person's: masked, shown on request to who may, and the look is written down."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db

PERSONAL = "3171234567890123"
COMPANY = "0123456789012345"


@pytest.fixture
def person() -> Client:
    return ClientFactory(legal_name="Sukarno", legal_form="Perorangan", npwp=PERSONAL)


def staff(*codenames: str) -> Browser:
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Browser(raise_request_exception=False)
    browser.force_login(user)
    return browser


def url(client: Client, view: str = "change") -> str:
    return reverse(f"admin:clients_client_{view}", args=[client.pk])


@pytest.mark.parametrize(
    ("legal_form", "npwp", "personal"),
    [
        ("PT", COMPANY, False),
        ("CV", "012345678901234", False),
        ("PT", PERSONAL, True),
        ("", PERSONAL, True),
        ("Perorangan", "091234567890123", True),
        ("Perorangan", "", False),
    ],
)
def test_a_number_is_personal_by_form_or_by_its_first_digit(
    legal_form: str, npwp: str, personal: bool
) -> None:
    client = Client(legal_form=legal_form, npwp=npwp)
    assert client.has_personal_npwp is personal
    assert client.shown_npwp == (npwp if not personal else "•" * (len(npwp) - 4) + npwp[-4:])


@pytest.mark.parametrize("view", ["change", "history"])
def test_no_page_shows_it_unasked_even_to_who_may_reveal(person: Client, view: str) -> None:
    html = staff("change_client", "view_client", "reveal_npwp").get(url(person, view)).content.decode()
    assert "Sukarno" in html
    assert PERSONAL not in html


def test_a_reader_without_the_right_to_change_does_not_see_it_either(person: Client) -> None:
    html = staff("view_client").get(url(person)).content.decode()
    assert "Sukarno" in html
    assert PERSONAL not in html


def test_a_companys_number_is_no_secret() -> None:
    assert (
        COMPANY
        in staff("change_client", "view_client").get(url(ClientFactory(npwp=COMPANY))).content.decode()
    )


def test_a_look_shows_the_number_and_stands_in_the_history(person: Client) -> None:
    browser = staff("view_client", "reveal_npwp")
    assert PERSONAL in browser.post(url(person, "reveal_npwp")).content.decode()
    event = person.events.latest("pgh_id")
    assert event.pgh_label == "npwp_revealed"
    assert event.pgh_context.metadata["user"] == int(browser.session["_auth_user_id"])
    assert "NPWP ditampilkan" in browser.get(url(person, "history")).content.decode()


@pytest.mark.parametrize("rights", [("view_client",), ("reveal_npwp",)])
def test_without_both_rights_nothing_is_shown_or_written(person: Client, rights: tuple[str, ...]) -> None:
    answer = staff(*rights).post(url(person, "reveal_npwp"))
    assert answer.status_code == 403
    assert PERSONAL not in answer.content.decode()
    assert not person.events.filter(pgh_label="npwp_revealed").exists()


def test_a_look_is_a_post(person: Client) -> None:
    assert staff("view_client", "reveal_npwp").get(url(person, "reveal_npwp")).status_code == 405


def test_a_missing_client_cannot_be_looked_at(db: None) -> None:
    path = reverse("admin:clients_client_reveal_npwp", args=[987654])
    assert staff("view_client", "reveal_npwp").post(path).status_code == 404


@pytest.mark.parametrize(("typed", "stored"), [("", PERSONAL), ("3171234567890199", "3171234567890199")])
def test_saving_keeps_the_number_unless_another_is_typed(person: Client, typed: str, stored: str) -> None:
    browser = staff("change_client", "view_client")
    data = {
        "legal_form": "Perorangan",
        "legal_name": "Sukarno",
        "brand_name": "Bung",
        "industry": "other",
        "tier": "regular",
        "npwp": typed,
        "time_zone": "Asia/Jakarta",
        "payment_days": "30",
    }
    assert browser.post(url(person), data).status_code == 302
    person.refresh_from_db()
    assert (person.brand_name, person.npwp) == ("Bung", stored)

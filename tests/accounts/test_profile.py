"""My account: a person changes her own data, language and theme, and nobody else's."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from tests.conftest import Cast
from tests.factories import UserFactory

PROFILE = {
    "full_name": "Rina Puspita",
    "preferred_name": "Rina",
    "salutation": "Ibu",
    "phone": "0812-3456-7890",
    "language": "id",
    "time_zone": "Asia/Makassar",
    "theme": "dark",
}


@pytest.fixture
def rina(db: None, client: Browser) -> User:
    user = UserFactory(full_name="Rina", email="rina@contoh.example")
    client.force_login(user)
    return user


def test_saving_the_profile_stores_it_and_says_so(client: Browser, rina: User) -> None:
    response = client.post(reverse("accounts:profile"), PROFILE, follow=True)

    rina.refresh_from_db()
    assert (rina.full_name, rina.salutation, rina.time_zone) == ("Rina Puspita", "Ibu", "Asia/Makassar")
    assert str(rina.phone) == "+6281234567890"
    assert "Akun Anda tersimpan." in response.content.decode()


def test_a_refused_profile_keeps_the_old_name_in_the_frame_and_points_at_the_field(
    client: Browser, rina: User
) -> None:
    response = client.post(reverse("accounts:profile"), PROFILE | {"full_name": "", "phone": "12"})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_full_name"' in page
    assert 'href="#id_phone"' in page
    assert "Menu Rina" in page
    rina.refresh_from_db()
    assert rina.theme == "auto"


def test_rights_and_address_are_not_among_the_things_a_person_changes(client: Browser, rina: User) -> None:
    client.post(
        reverse("accounts:profile"),
        PROFILE | {"email": "lain@contoh.example", "is_staff": "on", "is_superuser": "on"},
    )

    rina.refresh_from_db()
    assert (rina.email, rina.is_staff, rina.is_superuser) == ("rina@contoh.example", False, False)


def test_the_confirmation_speaks_the_language_just_chosen(client: Browser, rina: User) -> None:
    response = client.post(reverse("accounts:profile"), PROFILE | {"language": "en"}, follow=True)

    assert "Your account is saved." in response.content.decode()


def test_switching_the_language_is_remembered_with_the_account_and_in_a_cookie(
    client: Browser, rina: User, settings: object
) -> None:
    response = client.post(
        reverse("accounts:language_set"), {"language": "en", "next": reverse("accounts:profile")}
    )

    rina.refresh_from_db()
    assert rina.language == "en"
    assert response.url == reverse("accounts:profile")
    assert response.cookies["setia_language"].value == "en"


def test_the_sign_in_page_switches_its_language_without_an_account(client: Browser, db: None) -> None:
    sign_in = reverse("account_login")
    indonesian = client.get(sign_in, headers={"accept-language": "id"})
    client.post(reverse("accounts:language_set"), {"language": "en", "next": sign_in})
    english = client.get(sign_in, headers={"accept-language": "id"})

    assert "Kata sandi" in indonesian.content.decode()
    assert '<html lang="en"' in english.content.decode()


@pytest.mark.parametrize("value", ["xx", "", "../../id"])
def test_an_unknown_language_changes_nothing(client: Browser, rina: User, value: str) -> None:
    response = client.post(reverse("accounts:language_set"), {"language": value})

    rina.refresh_from_db()
    assert rina.language == "id"
    assert "setia_language" not in response.cookies


def test_switching_the_theme_colours_the_next_page(client: Browser, rina: User) -> None:
    response = client.post(
        reverse("accounts:theme_set"), {"theme": "dark", "next": reverse("accounts:profile")}, follow=True
    )

    assert 'data-bs-theme="dark"' in response.content.decode()


@pytest.mark.parametrize("name", ["accounts:language_set", "accounts:theme_set"])
@pytest.mark.parametrize("elsewhere", ["https://jahat.example/", "//jahat.example/", "javascript:alert(1)"])
def test_a_switch_never_leads_to_another_site(client: Browser, rina: User, name: str, elsewhere: str) -> None:
    response = client.post(reverse(name), {"language": "en", "theme": "dark", "next": elsewhere})

    assert response.url == "/"


@pytest.mark.parametrize("name", ["accounts:language_set", "accounts:theme_set"])
def test_switches_are_posts(client: Browser, rina: User, name: str) -> None:
    assert client.get(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["accounts:profile", "accounts:theme_set"])
def test_strangers_are_sent_to_the_sign_in_page(client: Browser, db: None, name: str) -> None:
    response = client.post(reverse(name), PROFILE)

    assert response.url.startswith(reverse("account_login"))


def test_only_leaders_see_the_team_and_only_staff_the_administration(client: Browser, cast: Cast) -> None:
    def menu_of(user: User) -> str:
        client.force_login(user)
        return client.get(reverse("accounts:profile")).content.decode()

    administration = f'href="{reverse("admin:index")}"'
    assert administration in menu_of(cast.administrator)
    assert administration not in menu_of(cast.lead)

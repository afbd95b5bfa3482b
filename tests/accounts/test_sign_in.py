"""Who comes in and who does not (trust.md 4, 6): allauth, closed to strangers, slow to guessers."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.tokens import PasswordTokenGenerator, password_link
from notifications import outbox
from notifications.invitations import invite
from notifications.models import OutboundEmail
from tests.conftest import NOW
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "cukup-panjang-dan-aneh"
LOGIN = reverse("account_login")

PUBLIC = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
}
SIGNED_IN = {
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}
CLOSED = {"account_email", "account_email_verification_sent", "account_confirm_email"}
ARGUMENTS = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "abc-def"},
    "account_confirm_email": {"key": "abc"},
}


@pytest.fixture
def siti() -> User:
    return User.objects.create_user("siti@contoh.example", PASSWORD, full_name="Siti")


def sign_in(browser: Browser, password: str = PASSWORD, email: str = "siti@contoh.example") -> Any:
    return browser.post(LOGIN, {"login": email, "password": password})


def is_signed_in(browser: Browser) -> bool:
    return "_auth_user_id" in browser.session


def names(resolver: URLResolver | None = None) -> set[str]:
    found: set[str] = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(pattern.name)
    return found


def test_the_addresses_of_allauth_are_these_and_no_others() -> None:
    theirs = {
        name for name in names() if name.startswith(("account_", "mfa_", "socialaccount_", "usersessions_"))
    }
    assert theirs - {
        "mfa_authenticator_" + view for view in ("changelist", "add", "history", "delete", "change")
    } == (PUBLIC | SIGNED_IN | CLOSED)


def test_nobody_comes_in_by_an_account_elsewhere() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("socialaccount_connections")


def url(name: str) -> str:
    return reverse(name, kwargs=ARGUMENTS.get(name))


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_these_pages_do_not_ask_a_stranger_to_sign_in_first(client: Browser, name: str) -> None:
    answer = client.get(url(name))
    assert answer.status_code in (200, 302)
    assert not answer.headers.get("Location", "").startswith(f"{LOGIN}?next={url(name)}")


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_these_pages_ask_a_stranger_to_sign_in(client: Browser, name: str) -> None:
    for answer in (client.get(url(name)), client.post(url(name))):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_an_address_is_changed_by_an_administrator_only(siti: User, client: Browser, name: str) -> None:
    client.force_login(siti)
    assert client.get(url(name)).status_code == 404
    assert client.post(url(name), {"email": "lain@contoh.example", "action_add": ""}).status_code == 404


def test_strangers_cannot_sign_up(client: Browser) -> None:
    page = reverse("account_signup")
    assert b"password" not in client.get(page).content
    client.post(page, {"email": "baru@contoh.example", "password1": PASSWORD})
    assert not User.objects.exists()


def test_the_right_password_opens_in_any_case_of_the_address(siti: User, client: Browser) -> None:
    sign_in(client, email="SITI@Contoh.Example")
    assert is_signed_in(client)
    assert not EmailAddress.objects.exists()  # a person's address stands in her own row only


def test_a_wrong_password_and_a_wrong_address_answer_alike(siti: User, client: Browser) -> None:
    def visible(answer: Any) -> str:
        html = re.sub(r'value="[^"]*"', "", answer.content.decode())
        return re.sub(r'nonce="[^"]*"', "", html)

    wrong_password = visible(sign_in(client, "salah-salah-salah"))
    wrong_address = visible(sign_in(client, PASSWORD, "bukan@contoh.example"))
    assert "salah" in wrong_password
    assert wrong_password == wrong_address


def test_somebody_inactive_does_not_come_in(siti: User, client: Browser) -> None:
    User.objects.update(is_active=False)
    sign_in(client)
    assert not is_signed_in(client)


def test_somebody_deactivated_is_out_at_the_next_click(siti: User, client: Browser) -> None:
    sign_in(client)
    User.objects.update(is_active=False)
    answer = client.get(reverse("account_change_password"))
    assert answer.headers["Location"].startswith(LOGIN)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that is hashed, which is what costs the server its time."""
    passwords: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, *args: Any) -> str:
        passwords.append(password)
        return encode(self, password, *args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return passwords


def test_after_five_wrong_passwords_nothing_more_is_hashed_not_even_the_right_one(
    siti: User, client: Browser, hashed: list[str]
) -> None:
    for number in range(5):
        sign_in(client, f"salah-{number}-salah")
    assert hashed  # otherwise this test measures nothing
    hashed.clear()
    answer = sign_in(client)
    assert hashed == []
    assert not is_signed_in(client)
    assert "Terlalu banyak percobaan" in answer.content.decode()


def test_a_locked_address_opens_again_after_five_minutes(siti: User, client: Browser) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(5):
            sign_in(client, f"salah-{number}-salah")
        clock.shift(timedelta(minutes=5, seconds=1))
        sign_in(client)
        assert is_signed_in(client)


def test_guessing_over_many_addresses_is_stopped_by_the_callers_address(
    client: Browser, hashed: list[str]
) -> None:
    for number in range(10):
        sign_in(client, "salah-salah-salah", f"orang{number}@contoh.example")
    hashed.clear()
    sign_in(client, "salah-salah-salah", "lagi@contoh.example")
    assert hashed == []


def test_a_flood_of_sign_ins_is_refused_with_429(client: Browser, hashed: list[str]) -> None:
    with time_machine.travel(NOW, tick=False):
        codes = [sign_in(client, "x", f"o{number}@contoh.example").status_code for number in range(31)]
        hashed.clear()
        codes.append(sign_in(client).status_code)
    assert codes[-2:] == [429, 429]
    assert hashed == []


def test_the_limits_are_counted_in_postgresql(settings: Any) -> None:
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def ask_for_a_new_password(browser: Browser, email: str) -> Any:
    return browser.post(reverse("account_reset_password"), {"email": email}, follow=True)


def test_asking_for_a_new_password_does_not_tell_whether_the_address_is_known(
    siti: User, client: Browser
) -> None:
    known, unknown = (ask_for_a_new_password(client, f"{name}@contoh.example") for name in ("siti", "bukan"))
    assert (known.status_code, known.redirect_chain) == (unknown.status_code, unknown.redirect_chain)
    mail = OutboundEmail.objects.get()
    assert (mail.recipient, mail.template) == (siti, "mails/password_reset")


def test_somebody_inactive_gets_no_link(siti: User, client: Browser) -> None:
    User.objects.update(is_active=False)
    ask_for_a_new_password(client, siti.email)
    assert not OutboundEmail.objects.exists()


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"http://localhost:8000(/\S+)", mail.body)
    assert found
    return found[1]


def set_password(browser: Browser, link: str, password: str) -> None:
    page = browser.get(link, follow=True)
    browser.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})


def test_the_administration_changes_passwords_on_the_page_that_has_limits(
    siti: User, client: Browser
) -> None:
    client.force_login(siti)
    answer = client.get(reverse("admin:password_change"))
    assert answer.headers["Location"] == reverse("account_change_password")


def test_the_link_of_the_mail_sets_the_password_once(
    siti: User, client: Browser, mailoutbox: list[EmailMessage]
) -> None:
    ask_for_a_new_password(client, siti.email)
    assert "http" not in str(OutboundEmail.objects.values())  # no working link lies in the table
    outbox.send_due(OutboundEmail.objects.get().due_at)
    link = link_in(mailoutbox[0])
    assert mailoutbox[0].subject == "Buat kata sandi baru untuk Setia"
    set_password(client, link, "kata-sandi-yang-lain")
    siti.refresh_from_db()
    assert siti.check_password("kata-sandi-yang-lain")
    assert client.get(link).status_code == 200  # no redirect to the form any more
    assert "http" not in str(OutboundEmail.objects.values())


def test_an_invited_person_sets_her_first_password_and_comes_in(
    client: Browser, mailoutbox: list[EmailMessage]
) -> None:
    siti = User.objects.create_user("siti@contoh.example", full_name="Siti", salutation="Ibu")
    assert invite(siti, NOW)
    outbox.send_due(OutboundEmail.objects.get().due_at)
    assert "mengundang Anda" in mailoutbox[0].subject
    assert "siti@contoh.example" in mailoutbox[0].body
    set_password(client, link_in(mailoutbox[0]), PASSWORD)
    sign_in(Browser())
    siti.refresh_from_db()
    assert siti.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "valid_for"),
    [(PASSWORD, timedelta(hours=1)), (None, timedelta(days=7))],
    ids=["reset", "invited"],
)
def test_a_link_holds_an_hour_for_who_has_a_password_and_a_week_for_who_is_invited(
    password: str | None, valid_for: timedelta
) -> None:
    user = User.objects.create_user("budi@contoh.example", password, full_name="Budi")
    tokens = PasswordTokenGenerator()
    with time_machine.travel(NOW, tick=False) as clock:
        token = password_link(user).rstrip("/").split("/")[-1].split("-", 1)[1]
        clock.shift(valid_for)
        assert tokens.check_token(user, token)
        clock.shift(timedelta(seconds=1))
        assert not tokens.check_token(user, token)


def test_a_link_dies_with_a_change_of_address_and_serves_nobody_else() -> None:
    user, other = UserFactory(), UserFactory()
    tokens = PasswordTokenGenerator()
    token = tokens.make_token(user)
    assert not tokens.check_token(other, token)
    assert not tokens.check_token(None, token)
    assert not tokens.check_token(user, None)
    user.email = "pindah@contoh.example"
    assert not tokens.check_token(user, token)


def test_who_has_a_password_or_has_left_is_not_invited(siti: User) -> None:
    assert not invite(siti, NOW)
    assert not invite(User.objects.create_user("b@contoh.example", full_name="B", is_active=False), NOW)


def test_a_second_factor_can_be_set_up_and_is_asked_for(siti: User, client: Browser) -> None:
    sign_in(client)
    activate = reverse("mfa_activate_totp")
    assert client.get(activate).headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    TOTP.activate(siti, client.get(activate).context["form"].secret)
    other = Browser()
    answer = sign_in(other)
    assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_signed_in(other)

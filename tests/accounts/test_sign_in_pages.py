"""Coming in, going out and second factors, in our words. What allauth does is its own tests' business."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from notifications.tasks import send_due_mail
from tests.factories import UserFactory

PASSWORD = "payung-biru-di-teras"


@pytest.fixture
def rina(db: None) -> User:
    user = UserFactory(full_name="Rina", email="rina@contoh.example")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Browser, password: str = PASSWORD) -> object:
    return client.post(reverse("account_login"), {"login": "RINA@contoh.example", "password": password})


def confirm_identity(client: Browser) -> None:
    page = client.get(reverse("account_reauthenticate")).content.decode()
    assert "Masukkan kata sandi Anda untuk melanjutkan." in page
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_the_right_password_opens_the_home_page(client: Browser, rina: User) -> None:
    assert sign_in(client).url == "/"


def test_a_wrong_password_is_told_in_the_form_without_saying_which_part_was_wrong(
    client: Browser, rina: User
) -> None:
    page = sign_in(client, "salah").content.decode()

    assert "Alamat email atau kata sandi salah." in page
    assert "data-error-summary" in page


def test_password_managers_find_the_fields(client: Browser, db: None) -> None:
    page = client.get(reverse("account_login")).content.decode()

    assert 'autocomplete="email"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_too_many_wrong_passwords_meet_a_limit_in_our_words(client: Browser, rina: User) -> None:
    pages = [sign_in(client, f"salah-{attempt}").content.decode() for attempt in range(6)]

    assert "Terlalu banyak percobaan masuk yang gagal." in pages[-1]


def test_nobody_signs_up_by_herself(client: Browser, db: None) -> None:
    assert "Hanya lewat undangan" in client.get(reverse("account_signup")).content.decode()


def test_signing_out_is_a_post(client: Browser, rina: User) -> None:
    sign_in(client)

    assert "Keluar" in client.get(reverse("account_logout")).content.decode()
    client.post(reverse("account_logout"))
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(client: Browser, rina: User) -> None:
    client.post(reverse("account_reset_password"), {"email": rina.email})
    send_due_mail()
    (message,) = mail.outbox
    link = re.search(r"http://localhost:8000(\S+)", message.body)[1]
    form = client.get(link).url
    new = {"password1": "sepeda-tua-warna-hijau", "password2": "sepeda-tua-warna-hijau"}

    assert message.subject == "Buat kata sandi baru untuk Setia"
    assert "Pilih kata sandi baru" in client.get(form).content.decode()
    client.post(form, new)
    assert "Tautan ini tidak berlaku lagi" in client.get(link, follow=True).content.decode()
    assert sign_in(client, new["password1"]).url == "/"


def test_a_weak_new_password_is_refused_in_indonesian(client: Browser, rina: User) -> None:
    sign_in(client)
    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "pendek", "password2": "lain"},
    )
    page = response.content.decode()

    assert "Kata sandi terlalu pendek" in page
    assert 'href="#id_password1"' in page


def test_the_second_factor_is_switched_on_asked_for_and_switched_off(client: Browser, rina: User) -> None:
    sign_in(client)
    confirm_identity(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'<code class="text-break">(\w+)</code>', page)[1]
    codes = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True).content.decode()
    assert "Kode pemulihan" in codes
    recovery_code = re.search(r"<li><code>(\w+)</code></li>", codes)[1]

    client.post(reverse("account_logout"))
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert "Langkah kedua" in client.get(reverse("mfa_authenticate")).content.decode()
    assert client.post(reverse("mfa_authenticate"), {"code": recovery_code}).url == "/"

    assert "Aktif." in client.get(reverse("mfa_index")).content.decode()
    confirm_identity(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert "Nonaktif." in client.get(reverse("mfa_index")).content.decode()


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes"]
)
def test_the_second_factor_is_nobody_elses(client: Browser, db: None, name: str) -> None:
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))

"""Managing people, teams and contracts in the administration."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Team, User
from contracts.models import Contract
from notifications.models import OutboundEmail
from tests.conftest import NOW
from tests.factories import (
    ContractFactory,
    ContractLineFactory,
    OutboundEmailFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NO_MEMBERSHIPS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
SITI = {
    "email": "Siti@Contoh.Example",
    "full_name": "Siti",
    "language": "id",
    "time_zone": "Asia/Jakarta",
    "theme": "auto",
    "is_active": "on",
    **NO_MEMBERSHIPS,
}


@pytest.fixture
def boss(client: Browser) -> Browser:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_somebody_added_gets_an_invitation_and_no_password(boss: Browser) -> None:
    boss.post(reverse("admin:accounts_user_add"), SITI)
    siti = User.objects.get(email="siti@contoh.example")
    assert not siti.has_usable_password()
    mail = OutboundEmail.objects.get()
    assert (mail.recipient, mail.template, mail.state) == (siti, "mails/invitation", "due")


def test_no_page_of_a_person_has_a_field_for_a_password(boss: Browser) -> None:
    for url in (
        reverse("admin:accounts_user_add"),
        reverse("admin:accounts_user_change", args=[UserFactory().pk]),
    ):
        assert 'type="password"' not in boss.get(url).content.decode()


def test_who_has_not_come_in_yet_is_invited_again_and_others_are_not(boss: Browser) -> None:
    waiting, gone, working = UserFactory(), UserFactory(is_active=False), UserFactory()
    User.objects.filter(pk__in=[waiting.pk, gone.pk]).update(password="!")
    working.set_password("kata-sandi-panjang")
    working.save()
    data = {"action": "send_invitation", "_selected_action": [waiting.pk, gone.pk, working.pk]}
    for _ in range(2):  # a double click
        answer = boss.post(reverse("admin:accounts_user_changelist"), data, follow=True)
    assert [mail.recipient for mail in OutboundEmail.objects.all()] == [waiting]
    assert "1 undangan dikirim" in answer.content.decode()
    assert "2 orang sudah punya kata sandi" in answer.content.decode()


def test_changing_a_person_invites_nobody(boss: Browser) -> None:
    user = UserFactory()
    boss.post(reverse("admin:accounts_user_change", args=[user.pk]), SITI)
    user.refresh_from_db()
    assert user.full_name == "Siti"
    assert not OutboundEmail.objects.exists()


def test_a_team_moves_with_all_that_is_under_it(boss: Browser) -> None:
    old, new = TeamFactory(name="Lama"), TeamFactory(name="Baru")
    team = TeamFactory(name="Ritel", parent=old)
    boss.post(
        reverse("admin:accounts_team_change", args=[team.pk]),
        {"name": "Ritel 2", "parent": new.pk, **NO_MEMBERSHIPS},
    )
    team.refresh_from_db()
    assert (team.name, team.parent) == ("Ritel 2", new)


def test_a_circle_of_teams_is_told_at_the_field(boss: Browser) -> None:
    top = TeamFactory(name="Atas")
    below = TeamFactory(name="Bawah", parent=top)
    answer = boss.post(
        reverse("admin:accounts_team_change", args=[top.pk]),
        {"name": "Atas", "parent": below.pk, **NO_MEMBERSHIPS},
    )
    assert answer.context["adminform"].form.errors["parent"] == ["Bawah sudah menjadi bagian dari tim ini."]
    assert Team.objects.get(pk=top.pk).parent is None


def test_a_team_is_moved_by_the_one_function_that_locks_the_tree(
    boss: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = []
    monkeypatch.setattr(Team, "move_below", lambda team, parent: moved.append((team.name, parent)))
    team, parent = TeamFactory(name="Ritel"), TeamFactory()
    boss.post(
        reverse("admin:accounts_team_change", args=[team.pk]),
        {"name": "Ritel", "parent": parent.pk, **NO_MEMBERSHIPS},
    )
    assert moved == [("Ritel", parent)]


def test_a_contract_renews_only_a_contract_of_its_client(boss: Browser) -> None:
    contract, foreign = ContractFactory(), ContractFactory()
    earlier = ContractFactory(client=contract.client)
    form = boss.get(reverse("admin:contracts_contract_change", args=[contract.pk])).context["adminform"].form
    assert list(form.fields["renewed_from"].queryset) == [earlier]
    assert foreign not in form.fields["renewed_from"].queryset


def test_who_enters_a_contract_is_kept(boss: Browser) -> None:
    client = ContractFactory().client
    data = {
        "number": "PKS-BARU",
        "client": client.pk,
        "status": "draft",
        "start": "2026-01-01",
        "notice_days": "30",
        "currency": "IDR",
        "lines-TOTAL_FORMS": "0",
        "lines-INITIAL_FORMS": "0",
        "pauses-TOTAL_FORMS": "0",
        "pauses-INITIAL_FORMS": "0",
    }
    boss.post(reverse("admin:contracts_contract_add"), data)
    assert Contract.objects.get(number="PKS-BARU").created_by_id == int(boss.session["_auth_user_id"])


@pytest.mark.parametrize(("status", "shown"), [("draft", True), ("signed", False)])
def test_lines_of_a_draft_may_go_and_those_of_a_signed_contract_end(
    boss: Browser, status: str, shown: bool
) -> None:
    line = ContractLineFactory(contract__status=status)
    html = boss.get(reverse("admin:contracts_contract_change", args=[line.contract.pk])).content.decode()
    assert ('name="lines-0-DELETE"' in html) is shown


def test_permissions_are_named_in_the_language_of_the_reader(boss: Browser) -> None:
    group = Group.objects.create(name="Kelompok")
    html = boss.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
    assert "kontrak: ubah" in html
    assert "Can change" not in html


def test_no_page_shows_what_a_mail_says(boss: Browser) -> None:
    mail = OutboundEmail.objects.create(
        recipient=UserFactory(), template="mails/invitation", dedup_key="rahasia", context={"kata": "KENARI"}
    )
    for url in ("changelist", "change"):
        args = [mail.pk] if url == "change" else []
        assert (
            "KENARI"
            not in boss.get(reverse(f"admin:notifications_outboundemail_{url}", args=args)).content.decode()
        )


def test_a_second_factor_is_removed_without_its_secret_being_shown(boss: Browser) -> None:
    row = Authenticator.objects.create(user=UserFactory(), type="totp", data={"secret": "RAHASIATOTP"})
    url = reverse("admin:mfa_authenticator_change", args=[row.pk])
    assert "RAHASIATOTP" not in boss.get(url).content.decode()
    boss.post(reverse("admin:mfa_authenticator_delete", args=[row.pk]), {"post": "yes"})
    assert not Authenticator.objects.exists()


def test_second_factors_have_indonesian_names_everywhere(boss: Browser) -> None:
    row = Authenticator.objects.create(user=UserFactory(), type="totp", data={})
    names = {"index": [], "mfa_authenticator_changelist": [], "mfa_authenticator_change": [row.pk]}
    pages = {name: boss.get(reverse(f"admin:{name}", args=args)) for name, args in names.items()}
    group = Group.objects.create(name="Kelompok")
    pages["group"] = boss.get(reverse("admin:auth_group_change", args=[group.pk]))
    for name, page in pages.items():
        html = page.content.decode()
        assert "faktor kedua" in html.lower(), name
        for english in ("uthenticator<", "uthenticators", "uthenticator:", "Created at", "Last used", "MFA"):
            assert english not in html, (name, english)


@pytest.mark.parametrize(
    ("state", "due_again"), [("failed", True), ("dead", True), ("claimed", False), ("due", False)]
)
def test_only_mails_that_were_given_up_are_sent_again(boss: Browser, state: str, due_again: bool) -> None:
    mail = OutboundEmailFactory(state=state, attempts=7, lease_until=NOW if state == "claimed" else None)
    data = {"action": "send_again", "_selected_action": [mail.pk]}
    boss.post(reverse("admin:notifications_outboundemail_changelist"), data)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (("due", 0) if due_again else (state, 7))

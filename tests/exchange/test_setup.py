"""From an empty installation to the first contract: where it stands, who may, what each page writes."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Position, Team, TeamMembership, User
from clients.models import Client
from contracts.models import Contract, Product
from exchange.models import Import
from exchange.setup.steps import Setup, setup_of
from kpis.models import Snapshot
from kpis.snapshots import rebuild_stale
from notifications.models import OutboundEmail
from tests import factories
from tests.conftest import NOW
from tests.exchange.bringing import brought
from tests.exchange.conftest import who_may
from tests.races import RACERS, signed_in, together
from tests.races import Browser as Racer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
COMPANY = {"name": "PT Kecil Jaya", "full_name": "Sri Rahayu", "position": "AM-4", "start": "2026-11-21"}
PERSON = {"full_name": "Budi", "email": "Budi@kecil.example", "role": "lead", "start": "2026-01-01"}
PRODUCT = {"code": "SEO", "name": "Optimasi", "family": "Iklan", "list_price": "4,500,000", "period": "month"}


@pytest.fixture
def founder(db: None) -> User:
    """Whoever installed it: nothing but what `createsuperuser` makes."""
    return User.objects.create_superuser("sri@kecil.example", None, full_name="Sri", language="en")


@pytest.fixture
def desk(founder: User) -> Browser:
    desk = Browser()
    desk.force_login(founder)
    return desk


def founded(user: User) -> Team:
    root: Team = factories.TeamFactory(name="PT Kecil Jaya")
    factories.TeamMembershipFactory(user=user, team=root, role="director")
    return root


def page_of(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a page with these lines sends."""
    sent: dict[str, Any] = {
        "form-TOTAL_FORMS": max(3, len(rows)),
        "form-INITIAL_FORMS": 0,
        "once": str(uuid4()),
    }
    for number, row in enumerate(rows):
        sent |= {f"form-{number}-{name}": value for name, value in row.items()}
    return sent | more


def address(name: str) -> str:
    return reverse(f"exchange:setup{name and '_'}{name}")


def found(user: User) -> Setup:
    setup = setup_of(User.objects.get(pk=user.pk), TODAY)
    assert setup
    return setup


def standing(user: User) -> str:
    """A letter for each step: done, passed over or open."""
    steps = found(user).steps
    return "".join("d" if step.is_done else "p" if step.is_passed else "o" for step in steps)


# --- Where it stands -------------------------------------------------------------------------------------------------
def test_each_step_is_read_off_the_data(founder: User) -> None:
    assert (standing(founder), found(founder).next.slug) == ("oooooo", "company")
    root = founded(founder)
    assert (standing(founder), found(founder).next.slug) == ("dooooo", "teams")
    team = factories.TeamFactory(parent=root)
    assert standing(founder) == "ddoooo"
    factories.TeamMembershipFactory(team=team)
    assert standing(founder) == "dddooo"
    factories.ProductFactory()
    assert standing(founder) == "ddddoo"
    contract = factories.ContractFactory(status="draft")
    assert (standing(founder), found(founder).settled) == ("dddddo", 5)
    contract.sign(on=TODAY)
    assert (standing(founder), found(founder).is_open) == ("dddddd", False)


def test_what_is_optional_does_not_keep_it_open(founder: User) -> None:
    root = founded(founder)
    factories.ProductFactory()
    assert (standing(founder), found(founder).next.slug) == ("doodoo", "teams")
    colleague = factories.TeamMembershipFactory(team=root)
    assert standing(founder) == "dpddoo"
    colleague.delete()
    factories.ContractFactory()
    assert (standing(founder), found(founder).is_open) == ("dppddd", False)


def test_a_step_opens_again_when_what_it_needs_is_gone(founder: User) -> None:
    founded(founder)
    TeamMembership.objects.update(end=TODAY - timedelta(days=1))
    Product.objects.create(code="A", name="A", family="A", list_price=1, is_active=False)
    assert standing(founder) == "oooooo"


def test_it_takes_one_statement(founder: User, django_assert_num_queries: Any) -> None:
    person = User.objects.get(pk=founder.pk)
    with django_assert_num_queries(1):
        setup_of(person, TODAY)


def test_who_neither_imports_nor_is_superuser_costs_nothing_more(django_assert_num_queries: Any) -> None:
    person = factories.UserFactory()
    assert not person.has_perm("exchange.import_data")
    with django_assert_num_queries(0):
        assert setup_of(person, TODAY) is None


@pytest.mark.parametrize(("role", "parent"), [("lead", False), ("director", True)])
def test_to_import_is_not_enough_without_directing_the_company(db: None, role: str, parent: bool) -> None:
    person = factories.UserFactory()
    team = factories.TeamFactory(parent=factories.TeamFactory() if parent else None)
    factories.TeamMembershipFactory(user=person, team=team, role=role)
    assert setup_of(who_may(person, "import_data"), TODAY) is None


def test_a_director_without_rights_of_the_administration_is_told_who_does_it(db: None) -> None:
    person = factories.UserFactory()
    founded(person)
    person = who_may(person, "import_data")
    desk = Browser()
    desk.force_login(person)
    answer = desk.get(address(""))
    assert answer.content.decode().count("the administration does it") == 3
    assert b"New client" in answer.content
    for name in ("company", "teams", "people", "products"):
        assert desk.get(address(name)).status_code == 403, name
    assert desk.post(address("invite")).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="add_team"))
    assert (
        desk.post(address("teams"), page_of({"name": "Ritel", "parent": Team.objects.get().pk})).status_code
        == 302
    )
    assert Team.objects.get(name="Ritel").parent.name == "PT Kecil Jaya"


def test_a_director_hangs_nothing_under_a_tree_of_others(db: None) -> None:
    person, foreign = factories.UserFactory(), factories.TeamFactory(name="Asing")
    founded(person)
    desk = Browser()
    desk.force_login(who_may(person, "import_data", "add_team"))
    answer = desk.post(address("teams"), page_of({"name": "Ritel", "parent": foreign.pk}))
    assert (answer.status_code, b"Asing" in answer.content) == (422, False)


# --- The company -----------------------------------------------------------------------------------------------------
def test_she_directs_the_company_and_may_import_also_when_she_is_no_superuser_any_more(
    founder: User, desk: Browser
) -> None:
    assert desk.post(address("company"), COMPANY | {"owns_clients": "on"}).status_code == 302
    founder.refresh_from_db()
    assert (founder.full_name, founder.position.name, founder.position.track) == (
        "Sri Rahayu", "Account director", "AM",
    )  # fmt: skip
    posts = TeamMembership.objects.filter(user=founder, team__parent=None, start=TODAY, end=None)
    assert set(posts.values_list("team__name", "role")) == {
        ("PT Kecil Jaya", "director"),
        ("PT Kecil Jaya", "member"),
    }
    User.objects.filter(pk=founder.pk).update(is_superuser=False)
    assert desk.get(reverse("exchange:import_create", args=["clients"])).status_code == 200
    assert desk.get(reverse("clients:client_create")).status_code == 200
    assert standing(founder) == "dooooo"


def test_whoever_only_directs_gets_no_credit(founder: User, desk: Browser) -> None:
    desk.post(address("company"), COMPANY)
    assert list(TeamMembership.objects.values_list("role", flat=True)) == ["director"]


def test_a_title_of_her_own_is_made_and_one_that_is_there_is_found(founder: User, desk: Browser) -> None:
    factories.PositionFactory(name="Pemilik", track="AE", rank=7)
    wrong = desk.post(address("company"), COMPANY | {"position": "own"})
    assert "own_title" in wrong.context["form"].errors
    desk.post(address("company"), COMPANY | {"position": "own", "own_title": "PEMILIK", "own_track": "AM"})
    founder.refresh_from_db()
    assert founder.position == Position.objects.get()


def test_teams_that_stood_on_top_are_part_of_the_company(founder: User, desk: Browser) -> None:
    """As when people were imported before anybody named the company."""
    factories.TeamFactory(name="Ritel", parent=factories.TeamFactory(name="Penjualan"))
    desk.post(address("company"), COMPANY)
    tree = dict(Team.objects.values_list("name", "parent__name"))
    assert tree == {"PT Kecil Jaya": None, "Penjualan": "PT Kecil Jaya", "Ritel": "Penjualan"}


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "ritel"}, "name"),  # a team below another one
        ({"full_name": " "}, "full_name"),
        ({"start": "2026-11-22"}, "start"),
        ({"start": "2020-01-01"}, "start"),  # she directs it in that year
        ({"position": "AM-99"}, "position"),
        ({"position": "own", "own_title": "x" * 81}, "own_title"),
    ],
)
def test_a_refused_company_keeps_what_was_typed(
    founder: User, desk: Browser, entry: dict[str, str], field: str
) -> None:
    root = founded(founder)
    TeamMembership.objects.update(end=date(2020, 12, 31))
    factories.TeamFactory(name="Ritel", parent=root)
    typed = {"full_name": "Nama Baru"} | entry
    answer = desk.post(address("company"), COMPANY | typed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    for value in typed.values():
        assert value.strip() in answer.content.decode()
    assert TeamMembership.objects.count() == 1


def test_there_is_no_form_for_a_company_that_somebody_directs(founder: User, desk: Browser) -> None:
    founded(factories.UserFactory())
    assert desk.get(address("company")).headers["Location"] == address("")
    desk.post(address("company"), COMPANY)
    assert TeamMembership.objects.count() == 1


@pytest.mark.parametrize("name", ["teams", "people", "products"])
def test_the_company_comes_first(founder: User, desk: Browser, name: str) -> None:
    assert desk.get(address(name)).headers["Location"] == address("")


# --- Lines -----------------------------------------------------------------------------------------------------------
def test_people_are_invited_in_the_language_of_whoever_adds_them(founder: User, desk: Browser) -> None:
    root = founded(founder)
    rows = PERSON | {"team": root.pk, "position": "AE-2"}, PERSON | {
        "email": "ani@kecil.example", "role": "member", "team": root.pk, "position": "AE-2",
    }  # fmt: skip
    answer = desk.post(address("people"), page_of(*rows))
    assert answer.headers["Location"] == address("")
    budi = User.objects.get(email="budi@kecil.example")
    assert (budi.position.name, budi.language, budi.has_usable_password()) == (
        "Account executive",
        "en",
        False,
    )
    assert Position.objects.count() == 1
    post = budi.memberships.get()
    assert (post.team, post.role, post.start) == (root, "lead", date(2026, 1, 1))
    assert OutboundEmail.objects.filter(template="mails/invitation").count() == 2
    assert standing(founder) == "dpdooo"


def test_teams_and_products_are_added_and_more_can_follow(founder: User, desk: Browser) -> None:
    root = founded(founder)
    answer = desk.post(
        address("teams"), page_of({"parent": root.pk}, {"name": "Ritel", "parent": root.pk}, more=1)
    )
    assert answer.headers["Location"] == address("teams")
    assert Team.objects.get(name="Ritel").parent == root
    desk.post(address("products"), page_of(PRODUCT))
    product = Product.objects.get()
    assert (product.list_price, product.currency, product.is_active) == (4_500_000, "IDR", True)


WRONG = [
    ("teams", [{"name": "PT KECIL JAYA"}], 0, "name"),
    ("teams", [{"name": "Ritel"}, {"name": "ritel"}], 1, "name"),
    ("teams", [{"name": "Ritel", "parent": "999999"}], 0, "parent"),
    ("people", [PERSON | {"email": "SRI@kecil.example"}], 0, "email"),
    ("people", [PERSON | {"email": "budi"}], 0, "email"),
    ("people", [PERSON | {"full_name": ""}], 0, "full_name"),
    ("people", [PERSON, PERSON | {"role": "member"}], 1, "email"),
    ("people", [PERSON, PERSON | {"email": "ani@kecil.example"}], 1, "role"),  # two leads of one team
    ("people", [PERSON | {"start": "2026-02-30"}], 0, "start"),
    ("people", [PERSON | {"position": "AM-99"}], 0, "position"),
    ("products", [PRODUCT | {"list_price": "4.500,5"}], 0, "list_price"),
    ("products", [PRODUCT | {"family": "a\x00b"}], 0, "family"),
    ("products", [PRODUCT, PRODUCT | {"code": "seo"}], 1, "code"),
]


@pytest.mark.parametrize(("name", "rows", "line", "field"), WRONG)
def test_a_wrong_line_is_named_and_everything_typed_is_kept(
    founder: User, desk: Browser, name: str, rows: list[dict[str, str]], line: int, field: str
) -> None:
    root = founded(founder)
    chosen = {"teams": "parent", "people": "team"}.get(name)
    rows = [({chosen: str(root.pk)} if chosen else {}) | row for row in rows]
    before = Team.objects.count(), User.objects.count(), Product.objects.count()
    answer = desk.post(address(name), page_of(*rows))
    assert answer.status_code == 422
    formset = answer.context["formset"]
    assert list(formset[line].errors) == [field]
    assert f'href="#id_form-{line}-{field}">Line {line + 1}, ' in answer.content.decode()
    for number, row in enumerate(rows):
        for key, value in row.items():
            assert str(formset[number][key].value()) == value
    assert (Team.objects.count(), User.objects.count(), Product.objects.count()) == before


def test_a_lead_that_the_team_has_already_is_refused_at_the_role(founder: User, desk: Browser) -> None:
    root = founded(founder)
    factories.TeamMembershipFactory(team=root, role="lead")
    answer = desk.post(address("people"), page_of(PERSON | {"team": root.pk}))
    assert list(answer.context["formset"][0].errors) == ["role"]


@pytest.mark.parametrize(
    "sent", [page_of(), {}, {"form-TOTAL_FORMS": "x"}, {"form-TOTAL_FORMS": "999999999"}]
)
def test_an_empty_page_or_a_broken_one_says_so(founder: User, desk: Browser, sent: dict[str, Any]) -> None:
    founded(founder)
    answer = desk.post(address("teams"), sent or {"x": "y"})
    assert answer.status_code == 422
    assert b"data-error-summary" in answer.content


@pytest.mark.parametrize("name", ["teams", "people", "products"])
def test_the_page_takes_the_same_statements_with_more_to_choose_from(
    founder: User, desk: Browser, django_assert_max_num_queries: Any, name: str
) -> None:
    root = founded(founder)
    factories.TeamFactory.create_batch(10, parent=root)
    factories.PositionFactory.create_batch(10)
    with django_assert_max_num_queries(15):
        assert desk.get(address(name)).status_code == 200


# --- Invitations -----------------------------------------------------------------------------------------------------
def test_whoever_has_no_password_yet_can_be_invited_again(founder: User, desk: Browser, frozen: Any) -> None:
    founder.set_password("rahasia-sekali")
    founder.save()
    desk.force_login(founder)
    root = founded(founder)
    desk.post(address("people"), page_of(PERSON | {"team": root.pk}))
    factories.UserFactory(is_active=False, password="!")
    frozen.shift(timedelta(hours=2))
    assert b"Invite 1 person again" in desk.get(address("")).content
    for _click in range(2):
        assert desk.post(address("invite")).status_code == 302
    assert OutboundEmail.objects.count() == 2


# --- Double clicks ---------------------------------------------------------------------------------------------------
def clicks(user: User, name: str, data: dict[str, Any]) -> set[int]:
    session = signed_in(user).cookies

    def click() -> int:
        tab = Racer()
        tab.cookies = session
        return tab.post(address(name), data).status_code

    return set(together([click] * RACERS))


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_make_one_company_and_invite_once(founder: User) -> None:
    assert clicks(founder, "company", COMPANY | {"once": str(uuid4())}) == {302}
    root = Team.objects.get()
    assert TeamMembership.objects.count() == 1
    assert clicks(founder, "people", page_of(PERSON | {"team": root.pk})) == {302}
    assert User.objects.count() == 2
    assert OutboundEmail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_with_the_same_team_one_is_told(founder: User) -> None:
    root = founded(founder)
    session = signed_in(founder).cookies

    def add() -> int:
        tab = Racer()
        tab.cookies = session
        return tab.post(address("teams"), page_of({"name": "Ritel", "parent": root.pk})).status_code

    assert sorted(together([add] * RACERS)) == [302] + [422] * (RACERS - 1)


# --- Where it shows --------------------------------------------------------------------------------------------------
def test_home_leads_to_it_until_all_is_done(founder: User, desk: Browser) -> None:
    founded(founder)
    assert b"Continue the set-up: 1 of 6 steps" in desk.get("/").content
    factories.ProductFactory()
    factories.ContractFactory()
    assert b"Continue the set-up" not in desk.get("/").content
    assert b"Everything is set up" in desk.get(address("")).content


def test_an_import_that_is_taken_over_leads_back_to_it(founder: User, desk: Browser) -> None:
    founded(founder)
    job = brought(founder, "products", [PRODUCT | {"list_price": "4.500.000", "period": "bulan"}])
    url = reverse("exchange:import_page", args=[job.pk])
    assert b"Back to the set-up: 2 of 6 steps" in desk.get(url).content
    factories.ContractFactory()
    assert b"Back to the set-up" not in desk.get(url).content


def test_from_nothing_to_the_first_contract_and_its_numbers(founder: User, desk: Browser) -> None:
    """Every page on the way, as its links and buttons lead; the browser follows no address that is not offered."""

    def go(url: str) -> str:
        answer = desk.get(url)
        assert answer.status_code == 200, url
        return answer.content.decode()

    for url in (
        "/",
        "/clients/",
        "/renewals/",
        "/tasks/",
        "/team/",
        "/targets/",
        "/months/",
        "/imports/",
        "/exports/",
    ):
        go(url)
    assert address("") in go("/")
    assert address("company") in go(address(""))
    desk.post(address("company"), COMPANY | {"owns_clients": "on"})
    root = Team.objects.get()
    desk.post(address("teams"), page_of({"name": "Ritel", "parent": root.pk}))
    desk.post(address("people"), page_of(PERSON | {"team": Team.objects.get(name="Ritel").pk}))
    desk.post(address("products"), page_of(PRODUCT))
    assert reverse("clients:client_create") in go(address(""))
    brought(founder, "clients", [{"legal_name": "PT Nusarena", "am": "budi@kecil.example"}])
    new = reverse("contracts:contract_create", args=[Client.objects.get().pk])
    assert new in go(address(""))
    head = {"number": "PKS-1", "start": "2026-10-01", "notice_days": 30, "currency": "IDR"}
    answer = desk.post(new, head)
    contract = Contract.objects.get()
    line = {
        "product": Product.objects.get().pk,
        "quantity": 1,
        "unit_price": "5,000,000",
        "discount_percent": 0,
    }
    desk.post(reverse("contracts:line_create", args=[contract.pk]), line | {"period": "month"})
    assert standing(founder) == "dddddo"
    go(answer.headers["Location"])
    contract.refresh_from_db()
    contract.sign(on=TODAY)
    assert standing(founder) == "dddddd"
    assert rebuild_stale(100, NOW)
    assert Snapshot.objects.for_company().latest("month").sums.closing_arr == 60_000_000
    assert not Import.objects.exclude(state="applied").exists()

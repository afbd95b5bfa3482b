"""Which clients are suggested as duplicates, why, to whom, and at what price."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients import duplicates
from clients.duplicates import MOST_ALIKE, MOST_WITH_DOMAIN, PUBLIC_DOMAINS, pairs
from clients.models import Assignment, Client, Contact, NotDuplicate
from tests.clients.doubles import NOW
from tests.conftest import Cast
from tests.factories import AssignmentFactory, ClientFactory, ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
TODAY = NOW.date()
LIST = "/clients/duplicates/"


def found(cast: Cast) -> list[tuple[set[str], list[str]]]:
    """Names and reasons of what the director is suggested, in order."""
    names = dict(Client.objects.values_list("pk", "legal_name"))
    return [({names[one], names[other]}, reasons) for one, other, reasons in pairs(cast.director, TODAY)]


@pytest.mark.parametrize(
    "name", ["NUSARENA PANGAN", "PT. Nusarena Pangan", "nusarena-pangan, Tbk.", "CV Nusarena  Pangan"]
)
def test_the_same_name_however_it_is_written(cast: Cast, name: str) -> None:
    ClientFactory(legal_name=name)
    assert found(cast) == [({"Nusarena Pangan", name}, ["2"])]


@pytest.mark.parametrize("name", ["Nusarena", "Nusarena Pangan Jaya", "Nusa Rena Pangan 2"])
def test_another_name_is_another_client(cast: Cast, name: str) -> None:
    ClientFactory(legal_name=name)
    assert not found(cast)


def test_names_of_legal_forms_alone_are_nobodys_name(cast: Cast) -> None:
    ClientFactory(legal_name="PT.")
    ClientFactory(legal_name="CV")
    assert not found(cast)


def test_one_tax_number_with_15_and_16_digits(cast: Cast) -> None:
    ClientFactory(legal_name="Satu", npwp="123456789012345")
    ClientFactory(legal_name="Dua", npwp="0123456789012345")
    ClientFactory(legal_name="Tiga", npwp="1234567890123450")
    assert found(cast) == [({"Satu", "Dua"}, ["1"])]


def with_address(name: str, *addresses: str) -> Client:
    client: Client = ClientFactory(legal_name=name)
    for email in addresses:
        ContactFactory(client=client, email=email)
    return client


def test_contacts_with_a_domain_of_their_own(cast: Cast) -> None:
    with_address("Satu", "a@satu.example", "b@SATU.example")
    with_address("Dua", "c@Satu.example", "d@gmail.com")
    with_address("Tiga", "d@tiga.example", "")
    with_address("Empat", "e@anak.satu.example", "f@gmail.com", "")
    assert found(cast) == [({"Satu", "Dua"}, ["3"])]


@pytest.mark.parametrize("domain", PUBLIC_DOMAINS)
def test_mailboxes_for_everybody_say_nothing(cast: Cast, domain: str) -> None:
    with_address("Satu", f"a@{domain}")
    with_address("Dua", f"b@{domain.upper()}")
    assert not found(cast)


def test_a_domain_of_more_than_five_clients_says_nothing(cast: Cast) -> None:
    clients = [with_address(f"Cabang {n}", f"a{n}@grup.example") for n in range(MOST_WITH_DOMAIN + 1)]
    assert not found(cast)
    Contact.objects.filter(client=clients[0]).delete()
    assert len(found(cast)) == 10


def test_the_strongest_reason_comes_first_and_all_are_told(cast: Cast) -> None:
    with_address("Zebra", "a@zebra.example")
    with_address("Zebu", "b@zebra.example")
    ClientFactory(legal_name="Yakin")
    ClientFactory(legal_name="Yakin")
    one = with_address("Xenon", "a@xenon.example")
    other = with_address("XENON", "b@xenon.example")
    Client.objects.filter(pk=one.pk).update(npwp="123456789012345")
    Client.objects.filter(pk=other.pk).update(npwp="0123456789012345")
    ClientFactory(legal_name="Wijaya", npwp="223456789012345")
    ClientFactory(legal_name="Widjaja", npwp="0223456789012345")
    assert [reasons for _names, reasons in found(cast)] == [["1", "2", "3"], ["1"], ["2"], ["3"]]


def test_many_of_one_name_are_suggested_in_portions(cast: Cast) -> None:
    for _ in range(MOST_ALIKE + 5):
        ClientFactory(legal_name="Sama")
    assert len(found(cast)) == MOST_ALIKE * (MOST_ALIKE - 1) / 2


# --- For whom ------------------------------------------------------------------------------------


@pytest.fixture
def double(cast: Cast) -> Client:
    """The owner's client once more, in her colleague's portfolio."""
    client: Client = ClientFactory(legal_name="NUSARENA PANGAN")
    AssignmentFactory(client=client, user=cast.colleague)
    return client


def test_pairs_of_which_one_is_foreign_do_not_exist(cast: Cast, double: Client) -> None:
    assert pairs(cast.director, TODAY)
    assert pairs(cast.lead, TODAY)
    for stranger in (cast.owner, cast.colleague, cast.outsider, cast.other_director, cast.administrator):
        assert not pairs(stranger, TODAY)


def test_who_may_see_but_not_edit_one_of_both_is_offered_no_merge(
    client: Browser, cast: Cast, double: Client
) -> None:
    cast.owner.user_permissions.set(cast.director.user_permissions.all())
    AssignmentFactory(client=double, user=cast.owner, role="sponsor")
    client.force_login(cast.owner)
    page = client.get(LIST).content.decode()
    assert "NUSARENA PANGAN" in page
    assert f"/merge/{double.pk}/" not in page
    assert "not-the-same" not in page
    Assignment.objects.filter(user=cast.owner, role="sponsor").update(
        role="support"
    )  # edits, but no contracts
    assert f"/merge/{double.pk}/" not in client.get(LIST).content.decode()
    Assignment.objects.filter(user=cast.owner, role="support").update(role="AE")
    page = client.get(LIST).content.decode()
    assert f"/merge/{double.pk}/" in page


def test_a_pair_told_apart_is_hidden_from_everybody_until_taken_back(
    client: Browser, cast: Cast, double: Client
) -> None:
    client.force_login(cast.director)
    for one, other in ((cast.client, double), (double, cast.client)):  # twice, and in either order
        assert client.post(reverse("clients:duplicate_dismiss", args=[one.pk, other.pk])).status_code == 302
    assert NotDuplicate.objects.get().by == cast.director
    assert not pairs(cast.director, TODAY)
    assert not pairs(cast.lead, TODAY)
    page = Browser()
    page.force_login(cast.lead)
    assert "NUSARENA PANGAN" not in page.get(f"/clients/{cast.client.pk}/").content.decode()
    hidden = client.get(f"{LIST}?told=apart").content.decode()
    assert "NUSARENA PANGAN" in hidden
    assert "Director" in hidden
    assert (
        client.post(reverse("clients:duplicate_suggest", args=[double.pk, cast.client.pk])).status_code == 302
    )
    assert pairs(cast.lead, TODAY)


def test_the_client_page_says_who_it_may_be(client: Browser, cast: Cast, double: Client) -> None:
    Client.objects.filter(pk=cast.client.pk).update(npwp="0123456789012345")
    number = ClientFactory(legal_name="Lain Sekali", npwp="123456789012345")
    client.force_login(cast.lead)
    page = client.get(f"/clients/{cast.client.pk}/").content.decode()
    assert f'href="/clients/{double.pk}/"' in page
    assert f'href="/clients/{number.pk}/"' not in page  # nobody's, so the lead does not see it
    assert "/merge/" not in page
    client.force_login(cast.director)
    page = client.get(f"/clients/{cast.client.pk}/").content.decode()
    assert f'href="/clients/{number.pk}/"' in page
    assert f"/clients/{cast.client.pk}/merge/{double.pk}/" in page
    client.force_login(cast.owner)
    assert "NUSARENA PANGAN" not in client.get(f"/clients/{cast.client.pk}/").content.decode()


def test_the_way_to_the_page_is_shown_to_those_who_may_go_it(client: Browser, cast: Cast) -> None:
    for person, is_shown in ((cast.director, True), (cast.lead, False)):
        client.force_login(person)
        assert (LIST in client.get("/clients/").content.decode()) == is_shown


# --- At what price -------------------------------------------------------------------------------


def grow(cast: Cast, count: int) -> None:
    """Pairs by name, number and domain, `count` of each, in the owner's portfolio."""
    start = Client.objects.count()
    made: list[Any] = []
    for n in range(start, start + count):
        made += [ClientFactory.build(legal_name=f"{form}Kembar {n}") for form in ("", "PT ")]
        made += [ClientFactory.build(legal_name=f"N{k} {n}", npwp=f"{k}{n:015}"[-16 + k :]) for k in (0, 1)]
        made += [ClientFactory.build(legal_name=f"D{k} {n}") for k in (0, 1)]
    clients = Client.objects.bulk_create(made)
    Assignment.objects.bulk_create(AssignmentFactory.build(client=each, user=cast.owner) for each in clients)
    Contact.objects.bulk_create(
        ContactFactory.build(client=each, email=f"a@{each.legal_name.split()[1]}.example")
        for each in clients
        if each.legal_name.startswith("D")
    )


@pytest.mark.parametrize("url", [LIST, f"{LIST}?told=apart", "/clients/merges/"])
def test_the_page_costs_the_same_statements_with_10_and_100_pairs(
    client: Browser, cast: Cast, url: str
) -> None:
    client.force_login(cast.director)
    counts = []
    for more in (4, 30):
        grow(cast, more)
        if "apart" in url:
            told = [
                NotDuplicate(one_id=one, other_id=other, by=cast.owner)
                for one, other, _ in pairs(cast.director, TODAY)
            ]
            NotDuplicate.objects.bulk_create(told)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_the_page_is_quick_among_10_000_clients(cast: Cast) -> None:
    grow(cast, 1_667)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clients_client, clients_contact, clients_assignment")
    start = time.perf_counter()
    suggested = pairs(cast.director, TODAY)
    took = time.perf_counter() - start
    assert len(suggested) == 3 * 1_667
    duplicates.shown(suggested[:25], cast.director, TODAY)
    assert took < 2, took

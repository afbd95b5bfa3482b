"""Files of contacts, products, rates, assignments, people, answers and targets."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail

from accounts.models import Team, TeamMembership, User
from clients.models import Answer, Assignment, Contact
from contracts.models import ExchangeRate, Product
from exchange.datasets import DATASETS
from kpis.models import Target
from notifications.models import OutboundEmail
from tests import factories
from tests.conftest import NOW, Cast
from tests.exchange.bringing import Line, bring, brought, changes, outcomes, problems, undo
from tests.exchange.conftest import who_may

pytestmark = pytest.mark.django_db

CONTACT: Line = {
    "client": "Nusarena Pangan",
    "full_name": "Lestari Wulandari",
    "email": "lestari@nusarena.example",
    "salutation": "Ibu",
    "phone": "81234567890",
    "has_whatsapp": "ya",
    "influence": "High",
    "is_primary": "ya",
}
PRODUCT: Line = {
    "code": "SEO",
    "name": "Optimasi",
    "family": "Pencarian",
    "list_price": "4.500.000",
    "period": "bulan",
}
RATE: Line = {"currency": "USD", "day": "2026-11-02", "rate": "16.250,5", "source": "Bank Indonesia"}
PERSON: Line = {
    "email": "Baru@contoh.example",
    "full_name": "Sukarno",
    "team": "Tim Baru",
    "team_above": "Penjualan",
    "team_role": "member",
    "team_since": "2026-01-01",
}
ANSWER: Line = {
    "client": "Nusarena Pangan",
    "kind": "NPS",
    "day": "2026-10-14",
    "score": "9",
    "comment": "=cepat",
}
TARGET: Line = {"kind": "new_clients", "month": "2026-12-15", "user": "owner@contoh.example", "value": "3"}


@pytest.fixture(autouse=True)
def survey(db: None) -> None:
    factories.SurveyFactory(kind="nps")
    factories.SurveyFactory(kind="csat", title="CSAT")


@pytest.mark.parametrize(
    ("slug", "line"),
    [
        ("contacts", CONTACT),
        ("products", PRODUCT),
        ("rates", RATE),
        ("people", PERSON),
        ("answers", ANSWER),
        ("targets", TARGET),
        (
            "assignments",
            {
                "client": "Nusarena Pangan",
                "role": "AE",
                "user": "colleague@contoh.example",
                "start": "2026-01-01",
            },
        ),
    ],
)
def test_a_file_is_taken_over_once_and_undone(director: User, slug: str, line: Line) -> None:
    job = brought(director, slug, [line])
    assert outcomes(job) == ["created"]
    assert outcomes(bring(director, slug, [line])) == ["unchanged"]
    assert undo(job).complaint == ""
    assert outcomes(bring(director, slug, [line])) == ["created"]


def test_a_contact_as_it_is_stored(director: User, cast: Cast) -> None:
    brought(director, "contacts", [CONTACT])
    contact = Contact.objects.get()
    assert (contact.client, str(contact.phone), contact.influence) == (cast.client, "+6281234567890", 3)
    assert contact.has_whatsapp
    assert contact.is_primary


@pytest.mark.parametrize("phone", ["8" * 300, "+", "ext. 12", "08"])
def test_what_is_no_phone_number_is_told(director: User, phone: str) -> None:
    found = problems(bring(director, "contacts", [CONTACT | {"phone": phone}]))
    assert [column for _line, column, _text in found] == ["phone"]


def test_a_second_primary_contact_is_refused(director: User) -> None:
    lines = [CONTACT, CONTACT | {"full_name": "Budi", "email": "budi@nusarena.example"}]
    [(number, _column, text)] = problems(bring(director, "contacts", lines))
    assert (number, text) == (3, "This client has a primary contact already.")


def test_a_contact_is_found_by_address_even_with_another_name(director: User) -> None:
    brought(director, "contacts", [CONTACT])
    assert outcomes(bring(director, "contacts", [CONTACT | {"full_name": "Lestari W."}])) == ["changed"]


def test_two_people_of_one_name_and_other_addresses_are_two(director: User) -> None:
    other = CONTACT | {"email": "lain@nusarena.example", "is_primary": "tidak"}
    assert outcomes(brought(director, "contacts", [CONTACT, other])) == ["created", "created"]


def test_the_catalogue_needs_its_own_right(owner: User) -> None:
    assert [text for *_where, text in problems(bring(owner, "products", [PRODUCT]))] == [
        "You may not import this."
    ] * 1 + ["The catalogue is kept by the administration; you may not change it."]
    assert not Product.objects.filter(code="SEO").exists()


def test_a_rate_of_the_reporting_currency_is_refused(director: User) -> None:
    assert [found[1] for found in problems(bring(director, "rates", [RATE | {"currency": "Rp"}]))] == [
        "currency"
    ]
    brought(director, "rates", [RATE])
    assert str(ExchangeRate.objects.get().rate) == "16250.500000"


def test_a_person_joins_a_new_team_and_is_invited(director: User) -> None:
    brought(director, "people", [PERSON])
    person = User.objects.get(email="baru@contoh.example")
    post = TeamMembership.objects.get(user=person)
    assert (post.team.name, post.team.parent.name, post.start) == ("Tim Baru", "Penjualan", date(2026, 1, 1))
    assert not person.has_usable_password()
    assert OutboundEmail.objects.filter(recipient=person, template="mails/invitation").count() == 1
    assert mail.outbox == []


def test_a_position_of_the_usual_ladders_is_made_when_it_is_first_named(director: User) -> None:
    director = who_may(director, "add_position")
    lines = [
        PERSON | {"email": f"{n}@baru.example", "position": name} for n, name in enumerate(["AM", "am", "AE"])
    ]
    brought(director, "people", lines)
    people = User.objects.filter(email__endswith="@baru.example").order_by("email")
    assert [str(person.position) for person in people] == ["Account manager"] * 2 + ["Account executive"]
    refused = problems(
        bring(director, "people", [lines[0] | {"email": "x@baru.example", "position": "Raja"}])
    )
    assert "no position" in refused[0][2]


def test_a_person_moves_to_another_team_from_a_day_on(director: User, cast: Cast) -> None:
    line = {"email": cast.owner.email, "team": "Jatim", "team_since": "2026-12-01"}
    brought(director, "people", [line])
    posts = TeamMembership.objects.filter(user=cast.owner).order_by("start")
    assert [(post.team.name, post.end) for post in posts] == [("Ritel", date(2026, 11, 30)), ("Jatim", None)]


def test_nobody_below_touches_a_superuser(director: User) -> None:
    User.objects.create_superuser("root@contoh.example", full_name="Root")
    [(_line, _column, text)] = problems(
        bring(director, "people", [{"email": "root@contoh.example", "full_name": "X"}])
    )
    assert "You may not" in text


def test_people_stand_or_fall_with_the_new_team_they_share(director: User) -> None:
    lines = [PERSON, PERSON | {"email": "bukan", "full_name": "Salah"}]
    assert outcomes(bring(director, "people", lines)) == ["left_out", "error"]
    assert not Team.objects.filter(name="Tim Baru").exists()


def test_a_change_of_owner_is_two_lines(director: User, cast: Cast) -> None:
    lines = [
        {
            "client": "Nusarena Pangan",
            "role": "AM",
            "user": cast.owner.email,
            "start": "2020-01-01",
            "end": "2026-06-30",
        },
        {
            "client": "Nusarena Pangan",
            "role": "AM",
            "user": cast.colleague.full_name,
            "start": "2026-07-01",
            "end": "",
        },
    ]
    job = brought(director, "assignments", lines)
    assert outcomes(job) == ["changed", "created"]
    assert Assignment.objects.on(date(2026, 7, 1)).get(client=cast.client).user == cast.colleague
    assert outcomes(bring(director, "assignments", lines)) == ["unchanged", "unchanged"]


def test_overlapping_owners_are_refused_by_the_database(director: User, cast: Cast) -> None:
    line = {"client": "Nusarena Pangan", "role": "AM", "user": cast.colleague.email, "start": "2026-07-01"}
    [(_line, _column, text)] = problems(bring(director, "assignments", [line]))
    assert text == "This client already has somebody in this role on some of these days."


def test_who_leads_no_team_assigns_nobody(owner: User, cast: Cast) -> None:
    line = {"client": "Nusarena Pangan", "role": "AE", "user": owner.email, "start": "2026-07-01"}
    assert "Only a lead or director may assign an owner." in [
        p[2] for p in problems(bring(owner, "assignments", [line]))
    ]


def test_people_of_other_trees_are_unknown(director: User, cast: Cast) -> None:
    line = {"client": "Nusarena Pangan", "role": "AE", "user": cast.outsider.email, "start": "2026-07-01"}
    assert [found[1] for found in problems(bring(director, "assignments", [line]))] == ["user"]


def test_an_answer_is_stored_on_its_day_with_its_text(director: User) -> None:
    brought(director, "answers", [ANSWER])
    answer = Answer.objects.get()
    assert (answer.score, answer.comment, answer.answered_at.isoformat()) == (
        9,
        "=cepat",
        "2026-10-14T05:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"score": "11"}, "score"),
        ({"kind": "CSAT", "score": "0"}, "score"),
        ({"score": "8,5"}, "score"),
        ({"day": "2026-11-22"}, "day"),
        ({"contact": "Siapa"}, "contact"),
        ({"kind": "CES"}, "kind"),
    ],
)
def test_a_wrong_answer_is_told(director: User, change: Line, column: str) -> None:
    assert [found[1] for found in problems(bring(director, "answers", [ANSWER | change]))] == [column]


def test_targets_are_set_by_who_leads(director: User, owner: User, cast: Cast) -> None:
    brought(
        director,
        "targets",
        [TARGET, {"kind": "grr", "month": "2026-12-01", "user": "", "team": "Ritel", "value": "92,5"}],
    )
    rows = Target.objects.order_by("kind")
    assert [(row.kind, row.first_day, row.last_day) for row in rows] == [
        ("grr", date(2026, 1, 1), date(2026, 12, 31)),
        ("new_clients", date(2026, 12, 1), date(2026, 12, 31)),
    ]
    refused = problems(bring(owner, "targets", [TARGET | {"value": "9"}]))
    assert refused[0][2] == "You may not import this."


def test_upsell_is_monthly_in_a_file_as_on_the_page(director: User) -> None:
    line = TARGET | {"kind": "upsell", "value": "1.000.000,50"}
    assert changes(brought(director, "targets", [line]), 2)["value"] == ("", "1,000,000.5")
    assert Target.objects.get().value == Decimal("12000006.00")
    assert outcomes(bring(director, "targets", [line])) == ["unchanged"]
    Target.objects.update(value=100)  # no whole number of months
    [row] = DATASETS["targets"].exported(director, NOW.date())
    assert row["value"] == Decimal("8.33")
    assert outcomes(bring(director, "targets", [line | {"value": "8,33"}])) == ["unchanged"]


@pytest.mark.parametrize("value", ["2,5", "-1", "1000001"])
def test_a_target_outside_its_limits_is_refused(director: User, value: str) -> None:
    assert {found[1] for found in problems(bring(director, "targets", [TARGET | {"value": value}]))} == {
        "value"
    }


def test_a_lead_learns_nothing_of_targets_that_are_not_hers_to_set(director: User, cast: Cast) -> None:
    december = {"first_day": date(2026, 12, 1), "last_day": date(2026, 12, 31)}
    for whose in (cast.outsider, None):
        Target.objects.create(kind="new_clients", user=whose, value=3, **december)
    lead = who_may(cast.lead, "import_data")
    for theirs in (TARGET | {"user": cast.outsider.email}, TARGET | {"user": ""}):
        for value in ("3", "4"):
            job = bring(lead, "targets", [theirs | {"value": value}])
            assert (outcomes(job), changes(job, 2)) == (["error"], {})

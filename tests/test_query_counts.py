"""Every list, page and dashboard takes the same statements with 10 and 1,000 rows, at most 15 (issue: bars)."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import cycle
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpis.definitions import worked_examples
from kpis.snapshots import rebuild_all
from portfolio.figures import FIGURES
from tests.company import TODAY, Company, make_company
from tests.conftest import module_database
from tests.factories import (
    AnswerFactory,
    AssignmentFactory,
    ClientFactory,
    ContactFactory,
    ContractFactory,
    ContractLineFactory,
    InteractionFactory,
    NotificationFactory,
    PauseFactory,
    ProductFactory,
    RenewalAlertFactory,
    RenewalDecisionFactory,
    SurveyFactory,
    TargetFactory,
    TaskFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
)
from tests.test_permission_matrix import RIGHTS, TABLE

pytestmark = pytest.mark.django_db

MOST = 15
FEW, MANY = 10, 1_000
VIEWERS = ["owner", "lead", "director", "executive"]
ASKED = [  # the lists as people ask for them: filtered, sorted, in long pages
    "/?role=AE",
    "/clients/?per_page=100&sort=-value",
    "/clients/?q=banyak&signal=any&quiet=30&ends=90&owner=none",
    "/renewals/?per_page=100&sort=-owner",
    "/renewals/?days=90&state=undecided&q=banyak&owner=none",
    "/tasks/?per_page=100&sort=client&state=due&q=banyak",
    "/search/?q=banyak",
    "/log/?q=banyak",
]
ASKED_OF_LEADS = ["/team/?role=AE&sort=-value", "/targets/?kind=grr&page=2"]
YEAR = "first=2025-11-21&last=2026-11-20"


class Place(NamedTuple):
    viewer: str
    url: str

    @property
    def is_history(self) -> bool:
        """Whose page may hold fewer kinds of changes, and so names of fewer kinds of rows, when it is full."""
        return self.url.endswith("/history/") or self.url.startswith("/months/2026-")


def rows(factory: Any, made_of: Iterable[dict[str, Any]]) -> list[Any]:
    """Rows of a factory, in one statement."""
    made: list[Any] = factory._meta.model._default_manager.bulk_create(
        [factory.build(**each) for each in made_of]
    )
    return made


def grow(company: Company, numbers: range) -> None:
    """A row more of everything for each number: for the company, for its people, for one client, for one contract."""
    grow_client(company, grow_company(company, numbers), numbers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rebuild_all(TODAY)


def grow_company(company: Company, numbers: range) -> list[Any]:
    """People of a team, each holding a client as AE whose AM is the owner; teams below it; messages to the owner."""
    cast = company.cast
    people = rows(UserFactory, ({"full_name": f"Banyak {n}"} for n in numbers))
    rows(TeamMembershipFactory, ({"user": person, "team": cast.ritel} for person in people))
    rows(TargetFactory, ({"user": person} for person in people))
    rows(TeamFactory, ({"parent": cast.ritel} for n in numbers))
    rows(ProductFactory, ({} for n in numbers))
    clients = rows(ClientFactory, ({"legal_name": f"Banyak {n}"} for n in numbers))
    rows(AssignmentFactory, ({"client": client, "user": cast.owner} for client in clients))
    pairs = list(zip(clients, people, strict=True))
    rows(AssignmentFactory, ({"client": client, "user": person, "role": "AE"} for client, person in pairs))
    rows(ContactFactory, ({"client": client, "full_name": f"Banyak {client.pk}"} for client in clients))
    rows(TaskFactory, ({"client": client, "owner": cast.owner, "title": "Banyak"} for client in clients))
    rows(InteractionFactory, ({"client": client, "by": cast.owner} for client in clients))
    contracts = rows(
        ContractFactory, ({"client": client, "number": f"Banyak-{client.pk}"} for client in clients)
    )
    rows(ContractLineFactory, ({"contract": each, "product": company.product} for each in contracts))
    rows(RenewalAlertFactory, ({"contract": each} for each in contracts))
    told = {"kind": "renewal", "template": "mails/renewal", "context": company.own.notification.context}
    rows(NotificationFactory, (told | {"recipient": cast.owner, "about": each} for each in contracts))
    return people


def grow_client(company: Company, people: list[Any], numbers: range) -> None:
    """Everything that hangs on a client and on a contract, each row with another person, contact and product."""
    own, survey = company.own, SurveyFactory()
    client = {"client": own.client}
    contacts = rows(ContactFactory, (client for n in numbers))
    talks = list(zip(people, contacts, strict=True))
    rows(AssignmentFactory, (client | {"user": person, "role": "support"} for person in people))
    rows(InteractionFactory, (client | {"by": person, "contact": contact} for person, contact in talks))
    rows(TaskFactory, (client | {"owner": person} for person in people))
    rows(AnswerFactory, (client | {"survey": survey, "contact": contact} for contact in contacts))
    products = rows(ProductFactory, ({"family": "Iklan"} for n in numbers))
    contracts = rows(ContractFactory, (client for n in numbers))
    sold = list(zip(contracts, products, strict=True))
    rows(ContractLineFactory, ({"contract": contract, "product": product} for contract, product in sold))
    rows(PauseFactory, ({"contract": contract} for contract in contracts))
    for contract in (own.contract, own.draft):
        rows(ContractLineFactory, ({"contract": contract, "product": product} for product in products))
    days = [
        date(2027, 1, 1) + timedelta(2 * n) for n in numbers
    ]  # on a contract of their own: lines × pauses = segments
    rows(PauseFactory, ({"contract": own.noticed, "start": day, "end": day} for day in days))
    decided = zip(days, people, strict=True)
    rows(RenewalDecisionFactory, ({"contract": own.noticed, "term_end": d, "by": by} for d, by in decided))
    rows(RenewalAlertFactory, ({"contract": own.noticed, "term_end": day} for day in days))


def places(company: Company) -> Iterator[Place]:
    """Every page there is (the matrix knows them): home as each viewer finds it, lists and pages as the first and the
    last do who may, a form or a file once.
    """
    for name, address in TABLE.items():
        if "GET" in address.methods:
            viewers = [viewer for viewer in VIEWERS if RIGHTS[address.right][viewer] == "ok"]
            is_read = address.methods == "GET" and not name.endswith("_export")
            chosen = (
                viewers if name == "portfolio:home" else {viewers[0], viewers[-1]} if is_read else viewers[:1]
            )
            yield from (Place(viewer, address.url(name, company.own)) for viewer in chosen)
    yield Place("owner", company.own.noticed.get_absolute_url())
    yield from (Place("owner", url) for url in ASKED)
    yield from (Place("lead", url) for url in ASKED_OF_LEADS)
    yield from figures(company)
    yield from months(company)


def months(company: Company) -> Iterator[Place]:
    """A closed month of a person, of a team, of a tree of teams, of the company, with all that was entered since."""
    cast = company.cast
    scopes = [f"user:{cast.owner.pk}", f"team:{cast.ritel.pk}", f"team:{cast.root.pk}", "company"]
    for viewer, scope in zip(VIEWERS, scopes, strict=True):
        yield Place(viewer, f"/months/2026-09/?scope={scope}")


def figures(company: Company) -> Iterator[Place]:
    """The rows behind each number: of a person, of a team, of a tree of teams, of the company; and as a file."""
    cast = company.cast
    scopes = [f"user:{cast.owner.pk}", f"team:{cast.ritel.pk}", f"team:{cast.root.pk}", "company"]
    for measure, (viewer, scope) in zip(FIGURES, cycle(zip(VIEWERS, scopes, strict=True)), strict=False):
        query = f"scope={scope}" + (f"&{YEAR}" if FIGURES[measure].has_window else "")
        yield Place(viewer, f"{reverse('portfolio:figure_rows', args=[measure])}?{query}")
    yield Place(viewer, f"{reverse('portfolio:figure_export', args=[measure, 'xlsx'])}?{query}")


class Counter:
    """Statements of pages, each person in a session of her own."""

    def __init__(self, company: Company) -> None:
        self.browsers = {viewer: Browser() for viewer in VIEWERS}
        for viewer, browser in self.browsers.items():
            browser.force_login(company.people[viewer])

    def statements(self, place: Place) -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = self.browsers[place.viewer].get(place.url)
        assert answer.status_code == 200, place
        return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    with module_database(django_db_blocker):
        yield make_company()


def test_every_page_takes_the_same_statements_with_10_and_1000_rows_and_at_most_15(company: Company) -> None:
    ContentType.objects.get_for_models(*apps.get_models())  # looked up once per process: not counted
    worked_examples()  # likewise
    grow(company, range(FEW))
    counter, everywhere = Counter(company), list(places(company))
    few = {place: counter.statements(place) for place in everywhere}
    grow(company, range(FEW, MANY))
    many = {place: counter.statements(place) for place in everywhere}
    different = {place: (few[place], many[place]) for place in everywhere if few[place] != many[place]}
    assert not {place for place, (less, more) in different.items() if less < more or not place.is_history}
    assert not {place: n for place, n in many.items() if n > MOST}

"""Any stored number opens into its rows: 200 drawn pairs of figure and place in a company of 90 clients.

The rows of who sees everything, and those of a lead with what she may not see as one sum, add up to what is stored.
"""

import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Team, TeamMembership, User
from clients.models import Assignment, Client
from contracts.models import Contract, ExchangeRate
from kpis.measures import SUMS, Sums
from kpis.models import Role, Scope, Snapshot
from kpis.snapshots import rebuild_all, stored_windows
from kpis.windows import Window
from portfolio.figures import FIGURES, LABELS, Breakdown, Figure, breakdown
from portfolio.viewpoints import Viewpoint
from tests import factories
from tests.conftest import module_database
from tests.kpis.portfolios import large_portfolio

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
DRAWN, PAGES = 200, 12
WITH_WINDOW = {name: figure for name, figure in FIGURES.items() if figure.has_window}


@dataclass(frozen=True)
class People:
    """Who looks: one who reads all, and the lead of a team with one below it."""

    executive: User
    lead: User


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: Any) -> Iterator[People]:
    with module_database(django_db_blocker):
        large_portfolio(90, people=12)
        teams = list(Team.objects.order_by("pk"))
        for child, parent in ((1, 0), (2, 1), (3, 0), (5, 4)):
            Team.objects.filter(pk=teams[child].pk).update(parent=teams[parent])
        change_owners_and_teams(teams)
        without_a_rate()
        lead, executive = (factories.UserFactory(full_name=name) for name in ("Ketua", "Eksekutif"))
        factories.TeamMembershipFactory(user=lead, team=teams[1], role="lead")
        executive.user_permissions.add(Permission.objects.get(codename="read_all_clients"))
        rebuild_all(TODAY)
        yield People(executive, lead)


def change_owners_and_teams(teams: list[Team]) -> None:
    """Two people move to another team, one leaves hers; every ninth client is nobody's since March 2026."""
    members = list(TeamMembership.objects.order_by("pk"))
    for number, into in ((1, 3), (2, 1), (5, None)):
        members[number].end = date(2025, 5, 31)
        members[number].save()
        if into is not None:
            factories.TeamMembershipFactory(
                user=members[number].user, team=teams[into], start=date(2025, 6, 1)
            )
    for client in Client.objects.order_by("pk")[::9]:
        Assignment.objects.filter(client=client, role="AM", end=None).update(end=date(2026, 2, 28))


def without_a_rate() -> None:
    """One client pays in a currency whose rate came late: money of these windows is unknown (kpis.md R4)."""
    contract = Contract.objects.filter(start__lte=date(2026, 1, 1), end__gte=date(2026, 6, 1)).first()
    assert contract
    extra = factories.ContractFactory(
        client=contract.client, currency="EUR", start=date(2026, 9, 10), end=None
    )
    factories.ContractLineFactory(contract=extra, unit_price=Decimal("99.95"))
    ExchangeRate.objects.create(
        day=date(2026, 10, 20), currency="EUR", rate=Decimal("18123.4567"), source="BI"
    )


@dataclass(frozen=True)
class Place:
    """A figure in one scope, role and window."""

    measure: str
    point: Viewpoint
    window: Window

    @property
    def figure(self) -> Figure:
        return FIGURES[self.measure]

    def stored(self) -> Sums:
        """From the snapshots alone; a tree shows the balance of its transfers."""
        rows = Snapshot.objects.filter(
            kind=self.window.kind,
            first_day=self.window.first_day,
            last_day=self.window.last_day,
            role=self.point.role,
            scope=self.point.scope,
            edition="current",
        )
        if self.point.user:
            rows = rows.filter(user=self.point.user)
        if self.point.teams:
            rows = rows.filter(team__in=self.point.teams)
        total = Sums.total([row.sums for row in rows])
        return total.with_net_transfers() if self.point.teams else total

    def opened(self, viewer: User) -> Breakdown:
        return breakdown(self.figure, self.point, self.window, viewer, TODAY)


def points(role: str) -> list[Viewpoint]:
    """Every scope there is: the company, each tree, each single team, each person, and the two rests."""
    teams, users = Team.objects.all(), User.objects.filter(assignments__isnull=False).distinct()
    return [
        Viewpoint.of_company(role),
        Viewpoint(Scope.UNASSIGNED, role),
        Viewpoint(Scope.NO_TEAM, role),
        *(Viewpoint.of_team(team, role) for team in teams),
        *(Viewpoint(Scope.TEAM, role, teams=(team,)) for team in teams),
        *(Viewpoint.of_person(user, role) for user in users),
    ]


def drawn(count: int, seed: int) -> list[Place]:
    """Each figure equally often, each kind of scope as well."""
    random = Random(seed)
    windows, by_scope = sorted(stored_windows()), {}
    for role in Role.values:
        for point in points(role):
            by_scope.setdefault((point.scope, len(point.teams) > 1), []).append(point)
    measures = sorted(WITH_WINDOW)
    return [
        Place(
            measures[n % len(measures)],
            random.choice(random.choice(list(by_scope.values()))),
            random.choice(windows),
        )
        for n in range(count)
    ]


def added(rows: list[tuple[Any, ...]], figure: Figure) -> tuple[Any, ...]:
    columns = list(zip(*rows, strict=True)) or [()] * len(figure.columns)
    return tuple(None if None in column else sum(column) for column in columns)


def parts(found: Breakdown) -> list[tuple[Any, ...]]:
    hidden = [found.hidden.amounts] if found.hidden_clients else []
    return [line.amounts for line in found.lines] + hidden


def test_the_rows_of_any_figure_add_up_to_what_is_stored(people: People) -> None:
    visible = set(Client.objects.visible_to(people.lead).values_list("pk", flat=True))
    assert 0 < len(visible) < 90
    filled = 0
    for place in drawn(DRAWN, seed=1):
        stored = place.stored()
        expected = tuple(getattr(stored, column) for column in place.figure.columns)
        whole, part = place.opened(people.executive), place.opened(people.lead)
        assert added(parts(whole), place.figure) == expected, place
        assert added(parts(part), place.figure) == expected, place
        assert whole.total.amounts == part.total.amounts == expected, place
        assert whole.hidden_clients == 0
        everybody = {line.client.pk: line.amounts for line in whole.lines if line.client}
        named = {line.client.pk: line.amounts for line in part.lines if line.client}
        assert named == {pk: amounts for pk, amounts in everybody.items() if pk in visible}, place
        assert part.hidden_clients == len(everybody) - len(named)
        filled += bool(everybody)
    assert filled > DRAWN / 2


def test_the_drawn_places_are_of_every_kind(people: People) -> None:
    places = drawn(DRAWN, seed=1)
    assert {place.measure for place in places} == set(WITH_WINDOW)
    assert {place.point.scope for place in places} == set(Scope)
    assert {place.point.role for place in places} == set(Role.values)
    assert any(len(place.point.teams) > 1 for place in places)
    assert any(None in place.opened(people.executive).total.amounts for place in places)


def test_every_sum_is_a_column_of_a_figure() -> None:
    shown = {column for figure in FIGURES.values() for column in figure.columns}
    assert set(SUMS) - shown == set()
    assert shown <= set(LABELS)


def test_of_a_tree_the_rows_show_the_balance_of_transfers(people: People) -> None:
    """Taken over and handed over in one window: the rows add up to the one net line of the tile."""
    tree = Viewpoint.of_team(Team.objects.order_by("pk")[0], "AM")
    unequal = 0
    for window in sorted(stored_windows()):
        place = Place("client_movements", tree, window)
        stored, found = place.stored(), place.opened(people.executive)
        pair = (stored.transfer_in_clients, stored.transfer_out_clients)
        assert found.total.amounts[4:6] == pair
        unequal += any(pair)
    assert unequal


def has_address(point: Viewpoint) -> bool:
    """Pages know people, trees and the company."""
    if point.teams:
        return point == Viewpoint.of_team(point.teams[0], point.role)
    return point.scope in (Scope.USER, Scope.COMPANY)


def pages(people: People, seed: int) -> list[tuple[User, Place]]:
    """Places that have an address, each with one who may see it; the lead sees her two teams and their people."""
    below = list(Team.objects.below(Team.objects.led_by(people.lead, TODAY)))
    hers = {person.pk for person in User.objects.filter(memberships__team__in=below, memberships__end=None)}
    addressed = [place for place in drawn(3 * DRAWN, seed) if has_address(place.point)]
    led = [
        place
        for place in addressed
        if (place.point.user and place.point.user.pk in hers)
        or (place.point.teams and place.point.teams[0] in below)
    ]
    return [(people.executive, place) for place in addressed[:PAGES]] + [
        (people.lead, p) for p in led[:PAGES]
    ]


def test_page_csv_and_xlsx_show_these_rows_and_no_foreign_client(people: People) -> None:
    for viewer, place in pages(people, seed=2):
        browser = Browser()
        browser.force_login(viewer)
        expected, found = place.stored(), place.opened(viewer)
        query = f"{place.point.query}&first={place.window.first_day}&last={place.window.last_day}"
        page = browser.get(f"{reverse('portfolio:figure_rows', args=[place.measure])}?{query}")
        assert page.status_code == 200
        assert page.context["found"] == found
        texts = [page.content.decode()]
        total = tuple(getattr(expected, column) for column in place.figure.columns)
        for kind, read in (("csv", rows_of_csv), ("xlsx", rows_of_xlsx)):
            answer = browser.get(f"{reverse('portfolio:figure_export', args=[place.measure, kind])}?{query}")
            rows = read(answer.content)
            assert rows[-1][1:] == total, (place, kind)
            assert added([row[1:] for row in rows[1:-1]], place.figure) == total
            assert len(rows) == len(found.lines) + bool(found.hidden_clients) + 2
            texts.append(str(rows))
        visible = {str(client) for client in Client.objects.visible_to(viewer)}
        assert names(texts) == {str(line.client) for line in found.lines} <= visible


def names(texts: list[str]) -> set[str]:
    """The clients of the company that some texts name."""
    return {f"PT {name}" for text in texts for name in re.findall(r"Besar \d{5}", text)}


def rows_of_csv(content: bytes) -> list[Any]:
    rows = csv.reader(StringIO(content.decode("utf-8-sig")))
    return [
        (name, *(Decimal(cell) if re.fullmatch(r"-?[\d.]+", cell) else None for cell in cells))
        for name, *cells in rows
    ]


def rows_of_xlsx(content: bytes) -> list[Any]:
    """Text by its place in the table of texts, numbers as they are, a missing cell as None."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        texts = re.findall(r"<t[^>]*>([^<]*)</t>", archive.read("xl/sharedStrings.xml").decode())
    rows = []
    for cells in re.findall(r"<row [^>]*>(.*?)</row>", sheet):
        found = re.findall(r'<c r="([A-Z]+)\d+"(?: s="\d+")?( t="s")?><v>([^<]*)</v></c>', cells)
        values = {
            ord(column) - 65: texts[int(value)] if text else Decimal(value) for column, text, value in found
        }
        rows.append(tuple(values.get(n) for n in range(width(sheet))))
    return rows


def width(sheet: str) -> int:
    """How many columns the head has."""
    return len(re.findall("<c ", re.findall(r"<row [^>]*>(.*?)</row>", sheet)[0]))

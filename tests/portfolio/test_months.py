"""A closed month: reported beside current, and what was entered since."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.utils import timezone, translation

from accounts.days import JAKARTA
from accounts.models import User
from contracts.models import Contract, ContractLine
from kpis import closing, snapshots
from kpis.models import MonthClose
from portfolio.entries import entries_since
from portfolio.viewpoints import Viewpoint
from tests import factories
from tests.conftest import Cast
from tests.portfolio.conftest import contracted, held_clients
from tests.portfolio.test_pages import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
OCTOBER, END = date(2026, 10, 1), date(2026, 10, 31)
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=JAKARTA), datetime(2120, 1, 1, tzinfo=JAKARTA)


@pytest.fixture
def closed(cast: Cast, computed: Callable[[], Cast]) -> Cast:
    """October is closed: 13 clients of 10m a month; nobody knows yet that one of them pays 20m."""
    held_clients(cast.owner, 12)
    contracted(cast.client, date(2025, 1, 1), date(2027, 12, 31))
    computed()
    closing.close(OCTOBER, None, timezone.now())
    return cast


def correct(cast: Cast) -> None:
    ContractLine.objects.filter(contract__client=cast.client).update(unit_price=Decimal(20_000_000))
    snapshots.rebuild_stale(100, timezone.now())


def page(browser: Browser, user: User, address: str = "/months/2026-10/") -> Any:
    answer = browse(browser, user, "en").get(address)
    assert answer.status_code == 200
    return answer


def rows_of(answer: Any) -> dict[tuple[str, str], tuple[str, str, str]]:
    with translation.override("en"):
        return {
            (group.title, str(row.label)): (row.reported.text, row.current.text, row.difference)
            for group in answer.context["groups"]
            for row in group.rows
        }


def test_reported_stands_beside_current_with_the_difference(closed: Cast, client: Browser) -> None:
    assert {row[2] for row in rows_of(page(client, closed.director)).values()} == {""}
    correct(closed)
    rows = rows_of(page(client, closed.director))
    value = rows["On 31 Oct 2026", "Closing value (MRR)"]
    assert value == ("Rp130,000,000", "Rp140,000,000", "+Rp10,000,000")
    assert rows["On 31 Oct 2026", "Active clients"] == ("13", "13", "")
    assert rows["In the month", "Client retention"][:2] == ("100.0%", "100.0%")
    assert len(rows) == 2 + 6 + 6


def test_each_current_number_leads_to_its_rows(closed: Cast, client: Browser) -> None:
    correct(closed)
    rows = [row for group in page(client, closed.director).context["groups"] for row in group.rows]
    with translation.override("en"):
        labels = [str(row.label) for row in rows]
    contexts = [page(client, closed.director, row.current.url).context for row in rows]
    found = dict(zip(labels, contexts, strict=True))
    sums = {
        label: dict(zip(context["figure"].columns, context["found"].total.amounts, strict=True))
        for label, context in found.items()
    }
    assert sums["Closing value (MRR)"]["closing_arr"] == 12 * 140_000_000
    assert sums["Active clients"] == {"closing_clients": 13}
    assert sums["Client retention"] == {"retained_clients": 13, "cohort_clients": 13}
    assert all(context["window"].last_day == END for context in found.values())
    assert {row.reported.url for row in rows} == {""}


def test_the_list_leads_to_the_rows_of_a_month(closed: Cast, client: Browser) -> None:
    october = page(client, closed.director, "/months/").context["months"][0]
    assert page(client, closed.director, october.url).context["found"].total.amounts[-1] == october.current


def test_an_open_month_shows_the_current_numbers_only(closed: Cast, client: Browser) -> None:
    answer = page(client, closed.director, "/months/2026-09/")
    assert all(row.reported is None for group in answer.context["groups"] for row in group.rows)
    assert "Close the month" in answer.content.decode()


def test_the_list_marks_a_month_that_changed_since(closed: Cast, client: Browser) -> None:
    correct(closed)
    october, september, *_rest = page(client, closed.director, "/months/").context["months"]
    assert (october.first_day, october.differs, september.differs) == (OCTOBER, True, False)
    assert (october.reported, october.current) == (130 * 12 * 10**6, 140 * 12 * 10**6)
    assert september.reported is None


def test_the_rows_behind_a_number_say_that_it_was_reported_otherwise(closed: Cast, client: Browser) -> None:
    url = "/figures/movements/?scope=company&first=2026-10-01&last=2026-10-31"
    assert "Reported when" not in page(client, closed.director, url).content.decode()
    correct(closed)
    html = page(client, closed.director, url).content.decode()
    assert "Closing value Rp1,560,000,000" in html
    assert "/months/2026-10/?scope=company&amp;role=AM" in html


def found(cast: Cast, reader: User, point: Viewpoint | None = None, since: datetime = LONG_AGO) -> list[str]:
    rows = entries_since(since, END, point or Viewpoint.of_company("AM"), reader)
    return [f"{each.model.split('.')[1].removesuffix('Event')} {each.pgh_id}" for each in rows]


def added(cast: Cast, act: Callable[[], object]) -> set[str]:
    """Kinds of entries that `act` adds to those of October."""
    before = set(found(cast, cast.executive))
    act()
    return {each.split()[0] for each in set(found(cast, cast.executive)) - before}


def line_of(cast: Cast) -> ContractLine:
    return ContractLine.objects.get(contract__client=cast.client)


def change(model: Any, pk: int, **values: object) -> None:
    model.objects.filter(pk=pk).update(**values)


REACHING: dict[str, tuple[Callable[[Cast], object], set[str]]] = {
    "price": (lambda c: change(ContractLine, line_of(c).pk, unit_price=5), {"ContractLine"}),
    "terminated in October": (
        lambda c: change(Contract, line_of(c).contract_id, terminated_on=END, termination_reason="x"),
        {"Contract"},
    ),
    "terminated in November": (
        lambda c: change(
            Contract, line_of(c).contract_id, terminated_on=date(2026, 11, 1), termination_reason="x"
        ),
        set(),
    ),
    "number": (lambda c: change(Contract, line_of(c).contract_id, number="LAIN"), set()),
    "new contract from October": (
        lambda c: factories.ContractFactory(client=c.client, start=END),
        {"Contract"},
    ),
    "new contract from November": (
        lambda c: factories.ContractFactory(client=c.client, start=date(2026, 11, 1)),
        set(),
    ),
    "draft": (lambda c: factories.ContractFactory(client=c.client, status="draft", signed_on=None), set()),
    "line of its contract's days": (
        lambda c: factories.ContractLineFactory(contract=line_of(c).contract),
        {"ContractLine"},
    ),
    "line from November": (
        lambda c: factories.ContractLineFactory(contract=line_of(c).contract, start=date(2026, 11, 1)),
        set(),
    ),
    "line deleted": (lambda c: line_of(c).delete(), {"ContractLine"}),
    "pause": (lambda c: factories.PauseFactory(contract=line_of(c).contract), {"Pause"}),
    "owner until September": (
        lambda c: c.client.assignments.update(end=date(2026, 9, 30)),
        {"Assignment"},
    ),
    "owner until November": (lambda c: c.client.assignments.update(end=date(2026, 11, 1)), set()),
    "backup": (
        lambda c: factories.AssignmentFactory(client=c.client, user=c.colleague, role="support"),
        set(),
    ),
    "team": (lambda c: c.owner.memberships.update(team=c.other_team), {"TeamMembership"}),
    "answer of October": (lambda c: factories.AnswerFactory(client=c.client), {"Answer"}),
    "answer just after October in Jakarta": (
        lambda c: factories.AnswerFactory(client=c.client, answered_at=datetime(2026, 11, 1, tzinfo=JAKARTA)),
        set(),
    ),
    "rate": (lambda c: factories.ExchangeRateFactory(), {"ExchangeRate"}),
}


@pytest.mark.parametrize(("act", "kinds"), REACHING.values(), ids=REACHING.keys())
def test_an_entry_is_listed_if_it_reaches_into_the_month(
    closed: Cast, act: Callable[[Cast], object], kinds: set[str]
) -> None:
    assert added(closed, lambda: act(closed)) == kinds


def test_a_day_that_is_moved_out_of_the_month_reaches_into_it(closed: Cast) -> None:
    line = line_of(closed)
    change(ContractLine, line.pk, end=END)
    assert added(closed, lambda: change(ContractLine, line.pk, end=date(2026, 12, 31))) == {"ContractLine"}
    assert added(closed, lambda: change(ContractLine, line.pk, end=date(2026, 12, 30))) == set()


def test_entries_before_the_closing_are_not_listed(closed: Cast) -> None:
    assert found(closed, closed.executive)
    assert not found(closed, closed.executive, since=FAR_AHEAD)


def test_entries_of_clients_that_one_may_not_see_are_not_listed(closed: Cast) -> None:
    factories.ContractFactory(client=closed.foreign, start=OCTOBER)
    seen = set(found(closed, closed.executive))
    of_foreign = seen - set(found(closed, closed.director))
    assert any(each.startswith("Contract ") for each in of_foreign)
    assert not any(each.startswith("Contract") for each in found(closed, closed.colleague))


def test_of_one_persons_numbers_only_what_is_about_her_clients_is_listed(closed: Cast) -> None:
    factories.ContractFactory(client=closed.foreign, start=OCTOBER)
    everything = set(found(closed, closed.executive))
    hers = set(found(closed, closed.executive, Viewpoint.of_person(closed.outsider, "AM")))
    assert {each.split()[0] for each in hers} == {"Contract", "Assignment", "TeamMembership"}
    assert len(hers) == 3
    assert hers < everything


def test_the_page_tells_the_entries(closed: Cast, client: Browser) -> None:
    MonthClose.objects.update(closed_at=LONG_AGO)
    correct(closed)
    html = page(client, closed.director).content.decode()
    assert "unit price: <del>10,000,000</del> → <ins>20,000,000</ins>" in html
    assert str(closed.client) in html


def test_closing_and_re_opening_by_hand(closed: Cast, client: Browser) -> None:
    browser = browse(client, closed.director, "en")
    form = {"once": uuid4()}
    for _click in range(2):
        assert browser.post("/months/2026-09/close/", form).status_code == 302
    refused = browser.post("/months/2026-09/close/", {"once": uuid4()})
    assert refused.status_code == 422
    assert "closed already" in refused.content.decode()
    row = MonthClose.objects.get(first_day=date(2026, 9, 1))
    assert row.closed_by == closed.director
    silent = browser.post("/months/2026-09/reopen/", {"once": uuid4(), "expected": row.pk, "reason": " "})
    assert silent.status_code == 422
    form = {"once": uuid4(), "expected": row.pk, "reason": "Salah harga"}
    for _click in range(2):
        assert browser.post("/months/2026-09/reopen/", form).status_code == 302
    row.refresh_from_db()
    assert (row.reopened_by, row.reason) == (closed.director, "Salah harga")
    assert "Salah harga" in page(client, closed.director, "/months/").content.decode()


def test_an_old_page_does_not_re_open_a_later_closing(closed: Cast, client: Browser) -> None:
    first = MonthClose.objects.get()
    closing.reopen(first, closed.director, "Koreksi", timezone.now() + timedelta(hours=1))
    closing.close(OCTOBER, None, timezone.now())
    form = {"once": uuid4(), "expected": first.pk, "reason": "Lagi"}
    answer = browse(client, closed.director, "en").post("/months/2026-10/reopen/", form)
    assert answer.status_code == 422
    assert MonthClose.objects.in_force().count() == 1


def test_the_closing_of_another_month_is_not_re_opened_by_a_forged_form(
    closed: Cast, client: Browser
) -> None:
    closing.close(date(2026, 9, 1), None, timezone.now())
    form = {"once": uuid4(), "expected": MonthClose.objects.get(first_day=OCTOBER).pk, "reason": "x"}
    answer = browse(client, closed.director, "en").post("/months/2026-09/reopen/", form)
    assert answer.status_code == 422
    assert MonthClose.objects.in_force().count() == 2


def test_without_numbers_the_pages_say_what_to_do(cast: Cast, client: Browser) -> None:
    assert "No month has numbers yet" in page(client, cast.director, "/months/").content.decode()
    assert "This month has no numbers" in page(client, cast.director).content.decode()

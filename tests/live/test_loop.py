"""The first whole loop: a change in the browser becomes numbers by the worker; pages outlive worker and queue."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.days import today
from tests.live.conftest import Person, Site, within

# Python 3.12 warns about what procs.py does in xdist's workers, which have threads; the real callers have none.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
CLIENT, LINE = 1, 1  # the only ones
CLIENT_PAGE = f"/clients/{CLIENT}/"
PAGES = [
    reverse(name)
    for name in (
        "portfolio:home",
        "portfolio:client_list",
        "portfolio:renewal_list",
        "portfolio:task_list",
        "portfolio:search",
        "portfolio:team_page",
        "notifications:notification_list",
        "accounts:profile",
    )
] + [CLIENT_PAGE, f"/clients/{CLIENT}/timeline/", f"/clients/{CLIENT}/history/", "/contracts/1/"]


@pytest.fixture(scope="module")
def owner(site: Site) -> Person:
    return Person(site.url).sign_in("owner")


@pytest.fixture(scope="module")
def lead(site: Site) -> Person:
    return Person(site.url).sign_in("lead")


def first_of_month() -> date:
    """Of the month that the last full day lies in: a window that is kept ends there."""
    return (today() - timedelta(days=1)).replace(day=1)


def amend(owner: Person, price: int) -> None:
    """Another price with effect from the first of the month, in the three steps of the page."""
    path = reverse("contracts:line_amend", args=[line_in_effect(owner)])
    status, form = owner.get(path)
    assert status == 200
    status, preview = owner.submit(path, form, from_day=first_of_month().isoformat(), unit_price=str(price))
    assert status == 200, preview
    status, page = owner.submit(path, preview)
    assert status == 200
    assert "/amend/" in page  # back on the contract, whose new line can be amended again


def line_in_effect(owner: Person) -> int:
    _status, page = owner.get("/contracts/1/")
    return int(page.split('/amend/"')[-2].rsplit("/", 1)[-1])


def annual_values(site: Site) -> set[Decimal]:
    """The client's value, and those of the owner and her team at the end of the running month."""
    standing = site.rows("SELECT annual_value FROM contracts_clientstanding WHERE client_id = %s", CLIENT)
    snapshots = site.rows(
        "SELECT closing_arr FROM kpis_snapshot WHERE kind = 'month' AND first_day = %s AND role = 'AM'"
        " AND scope IN ('user', 'team')",
        first_of_month(),
    )
    assert len(snapshots) == 2
    return {value for (value,) in standing + snapshots}


def shows(person: Person, path: str, text: str) -> bool:
    status, page = person.get(path)
    assert status == 200
    return text in page.replace("\xa0", " ")


def test_a_changed_line_becomes_right_numbers_within_ten_seconds(
    site: Site, owner: Person, lead: Person
) -> None:
    assert annual_values(site) == {Decimal(120_000_000)}
    amend(owner, 12_000_000)
    within(10, lambda: annual_values(site) == {Decimal(144_000_000)})
    assert shows(owner, CLIENT_PAGE, "Rp144.000.000")
    assert shows(owner, "/", "Rp144.000.000")
    assert shows(lead, reverse("portfolio:team_page"), "Rp144.000.000")


def test_without_a_worker_pages_answer_and_show_the_older_as_of(
    site: Site, owner: Person, lead: Person
) -> None:
    before = owner.as_of(CLIENT_PAGE)
    site.stop_worker()
    amend(owner, 13_000_000)
    assert shows(owner, CLIENT_PAGE, "Rp144.000.000")
    assert owner.as_of(CLIENT_PAGE) == before
    for path in PAGES:
        assert lead.get(path)[0] == 200, path
    site.start_worker()
    within(60, lambda: annual_values(site) == {Decimal(156_000_000)})  # with the start of a worker


def test_without_valkey_every_page_and_the_sign_in_answer_at_once(site: Site, lead: Person) -> None:
    site.stop_valkey()
    newcomer = Person(site.url).sign_in("owner")
    assert newcomer.seconds < 2
    for path in PAGES:
        status, _page = lead.get(path)
        assert status == 200, path
        assert lead.seconds < 2, path
    amend(newcomer, 14_000_000)
    assert newcomer.seconds < 2

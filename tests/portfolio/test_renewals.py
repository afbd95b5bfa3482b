"""The list of renewals, and signals on the client list and page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from contracts.models import RenewalDecision
from tests import factories
from tests.conftest import Cast
from tests.portfolio.conftest import TODAY, contracted, in_days
from tests.portfolio.test_pages import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
Compute = Callable[[], Cast]


def listed(browser: Browser, user: Any, name: str = "renewal_list", **query: object) -> list[Any]:
    answer = browse(browser, user, "en").get(reverse(f"portfolio:{name}"), query)
    return [row.record for row in answer.context["table"].rows]


def test_only_renewals_of_visible_clients_are_listed_and_exported(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    contracted(cast.client, in_days(-300), in_days(65))
    contracted(cast.foreign, in_days(-300), in_days(65))
    computed()
    assert [term.client for term in listed(client, cast.owner)] == [cast.client]
    text = client.get(reverse("portfolio:renewal_export", args=["csv"])).content.decode()
    assert cast.client.legal_name in text
    assert cast.foreign.legal_name not in text
    assert listed(client, cast.colleague) == []


@pytest.mark.parametrize(("days", "found"), [(30, False), (60, True), (90, True)])
def test_the_filter_goes_by_the_binding_date(
    cast: Cast, client: Browser, computed: Compute, days: int, found: bool
) -> None:
    contracted(cast.client, in_days(-300), in_days(90), notice_days=30)
    computed()
    assert bool(listed(client, cast.owner, days=days)) is found


def let_renew(cast: Cast) -> None:
    contract = cast.client.contracts.get()
    RenewalDecision.objects.create(contract=contract, term_end=contract.end, by=cast.owner)


def give_notice(cast: Cast) -> None:
    cast.client.contracts.update(notice_on=TODAY, notice_by="client")


def renew(cast: Cast) -> None:
    old = cast.client.contracts.get()
    contracted(cast.client, in_days(66), in_days(400), renewed_from=old)


def wait(cast: Cast) -> None:
    pass


def expire(cast: Cast) -> None:
    cast.client.contracts.update(end=in_days(-1))


@pytest.mark.parametrize(
    ("done", "state"),
    [
        (wait, "undecided"),
        (let_renew, "let_renew"),
        (give_notice, "ends"),
        (renew, "renewed"),
        (expire, "expired"),
    ],
)
def test_a_term_says_what_is_decided_about_it(
    cast: Cast, client: Browser, computed: Compute, done: Callable[[Cast], None], state: str
) -> None:
    contracted(cast.client, in_days(-300), in_days(65))
    done(cast)
    computed()
    assert [term.state for term in listed(client, cast.owner)] == [state]
    assert len(listed(client, cast.owner, state=state)) == 1
    assert listed(client, cast.owner, state="undecided" if state != "undecided" else "ends") == []


def test_the_client_list_filters_by_signal(cast: Cast, client: Browser, computed: Compute) -> None:
    contracted(cast.client, in_days(-300), in_days(20), notice_days=0)
    computed()
    for signal, found in [("risk", True), ("any", True), ("deadline", True), ("paused", False)]:
        assert bool(listed(client, cast.owner, "client_list", signal=signal)) is found


def test_the_client_page_says_why_a_client_needs_attention(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    contracted(cast.client, in_days(-300), in_days(20), notice_days=0)
    factories.TaskFactory(client=cast.client, owner=cast.owner)
    computed()
    page = browse(client, cast.owner, "en").get(cast.client.get_absolute_url()).content.decode()
    assert "Why this needs attention" in page
    assert "Decide on the renewal by 11 Dec 2026 (in 20 days)." in page
    assert "Not known, for lack of data:" in page

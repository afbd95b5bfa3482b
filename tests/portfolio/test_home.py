"""Home: whose numbers, how they are told, and what is to be done today."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.days import JAKARTA
from clients.models import Client
from kpis.models import Snapshot, StaleClient
from tests import factories
from tests.conftest import Cast
from tests.portfolio.conftest import TODAY, contracted, held_clients, in_days
from tests.portfolio.test_pages import browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
Compute = Callable[[], Cast]


def home(browser: Browser, user: Any, language: str = "en", **query: str) -> Any:
    return browse(browser, user, language).get(reverse("portfolio:home"), query)


def tile(answer: Any, name: str) -> Any:
    return next(tile for tile in answer.context["tiles"] if tile.name.startswith(name))


def test_few_clients_are_told_as_counts_without_a_percentage(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    held_clients(cast.owner, 6, lost=1)
    computed()
    retention = tile(home(client, cast.owner), "Client retention")
    assert retention.value == "5 of 6"
    assert "%" not in "".join([retention.value, retention.base, *retention.notes])


def test_from_ten_clients_on_a_percentage_is_shown_with_its_base_and_range(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    held_clients(cast.owner, 19, lost=2)
    computed()
    retention = tile(home(client, cast.owner), "Client retention")
    assert (retention.value, retention.base) == ("89.5%", "17 of 19 clients")
    assert retention.notes == ("Indicative: between 68.6% and 97.1% (95% certain)",)


def test_the_value_of_today_is_monthly_with_the_exact_year_and_its_clients(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    held_clients(cast.owner, 3)
    contracted(cast.client, date(2026, 11, 1), date(2027, 10, 31), 4_500_000)
    computed()
    value = tile(home(client, cast.owner), "Monthly value")
    assert value.exact == "Rp34,500,000"
    assert value.notes == ("Rp414,000,000 a year, before VAT",)
    assert value.base == "from 4 active clients"
    assert value.change.text == "up Rp4.5\N{NO-BREAK SPACE}million on Oct 2026"


def test_upsell_counts_upsell_and_cross_sell_of_the_running_month(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    contracted(cast.client, date(2025, 1, 1), date(2027, 12, 31))
    factories.ContractLineFactory(
        contract=cast.client.contracts.get(), start=date(2026, 11, 5), unit_price=2_000_000
    )
    computed()
    upsell = tile(home(client, cast.owner), "Upsell")
    assert upsell.name == "Upsell and cross-sell, Nov 2026"
    assert upsell.exact == "Rp2,000,000"
    assert upsell.notes == ("The month is still running",)


def test_without_answers_there_is_no_nps_tile_and_few_answers_give_no_score(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    contracted(cast.client, date(2025, 1, 1), date(2027, 12, 31))
    computed()
    assert not [t for t in home(client, cast.owner).context["tiles"] if t.name.startswith("NPS")]
    factories.AnswerFactory(client=cast.client, score=9)
    computed()
    nps = tile(home(client, cast.owner), "NPS")
    assert nps.value == "No score yet"
    assert nps.notes == ("1 promoters, 0 passives, 0 detractors",)


def test_numbers_older_than_a_day_are_marked(cast: Cast, client: Browser, computed: Compute) -> None:
    held_clients(cast.owner, 1)
    computed()
    now = datetime(2026, 11, 21, 10, tzinfo=JAKARTA)
    Snapshot.objects.update(computed_at=now - timedelta(hours=24))
    assert not tile(home(client, cast.owner), "Client retention").is_stale
    Snapshot.objects.update(computed_at=now - timedelta(hours=24, seconds=1))
    assert tile(home(client, cast.owner), "Client retention").is_stale


def test_a_change_that_waits_makes_the_value_as_old_as_the_change(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    held_clients(cast.owner, 1)
    computed()
    assert tile(home(client, cast.owner), "Monthly value").as_of == datetime(2026, 11, 21, 10, tzinfo=JAKARTA)
    contracted(cast.client, date(2026, 11, 1), date(2027, 10, 31))
    marked_at = datetime(2026, 11, 21, 9, 58, tzinfo=JAKARTA)
    StaleClient.objects.update(marked_at=marked_at)
    assert tile(home(client, cast.owner), "Monthly value").as_of == marked_at


def rows(answer: Any, kind: str) -> list[Any]:
    return next((card.rows for card in answer.context["cards"] if card.kind == kind), [])


def test_decisions_come_by_binding_date_with_a_reason_and_a_value(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    soon, later = held_clients(cast.owner, 2)
    soon.contracts.update(end=in_days(35), notice_days=30)
    later.contracts.update(end=in_days(60), notice_days=30)
    contracted(cast.client, date(2026, 1, 1), in_days(-3))
    computed()
    found = rows(home(client, cast.owner), "decision")
    assert [row.client for row in found] == [cast.client, soon, later]
    assert found[0].why == ["Ended on 18 Nov 2026 without a decision; counts as lost after 18 Dec 2026."]
    assert found[1].why == ["Notice deadline 26 Nov 2026 (in 5 days); ends on 26 Dec 2026."]


def test_tasks_of_others_of_later_days_and_of_foreign_clients_are_not_on_the_list(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    due = factories.TaskFactory(client=cast.client, owner=cast.owner, due_on=TODAY)
    factories.TaskFactory(client=cast.client, owner=cast.owner, due_on=in_days(1))
    factories.TaskFactory(client=cast.client, owner=cast.lead, due_on=TODAY)
    factories.TaskFactory(client=cast.foreign, owner=cast.owner, due_on=TODAY)
    computed()
    assert [row.record for row in rows(home(client, cast.owner), "task")] == [due]


def test_at_most_seven_rows_of_a_card_are_shown(cast: Cast, client: Browser, computed: Compute) -> None:
    for _ in range(9):
        factories.TaskFactory(client=cast.client, owner=cast.owner, due_on=TODAY, title="Kirim laporan")
    computed()
    page = home(client, cast.owner).content.decode()
    assert page.count('<div class="fw-semibold">Kirim laporan</div>') == 7
    assert "(9)" in page


def calm(client: Client, owner: Any) -> None:
    contracted(client, date(2025, 1, 1), date(2027, 12, 31))
    factories.ContactFactory(client=client)
    factories.InteractionFactory(
        client=client, by=owner, happened_at=datetime(2026, 11, 20, 9, tzinfo=JAKARTA)
    )
    factories.TaskFactory(client=client, owner=owner, due_on=in_days(4))


def test_a_day_without_anything_to_do_says_what_comes_next(
    cast: Cast, client: Browser, computed: Compute
) -> None:
    calm(cast.client, cast.owner)
    computed()
    page = home(client, cast.owner).content.decode()
    assert "Everything is done for today" in page
    assert "The next thing is due on Wednesday, 25 November 2026." in page


def test_somebody_without_clients_reads_what_happens_next(cast: Cast, client: Browser) -> None:
    page = home(client, cast.colleague).content.decode()
    assert "No client is assigned to you yet." in page


def test_an_administrator_without_clients_is_shown_to_the_administration(cast: Cast, client: Browser) -> None:
    page = home(client, cast.administrator).content.decode()
    assert "Open the administration" in page
    assert "No client is assigned" not in page


@pytest.mark.parametrize(
    ("name", "title"), [("lead", "Ritel"), ("director", "Penjualan"), ("executive", "Seluruh perusahaan")]
)
def test_people_without_own_clients_see_the_numbers_they_answer_for(
    cast: Cast, client: Browser, computed: Compute, name: str, title: str
) -> None:
    held_clients(cast.owner, 3)
    computed()
    answer = home(client, getattr(cast, name))
    assert answer.context["point"].title == title
    assert tile(answer, "Monthly value").exact == "Rp30,000,000"


def test_who_holds_clients_in_both_roles_may_switch(cast: Cast, client: Browser, computed: Compute) -> None:
    contracted(cast.client, date(2025, 1, 1), date(2027, 12, 31))
    contracted(cast.foreign, date(2025, 1, 1), date(2027, 12, 31), 3_000_000)
    factories.AssignmentFactory(client=cast.foreign, user=cast.owner, role="AE")
    computed()
    assert tile(home(client, cast.owner), "Monthly value").exact == "Rp10,000,000"
    assert tile(home(client, cast.owner, role="AE"), "Monthly value").exact == "Rp3,000,000"

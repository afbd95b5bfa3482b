"""Each signal on its boundary days; today is Saturday, 21 November 2026."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.days import JAKARTA
from clients.models import Client
from contracts.models import RenewalDecision
from contracts.projection import current_rules, project
from kpis.signals import SIGNALS, assess, watched
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TODAY = date(2026, 11, 21)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), JAKARTA)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def calm() -> Client:
    """A client about which no signal has anything to say."""
    client = factories.ClientFactory(legal_name="Tenang", tier="regular")
    factories.AssignmentFactory(client=client)
    factories.ContactFactory(client=client, decision_role="decider")
    factories.TaskFactory(client=client, due_on=TODAY + timedelta(days=9))
    factories.InteractionFactory(client=client, happened_at=at(days_ago(3)))
    factories.AnswerFactory(client=client, score=9)
    contract = factories.ContractFactory(
        client=client, start=date(2026, 1, 1), end=date(2027, 6, 30), notice_days=30
    )
    factories.ContractLineFactory(contract=contract)
    return client


def seen(client: Client, day: date = TODAY) -> Any:
    project([client.pk], current_rules(), day)
    return assess(Client.objects.filter(pk=client.pk), day)[0]


def raised(client: Client, day: date = TODAY) -> set[str]:
    return {signal.name for signal in seen(client, day).raised}


def unknown(client: Client) -> set[str]:
    return {signal.name for signal in seen(client).unknown}


def test_nothing_is_raised_or_unknown_about_a_calm_client(calm: Client) -> None:
    found = seen(calm)
    assert (found.raised, found.unknown, found.sentences) == ([], [], [])
    assert found.is_at_risk is False


@pytest.mark.parametrize(
    ("day", "is_raised"),
    [
        (date(2027, 4, 30), False),  # 31 days before the deadline of 31 May 2027
        (date(2027, 5, 1), True),
        (date(2027, 5, 31), True),
        (date(2027, 6, 30), True),  # the deadline passed, the term still runs
        (date(2027, 7, 1), False),  # expired now
    ],
)
def test_a_decision_is_due_from_30_days_before_the_binding_date(
    calm: Client, day: date, is_raised: bool
) -> None:
    assert ("deadline" in raised(calm, day)) is is_raised


def test_a_decided_term_raises_nothing(calm: Client) -> None:
    contract = calm.contracts.get()
    day = date(2027, 5, 20)
    assert "deadline" in raised(calm, day)
    RenewalDecision.objects.create(contract=contract, term_end=contract.end, by=calm.assignments.get().user)
    assert "deadline" not in raised(calm, day)


@pytest.mark.parametrize(
    ("day", "is_raised"),
    [
        (date(2027, 6, 30), False),
        (date(2027, 7, 1), True),
        (date(2027, 7, 30), True),  # the last day of grace
        (date(2027, 7, 31), False),  # lost
    ],
)
def test_a_contract_without_a_decision_is_expired_through_its_grace(
    calm: Client, day: date, is_raised: bool
) -> None:
    assert ("expired" in raised(calm, day)) is is_raised


def test_one_grave_signal_is_enough_to_be_at_risk(calm: Client) -> None:
    calm.contracts.update(end=TODAY + timedelta(days=60), notice_days=30)
    found = seen(calm)
    assert (len(found.raised), found.is_at_risk) == (1, True)


@pytest.mark.parametrize(
    ("tier", "allowed"), [("strategic", 14), ("key", 21), ("regular", 30), ("starter", 45)]
)
def test_a_client_is_quiet_from_the_day_after_the_cadence_of_its_tier(
    calm: Client, tier: str, allowed: int
) -> None:
    Client.objects.filter(pk=calm.pk).update(tier=tier)
    calm.interactions.update(happened_at=at(days_ago(allowed), hour=0))
    assert "quiet" not in raised(calm)
    calm.interactions.update(happened_at=at(days_ago(allowed + 1), hour=23))
    assert "quiet" in raised(calm)


def test_a_client_nobody_talked_to_is_unknown_until_the_cadence_is_over(calm: Client) -> None:
    calm.interactions.all().delete()
    Client.objects.filter(pk=calm.pk).update(created_at=at(days_ago(30), hour=0))
    assert "quiet" in unknown(calm)
    Client.objects.filter(pk=calm.pk).update(created_at=at(days_ago(31)))
    assert "quiet" in raised(calm)


@pytest.mark.parametrize(
    ("kind", "score", "is_raised"),
    [("nps", 6, True), ("nps", 7, False), ("csat", 2, True), ("csat", 3, False)],
)
def test_a_bad_answer_is_6_of_10_or_2_of_5(calm: Client, kind: str, score: int, is_raised: bool) -> None:
    calm.answers.all().delete()
    factories.AnswerFactory(client=calm, survey__kind=kind, score=score)
    assert ("answer" in raised(calm)) is is_raised


def test_a_bad_answer_counts_for_180_days_and_is_unknown_after(calm: Client) -> None:
    calm.answers.update(score=0, answered_at=at(days_ago(179), hour=0))
    assert "answer" in raised(calm)
    calm.answers.update(answered_at=at(days_ago(180), hour=23))
    assert "answer" in unknown(calm)


def test_a_later_good_answer_ends_a_bad_one(calm: Client) -> None:
    calm.answers.update(score=2)
    factories.AnswerFactory(client=calm, survey=calm.answers.get().survey, score=8, answered_at=at(TODAY))
    assert "answer" not in raised(calm)


def test_a_lower_value_is_told_for_90_days(calm: Client) -> None:
    contract = calm.contracts.get()
    contract.lines.update(end=date(2026, 8, 31))
    factories.ContractLineFactory(
        contract=contract,
        product=contract.lines.get().product,
        unit_price=Decimal(8_000_000),
        start=date(2026, 9, 1),
    )
    assert "value" not in raised(calm, date(2026, 8, 31))
    assert "value" in raised(calm, date(2026, 9, 1))
    assert "value" in raised(calm, date(2026, 9, 1) + timedelta(days=89))
    assert "value" not in raised(calm, date(2026, 9, 1) + timedelta(days=90))


def test_the_value_of_a_new_client_cannot_have_fallen(calm: Client) -> None:
    calm.contracts.update(start=days_ago(89))
    assert "value" in unknown(calm)
    calm.contracts.update(start=days_ago(90))
    assert "value" not in raised(calm) | unknown(calm)


def test_a_pause_is_one_signal_and_no_fall_of_value(calm: Client) -> None:
    factories.PauseFactory(contract=calm.contracts.get(), start=days_ago(1), end=TODAY)
    assert raised(calm) == {"paused"}
    assert raised(calm, TODAY + timedelta(days=1)) == set()


def test_a_decision_maker_who_left_is_missed_until_somebody_follows(calm: Client) -> None:
    factories.ContactFactory(client=calm)
    calm.contacts.filter(decision_role="decider").update(is_active=False)
    assert raised(calm) == {"contact"}
    factories.ContactFactory(client=calm, decision_role="decider")
    assert raised(calm) == set()


def test_it_is_unknown_whether_an_unnamed_decision_maker_left(calm: Client) -> None:
    calm.contacts.update(decision_role="")
    assert "contact" in unknown(calm)


def test_an_undated_step_of_the_last_activity_is_a_next_step(calm: Client) -> None:
    calm.tasks.all().delete()
    assert raised(calm) == {"step"}
    factories.InteractionFactory(client=calm, happened_at=at(TODAY), next_step="Kirim contoh")
    assert raised(calm) == set()


def test_a_dated_step_counts_only_as_long_as_its_task_is_open(calm: Client) -> None:
    calm.tasks.all().delete()
    factories.InteractionFactory(
        client=calm, happened_at=at(TODAY), next_step="Kirim contoh", next_step_due=TODAY
    )
    assert raised(calm) == {"step"}


def without_owner(client: Client) -> None:
    client.assignments.update(end=days_ago(1))


def without_contact(client: Client) -> None:
    client.contacts.update(is_active=False, decision_role="user")


def without_end(client: Client) -> None:
    client.contracts.update(end=None)


@pytest.mark.parametrize("taken_away", [without_owner, without_contact, without_end])
def test_missing_data_is_a_signal(calm: Client, taken_away: Callable[[Client], None]) -> None:
    taken_away(calm)
    assert "data" in raised(calm)


def test_two_light_signals_are_a_risk_and_one_is_not(calm: Client) -> None:
    calm.tasks.all().delete()
    assert seen(calm).is_at_risk is False
    calm.interactions.update(happened_at=at(days_ago(31)))
    assert seen(calm).is_at_risk is True


def test_only_clients_that_can_be_lost_are_watched(calm: Client) -> None:
    prospect = factories.ClientFactory()
    project([calm.pk, prospect.pk], current_rules(), TODAY)
    assert list(watched(Client.objects.all())) == [calm]


def test_signals_of_any_number_of_clients_are_one_statement(calm: Client) -> None:
    others = [factories.ClientFactory() for _ in range(20)]
    project([calm.pk, *(c.pk for c in others)], current_rules(), TODAY)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert all(each.sentences for each in assess(Client.objects.exclude(pk=calm.pk), TODAY))
    assert len(statements) == 1


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_raised_signal_is_told_in_a_sentence(calm: Client, language: str) -> None:
    contract = calm.contracts.get()
    contract.lines.update(end=days_ago(5))
    line = factories.ContractLineFactory(
        contract=contract, product=contract.lines.get().product, unit_price=Decimal(1), start=days_ago(4)
    )
    factories.PauseFactory(contract=line.contract, start=TODAY, end=TODAY)
    calm.contracts.update(end=TODAY)
    calm.interactions.all().delete()
    Client.objects.update(created_at=at(days_ago(100)))
    calm.answers.update(score=1)
    calm.tasks.all().delete()
    calm.contacts.update(is_active=False)
    lapsed = factories.ContractFactory(client=calm, end=days_ago(2))
    factories.ContractLineFactory(contract=lapsed)
    with translation.override(language):
        told = seen(calm).sentences
    assert len(told) == len(SIGNALS)
    assert all(text.endswith(".") for text in told)

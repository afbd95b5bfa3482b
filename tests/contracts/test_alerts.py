"""Renewal alerts: one per undecided term, each stage told once to today's owner, whatever happens to the job."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMessage

from clients.models import Assignment
from contracts.alerts import raise_alerts
from contracts.models import AlertLadder, Contract, RenewalAlert, RenewalDecision
from contracts.projection import current_rules, project
from notifications.models import Notification, OutboundEmail
from notifications.outbox import send_due
from tests.conftest import Cast
from tests.factories import AssignmentFactory, ContractFactory, ContractLineFactory
from tests.races import RACERS, ROUNDS, together

pytestmark = pytest.mark.django_db

ANCHOR = date(2026, 12, 1)  # notice deadline of a contract that ends on 31 December with 30 days of notice


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Jakarta"))


def pass_on(day: date, cast: Cast) -> None:
    project([cast.client.pk], current_rules(), day)
    raise_alerts(at(day))


def told() -> list[tuple[str, int]]:
    return list(Notification.objects.order_by("pk").values_list("recipient__full_name", "context__stage"))


def mailed() -> list[int]:
    return list(OutboundEmail.objects.order_by("pk").values_list("context__stage", flat=True))


@pytest.fixture
def contract(cast: Cast) -> Contract:
    contract = ContractFactory(client=cast.client)
    ContractLineFactory(contract=contract)
    return contract


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (ANCHOR - timedelta(days=121), None),
        (ANCHOR - timedelta(days=120), 120),
        (ANCHOR - timedelta(days=91), 120),
        (ANCHOR - timedelta(days=90), 90),
        (ANCHOR - timedelta(days=31), 60),
        (ANCHOR - timedelta(days=30), 30),
        (ANCHOR - timedelta(days=7), 7),
        (ANCHOR, 0),
        (date(2026, 12, 31), 0),
        (date(2027, 1, 1), RenewalAlert.EXPIRED),
        (date(2027, 1, 30), RenewalAlert.EXPIRED),
        (date(2027, 1, 31), None),
    ],
)
def test_the_stage_is_the_latest_that_has_come(
    cast: Cast, contract: Contract, day: date, stage: int | None
) -> None:
    pass_on(day, cast)
    open_alert = RenewalAlert.objects.filter(closed_at=None).first()
    assert (open_alert and open_alert.stage) == stage


def test_a_strategic_client_is_pointed_at_earlier(cast: Cast, contract: Contract) -> None:
    cast.client.tier = "strategic"
    cast.client.save()
    pass_on(ANCHOR - timedelta(days=180), cast)
    assert RenewalAlert.objects.get().stage == 180


def test_the_administration_may_set_another_ladder(cast: Cast, contract: Contract) -> None:
    AlertLadder.objects.create(tier="regular", days=[45])
    pass_on(ANCHOR - timedelta(days=46), cast)
    assert not RenewalAlert.objects.exists()
    pass_on(ANCHOR - timedelta(days=45), cast)
    assert RenewalAlert.objects.get().stage == 45


def test_running_twice_tells_once(cast: Cast, contract: Contract) -> None:
    for _ in range(2):
        pass_on(ANCHOR - timedelta(days=30), cast)
    assert told() == [("Owner", 30)]
    assert mailed() == [30]


def test_stages_of_an_outage_are_not_told_afterwards(cast: Cast, contract: Contract) -> None:
    pass_on(ANCHOR - timedelta(days=120), cast)
    pass_on(ANCHOR - timedelta(days=7), cast)
    assert told() == [("Owner", 120), ("Owner", 7)]


def test_a_new_owner_is_told_once_and_the_old_one_no_more(cast: Cast, contract: Contract) -> None:
    day = ANCHOR - timedelta(days=30)
    pass_on(day, cast)
    Assignment.objects.filter(client=cast.client).update(user=cast.colleague)
    pass_on(day, cast)
    pass_on(day, cast)
    assert told() == [("Owner", 30), ("Colleague", 30)]


def decide(how: str, contract: Contract, cast: Cast) -> None:
    if how == "notice":
        contract.give_notice(on=date(2026, 11, 1), by="client")
    elif how == "terminated":
        contract.terminate(last_day=date(2026, 11, 30), reason="Tutup")
    elif how == "let renew":
        RenewalDecision.objects.create(contract=contract, term_end=date(2026, 12, 31), by=cast.owner)
    else:
        successor = ContractFactory(
            client=cast.client, renewed_from=contract, start=date(2027, 1, 1), end=date(2027, 12, 31)
        )
        ContractLineFactory(contract=successor)


@pytest.mark.parametrize("how", ["notice", "terminated", "let renew", "successor"])
def test_a_decision_closes_the_alert(cast: Cast, contract: Contract, how: str) -> None:
    pass_on(ANCHOR - timedelta(days=25), cast)
    decide(how, contract, cast)
    pass_on(ANCHOR - timedelta(days=24), cast)
    assert RenewalAlert.objects.get().closed_at is not None


def test_a_withdrawn_notice_opens_it_again(cast: Cast, contract: Contract) -> None:
    day = ANCHOR - timedelta(days=25)
    pass_on(day, cast)
    contract.give_notice(on=day, by="client")
    pass_on(day, cast)
    contract.withdraw_notice()
    pass_on(day, cast)
    assert RenewalAlert.objects.get().closed_at is None


def test_a_changed_end_moves_the_alert_and_is_told_anew(cast: Cast, contract: Contract) -> None:
    pass_on(ANCHOR - timedelta(days=30), cast)
    Contract.objects.filter(pk=contract.pk).update(end=date(2027, 1, 31))
    pass_on(ANCHOR - timedelta(days=29), cast)
    alert = RenewalAlert.objects.get()
    assert (alert.term_end, alert.anchor, alert.stage) == (date(2027, 1, 31), date(2027, 1, 1), 60)
    assert told() == [("Owner", 30), ("Owner", 60)]


def test_a_contract_that_rolls_over_does_not_expire(cast: Cast, contract: Contract) -> None:
    Contract.objects.filter(pk=contract.pk).update(auto_renew=True)
    pass_on(date(2026, 12, 31), cast)
    pass_on(date(2027, 1, 1), cast)
    assert RenewalAlert.objects.get().closed_at is not None


def test_an_acknowledged_alert_is_silent_until_it_expires(cast: Cast, contract: Contract) -> None:
    pass_on(ANCHOR - timedelta(days=30), cast)
    RenewalAlert.objects.get().acknowledge(by=cast.owner, reason="Sedang dibahas", now=at(ANCHOR))
    pass_on(ANCHOR - timedelta(days=7), cast)
    assert told() == [("Owner", 30)]
    pass_on(date(2027, 1, 1), cast)
    assert told() == [("Owner", 30), ("Owner", -1)]
    assert RenewalAlert.objects.get().acknowledged_at is None


def test_a_new_stage_ends_a_snooze(cast: Cast, contract: Contract) -> None:
    pass_on(ANCHOR - timedelta(days=30), cast)
    RenewalAlert.objects.get().snooze(until=ANCHOR, reason="Menunggu anggaran")
    pass_on(ANCHOR - timedelta(days=7), cast)
    assert RenewalAlert.objects.get().snoozed_until is None
    assert told() == [("Owner", 30), ("Owner", 7)]


def test_the_mail_of_a_stage_on_an_off_day_goes_out_on_the_working_day_before(cast: Cast) -> None:
    contract = ContractFactory(
        client=cast.client, end=date(2026, 12, 29)
    )  # 30 days before the deadline: 30 October
    ContractLineFactory(contract=contract)
    AlertLadder.objects.create(tier="regular", days=[29])  # Saturday, 31 October 2026
    pass_on(date(2026, 10, 29), cast)
    assert (mailed(), told()) == ([], [])
    pass_on(date(2026, 10, 30), cast)
    assert (mailed(), told()) == ([29], [])
    pass_on(date(2026, 10, 31), cast)
    assert (mailed(), told()) == ([29], [("Owner", 29)])


def test_the_lead_is_told_of_a_client_without_an_owner_and_then_its_new_owner(
    cast: Cast, contract: Contract, mailoutbox: list[EmailMessage]
) -> None:
    day = ANCHOR - timedelta(days=30)
    Assignment.objects.filter(client=cast.client).update(end=day - timedelta(days=1))
    for _ in range(2):
        pass_on(day, cast)
    assert told() == [("Lead", 30)]
    with time_machine.travel(at(day), tick=False):
        send_due(at(day + timedelta(days=3)))
    assert mailoutbox[0].subject.startswith("Tanpa penanggung jawab – PT Nusarena Pangan")
    assert "Saat ini tidak ada yang memegang klien ini." in mailoutbox[0].body
    AssignmentFactory(client=cast.client, user=cast.colleague, start=day)
    pass_on(day, cast)
    assert told() == [("Lead", 30), ("Colleague", 30)]


def test_every_director_is_told_of_a_client_that_never_had_an_owner(cast: Cast, contract: Contract) -> None:
    Assignment.objects.all().delete()
    pass_on(ANCHOR - timedelta(days=30), cast)
    assert sorted(told()) == [("Director", 30), ("Other Director", 30)]


@pytest.mark.django_db(transaction=True)
def test_eight_passes_at_once_make_one_alert_and_one_mail(cast: Cast, contract: Contract) -> None:
    day = ANCHOR - timedelta(days=30)
    project([cast.client.pk], current_rules(), day)
    for _ in range(ROUNDS):
        assert together([lambda: raise_alerts(at(day))] * RACERS) == [1] * RACERS
        assert (RenewalAlert.objects.count(), told(), mailed()) == (1, [("Owner", 30)], [30])
        for model in (RenewalAlert, Notification, OutboundEmail):
            model.objects.all().delete()

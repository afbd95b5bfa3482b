"""Renewal alerts (domain.md, RenewalAlert): one per running, undecided term; each stage is told once.

A pass may run twice, late or in parallel: what is due follows from terms and days, and every row it writes is unique.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.days import jakarta_day
from accounts.models import Tier, User
from accounts.workdays import workday_on_or_before
from clients.responsible import Responsible, responsible_on
from contracts.models import AlertLadder, ContractTerm, RenewalAlert
from notifications.models import Kind
from notifications.telling import Message, mail, tell

ONE_DAY = timedelta(days=1)
LADDER = [120, 90, 60, 30, 7, 0]
STRATEGIC_LADDER = [180, *LADDER]
LOOK_AHEAD = timedelta(days=10)  # longer than any run of off-days
TEMPLATE = "mails/renewal"


@dataclass(frozen=True)
class Due:
    """A term that asks for a decision, and the stage it has reached."""

    term: ContractTerm
    anchor: date
    stage: int
    since: date


@transaction.atomic
def raise_alerts(now: datetime) -> int:
    """Bring the alerts to what `now` asks for and tell who is responsible; returns how many alerts are open."""
    day = jakarta_day(now)
    ladders = current_ladders()
    terms = list(ContractTerm.objects.undecided(day).select_related("client", "contract"))
    due = [found for term in terms if (found := stage_of(term, ladders, day))]
    alerts = _store(due, now)
    hearers = responsible_on(day, {term.client_id for term in terms})
    tell(_messages(due, alerts, hearers, day))
    mail(_messages(_mailable(terms, ladders, day), alerts, hearers, day), now)
    return len(due)


def current_ladders() -> dict[str, list[int]]:
    """Days before the binding date, by tier: what the administration says, else the usual ones."""
    usual = {tier: STRATEGIC_LADDER if tier == Tier.STRATEGIC else LADDER for tier in Tier.values}
    return usual | dict(AlertLadder.objects.values_list("tier", "days"))


def stage_of(term: ContractTerm, ladders: dict[str, list[int]], day: date) -> Due | None:
    """The latest stage of a term's ladder that has come on `day`; None before the first."""
    anchor = term.notice_deadline or term.last_day
    if day > term.last_day:
        return Due(term, anchor, RenewalAlert.EXPIRED, term.last_day + ONE_DAY)
    come = [days for days in ladders[term.client.tier] if anchor - timedelta(days=days) <= day]
    return Due(term, anchor, min(come), anchor - timedelta(days=min(come))) if come else None


def _mailable(terms: Iterable[ContractTerm], ladders: dict[str, list[int]], day: date) -> Iterator[Due]:
    """The stages whose mail goes out on `day`: that of a stage on an off-day goes on the working day before."""
    for term in terms:
        coming = (stage_of(term, ladders, day + timedelta(days=n)) for n in range(LOOK_AHEAD.days, -1, -1))
        ready = (due for due in coming if due and workday_on_or_before(due.since) <= day)
        if due := next(ready, None):
            yield due


def _store(due: list[Due], now: datetime) -> dict[int, RenewalAlert]:
    """Insert, move and close alerts; returns the open ones by contract."""
    known = {
        alert.contract_id: alert for alert in RenewalAlert.objects.select_for_update().filter(closed_at=None)
    }
    wanted = {found.term.contract_id: found for found in due}
    gone = [alert.pk for contract, alert in known.items() if contract not in wanted]
    RenewalAlert.objects.filter(pk__in=gone).update(closed_at=now)
    for contract, found in wanted.items():
        if contract in known:
            _move(known[contract], found)
    fresh = [found for contract, found in wanted.items() if contract not in known]
    RenewalAlert.objects.bulk_create(
        (_alert(found, now) for found in fresh),
        update_conflicts=True,
        unique_fields=["contract", "term_end"],
        update_fields=["anchor", "stage", "stage_due_on", "closed_at"],
    )
    return {alert.contract_id: alert for alert in RenewalAlert.objects.filter(closed_at=None)}


def _alert(due: Due, now: datetime) -> RenewalAlert:
    return RenewalAlert(
        contract_id=due.term.contract_id,
        term_end=due.term.last_day,
        anchor=due.anchor,
        stage=due.stage,
        stage_due_on=due.since,
        created_at=now,
    )


def _move(alert: RenewalAlert, due: Due) -> None:
    """A new stage ends a snooze, `expired` an acknowledgement, too; another end of the term begins anew."""
    if (alert.term_end, alert.anchor, alert.stage) == (due.term.last_day, due.anchor, due.stage):
        return
    alert.snoozed_until = None
    if due.stage == RenewalAlert.EXPIRED or alert.term_end != due.term.last_day:
        alert.acknowledged_at = alert.acknowledged_by = None
        alert.acknowledge_reason = ""
    RenewalAlert.objects.filter(contract=alert.contract_id, term_end=due.term.last_day).exclude(
        pk=alert.pk
    ).delete()
    alert.term_end, alert.anchor, alert.stage, alert.stage_due_on = (
        due.term.last_day,
        due.anchor,
        due.stage,
        due.since,
    )
    alert.save()


def _messages(
    due: Iterable[Due], alerts: dict[int, RenewalAlert], hearers: dict[int, Responsible], day: date
) -> Iterator[Message]:
    for found in due:
        alert = alerts.get(found.term.contract_id)
        if not (alert and alert.is_quiet_at(found.stage, day)):
            responsible = hearers[found.term.client_id]
            yield from (_message(found, person, not responsible.is_owner) for person in responsible.people)


def _message(due: Due, person: User, is_unowned: bool) -> Message:
    term = due.term
    return Message(
        recipient=person,
        kind=Kind.RENEWAL,
        template=TEMPLATE,
        key=f"renewal:{term.contract_id}:{term.last_day}:{due.stage}:{person.pk}",
        about=term.contract,
        context={
            "stage": due.stage,
            "anchor": due.anchor.isoformat(),
            "term_end": term.last_day.isoformat(),
            "is_notice": term.notice_deadline is not None,
            "rolls_over": term.rolls_over,
            "is_unowned": is_unowned,
        },
    )

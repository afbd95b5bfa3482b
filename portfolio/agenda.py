"""The today list: what somebody should do now, each row with its reason, its value and something to do about it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import formats
from accounts.models import User
from clients.models import Assignment, Client, Task
from contracts.models import ContractTerm
from kpis.signals import DECISION_DAYS, assess, watched
from portfolio.viewpoints import WORKING_ROLES

MOST = 7  # rows of a card


@dataclass(frozen=True)
class Row:
    """`record` is a task, a term or a client; `annual` the annual value of its client or term."""

    record: Any
    client: Client
    why: list[str]
    annual: Decimal | None
    currency: str = "IDR"
    is_late: bool = False


@dataclass(frozen=True)
class Card:
    """A part of the today list with all its rows; a page shows the first MOST. `kind` says what a record is."""

    kind: str
    title: str
    rows: list[Row]
    all_url: str


def clients_worked_on(user: User, day: date) -> list[int]:
    """Keys of the clients that `user` holds or stands in for on `day`. One statement."""
    held = Assignment.objects.on(day).filter(user=user, role__in=WORKING_ROLES)
    return list(
        Client.objects.visible_to(user).filter(pk__in=held.values("client")).values_list("pk", flat=True)
    )


def agenda_of(user: User, day: date) -> list[Card]:
    """The cards that have rows. Four statements."""
    clients = clients_worked_on(user, day)
    cards = [
        Card(
            "decision",
            _("Decisions due"),
            _decisions(clients, day),
            _list("renewal_list", user, days=DECISION_DAYS),
        ),
        Card("task", _("Tasks due"), _tasks(user, day), f"{reverse('portfolio:task_list')}?state=due"),
        Card(
            "client",
            _("Clients that need attention"),
            _attention(clients, day),
            _list("client_list", user, signal="any"),
        ),
    ]
    return [card for card in cards if card.rows]


def _list(name: str, user: User, **filters: Any) -> str:
    """A list of what `user` holds."""
    return f"{reverse(f'portfolio:{name}')}?{urlencode({'owner': user.pk, **filters})}"


def _decisions(clients: list[int], day: date) -> list[Row]:
    """Undecided terms by binding date: expired ones and those due within 30 days."""
    terms = ContractTerm.objects.filter(client__in=clients).undecided(day).with_binding()
    due = terms.filter(binding__lte=day + timedelta(days=DECISION_DAYS))
    rows = due.select_related("client", "contract").order_by("binding", "pk")
    return [
        Row(term, term.client, [why_decide(term, day)], term.value_due, term.currency, term.binding < day)
        for term in rows
    ]


def why_decide(term: Any, day: date) -> str:
    """What the binding date of a term (`with_binding`) means for who reads it on `day`."""
    words = {
        "binding": formats.day(term.binding) + formats.near(term.binding, day),
        "end": formats.day(term.last_day),
        "grace": formats.day(term.last_day_of_grace),
    }
    if term.last_day < day:
        return _("Ended on %(end)s without a decision; counts as lost after %(grace)s.") % words
    if term.notice_deadline is None:
        return _("Ends on %(binding)s.") % words
    if term.binding < day and term.rolls_over:
        return _("Notice deadline %(binding)s passed; renews by itself after %(end)s.") % words
    if term.binding < day:
        return _("Notice deadline %(binding)s passed; ends on %(end)s.") % words
    if term.rolls_over:
        return _("Notice deadline %(binding)s; otherwise renews by itself after %(end)s.") % words
    return _("Notice deadline %(binding)s; ends on %(end)s.") % words


def _tasks(user: User, day: date) -> list[Row]:
    tasks = Task.objects.visible_to(user).due_by(day).filter(owner=user).select_related("client__standing")
    return [
        Row(task, task.client, [_why_do(task, day)], _worth(task.client), is_late=task.due_on < day)
        for task in tasks
    ]


def _why_do(task: Task, day: date) -> str:
    if task.due_on < day:
        return _("Overdue since %(day)s.") % {
            "day": formats.day(task.due_on) + formats.near(task.due_on, day)
        }
    return _("Due today.")


def _attention(clients: list[int], day: date) -> list[Row]:
    """Clients with signals: at risk first, then by value."""
    by_value = (
        watched(Client.objects.filter(pk__in=clients))
        .select_related("standing")
        .order_by(F("standing__annual_value").desc(nulls_last=True), "pk")
    )
    found = [each for each in assess(by_value, day) if each.raised]
    return [
        Row(each.client, each.client, each.sentences, _worth(each.client), is_late=each.is_at_risk)
        for each in sorted(found, key=lambda each: not each.is_at_risk)
    ]


def _worth(client: Client) -> Decimal | None:
    standing = getattr(client, "standing", None)
    return standing.annual_value if standing else None


def next_due(user: User, day: date) -> date | None:
    """The next day after `day` on which something of `user` is due: a task or a binding date."""
    tasks = Task.objects.visible_to(user).open().filter(owner=user, due_on__gt=day)
    terms = ContractTerm.objects.filter(client__in=clients_worked_on(user, day)).undecided(day)
    days = [
        tasks.aggregate(first=Min("due_on"))["first"],
        terms.with_binding().filter(binding__gt=day).aggregate(first=Min("binding"))["first"],
    ]
    return min((due for due in days if due), default=None)

"""The people of a team or of the company with what they hold; with the row of nobody they add up to the total."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from contracts.models import ClientStanding, ContractTerm, RenewalAlert
from kpis.measures import Ratio, Sums
from kpis.models import Scope, Snapshot
from kpis.windows import Window
from portfolio.viewpoints import Viewpoint, people_of

RENEWAL_DAYS = 90
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Holding:
    """What one person holds today, or nobody. `annual` is None while an exchange rate is missing."""

    user: User | None
    clients: int
    annual: Decimal | None
    renewals: int
    alerts: int
    retention: Ratio

    @property
    def name(self) -> str:
        return self.user.full_name if self.user else _("Unassigned")


def holdings(point: Viewpoint, window: Window | None, day: date) -> list[Holding]:
    """A row per person by name, nobody last. Four statements. `window` is that of the retention."""
    by_holder: dict[int | None, list[_Held]] = defaultdict(list)
    for holder, held in _clients(point, day):
        by_holder[holder].append(held)
    kept = _retentions(point, window)
    people: list[User | None] = [*_people(point, by_holder, day), None]
    return [_holding(person, by_holder[_pk(person)], kept) for person in people]


def _pk(person: User | None) -> int | None:
    return person.pk if person else None


class _Held(NamedTuple):
    """What a client adds to who holds it: terms that bind within 90 days (passed ones too), open alerts.

    `is_active` is None before its first computation, `annual` while an exchange rate is missing.
    """

    is_active: bool | None
    annual: Decimal | None
    renewals: int
    alerts: int


def _clients(point: Viewpoint, day: date) -> Iterator[tuple[int | None, _Held]]:
    """Each client's holder and what it adds. The counts come apart: inside that statement they took tenfold."""
    held = point.holders(day).annotate(
        is_active=Q(client__standing__status=ClientStanding.Status.ACTIVE),
        annual=Case(When(client__standing=None, then=ZERO), default="client__standing__annual_value"),
    )
    terms = ContractTerm.objects.all()
    due = (terms.running_on(day) | terms.undecided(day)).with_binding()
    renewals = _counts(due.filter(binding__lte=day + timedelta(days=RENEWAL_DAYS)), "client", "renewals")
    alerts = _counts(RenewalAlert.objects.filter(closed_at=None), "contract__client", "alerts")
    found = {(pk, of): n for pk, n, of in renewals.union(alerts, all=True)}
    for pk, holder, is_active, annual in held.values_list("client", "user", "is_active", "annual"):
        yield holder, _Held(is_active, annual, found.get((pk, "renewals"), 0), found.get((pk, "alerts"), 0))


def _counts(rows: "QuerySet[Any]", client: str, of: str) -> "QuerySet[Any]":
    counted: QuerySet[Any] = rows.order_by().values_list(client).annotate(n=Count("pk"), of=Value(of))
    return counted


def _people(point: Viewpoint, holders: Iterable[int | None], day: date) -> Iterable[User]:
    holding = User.objects.filter(pk__in=[pk for pk in holders if pk])
    return (holding | people_of(point.teams, day)).distinct() if point.teams else holding


def _retentions(point: Viewpoint, window: Window | None) -> dict[int | None, Ratio]:
    """Of everybody; of nobody only for the company, because no team answers for nobody's clients (R7)."""
    if window is None:
        return {}
    rows = Snapshot.objects.for_members(point.role).in_window(window.kind, window.first_day, window.last_day)
    columns = rows.values_list("user", "retained_clients", "cohort_clients")
    return {
        user: Sums(retained_clients=retained, cohort_clients=cohort).logo_retention
        for user, retained, cohort in columns
        if user or point.scope == Scope.COMPANY
    }


def _holding(person: User | None, clients: list[_Held], kept: dict[int | None, Ratio]) -> Holding:
    amounts = [client.annual for client in clients if client.annual is not None]
    return Holding(
        user=person,
        clients=sum(bool(client.is_active) for client in clients),
        annual=sum(amounts, ZERO) if len(amounts) == len(clients) else None,
        renewals=sum(client.renewals for client in clients),
        alerts=sum(client.alerts for client in clients),
        retention=kept.get(_pk(person), Sums().logo_retention),
    )

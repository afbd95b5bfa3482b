"""The people of a team or of the company with what they hold; with the row of nobody they add up to the total."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from contracts.models import ClientStanding, ContractTerm, RenewalAlert
from kpis.measures import Ratio, Sums
from kpis.models import Scope, Snapshot
from kpis.windows import Window
from portfolio.viewpoints import Viewpoint, people_of, people_seen_by

RENEWAL_DAYS = 90
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Holding:
    """What one person holds today, or nobody. `annual` is None while an exchange rate is missing.

    `opens`: the viewer may look at this person's own numbers. A director of one tree sees those of the company with
    everybody in it, but not behind people of another tree.
    """

    user: User | None
    opens: bool
    clients: int
    annual: Decimal | None
    renewals: int
    alerts: int
    retention: Ratio

    @property
    def linked(self) -> User | None:
        return self.user if self.opens else None

    @property
    def name(self) -> str:
        return self.user.full_name if self.user else _("Unassigned")


def holdings(point: Viewpoint, window: Window | None, viewer: User, day: date) -> list[Holding]:
    """A row per person by name, nobody last. Four statements. `window` is that of the retention."""
    by_holder: dict[int | None, list[_Held]] = defaultdict(list)
    for holder, held in _clients(point, day):
        by_holder[holder].append(held)
    kept = _retentions(point, window)
    people = [
        _holding(person, person.opens, by_holder[person.pk], kept.get(person.pk))
        for person in _people(point, by_holder, viewer, day)
    ]
    return [*people, _holding(None, False, by_holder[None], kept.get(None))]


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


def _people(point: Viewpoint, holders: Iterable[int | None], viewer: User, day: date) -> "QuerySet[Any]":
    people = User.objects.filter(pk__in=[pk for pk in holders if pk])
    if point.teams:
        people = (people | people_of(point.teams, day)).distinct()
    return people.annotate(opens=Exists(people_seen_by(viewer, day).filter(pk=OuterRef("pk"))))


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


def _holding(user: User | None, opens: bool, clients: list[_Held], retention: Ratio | None) -> Holding:
    amounts = [client.annual for client in clients if client.annual is not None]
    return Holding(
        user=user,
        opens=opens,
        clients=sum(bool(client.is_active) for client in clients),
        annual=sum(amounts, ZERO) if len(amounts) == len(clients) else None,
        renewals=sum(client.renewals for client in clients),
        alerts=sum(client.alerts for client in clients),
        retention=retention or Sums().logo_retention,
    )

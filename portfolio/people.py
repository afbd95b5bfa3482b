"""The people of a team or of the company with what they hold; with the row of nobody they add up to the total."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _

from accounts.models import User
from contracts.models import ClientStanding, ContractTerm, RenewalAlert
from kpis.measures import Ratio, Sums
from kpis.models import Scope, Snapshot
from kpis.windows import Window
from portfolio.viewpoints import Viewpoint, people_of, people_seen_by

RENEWAL_DAYS = 90
ZERO = Decimal("0.00")
NO_RETENTION = Sums().logo_retention


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
    held, renewals, alerts = _held(point, day), Counter[int | None](), Counter[int | None]()
    for holder, n, is_alert in _renewals(point, day).union(_alerts(point, day), all=True):
        (alerts if is_alert else renewals)[holder] = n
    kept = _retentions(point, window)

    def holding(person: User | None, *, opens: bool = False) -> Holding:
        key = person.pk if person else None
        clients, annual = held.get(key, (0, ZERO))
        retention = kept.get(key, NO_RETENTION)
        return Holding(person, opens, clients, annual, renewals[key], alerts[key], retention)

    people = [holding(person, opens=person.opens) for person in _people(point, held, viewer, day)]
    return [*people, holding(None)]


def _held(point: Viewpoint, day: date) -> dict[int | None, tuple[int, Decimal | None]]:
    """By holder the active clients and the value of all; a client without a standing has not been computed yet."""
    unknown = Q(client__standing__isnull=False, client__standing__annual_value=None)
    rows = point.holders(day).order_by().values_list("user")
    counted = rows.annotate(
        clients=Count("pk", filter=Q(client__standing__status=ClientStanding.Status.ACTIVE)),
        annual=Sum("client__standing__annual_value", default=ZERO),
        unknown=Count("pk", filter=unknown),
    )
    return {
        holder: (clients, None if unknown else annual)
        for holder, clients, annual, unknown in counted.values_list("user", "clients", "annual", "unknown")
    }


def _renewals(point: Viewpoint, day: date) -> "QuerySet[Any]":
    """By holder the terms that bind within 90 days, passed ones too."""
    terms = ContractTerm.objects.all()
    due = (terms.running_on(day) | terms.undecided(day)).with_binding()
    return _by_holder(due.filter(binding__lte=day + timedelta(days=RENEWAL_DAYS)), "client", point, day)


def _alerts(point: Viewpoint, day: date) -> "QuerySet[Any]":
    """By holder the open alerts."""
    return _by_holder(RenewalAlert.objects.filter(closed_at=None), "contract__client", point, day)


def _by_holder(rows: "QuerySet[Any]", client: str, point: Viewpoint, day: date) -> "QuerySet[Any]":
    held = rows.order_by().filter(**{f"{client}__credits__in": point.holders(day)})
    counted: QuerySet[Any] = held.values_list(f"{client}__credits__user").annotate(
        n=Count("pk"), is_alert=Value(rows.model is RenewalAlert)
    )
    return counted


def _people(point: Viewpoint, holders: Iterable[int | None], viewer: User, day: date) -> "QuerySet[Any]":
    people = User.objects.filter(pk__in=[pk for pk in holders if pk]).only("full_name")
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

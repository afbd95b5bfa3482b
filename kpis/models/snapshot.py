"""Sums per window, role and scope, one row each (kpis.md 6.4). Written by kpis/snapshots.py only."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import Count, F, Max, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team, User
from kpis.measures import SUMS, Sums
from kpis.models.credit import Role


class WindowKind(models.TextChoices):
    """Length of a window. A month or trailing year that still runs ends on the last full day."""

    MONTH = "month", pgettext_lazy("window", "Month")
    TRAILING_YEAR = "year", pgettext_lazy("window", "12 months")
    OTHER = "other", pgettext_lazy("window", "Other")


class Scope(models.TextChoices):
    """Whose numbers. Members + unassigned = teams + no team = company."""

    COMPANY = "company", pgettext_lazy("scope", "Company")
    TEAM = "team", pgettext_lazy("scope", "Team")
    NO_TEAM = "no_team", pgettext_lazy("scope", "Without a team")
    USER = "user", pgettext_lazy("scope", "Person")
    UNASSIGNED = "unassigned", pgettext_lazy("scope", "Unassigned")


class Edition(models.TextChoices):
    """What is known now, or what was known when the month was closed (kpis.md R8)."""

    CURRENT = "current", pgettext_lazy("edition", "Current")
    REPORTED = "reported", pgettext_lazy("edition", "As reported")


NOW = (Edition.CURRENT,)


class Total(NamedTuple):
    """The sums of all rows of a kind of scope in a window, a tree of teams for example, and when they were written."""

    edition: str
    scope: str
    kind: str
    first_day: date
    last_day: date
    computed_at: datetime
    sums: Sums


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Start with whose numbers (`for_…`), go on with which windows (`months`, `trailing_year`, `in_window`)."""

    def for_person(self, user: User, role: str, editions: Iterable[str] = NOW) -> Self:
        """Rows of one person as AM or as AE."""
        return self.filter(scope=Scope.USER, user=user, role=role, edition__in=editions)

    def for_team(self, team: Team, role: str, editions: Iterable[str] = NOW) -> Self:
        """Rows of one team without those under it."""
        return self.filter(scope=Scope.TEAM, team=team, role=role, edition__in=editions)

    def for_teams(self, teams: Iterable[Team], role: str, editions: Iterable[str] = NOW) -> Self:
        """Rows of several teams."""
        return self.filter(scope=Scope.TEAM, team__in=teams, role=role, edition__in=editions)

    def for_company(self, role: str = Role.AM, editions: Iterable[str] = NOW) -> Self:
        """Rows of the company, the same in both roles."""
        return self.filter(scope=Scope.COMPANY, role=role, edition__in=editions)

    def for_members(self, role: str) -> Self:
        """Rows of everybody and of nobody ("unassigned"); they add up to the company."""
        return self.filter(scope__in=[Scope.USER, Scope.UNASSIGNED], role=role, edition=Edition.CURRENT)

    def months(self, *, until: date, count: int) -> Self:
        """The `count` months up to the one that `until` lies in, oldest first; the running one ends early."""
        number = until.year * 12 + until.month - 1 - (count - 1)
        return self.filter(
            kind=WindowKind.MONTH, first_day__gte=date(number // 12, number % 12 + 1, 1), first_day__lte=until
        ).order_by("first_day")

    def trailing_years(self) -> Self:
        """12 months up to the end of each month and up to the last full day, oldest first."""
        return self.filter(kind=WindowKind.TRAILING_YEAR).order_by("last_day")

    def in_window(self, kind: str, first_day: date, last_day: date) -> Self:
        """Rows of exactly this window."""
        return self.filter(kind=kind, first_day=first_day, last_day=last_day)

    def latest(self, kind: str) -> "Snapshot | None":  # type: ignore[override] # by window, not by a field
        """The row of the newest window of a kind, None if there is no row."""
        return self.filter(kind=kind).order_by("-last_day").first()

    def totals(self) -> "Iterator[Total]":
        """The rows of each edition and scope in each window added up; unknown money stays unknown (R4)."""
        amounts = [Sum(name) for name in SUMS]
        columns = {f"total_{name}": amount for name, amount in zip(SUMS, amounts, strict=True)}
        rows = (
            self.order_by()
            .values_list("edition", "scope", "kind", "first_day", "last_day")
            .annotate(
                written_at=Max("computed_at"), unknown=Count("pk", filter=Q(opening_arr=None)), **columns
            )
        )
        for edition, scope, kind, first_day, last_day, written_at, unknown, *sums in rows:
            total = Sums.of(sums, is_missing_fx=bool(unknown))
            yield Total(edition, scope, kind, first_day, last_day, written_at, total)


def _money() -> "models.DecimalField[Any, Any]":
    """Empty where a rate is missing (kpis.md R4)."""
    return models.DecimalField(max_digits=20, decimal_places=2, null=True)


class Snapshot(models.Model):
    """The sums of one scope in one window. Columns are those of `kpis.measures.Sums`; ratios come from there."""

    kind = models.CharField(_("window"), max_length=5, choices=WindowKind)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    role = models.CharField(max_length=2, choices=Role)
    scope = models.CharField(max_length=10, choices=Scope)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="snapshots")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="snapshots")
    edition = models.CharField(max_length=8, choices=Edition, default=Edition.CURRENT)
    as_of = models.DateField(_("as of"), help_text=_("Decides which renewals are still pending."))
    computed_at = models.DateTimeField(_("computed"))

    opening_arr = _money()
    new_arr = _money()
    expansion_arr = _money()
    reactivation_arr = _money()
    contraction_arr = _money()
    churn_arr = _money()
    transfer_in_arr = _money()
    transfer_out_arr = _money()
    fx_arr = _money()
    closing_arr = _money()

    opening_clients = models.IntegerField()
    new_clients = models.IntegerField()
    reactivated_clients = models.IntegerField()
    churned_clients = models.IntegerField()
    transfer_in_clients = models.IntegerField()
    transfer_out_clients = models.IntegerField()
    closing_clients = models.IntegerField()

    cohort_clients = models.IntegerField()
    retained_clients = models.IntegerField()
    cohort_opening_arr = _money()
    cohort_kept_arr = _money()
    cohort_closing_arr = _money()

    upsell_arr = _money()
    cross_sell_arr = _money()
    downsell_arr = _money()
    paused_arr = _money()
    resumed_arr = _money()

    renewals_due = models.IntegerField()
    renewals_renewed = models.IntegerField()
    renewals_lost = models.IntegerField()
    renewals_pending = models.IntegerField()
    renewal_due_arr = _money()
    renewal_kept_arr = _money()
    renewal_new_arr = _money()

    nps_promoters = models.IntegerField()
    nps_passives = models.IntegerField()
    nps_detractors = models.IntegerField()
    csat_n = models.IntegerField()
    csat_satisfied = models.IntegerField()
    csat_sum = models.IntegerField()

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["first_day", "last_day", "role", "scope"]
        indexes = [
            models.Index(fields=["user", "role", "kind", "last_day"], name="snapshot_by_user"),
            models.Index(fields=["team", "role", "kind", "last_day"], name="snapshot_by_team"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "first_day", "last_day", "role", "scope", "user", "team", "edition"],
                nulls_distinct=False,
                name="snapshot_once",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="snapshot_end_not_before_start"
            ),
            models.CheckConstraint(
                condition=Q(scope="user", user__isnull=False, team__isnull=True)
                | Q(scope="team", user__isnull=True, team__isnull=False)
                | Q(scope__in=["company", "unassigned", "no_team"], user__isnull=True, team__isnull=True),
                name="snapshot_scope_names_its_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.user_id or self.team_id or ''} {self.first_day} – {self.last_day}"

    @property
    def sums(self) -> Sums:
        """The stored sums, with every measure that follows from them."""
        return Sums.of(getattr(self, name) for name in SUMS)

"""Targets of people, teams and the company, found by kind, month and whose they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Team, TeamMembership, User
from clients.models.access import sees_everything
from contracts.values import monthly
from exchange.datasets.base import Change, Column, Dataset, Entry, Piece, of, refuse_repeated
from exchange.datasets.finding import ByText, People
from exchange.datasets.kinds import PERSON, TEAM, Choice, Day, Number
from kpis.models import Target, TargetKind
from kpis.targets import window_of
from kpis.windows import Window
from portfolio.target_entry import MONTHS

VALUE = Number(2)


class TargetDataset(Dataset):
    slug = "targets"
    models = (Target,)
    label = Target._meta.verbose_name_plural
    about = gettext_lazy(
        "One line per target and month. Neither person nor team = the company's. Upsell is monthly value, as on the"
        " page; rates are percentages and look back over 12 months."
    )
    columns = (
        of(Target, "kind", Choice(TargetKind), is_required=True, example="Klien baru", also=("jenis",)),
        Column(
            "month",
            pgettext_lazy("column", "month"),
            Day(),
            example="2026-12-01",
            is_required=True,
            about=gettext_lazy("Any day of the month."),
            also=("bulan",),
        ),
        Column(
            "user",
            User._meta.verbose_name,
            PERSON,
            example="rina@contoh.example",
            also=("orang", "am", "email"),
        ),
        Column("team", Team._meta.verbose_name, TEAM, also=("tim",)),
        Column(
            "value",
            Target._meta.get_field("value").verbose_name,
            VALUE,
            example="3",
            is_required=True,
            also=("target", "nilai"),
        ),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return Team.objects.led_by(user, day).exists()

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        """Own ones, and those of whom `user` leads; all of them for who reads everything."""
        teams, people, company = _led(user, day)
        mine = Q(user=user) | Q(user__in=people) | Q(team__in=teams)
        if company:
            mine |= Q(user=None, team=None)
        rows = Target.objects.all() if sees_everything(user) else Target.objects.filter(mine)
        return rows.select_related("user", "team").order_by("last_day", "kind", "pk")

    def values_of(self, row: Target) -> Iterable[dict[str, Any]]:
        yield self.own_values(row) | {
            "month": row.last_day.replace(day=1),
            "user": row.user and row.user.email,
            "team": row.team and row.team.name,
            "value": _as_typed(row.kind, row.value),
        }

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        work = _Work(self, user, day, entries)
        for entry in entries:
            work.place(entry)
        refuse_repeated(entries, lambda entry: work.keys.get(entry.line), "kind")


class _Work:
    def __init__(self, dataset: TargetDataset, user: User, day: date, entries: Collection[Entry]) -> None:
        self.dataset = dataset
        self.led_teams, self.led_people, self.leads_company = _led(user, day)
        led = User.objects.filter(pk__in=self.led_people)
        self.people = People([entry.get("user") for entry in entries], led)
        missing = _("There is no team “%(name)s” in your tree.")
        own = Team.objects.filter(pk__in=self.led_teams)
        self.teams = ByText(own, "name", [entry.get("team") for entry in entries], missing)
        self.keys: dict[int, Any] = {}
        self.known = {
            (row.kind, row.user_id, row.team_id, row.first_day, row.last_day): row
            for row in Target.objects.filter(kind__in={e.get("kind") for e in entries if e.get("kind")})
        }

    def place(self, entry: Entry) -> None:
        person, team = entry.try_to("user", self.people.find), entry.try_to("team", self.teams.find)
        for name in ("kind", "month"):
            self.dataset.require(entry, name, entry.get(name))
        kind, month = entry.get("kind"), entry.get("month")
        if kind is None or month is None or entry.problems:
            return
        if person and team:
            entry.refuse("team", _("A target is for a person or for a team."))
            return
        if not self._may(person, team):
            entry.refuse("", _("Targets are set by who leads the team; this one is not yours to set."))
            return
        window = window_of(kind, Window.month(month, date.max))
        key: Any = (kind, person and person.pk, team and team.pk, window.first_day, window.last_day)
        self.keys[entry.line] = key
        row = self.known.get(key) or Target(
            kind=kind, user=person, team=team, first_day=window.first_day, last_day=window.last_day
        )
        if row._state.adding:
            entry.changes.append(Change("kind", "", str(TargetKind(kind).label)))
        self._check_value(entry, TargetKind(kind))
        self._set_value(entry, self.dataset.fill(entry, row))

    def _set_value(self, entry: Entry, piece: Piece) -> None:
        """Compared as it is typed: a stored year may be no whole number of months."""
        value, row = entry.get("value"), piece.row
        if value is None:
            if piece.is_new:
                self.dataset.require(entry, "value", None)
            return
        was = None if piece.is_new else _as_typed(row.kind, row.value)
        if value != was:
            piece.set("value", value * MONTHS if TargetKind(row.kind).is_money else value)
            entry.changes.append(Change("value", VALUE.shown(was), VALUE.shown(value)))
            entry.add(piece)

    def _check_value(self, entry: Entry, kind: TargetKind) -> None:
        value, (least, most) = entry.get("value"), kind.limits
        most = most // MONTHS if kind.is_money else most
        if value is not None and not least <= value <= most:
            words = {"least": least, "most": most}
            entry.refuse("value", _("This target lies between %(least)d and %(most)d.") % words)
        if value is not None and kind in TargetKind.counts() and value != value.to_integral_value():
            entry.refuse("value", _("A number of clients is a whole number of 0 or more."))

    def _may(self, person: User | None, team: Team | None) -> bool:
        if person:
            return person.pk in self.led_people
        return team.pk in self.led_teams if team else self.leads_company


def _as_typed(kind: str, value: Decimal) -> Decimal:
    """Upsell monthly (R2), the others as they are stored."""
    return monthly(value) if TargetKind(kind).is_money else value


def _led(user: User, day: date) -> tuple[set[int], set[int], bool]:
    """Teams and people of the trees that `user` leads or directs on `day`, and whether these are all teams."""
    teams = set(Team.objects.below(Team.objects.led_by(user, day)).values_list("pk", flat=True))
    posts = TeamMembership.objects.on(day).filter(team__in=teams, role__in=TeamMembership.Role.credited())
    roots = set(Team.objects.filter(parent=None).values_list("pk", flat=True))
    return teams, set(posts.values_list("user", flat=True)), bool(roots) and roots <= teams

"""Attainment of targets (kpis.md K9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Team, TeamMembership, User
from kpis.measures import NO_TARGET, ZERO_TARGET, Ratio, Sums
from kpis.models import Target, TargetKind

REACHED = {TargetKind.ACTIVE_CLIENTS: "closing_clients", TargetKind.NEW_CLIENTS: "new_clients"}


def attainment(kind: str, target: Decimal | None, sums: Sums) -> Ratio:
    """What was reached of a target, not capped at 1. None without a target or with a target of 0."""
    reached: int = getattr(sums, REACHED[TargetKind(kind)])
    return Ratio(reached, target or 0, NO_TARGET if target is None else ZERO_TARGET)


@dataclass(frozen=True)
class Targets:
    """The targets of one kind for exactly one window, with those that follow from them."""

    of_users: dict[int, Decimal]
    of_teams: dict[int, Decimal]
    of_company: Decimal | None
    team_of_user: dict[int, int]

    @classmethod
    def load(cls, kind: str, first_day: date, last_day: date) -> Targets:
        """A target counts for its own window only; teams are those of the closing day."""
        rows = Target.objects.filter(kind=kind, first_day=first_day, last_day=last_day)
        members = TeamMembership.objects.on(last_day).filter(role__in=TeamMembership.Role.credited())
        return cls(
            of_users={row.user_id: row.value for row in rows if row.user_id},
            of_teams={row.team_id: row.value for row in rows if row.team_id},
            of_company=next((row.value for row in rows if not row.user_id and not row.team_id), None),
            team_of_user=dict(members.values_list("user_id", "team_id")),
        )

    def for_user(self, user: User) -> Decimal | None:
        """Own target only."""
        return self.of_users.get(user.pk)

    def for_team(self, team: Team) -> Decimal | None:
        """Own target, else the sum of its members'."""
        return self._of_team(team.pk)

    def for_company(self) -> Decimal | None:
        """Own target, else the teams' and those of people without a team."""
        if self.of_company is not None:
            return self.of_company
        teams = self.of_teams.keys() | {self.team_of_user.get(user) for user in self.of_users} - {None}
        parts = [self._of_team(team) for team in teams if team is not None]
        return _sum(
            [*parts, *(value for user, value in self.of_users.items() if user not in self.team_of_user)]
        )

    def _of_team(self, team: int) -> Decimal | None:
        own = self.of_teams.get(team)
        if own is not None:
            return own
        return _sum([value for user, value in self.of_users.items() if self.team_of_user.get(user) == team])


def _sum(parts: Collection[Decimal | None]) -> Decimal | None:
    """Missing parts are skipped; nothing at all is None."""
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known else None

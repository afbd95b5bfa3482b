"""Targets, and how far they are reached (kpis.md K9).

Clients and value add up: what a scope has no target for follows from its parts. Rates and NPS are handed down: what a
scope has no target for follows from the scope above it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.models import Team, TeamMembership, User
from kpis.measures import NO_TARGET, ZERO_TARGET, Ratio, Sums
from kpis.models import Target, TargetKind
from kpis.windows import Window

REACHED = {
    TargetKind.ACTIVE_CLIENTS: "closing_clients",
    TargetKind.NEW_CLIENTS: "new_clients",
    TargetKind.UPSELL: "gained_arr",
}
READ = (Path(__file__).parent / "sql" / "targets.sql").read_text()
ENOUGH = 10  # clients or answers for a verdict (R9)


def window_of(kind: str, month: Window) -> Window:
    """The window that a target of `kind` for a whole month is for: rates look back over 12 months."""
    return month if TargetKind(kind).is_additive else Window.trailing_year(month.last_day)


def attainment(kind: str, target: Decimal | None, sums: Sums) -> Ratio:
    """What was reached of a target that adds up, not capped at 1. None without a target or with a target of 0."""
    reached: Decimal | int | None = getattr(sums, REACHED[TargetKind(kind)])
    return Ratio(reached, target or 0, NO_TARGET if target is None else ZERO_TARGET)


def distance(kind: str, target: Decimal | None, sums: Sums) -> Decimal | None:
    """What was reached of a rate or NPS less its target, in points; None without a target or a value."""
    value = sums.nps.value if kind == TargetKind.NPS else _percent(getattr(sums, kind))
    return None if value is None or target is None else value - target


def is_met(kind: str, target: Decimal | None, sums: Sums) -> bool | None:
    """Whether a rate or NPS is at its target; None where too few clients or answers allow no verdict (R9)."""
    points = distance(kind, target, sums)
    return None if points is None or basis(kind, sums) < ENOUGH else points >= 0


def basis(kind: str, sums: Sums) -> int:
    """n of a rate or NPS: answers, or the clients it compares."""
    if kind == TargetKind.NPS:
        return sums.nps.n
    return sums.csat_n if kind == TargetKind.CSAT else sums.cohort_clients


def _percent(ratio: Ratio) -> Decimal | None:
    """Rounded once, from the two sums."""
    if ratio.numerator is None:
        return None
    return Ratio(100 * ratio.numerator, ratio.denominator, ratio.nothing).to_places(4)


@dataclass(frozen=True)
class Membership:
    """Who was in which team, and on which track her position is."""

    user: int
    team: int
    start: date
    end: date | None
    role: str

    def is_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Tree:
    """The teams and who belongs to them: what the targets of several windows share."""

    parents: dict[int, int | None] = field(default_factory=dict)
    memberships: tuple[Membership, ...] = ()

    @cached_property
    def children(self) -> dict[int | None, list[int]]:
        below: dict[int | None, list[int]] = defaultdict(list)
        for team, parent in self.parents.items():
            below[parent].append(team)
        return below

    def upwards(self, team: int | None) -> Iterator[int]:
        """The team and those above it."""
        while team is not None:
            yield team
            team = self.parents.get(team)


@dataclass(frozen=True)
class Targets:
    """The targets of one kind for exactly one window, with those that follow from them.

    Teams are those of the closing day. A target of a person is for the role of her own track: with `role`, those of
    the other track are left out, because AM and AE are never added together (R7).
    """

    kind: TargetKind
    last_day: date
    role: str | None
    tree: Tree
    rows: dict[tuple[int | None, int | None], Target] = field(default_factory=dict)  # by person and team

    @classmethod
    def load(cls, kind: str, first_day: date, last_day: date, role: str | None = None) -> Targets:
        """A target counts for its own window only."""
        window = Window("", first_day, last_day)
        return cls.load_all([(kind, window)], role)[kind, window]

    @classmethod
    def load_all(
        cls,
        asked: Iterable[tuple[str, Window]],
        role: str | None = None,
        people: Collection[int] | None = None,
    ) -> dict[tuple[str, Window], Targets]:
        """Those of several kinds and windows, with the tree of teams of their days, in one statement.

        `people` are whose own rates are wanted, None = everybody's; nothing follows from those of others.
        """
        keys = list(asked)
        tree, rows = _read(keys, people)
        by_window: dict[tuple[str, date, date], list[Target]] = defaultdict(list)
        for row in rows:
            by_window[row.kind, row.first_day, row.last_day].append(row)
        return {
            (kind, window): cls._of(
                kind, window.last_day, role, tree, by_window[kind, window.first_day, window.last_day]
            )
            for kind, window in keys
        }

    @classmethod
    def _of(
        cls, kind: str, last_day: date, role: str | None, tree: Tree, rows: Collection[Target]
    ) -> Targets:
        return cls(
            TargetKind(kind),
            last_day,
            role,
            tree,
            {(row.user_id, row.team_id): row for row in rows},
        )

    def row_of(self, user: User | None = None, team: Team | None = None) -> Target | None:
        """The own target of a person, of a team, or of the company (neither)."""
        return self.rows.get((user.pk if user else None, team.pk if team else None))

    @cached_property
    def team_of_user(self) -> dict[int, int]:
        """Where each person is on the closing day."""
        return {each.user: each.team for each in self.tree.memberships if each.is_on(self.last_day)}

    @cached_property
    def _of_members(self) -> dict[int | None, list[Decimal]]:
        """By the team of the closing day, None for people without one: what is added up."""
        others = {each.user for each in self.tree.memberships if self.role and each.role != self.role}
        found: dict[int | None, list[Decimal]] = defaultdict(list)
        for (user, _team), row in self.rows.items():
            if user and user not in others:
                found[self.team_of_user.get(user)].append(row.value)
        return found

    def for_user(self, user: User) -> Decimal | None:
        """Own target; of a rate else that of her team."""
        own = self._own(user.pk, None)
        if own is not None or self.kind.is_additive:
            return own
        return self._from_above(self.team_of_user.get(user.pk))

    def for_team(self, team: Team) -> Decimal | None:
        """Own target, which is for the teams below it, too; else the sum of its parts, or of a rate that from above."""
        return self._of_team(team.pk) if self.kind.is_additive else self._from_above(team.pk)

    def for_company(self) -> Decimal | None:
        """Own target, else the teams' and those of people without a team."""
        own = self._own(None, None)
        return own if own is not None or not self.kind.is_additive else self.parts_of(None)

    def parts_of(self, team: int | None) -> Decimal | None:
        """What a team's people and the teams below it come to, whatever its own target; None = the company."""
        below = [self._of_team(child) for child in self.tree.children.get(team, ())]
        return _sum([*below, *self._of_members.get(team, ())])

    def _of_team(self, team: int) -> Decimal | None:
        own = self._own(None, team)
        return self.parts_of(team) if own is None else own

    def _from_above(self, team: int | None) -> Decimal | None:
        above = (self._own(None, each) for each in [*self.tree.upwards(team), None])
        return next((value for value in above if value is not None), None)

    def _own(self, user: int | None, team: int | None) -> Decimal | None:
        row = self.rows.get((user, team))
        return row.value if row else None


def _read(keys: Collection[tuple[str, Window]], people: Collection[int] | None) -> tuple[Tree, list[Target]]:
    """The tree on the windows' last days and their targets. One statement: every page with tiles makes it."""
    if not keys:
        return Tree(), []
    days = [window.last_day for _kind, window in keys]
    asked: dict[str, Any] = {
        "kinds": [str(kind) for kind, _window in keys],
        "days": days,
        "added": [kind.value for kind in TargetKind if kind.is_additive],
        "people": None if people is None else list(people),
        "roles": TeamMembership.Role.credited(),
        "first": min(days),
        "last": max(days),
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, asked)
        teams, members, targets = cursor.fetchone()
    return (
        Tree(dict(teams or ()), tuple(_membership(*columns) for columns in members or ())),
        [_target(*columns) for columns in targets or ()],
    )


def _membership(user: int, team: int, start: str, end: str | None, track: str) -> Membership:
    return Membership(user, team, _day(start), _day(end) if end else None, track)


def _target(
    pk: int, kind: str, user: int | None, team: int | None, first: str, last: str, value: str
) -> Target:
    days = {"first_day": _day(first), "last_day": _day(last)}
    return Target(pk=pk, kind=kind, user_id=user, team_id=team, value=Decimal(value), **days)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _sum(parts: Collection[Decimal | None]) -> Decimal | None:
    """Missing parts are skipped; nothing at all is None."""
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known else None

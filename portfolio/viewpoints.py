"""Whose numbers a page shows, and who may look at them: “me as AM”, “team 3 as AM”, “the company”.

In addresses: `?scope=user:5&role=AM`. What one may not see does not exist (404), see domain.md, Rights.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.days import today
from accounts.models import Team, TeamMembership, User
from clients.models import Assignment
from clients.models.access import sees_everything
from kpis.models import Credit, Role, Scope, Snapshot
from kpis.models.snapshot import NOW, SnapshotQuerySet

WORKING_ROLES = [*Assignment.Role.owning(), Assignment.Role.SUPPORT]


@dataclass(frozen=True)
class Viewpoint:
    """A scope in one role. `teams` is the whole tree of a team's scope, the team itself first."""

    scope: Scope
    role: str
    user: User | None = None
    teams: tuple[Team, ...] = ()

    @classmethod
    def of_person(cls, user: User, role: str) -> Self:
        return cls(Scope.USER, role, user=user)

    @classmethod
    def of_team(cls, team: Team, role: str) -> Self:
        """The team with every team below it."""
        below = Team.objects.below(Team.objects.filter(pk=team.pk)).exclude(pk=team.pk)
        return cls(Scope.TEAM, role, teams=(team, *below))

    @classmethod
    def of_team_among(cls, team: Team, teams: Iterable[Team], role: str) -> Self:
        """Like `of_team`, if `teams` has the whole tree already."""
        tree = [team]
        for top in tree:
            tree.extend(each for each in teams if each.parent_id == top.pk)
        return cls(Scope.TEAM, role, teams=tuple(tree))

    @classmethod
    def of_company(cls, role: str) -> Self:
        return cls(Scope.COMPANY, role)

    @property
    def key(self) -> str:
        """As it stands in addresses."""
        if self.scope == Scope.USER and self.user:
            return f"user:{self.user.pk}"
        return f"team:{self.teams[0].pk}" if self.teams else "company"

    @property
    def title(self) -> str:
        if self.user:
            return self.user.full_name
        return self.teams[0].name if self.teams else _("The whole company")

    @property
    def query(self) -> str:
        return urlencode({"scope": self.key, "role": self.role})

    def snapshots(self, editions: Iterable[str] = NOW) -> SnapshotQuerySet:
        """Rows that add up to this scope, window by window."""
        if self.user:
            return Snapshot.objects.for_person(self.user, self.role, editions)
        if self.teams:
            return Snapshot.objects.for_teams(self.teams, self.role, editions)
        return Snapshot.objects.for_company(self.role, editions)

    def holders(self, day: date) -> "QuerySet[Credit]":
        """A row per client whose value is this scope's on `day`, with who holds it (kpis.md R7, stocks).

        To a tree belong also those that nobody holds now and that one of its people held last.
        """
        rows = _on(day, self.role)
        if self.user:
            return rows.filter(user=self.user)
        return rows.filter(answering_team__in=self.teams) if self.teams else rows


def _on(day: date, role: str) -> "QuerySet[Credit]":
    return Credit.objects.filter(Q(last_day=None) | Q(last_day__gte=day), role=role, first_day__lte=day)


def roles_held(user: User, day: date) -> list[str]:
    """Roles in which `user` works for clients on `day`, that of her own track first; none without clients."""
    held = Assignment.objects.on(day).filter(user=user, role__in=WORKING_ROLES)
    roles = set(held.order_by().values_list("role", flat=True).distinct())
    return sorted(roles, key=lambda role: role != user.owner_role)


def sees_company(user: User, day: date) -> bool:
    """Whether the company's numbers are for `user`: reads all portfolios, or directs a root team."""
    posts = TeamMembership.objects.on(day)
    return sees_everything(user) or (
        user.is_active
        and posts.filter(user=user, role=TeamMembership.Role.DIRECTOR, team__parent=None).exists()
    )


def teams_seen_by(user: User, day: date) -> "QuerySet[Team]":
    """Teams whose numbers `user` may see: those she leads or directs with all below; all of them if she reads all."""
    if sees_everything(user):
        return Team.objects.all()
    return Team.objects.below(Team.objects.led_by(user, day))


def people_of(teams: "Iterable[Team] | QuerySet[Team]", day: date) -> "QuerySet[User]":
    """Members and leads of teams on `day`."""
    members = TeamMembership.objects.on(day).filter(team__in=teams, role__in=TeamMembership.Role.credited())
    return User.objects.filter(pk__in=members.values("user"))


def viewpoint(viewer: User, key: str, role: str) -> Viewpoint:
    """The scope that an address names. Raises Http404 if there is no such scope or it is not for `viewer`."""
    day = today()
    if role not in Role.values:
        raise Http404
    kind, _colon, pk = key.partition(":")
    if kind == "company" and not pk and sees_company(viewer, day):
        return Viewpoint.of_company(role)
    if kind == "team" and pk.isascii() and pk.isdigit():
        return Viewpoint.of_team(get_object_or_404(teams_seen_by(viewer, day), pk=pk), role)
    if kind == "user" and pk.isascii() and pk.isdigit():
        return Viewpoint.of_person(get_object_or_404(people_seen_by(viewer, day), pk=pk), role)
    raise Http404


def people_seen_by(viewer: User, day: date) -> "QuerySet[User]":
    """People whose numbers `viewer` may see: her own, those of her teams; everybody's if she reads all."""
    if sees_everything(viewer):
        return User.objects.all()
    return User.objects.filter(pk=viewer.pk) | people_of(teams_seen_by(viewer, day), day)

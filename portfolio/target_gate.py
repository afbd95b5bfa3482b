"""Whose targets an address is about, who may read them and who may write them (domain.md, Rights).

Leads and directors write those of their tree; who reads all portfolios reads all; everybody in a team reads her own.
What one may not read does not exist (404).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import Http404

from accounts.models import Team, TeamMembership, User
from clients.models.access import sees_everything
from kpis.models import Role, Target, TargetKind
from portfolio.target_grid import Asked
from portfolio.viewpoints import Viewpoint, sees_company, teams_seen_by

COMPANY = "company"
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Choices:
    """What else the viewer could ask for; no teams for who reads only her own targets."""

    teams: tuple[Team, ...]
    may_see_company: bool
    years: tuple[int, ...]
    kinds: tuple[TargetKind, ...] = tuple(TargetKind)
    roles: tuple[Role, ...] = tuple(Role)


def asked_for(user: User, query: Mapping[str, str], day: date) -> tuple[Asked, Choices]:
    """Raises Http404 for what there is not and for what is not for `user`."""
    kind, year = _kind(query), _year(query, day)
    may_see_company = sees_company(user, day)
    teams = tuple(teams_seen_by(user, day))
    years = tuple(sorted({*range(day.year - 2, day.year + 2), year}))
    choices = Choices(teams, may_see_company, years)
    if not teams and not may_see_company:
        return Asked(_own(user, query, day), kind, year), choices
    role = query.get("role") or Role.AM
    if role not in Role.values:
        raise Http404
    return _of_teams(user, query.get("team", ""), role, kind, year, choices, day), choices


def _kind(query: Mapping[str, str]) -> TargetKind:
    kind = query.get("kind") or TargetKind.NEW_CLIENTS
    if kind not in TargetKind.values:
        raise Http404
    return TargetKind(kind)


def _year(query: Mapping[str, str], day: date) -> int:
    text = query.get("year") or str(day.year)
    if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS):
        raise Http404
    return int(text)


def _own(user: User, query: Mapping[str, str], day: date) -> Viewpoint:
    posts = TeamMembership.objects.on(day).filter(user=user, role__in=TeamMembership.Role.credited())
    if query.get("team") or not (posts.exists() or Target.objects.filter(user=user).exists()):
        raise Http404
    return Viewpoint.of_person(user, user.owner_role)


def _of_teams(
    user: User, wanted: str, role: str, kind: TargetKind, year: int, choices: Choices, day: date
) -> Asked:
    teams = choices.teams
    led = frozenset(_led(user, teams, day))
    seen = {team.pk for team in teams}
    tops = [team for team in teams if team.parent_id not in seen]
    if not wanted:
        wanted = COMPANY if sees_everything(user) or not tops else str(tops[0].pk)
    if wanted == COMPANY and choices.may_see_company:
        roots = Team.objects.filter(parent=None).values_list("pk", flat=True)
        below = tuple(team for team in teams if team.parent_id is None)
        return Asked(Viewpoint.of_company(role), kind, year, below, led, led.issuperset(roots))
    team = next((team for team in teams if str(team.pk) == wanted), None)
    if team is None:
        raise Http404
    below = tuple(each for each in teams if each.parent_id == team.pk)
    return Asked(Viewpoint.of_team_among(team, teams, role), kind, year, below, led)


def _led(user: User, teams: tuple[Team, ...], day: date) -> set[int]:
    """Teams of the trees that `user` leads or directs: all that she sees, unless she reads everything."""
    if not sees_everything(user):
        return {team.pk for team in teams}
    return set(Team.objects.below(Team.objects.led_by(user, day)).values_list("pk", flat=True))

"""Who hears of a client: its owner, or for a client of nobody those who may give it one (domain.md, Rights)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Team, TeamMembership, User
from clients.models import Assignment
from clients.models.assignment import AssignmentQuerySet

Role = TeamMembership.Role


@dataclass(frozen=True)
class Responsible:
    """Whom to tell about a client: its owner, or the people who may give it one; nobody if there is none of them."""

    people: list[User]
    is_owner: bool


def responsible_on(day: date, clients: set[int]) -> dict[int, Responsible]:
    """Active people to tell about each client (by key) on `day`.

    The AM, else the AE. Without either the lead of the team of the last owner, else its directors, else those of the
    team above, and so on; for a client that never had an owner the directors of the root teams.
    """
    owners = _owners_on(day, clients)
    found = {client: Responsible([owner], is_owner=True) for client, owner in owners.items()}
    leaders = _leaders_of(clients - owners.keys(), day)
    return found | {client: Responsible(people, is_owner=False) for client, people in leaders.items()}


def _owners_on(day: date, clients: Iterable[int]) -> dict[int, User]:
    owning = _owning(clients).on(day).filter(user__is_active=True)
    return {row.client_id: row.user for row in owning.order_by("role")}  # AE first, AM wins


def _owning(clients: Iterable[int]) -> AssignmentQuerySet:
    rows = Assignment.objects.filter(client__in=clients, role__in=Assignment.Role.owning())
    return rows.select_related("user")


def _leaders_of(clients: set[int], day: date) -> dict[int, list[User]]:
    if not clients:
        return {}
    leaders, teams = _Leaders(day), _last_teams(clients, day)
    return {client: leaders.of(teams[client]) if client in teams else leaders.of_all() for client in clients}


def _last_teams(clients: set[int], day: date) -> dict[int, int | None]:
    """The team of each client's last owner on her last day, None if she had none; no entry without any owner."""
    past = _owning(clients).filter(start__lte=day).order_by("end", "role")  # the last row of each client wins
    last = {row.client_id: (row.user_id, min(row.end or day, day)) for row in past}
    posts: dict[int, list[TeamMembership]] = defaultdict(list)
    people = {user for user, _ in last.values()}
    for post in TeamMembership.objects.filter(user__in=people, role__in=Role.credited()):
        posts[post.user_id].append(post)
    return {
        client: next((post.team_id for post in posts[user] if post.covers(on)), None)
        for client, (user, on) in last.items()
    }


class _Leaders:
    """The active leads and directors of all teams on a day."""

    def __init__(self, day: date) -> None:
        posts = TeamMembership.objects.on(day).filter(role__in=Role.leading(), user__is_active=True)
        self.parents = dict(Team.objects.values_list("pk", "parent"))
        self.people: dict[tuple[int, str], list[User]] = defaultdict(list)
        for post in posts.select_related("user"):
            self.people[post.team_id, post.role].append(post.user)

    def of(self, team: int | None) -> list[User]:
        """Who leads the team, else who directs it, else who does so in the team above."""
        while team is not None:
            if found := self.people[team, Role.LEAD] or self.people[team, Role.DIRECTOR]:
                return found
            team = self.parents[team]
        return []

    def of_all(self) -> list[User]:
        """Who directs a root team."""
        roots = [team for team, parent in self.parents.items() if parent is None]
        return [person for root in roots for person in self.people[root, Role.DIRECTOR]]

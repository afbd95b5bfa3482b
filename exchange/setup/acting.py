"""What the set-up writes. Each function runs inside a transaction that `one_at_a_time` has begun with."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import Team, TeamMembership, User
from exchange.setup.positions import made
from notifications.invitations import invite

LOCK = 0x5E71C  # advisory lock: two people who set up at once do not make the same team
IMPORTERS = "Pengimpor"  # made by a migration
Role = TeamMembership.Role


def one_at_a_time() -> None:
    """Until the transaction ends nobody else sets anything up: what the forms have checked holds when it is saved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def found_company(
    user: User, *, name: str, full_name: str, position: Any, start: date, owns_clients: bool
) -> Team:
    """`user` directs the team at the top from `start` on and may import; teams that were on top are part of it now.

    With `owns_clients` she is a member of it, too, unless she is in a team already: a director gets no credit.
    """
    root = Team.objects.filter(name__iexact=name, parent=None).first() or Team.objects.create(name=name)
    for team in Team.objects.filter(parent=None).exclude(pk=root.pk):
        team.move_below(root)
    user.full_name = full_name
    user.position = made(position)
    user.save(update_fields=["full_name", "position"])
    posts = TeamMembership.objects.filter(user=user)
    TeamMembership.objects.create(user=user, team=root, role=Role.DIRECTOR, start=start)
    if owns_clients and not posts.filter(role__in=Role.credited()).exists():
        TeamMembership.objects.create(user=user, team=root, role=Role.MEMBER, start=start)
    user.groups.add(*Group.objects.filter(name=IMPORTERS))
    return root


def add_people(forms: Iterable[Any], by: User, now: datetime) -> None:
    """Colleagues with their place in a team, each invited by mail, in the language of whoever adds them."""
    for form in forms:
        data = form.cleaned_data
        person: User = form.save(commit=False)
        person.position, person.language = made(data["position"]), by.language
        person.set_unusable_password()
        person.save()
        TeamMembership.objects.create(user=person, team=data["team"], role=data["role"], start=data["start"])
        invite(person, now)


def add_rows(forms: Iterable[Any], by: User, now: datetime) -> None:
    """Rows that are no more than what was typed: teams, products."""
    for form in forms:
        form.save()


def invite_again(people: Iterable[User], now: datetime) -> int:
    """Another link to set the first password, at most one an hour; returns for how many people."""
    return sum(invite(person, now) for person in people)

"""Who may see a client and who may do what with it: the tables of domain.md, Rights, written once.

Rights follow dates: everything here asks about one day, which callers leave at today.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Team, TeamMembership, User

if TYPE_CHECKING:
    from clients.models.assignment import AssignmentQuerySet

OWNER_ROLES = ["AM", "AE"]


class Act(Enum):
    """What a person wants to do with a client: the assignment roles that allow it (leads and directors always may)."""

    LOG = ("AM", "AE", "support", "sponsor")
    EDIT = ("AM", "AE", "support")
    CONTRACT = ("AM", "AE")
    LEAD = ()


def sees_everything(user: User) -> bool:
    """Whether `user` may read all portfolios (executive, analyst): read only."""
    return user.is_active and user.has_perm("clients.read_all_clients")


def may_create_clients(user: User, day: date) -> bool:
    """AM and AE (member of a team, owner by own track) and leads and directors may add a client."""
    return user.is_active and TeamMembership.objects.on(day).filter(user=user).exists()


def visible(user: User, day: date) -> Q:
    """The clients `user` may see on `day`; nobody sees anything by default."""
    if not user.is_active:
        return Q(pk__in=[])
    if sees_everything(user):
        return Q()
    return _assigned(user, day, None) | led(user, day)


def allowed(user: User, act: Act, day: date) -> Q:
    """The clients with which `user` may do `act` on `day`; always a part of the visible ones."""
    if not user.is_active:
        return Q(pk__in=[])
    return _assigned(user, day, act.value) | led(user, day)


def acts(user: User, *, leads: bool, roles: Iterable[str]) -> dict[str, bool]:
    """What `allowed` says about one client (`ClientQuerySet.with_acts`), by name: {"log": True, "edit": False, …}."""
    return {
        act.name.lower(): user.is_active and (leads or not set(act.value).isdisjoint(roles)) for act in Act
    }


def _assignments() -> "AssignmentQuerySet":
    from clients.models.assignment import Assignment  # it points at Client, whose queryset asks this module

    return Assignment.objects.all()


def _assigned(user: User, day: date, roles: tuple[str, ...] | None) -> Q:
    mine = _assignments().on(day).filter(user=user)
    if roles is not None:
        mine = mine.filter(role__in=roles)
    return Q(pk__in=mine.values("client"))


def led(user: User, day: date) -> Q:
    """Clients of the trees that `user` leads or directs on `day`.

    Owned ones by their current AM or AE; unowned ones (no current AM and AE) by their last owner's team on her last
    day; clients that never had an owner belong to the directors of a root team.
    """
    tree = Team.objects.below(Team.objects.led_by(user, day))
    owning = _assignments().filter(role__in=OWNER_ROLES)
    current = owning.on(day)
    here = TeamMembership.objects.filter(role__in=TeamMembership.Role.credited(), team__in=tree)
    owned = current.filter(user__in=here.on(day).values("user"))

    past = owning.filter(end__lt=day)
    later = past.filter(client=OuterRef("client"), end__gt=OuterRef("end"))
    in_tree_then = here.filter(user=OuterRef("user"), start__lte=OuterRef("end")).exclude(
        end__lt=OuterRef("end")
    )
    last_here = past.filter(~Exists(later), Exists(in_tree_then))
    unowned = ~Q(pk__in=current.values("client"))

    rule = Q(pk__in=owned.values("client")) | (unowned & Q(pk__in=last_here.values("client")))
    never_owned = ~Q(pk__in=owning.filter(start__lte=day).values("client"))
    return rule | (never_owned & Q(Exists(_root_posts(user, day))))


def _root_posts(user: User, day: date) -> "QuerySet[TeamMembership]":
    posts: QuerySet[TeamMembership] = TeamMembership.objects.on(day)
    return posts.filter(user=user, role=TeamMembership.Role.DIRECTOR, team__parent=None)

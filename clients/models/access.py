"""Who may see a client and who may do what with it: the tables of domain.md, Rights, written once.

Rights follow dates: everything here asks about one day, which callers leave at today.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.expressions import RawSQL

from accounts.models import TeamMembership, User

if TYPE_CHECKING:
    from clients.models.assignment import AssignmentQuerySet

LED = (Path(__file__).parent.parent / "sql" / "led.sql").read_text()


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


def may_merge_clients(user: User) -> bool:
    """Whether `user` may make one of two clients, where she may edit both."""
    return user.is_active and user.has_perm("clients.merge_clients")


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
    day; clients that never had an owner belong to the directors of a root team. In SQL, because nearly every statement
    asks it, some several times, and the ORM took longer to compose it than PostgreSQL to answer.
    """
    return Q(pk__in=RawSQL(LED, [user.pk, day]))  # noqa: S611 - a constant

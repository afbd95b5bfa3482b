"""Where the first set-up stands. Nothing of it is stored: each step is read off the data, by whatever way they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Exists, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, TeamMembership, User
from clients.models import Client
from contracts.models import Contract, Product

IMPORT_RIGHT = "exchange.import_data"
COMPANY, TEAMS, PEOPLE, PRODUCTS, CLIENTS, CONTRACTS = (
    "company",
    "teams",
    "people",
    "products",
    "clients",
    "contracts",
)
TITLES = {
    COMPANY: _("Company and direction"),
    TEAMS: _("Teams"),
    PEOPLE: _("People"),
    PRODUCTS: _("Catalogue"),
    CLIENTS: _("Clients"),
    CONTRACTS: _("Contracts"),
}
NOT_IN_YET = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)  # has never set a password
OPTIONAL = (TEAMS, PEOPLE)  # of no use to whoever works alone


@dataclass(frozen=True)
class Step:
    """One step. `is_passed`: there is nothing of an optional step, and the next one has begun without it."""

    slug: str
    is_done: bool
    is_passed: bool

    @property
    def title(self) -> Any:
        return TITLES[self.slug]

    @property
    def is_optional(self) -> bool:
        return self.slug in OPTIONAL

    @property
    def is_settled(self) -> bool:
        """Whether it does not keep the set-up open."""
        return self.is_done or self.is_passed


@dataclass(frozen=True)
class Setup:
    """The six steps, in their order."""

    steps: tuple[Step, ...]

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.is_settled), None)

    @property
    def is_open(self) -> bool:
        return self.next is not None

    @property
    def settled(self) -> int:
        return sum(step.is_settled for step in self.steps)

    @property
    def is_empty(self) -> bool:
        """Whether there is no client yet, and so nothing that home could show."""
        return not next(step for step in self.steps if step.slug == CLIENTS).is_done

    @property
    def is_directed(self) -> bool:
        """Whether somebody directs the company: everything else hangs on it."""
        return self.steps[0].is_done


def setup_of(user: User, day: date) -> Setup | None:
    """The set-up as `user` sees it in one statement; None if it is none of her business.

    It is for superusers, and for whoever may import and directs a root team. Clients and contracts count as far as she
    may see them; a contract counts once it is signed.
    """
    if not (user.is_active and user.has_perm(IMPORT_RIGHT)):
        return None
    posts = TeamMembership.objects.on(day).filter(user__is_active=True)
    directing = posts.filter(role=TeamMembership.Role.DIRECTOR, team__parent=None)
    found: Any = (
        User.objects.filter(pk=user.pk)
        .values(
            directs=Exists(directing.filter(user=user)),
            company=Exists(directing),
            teams=Exists(Team.objects.exclude(parent=None)),
            people=Exists(posts.exclude(user=user)),
            products=Exists(Product.objects.filter(is_active=True)),
            clients=Exists(Client.objects.visible_to(user)),
            contracts=Exists(Contract.objects.visible_to(user).signed()),
        )
        .get()
    )
    if not (user.is_superuser or found["directs"]):
        return None
    return Setup(tuple(_steps(found)))


def _steps(found: dict[str, bool]) -> list[Step]:
    """An optional step is passed over once a later one has begun: people without teams, clients without people."""
    later = {TEAMS: found[PEOPLE] or found[CLIENTS], PEOPLE: found[CLIENTS]}
    return [
        Step(slug, is_done=found[slug], is_passed=not found[slug] and later.get(slug, False))
        for slug in TITLES
    ]


def counts(user: User) -> dict[str, int]:
    """How much there is of each kind, as far as `user` may see it; and how many people are “not in yet”."""
    people = User.objects.filter(is_active=True).aggregate(
        all=Count("pk"), waiting=Count("pk", filter=NOT_IN_YET)
    )
    return {
        TEAMS: Team.objects.exclude(parent=None).count(),
        PEOPLE: people["all"],
        "not in yet": people["waiting"],
        PRODUCTS: Product.objects.filter(is_active=True).count(),
        CLIENTS: Client.objects.visible_to(user).count(),
        CONTRACTS: Contract.objects.visible_to(user).count(),
    }


def not_in_yet() -> QuerySet[User]:
    """Active people who have not set a password: their invitation waits, or its link is too old."""
    return User.objects.filter(NOT_IN_YET, is_active=True)

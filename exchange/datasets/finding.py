"""Rows that a cell names. Each finder asks once for all names of a file and knows only what its user may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, TeamMembership, User
from clients.models import Act, Client
from clients.models.names import name_keys, split_name
from exchange.datasets.base import Column, NotFoundError
from exchange.datasets.kinds import CLIENT

READ_ONLY = gettext_lazy("You may see this client, but not change it.")
NO_OWNERS = gettext_lazy("Only a lead or director may assign an owner.")

CLIENT_COLUMN = Column(
    "client",
    Client._meta.verbose_name,
    CLIENT,
    example="K-0142",
    is_required=True,
    also=("klien", "nama klien", "perusahaan", "nama perusahaan", "company", "kode klien"),
)


def name_of(client: Client | None) -> str:
    """How a file names a client so that it is found again; "" for none."""
    return (client.code or str(client)) if client else ""


def lower(names: Iterable[str | None]) -> list[str]:
    return sorted({name.casefold() for name in names if name})


class ByText:
    """Rows of a queryset by one text of theirs, ignoring case."""

    def __init__(self, rows: QuerySet[Any], field: str, names: Iterable[str | None], missing: str) -> None:
        found = rows.annotate(_text=Lower(field)).filter(_text__in=lower(names))
        self.rows: dict[str, Any] = {row._text: row for row in found}
        self.missing = missing

    def get(self, name: str | None) -> Any:
        """The row of this text, None if there is none."""
        return self.rows.get(name.casefold()) if name else None

    def find(self, name: str) -> Any:
        """Raises NotFoundError."""
        row = self.get(name)
        if row is None:
            raise NotFoundError(self.missing % {"name": name})
        return row


class Clients:
    """Clients that the user may see: by own code, else by NPWP, else by name where one alone has it."""

    def __init__(self, user: User, names: Iterable[str | None], npwps: Iterable[str | None] = ()) -> None:
        wanted = [name for name in names if name]
        self.keys = name_keys({text for name in wanted for text in (name, split_name(name)[1])})
        seen = Client.objects.visible_to(user).filter(
            pk__in=Client.objects.annotate(_code=Lower("code"))
            .filter(
                Q(_code__in=lower(wanted))
                | Q(name_key__in=[key for key in self.keys.values() if key])
                | Q(npwp__in=[number for number in npwps if number])
            )
            .values("pk")
        )
        self.by_code: dict[str, Client] = {}
        self.by_name: dict[str, list[Client]] = defaultdict(list)
        self.by_npwp: dict[str, Client] = {}
        for client in seen.annotate(sees_parent=sees_parent(user)).select_related("parent").order_by("pk"):
            if client.code:
                self.by_code[client.code.casefold()] = client
            if client.npwp:
                self.by_npwp[client.npwp] = client
            self.by_name[client.name_key].append(client)
        self._allowed: dict[Act, set[int]] = {}
        self._user, self.pks = user, [client.pk for client in seen]

    def named(self, name: str) -> list[Client]:
        """Those whose name is the same but for legal form, dots, spaces and case."""
        return self.by_name.get(self.keys.get(split_name(name)[1], ""), [])

    def find(self, name: str) -> Client:
        """By code, else by name. Raises NotFoundError, also where several have the name."""
        found = self.by_code.get(name.casefold())
        if found:
            return found
        alike = self.named(name)
        if len(alike) > 1:
            text = _("%(n)d clients are called “%(name)s”; write the code of the one that is meant.")
            raise NotFoundError(text % {"n": len(alike), "name": name})
        if not alike:
            text = _("There is no client with the code or name “%(name)s” among those that you may see.")
            raise NotFoundError(text % {"name": name})
        return alike[0]

    def allows(self, client: Client, act: Act) -> bool:
        """Whether the user may do `act` with a client. One statement per act, for all clients together."""
        if act not in self._allowed:
            self._allowed[act] = set(Client.objects.allowing(self._user, act).values_list("pk", flat=True))
        return client.pk in self._allowed[act]


def sees_parent(user: User) -> Exists:
    """Whether `user` may see the group that a client is part of: else it is not named."""
    return Exists(Client.objects.visible_to(user).filter(pk=OuterRef("parent")))


class People:
    """Colleagues by e-mail, else by full name, else by the name they go by; by a name only where one alone has it."""

    def __init__(self, names: Iterable[str | None], among: QuerySet[User] | None = None) -> None:
        wanted = lower(names)
        rows = (User.objects.all() if among is None else among).annotate(
            _name=Lower("full_name"), _short=Lower("preferred_name")
        )
        self.by_email: dict[str, User] = {}
        self.by_name: dict[str, list[User]] = defaultdict(list)
        self.by_short: dict[str, list[User]] = defaultdict(list)
        found = rows.filter(Q(email__in=wanted) | Q(_name__in=wanted) | Q(_short__in=wanted))
        for user in found.select_related("position"):
            self.by_email[user.email] = user
            self.by_name[user.full_name.casefold()].append(user)
            self.by_short[user.preferred_name.casefold()].append(user)

    def find(self, name: str) -> User:
        """Raises NotFoundError."""
        found = self.by_email.get(name.casefold())
        if found:
            return found
        alike = self.by_name.get(name.casefold()) or self.by_short.get(name.casefold(), [])
        if len(alike) > 1:
            text = _("%(n)d people are called “%(name)s”; write the e-mail address of the one that is meant.")
            raise NotFoundError(text % {"n": len(alike), "name": name})
        if not alike:
            raise NotFoundError(
                _("Nobody with the e-mail address or name “%(name)s” is known here.") % {"name": name}
            )
        return alike[0]


def led_people(user: User, day: Any) -> QuerySet[User]:
    """Everybody who is or ever was in a team of the trees that `user` leads or directs on `day`, and herself."""
    posts = TeamMembership.objects.filter(team__in=Team.objects.below(Team.objects.led_by(user, day)))
    return User.objects.filter(Q(pk__in=posts.values("user")) | Q(pk=user.pk))

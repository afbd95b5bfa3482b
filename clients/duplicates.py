"""Which clients may be the same company, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices, Value
from django.db.models.functions import Concat, JSONObject, Substr
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Client, NotDuplicate, access
from clients.models.client import ClientQuerySet

PAIRS = (Path(__file__).parent / "sql" / "duplicates.sql").read_text()

MOST_ALIKE = 10  # of those that share a name or number; the next ones come up when these are merged
MOST_SHOWN = 3  # on the page of a client
MOST_WITH_DOMAIN = 5  # a domain of more clients is that of a mail provider, or of a group
PUBLIC_DOMAINS = [  # mailboxes for everybody: they say nothing of a company
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.co.id",
    "ymail.com",
    "rocketmail.com",
    "hotmail.com",
    "outlook.com",
    "outlook.co.id",
    "live.com",
    "icloud.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
]


class Reason(TextChoices):
    """Why two clients may be one, strongest first: the first letter is the order."""

    NPWP = "1", _("same NPWP, written with 15 and 16 digits")
    NAME = "2", _("same name")
    DOMAIN = "3", _("contacts with the same e-mail domain")


@dataclass(frozen=True)
class Pair:
    one: Any  # a Client with the columns of the page
    other: Any
    reasons: list[str]
    may_merge: bool


def pairs(user: User, day: date) -> list[tuple[int, int, list[str]]]:
    """Keys and reasons of all pairs among the clients that `user` may see, strongest reason first. One statement."""
    visible, parameters = (
        Client.objects.filter(access.visible(user, day)).values("pk").query.sql_with_params()
    )
    limits: list[Any] = [PUBLIC_DOMAINS, MOST_WITH_DOMAIN, MOST_ALIKE, MOST_ALIKE]
    with connection.cursor() as cursor:
        cursor.execute(PAIRS.replace("{visible}", str(visible)), [*parameters, *limits])
        return list(cursor.fetchall())


def shown(found: Iterable[tuple[int, int, list[str]]], user: User, day: date) -> list[Pair]:
    """The pairs of one page with what it shows of them. Two statements."""
    found = list(found)
    clients = clients_for(user, day, {pk for one, other, _reasons in found for pk in (one, other)})
    editable = editable_by(user, clients)
    return [
        Pair(
            clients[one],
            clients[other],
            [str(Reason(each).label) for each in reasons],
            {one, other} <= editable,
        )
        for one, other, reasons in found
        if one in clients and other in clients
    ]


def clients_for(user: User, day: date, pks: Iterable[int]) -> dict[int, Any]:
    return Client.objects.visible_to(user).with_owner(day).in_bulk(list(pks))


def editable_by(user: User, pks: Iterable[int]) -> set[int]:
    """Which of the clients `user` may merge."""
    if not access.may_merge_clients(user):
        return set()
    return set(
        Client.objects.allowing(user, access.Act.CONTRACT)
        .filter(pk__in=list(pks))
        .values_list("pk", flat=True)
    )


def with_alike(clients: ClientQuerySet, user: User) -> ClientQuerySet:
    """Adds `alike`: clients that `user` may see with the same name or tax number, but those that somebody told apart.

    Each as {"pk", "legal_name", "legal_form", "code"}; three at most.
    """
    mine = OuterRef("npwp")
    same = ~Q(name_key="") & Q(name_key=OuterRef("name_key")) | ~Q(npwp="") & (
        Q(npwp=Substr(mine, 2)) | Q(npwp=Concat(Value("0"), mine))
    )
    here, there = OuterRef(OuterRef("pk")), OuterRef("pk")
    told = NotDuplicate.objects.filter(Q(one=here, other=there) | Q(one=there, other=here))
    others = Client.objects.visible_to(user).filter(same, ~Exists(told)).exclude(pk=OuterRef("pk"))
    shown = {name: name for name in ("pk", "legal_name", "legal_form", "code")}
    return clients.annotate(
        alike=ArraySubquery(others.order_by("pk").values(json=JSONObject(**shown))[:MOST_SHOWN])
    )


def hidden_for(user: User) -> QuerySet[NotDuplicate]:
    """Pairs told apart, of clients that `user` may both see, newest first."""
    seen = Client.objects.visible_to(user).values("pk")
    return NotDuplicate.objects.filter(one__in=seen, other__in=seen).select_related("one", "other", "by")


def tell_apart(one: Client, other: Client, by: User) -> None:
    """These two are not the same: no longer suggested to anybody. Telling it twice is telling it once."""
    NotDuplicate.objects.bulk_create([NotDuplicate(one=one, other=other, by=by)], ignore_conflicts=True)


def take_back(one: Client, other: Client) -> None:
    """Undo `tell_apart`."""
    NotDuplicate.objects.filter(Q(one=one, other=other) | Q(one=other, other=one)).delete()

"""Of which of two clients the survivor takes each of its values."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext_lazy as _

from accounts import formats
from accounts.models import User
from clients.models import Client
from clients.models.client import Industry
from clients.models.names import LegalForm

ITS_OWN = {"id", "name_key", "created_at", "created_by"}  # of the record, not of the company
TOGETHER = {  # half of a name or of an address makes no sense beside the other half
    "name": (_("name"), ("legal_form", "legal_name")),
    "address": (
        _("address"),
        ("street", "rt_rw", "village", "district", "city", "province", "postal_code"),
    ),
}


@dataclass(frozen=True)
class Choice:
    """Something that differs as a whole: one field, or several that belong together."""

    name: str
    label: Any
    columns: tuple[str, ...]

    def values(self, client: Client, other: Client) -> tuple[Any, ...]:
        """What `client` would bring to a merge with `other`: being part of each other ends with it."""
        if self.name == "parent":
            return (None if client.parent_id == other.pk else client.parent_id,)
        return tuple(getattr(client, column) for column in self.columns)

    def is_filled(self, client: Client, other: Client) -> bool:
        return any(value not in ("", None, Industry.OTHER) for value in self.values(client, other))

    def differs(self, one: Client, other: Client) -> bool:
        return self.values(one, other) != self.values(other, one)

    def shown(self, client: Client, other: Client) -> str:
        """The value for people; a private person's tax number is masked."""
        match self.name:
            case "name":
                return str(client)
            case "address":
                return ", ".join(client.address_lines) or formats.DASH
            case "npwp":
                return (client.shown_npwp if client.npwp else "") or formats.DASH
            case "parent":
                return str(client.parent) if any(self.values(client, other)) else formats.DASH
            case "billing_contact":
                return str(client.billing_contact or formats.DASH)
        shown = getattr(client, f"get_{self.name}_display", None)
        return str((shown() if shown else getattr(client, self.name)) or formats.DASH)


@cache
def all_choices() -> tuple[Choice, ...]:
    """Every field of a client is in exactly one of them, but those of ITS_OWN."""
    joined = {column for _label, columns in TOGETHER.values() for column in columns}
    fields: list[Field[Any, Any]] = [
        field for field in Client._meta.concrete_fields if field.name not in joined | ITS_OWN
    ]
    return (
        *(Choice(name, label, columns) for name, (label, columns) in TOGETHER.items()),
        *(Choice(field.name, field.verbose_name, (field.attname,)) for field in fields),
    )


def open_choices(user: User, kept: Client, removed: Client, *, leads: bool) -> list[Choice]:
    """What differs and `user` may decide: the tier is for leads, and a group that one may not see is not named."""
    may_decide = {"tier": leads, "parent": _sees_groups(user, kept, removed)}
    closed = {name for name, may in may_decide.items() if not may}
    return [each for each in all_choices() if each.name not in closed and each.differs(kept, removed)]


def usual(kept: Client, removed: Client) -> set[str]:
    """The names of what is usually taken from the merged client: what it has and the survivor lacks.

    A private person's tax number is no company's: it would be shown to everybody.
    """
    lacking = {
        each.name
        for each in all_choices()
        if not each.is_filled(kept, removed) and each.is_filled(removed, kept)
    }
    is_private = removed.has_personal_npwp and kept.legal_form != LegalForm.PERSON
    return lacking - {"npwp"} if is_private else lacking


def new_values(kept: Client, removed: Client, takes: Collection[str]) -> dict[str, Any]:
    """The columns of the survivor that become others, if it takes what is named in `takes` from the merged client."""
    wanted: dict[str, Any] = {}
    for each in all_choices():
        source, other = (removed, kept) if each.name in takes else (kept, removed)
        wanted |= dict(zip(each.columns, each.values(source, other), strict=True))
    return {column: value for column, value in wanted.items() if getattr(kept, column) != value}


def _sees_groups(user: User, kept: Client, removed: Client) -> bool:
    groups = {client.parent_id for client in (kept, removed) if client.parent_id}
    if not groups:
        return True
    return Client.objects.visible_to(user).filter(pk__in=groups).count() == len(groups)

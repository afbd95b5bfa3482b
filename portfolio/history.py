"""Who changed what of a client and of what hangs on it: the trail that the triggers write, made readable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import pghistory.models
from django.apps import apps
from django.db.models import Field, Model, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import formats
from accounts.models import User
from clients.models import Client
from contracts.models import Contract

Only = Mapping[type[Model], Collection[str]]
ELSEWHERE = "…"  # for what the reader may not see, or what is gone
MOST = 300  # changes of each kind that a page of history goes back
LABELS = {
    "insert": pgettext_lazy("history", "added"),
    "update": pgettext_lazy("history", "changed"),
    "delete": pgettext_lazy("history", "removed"),
}


@dataclass(frozen=True)
class Change:
    """One line of the history: who did what to which record, field by field (label, before, after)."""

    at: datetime
    by: str
    label: Any
    record: str
    fields: list[tuple[str, str, str]]


def events_of(client: Client, contracts: list[Contract]) -> list[Any]:
    """The latest recorded changes of the client, its contacts, owners, contracts and their lines, newest first."""
    about = [_latest(client), *([_latest(*contracts)] if contracts else [])]
    return sorted(chain(*about), key=lambda event: event.pgh_created_at, reverse=True)


def _latest(*rows: Model) -> list[Any]:
    """What points at the rows, and the rows themselves; not their like (subsidiaries of a client are clients)."""
    events = pghistory.models.Events.objects
    others = events.references(*rows).exclude(pgh_obj_model=rows[0]._meta.label)  # type: ignore[no-untyped-call]
    pointing = others.order_by("-pgh_created_at")[:MOST]
    if isinstance(rows[0], Contract):  # a contract itself already points at the client
        return list(pointing)
    return [*pointing, *events.tracks(*rows).order_by("-pgh_created_at")[:MOST]]  # type: ignore[no-untyped-call]


def readable(
    events: Iterable[Any], reader: User, known: Iterable[Model] = (), only: Only | None = None
) -> list[Change]:
    """Events with names for ids and days as people write them; a handful of statements for any number of events.

    What an id points at is named only if `reader` may see it; rows in `known` are not fetched again. `only`: the
    columns worth telling, None = all.
    """
    events = list(events)
    names = _names(events, reader, {(type(row), row.pk): str(row) for row in known}, only)
    return [
        Change(
            at=event.pgh_created_at,
            by=names.get((User, _author(event)), str(_("The system"))),
            label=LABELS.get(event.pgh_label.split("_")[0], event.pgh_label),
            record=str(_tracked(event)._meta.verbose_name),
            fields=_fields(event, names, only),
        )
        for event in events
    ]


def _author(event: Any) -> int | None:
    return (event.pgh_context or {}).get("user")


def _authors(events: list[Any]) -> set[int]:
    return {author for event in events if (author := _author(event))}


def _tracked(event: Any) -> type[Model]:
    return apps.get_model(event.pgh_obj_model)


def _before_after(event: Any) -> dict[str, tuple[Any, Any]]:
    if event.pgh_label.startswith("update"):
        return {name: (old, new) for name, (old, new) in (event.pgh_diff or {}).items()}
    return {name: (None, value) for name, value in event.pgh_data.items() if value not in (None, "", [])}


def _known_fields(event: Any, only: Only | None) -> list[tuple[Field[Any, Any], Any, Any]]:
    model = _tracked(event)
    told = {field.attname: field for field in model._meta.concrete_fields}
    fields = told if only is None else {name: told[name] for name in only[model]}
    return [
        (fields[name], old, new)
        for name, (old, new) in _before_after(event).items()
        if name in fields and not fields[name].primary_key and not name.startswith("client")
    ]


def _names(
    events: list[Any], reader: User, known: dict[tuple[type[Model], Any], str], only: Only | None
) -> dict[tuple[type[Model], Any], str]:
    """What the foreign keys point at, in one statement per table."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set, {User: _authors(events)})
    for event in events:
        for field, *values in _known_fields(event, only):
            if field.is_relation:
                wanted[field.related_model].update(v for v in values if v is not None)  # type: ignore[index] # a foreign key has one
    missing = {model: {key for key in keys if (model, key) not in known} for model, keys in wanted.items()}
    return known | {
        (model, row.pk): str(row)
        for model, keys in missing.items()
        if keys
        for row in _named(model, reader).filter(pk__in=keys)
    }


def _named(model: type[Model], reader: User) -> QuerySet[Any]:
    rows = model._default_manager.all()
    return rows.visible_to(reader) if hasattr(rows, "visible_to") else rows


def _fields(
    event: Any, names: dict[tuple[type[Model], Any], str], only: Only | None
) -> list[tuple[str, str, str]]:
    return [
        (str(field.verbose_name), _shown(field, old, names), _shown(field, new, names))
        for field, old, new in _known_fields(event, only)
    ]


def _shown(field: Field[Any, Any], value: Any, names: dict[tuple[type[Model], Any], str]) -> str:
    if value in (None, ""):
        return formats.DASH
    if field.is_relation:
        return names.get((field.related_model, value), ELSEWHERE)  # type: ignore[arg-type] # a foreign key has one
    if field.name == "npwp":
        return Client(npwp=value).shown_npwp
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return formats.yes_no(value)
    return _moment(field, value)


def _moment(field: Field[Any, Any], value: Any) -> str:
    kind = field.get_internal_type()
    if kind == "DateTimeField" and (moment := parse_datetime(str(value))):
        return formats.clock(moment)
    if kind == "DateField" and (day := parse_date(str(value))):
        return formats.day(day)
    if kind == "DecimalField":
        amount = Decimal(str(value)).normalize()
        return formats.number(amount, max(0, -int(amount.as_tuple().exponent)))
    return str(value)

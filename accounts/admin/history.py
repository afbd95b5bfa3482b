"""The events of one row, readable: who, when, what changed, from what to what.

Triggers write the events (django-pghistory), so that bulk updates and raw SQL are in them too; `config.middleware`
adds the person and the request.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.admin.utils import display_for_field
from django.contrib.auth.models import Group
from django.core.paginator import Page
from django.db.models import Field, ForeignKey, Model, Q, QuerySet
from django.utils.translation import gettext, pgettext

from accounts.models import GroupMembership, User

EMPTY = "–"
HIDDEN = "•••"


@dataclass(frozen=True)
class Change:
    """One field before and after; `before` is empty in the first event of a row."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One event."""

    at: datetime
    who: str
    what: str
    request_id: str
    changes: list[Change]


def entries_of(page: "Page[Any]", hidden: Iterable[str]) -> list[Entry]:
    """The events of `page` (newest first) as entries; of `hidden` fields only the fact of a change."""
    events = _with_predecessor(page)
    people = _people(events)
    fields = _tracked_fields(events)
    names = _names(events, fields)
    entries = []
    for event, before in pairwise([*events, None] if len(events) == len(page) else events):
        changes = [
            _change(field, before, event, names, field.name in hidden)
            for field in fields
            if _differs(field, before, event)
        ]
        entries.append(_entry(event, people, changes))
    return entries


def group_entries(person: User, period: Q) -> list[Entry]:
    """Which groups `person` joined and left, newest first; `period` is that of a page, see `period_of`."""
    rows = GroupMembership.pgh_event_model.objects.filter(period, user=person).order_by("-pgh_id")
    events = list(rows.select_related("pgh_context"))
    people = _people(events)
    groups = Group.objects.in_bulk({event.group_id for event in events})
    return [
        _entry(event, people, [_joined_or_left(event, str(groups.get(event.group_id, event.group_id)))])
        for event in events
    ]


def period_of(page: "Page[Any]") -> Q:
    """The time that a page of events covers: every moment lies on exactly one page."""
    since = Q(pgh_created_at__gte=page[len(page) - 1].pgh_created_at) if page.has_next() else Q()
    if not page.has_previous():
        return since
    newer = page.paginator.object_list[page.start_index() - 2]
    return since & Q(pgh_created_at__lt=newer.pgh_created_at)


def _entry(event: Any, people: dict[Any, str], changes: list[Change]) -> Entry:
    context = _context(event)
    return Entry(
        at=event.pgh_created_at,
        who=people.get(context.get("user"), pgettext("author", "System")),
        what=_label(event.pgh_label),
        request_id=context.get("request_id", ""),
        changes=changes,
    )


def _joined_or_left(event: Any, group: str) -> Change:
    before, after = (EMPTY, group) if event.pgh_label == "joined" else (group, EMPTY)
    return Change(str(Group._meta.verbose_name), before, after)


def _with_predecessor(page: "Page[Any]") -> list[Any]:
    """The page's events and the one before them, against which the oldest is compared."""
    start = page.start_index() - 1 if page.paginator.count else 0
    events: QuerySet[Any] = page.paginator.object_list  # type: ignore[assignment] # TrackedAdmin gives a queryset
    return list(events.select_related("pgh_context")[start : start + len(page) + 1])


def _people(events: list[Any]) -> dict[Any, str]:
    ids = {user for event in events if (user := _context(event).get("user"))}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name"))


def _context(event: Any) -> dict[str, Any]:
    return event.pgh_context.metadata if event.pgh_context else {}


def _tracked_fields(events: list[Any]) -> list["Field[Any, Any]"]:
    if not events:
        return []
    fields = events[0]._meta.concrete_fields
    return [field for field in fields if not field.name.startswith("pgh_") and field.name != "id"]


def _names(events: list[Any], fields: list["Field[Any, Any]"]) -> dict[type[Model], dict[Any, str]]:
    """Names of everything the events point at, one query per model."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for field in fields:
        if isinstance(field, ForeignKey):
            wanted[field.related_model] |= {getattr(event, field.attname) for event in events} - {None}
    return {
        model: {pk: str(row) for pk, row in model._base_manager.in_bulk(list(ids)).items()}
        for model, ids in wanted.items()
    }


def _differs(field: "Field[Any, Any]", before: Any, event: Any) -> bool:
    if before is None:
        return getattr(event, field.attname) not in (None, "")
    return bool(getattr(before, field.attname) != getattr(event, field.attname))


def _change(
    field: "Field[Any, Any]", before: Any, event: Any, names: dict[type[Model], dict[Any, str]], hidden: bool
) -> Change:
    def shown(state: Any) -> str:
        value = getattr(state, field.attname) if state else None
        if value in (None, ""):
            return EMPTY
        if hidden:
            return HIDDEN
        if isinstance(field, ForeignKey):
            return names[field.related_model].get(value, str(value))
        return display_for_field(value, field, EMPTY)

    return Change(str(field.verbose_name), shown(before), shown(event))


def _label(label: str) -> str:
    return {
        "insert": pgettext("history", "Added"),
        "update": pgettext("history", "Changed"),
        "delete": pgettext("history", "Deleted"),
        "joined": pgettext("history", "Added to a group"),
        "left": pgettext("history", "Removed from a group"),
        "npwp_revealed": gettext("Tax number revealed"),
    }.get(label, label)

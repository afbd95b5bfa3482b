"""Make two clients one: the survivor takes everything, the other one's row goes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from clients.merging import storing
from clients.merging.choices import new_values
from clients.merging.links import Link, links
from clients.merging.owners import Share, shares
from clients.models import Assignment, Client, ClientMerge, Contact, MergedRow

Changes = dict[tuple[str, int], dict[str, Any]]  # of rows (label, primary key): column: [before, after]
Fate = MergedRow.Fate


class OvertakenError(Exception):
    """One of the two clients is gone: somebody merged it first."""


class RefusedError(Exception):
    """It cannot be done; the message says why and what to do."""


def lock(*clients: int) -> list[Client]:
    """The clients, in this order, locked until the transaction ends. Raises OvertakenError where one is gone.

    NO KEY UPDATE: whoever edits one of them waits, the rebuild of its numbers does not.
    """
    rows = Client.objects.filter(pk__in=clients).order_by("pk").select_for_update(no_key=True, of=("self",))
    found = {client.pk: client for client in rows}
    if len(found) < len(clients):
        raise OvertakenError
    return [found[pk] for pk in clients]


@transaction.atomic
def merge(kept_pk: int, removed_pk: int, *, takes: Collection[str], by: User, now: datetime) -> ClientMerge:
    """Merge `removed_pk` into `kept_pk`, which takes the values named in `takes` (choices.py) from it.

    Raises OvertakenError if one of them is gone, RefusedError if a row can neither move nor stay behind. A row that
    somebody adds to the merged client at this very moment raises IntegrityError: try again (`again`).
    """
    kept, removed = lock(kept_pk, removed_pk)
    values = new_values(kept, removed, takes)
    record = ClientMerge.objects.create(
        kept=kept,
        removed_pk=removed.pk,
        removed_name=str(removed),
        by=by,
        at=now,
        changes={column: [getattr(kept, column), value] for column, value in values.items()},
    )
    storing.keep_client(record)
    Client.objects.filter(pk=kept.pk, parent=removed).update(parent=None)  # or it would become its own
    changes: Changes = {}
    _let_others_be_primary(kept, removed, changes)
    _share_days(record, shares(kept.pk, removed.pk), changes)
    for link in links():
        _move(record, link, kept.pk, removed.pk, changes)
    removed.delete()
    Client.objects.filter(pk=kept.pk).update(
        **values
    )  # after it is gone: its code and tax number are free now
    _refuse_circles(kept)
    check_now()
    return record


def check_now() -> None:
    """Foreign keys are checked here, where somebody can react, and not when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _let_others_be_primary(kept: Client, removed: Client, changes: Changes) -> None:
    """A client has one primary contact: the survivor's stays."""
    primary = Contact.objects.filter(is_primary=True, is_active=True)
    if not primary.filter(client=kept).exists():
        return
    for contact in primary.filter(client=removed):
        Contact.objects.filter(pk=contact.pk).update(is_primary=False)
        changes[contact._meta.label, contact.pk] = {"is_primary": [True, False]}


def _share_days(record: ClientMerge, plan: Iterable[Share], changes: Changes) -> None:
    """Cut assignments to the days that are free at the survivor; the last part stays the row it was.

    What has no free day is left to `_move`, where the database refuses it.
    """
    for share in plan:
        if share.is_whole or not share.days:
            continue
        row, (*earlier, last) = share.assignment, share.days
        changes[row._meta.label, row.pk] = {
            name: [storing.plain(getattr(row, name)), storing.plain(value)]
            for name, value in zip(("start", "end"), last, strict=True)
            if getattr(row, name) != value
        }
        Assignment.objects.filter(pk=row.pk).update(start=last[0], end=last[1])
        for start, end in earlier:
            added = Assignment.objects.create(
                client_id=record.kept_id,
                user=row.user,
                role=row.role,
                reason=row.reason,
                start=start,
                end=end,
            )
            _remember(record, Fate.ADDED, Link(Assignment, "client_id"), [added.pk], {})


def _move(record: ClientMerge, link: Link, kept: int, removed: int, changes: Changes) -> None:
    pks = list(link.rows(removed).values_list("pk", flat=True).order_by("pk"))
    moved = pks if _point(link, pks, kept) else [pk for pk in pks if _point(link, [pk], kept)]
    _remember(record, Fate.MOVED, link, moved, changes)
    for pk in set(pks) - set(moved):
        _leave(record, link, pk)


def _point(link: Link, pks: list[int], kept: int) -> bool:
    """Whether the database lets these rows hang on the survivor."""
    try:
        with transaction.atomic():
            link.model._base_manager.filter(pk__in=pks).update(**{link.column: kept})
    except IntegrityError:
        return False
    return True


def _leave(record: ClientMerge, link: Link, pk: int) -> None:
    """A rule forbids the row at the survivor: undo brings it back."""
    storing.keep_row(record, link.model, link.column, pk)
    row = link.model._base_manager.get(pk=pk)
    try:
        row.delete()
    except ProtectedError:
        text = _("%(what)s “%(row)s” fits in neither client: change or remove it first, then merge again.")
        raise RefusedError(text % {"what": link.model._meta.verbose_name, "row": row}) from None


def _remember(record: ClientMerge, fate: Fate, link: Link, pks: list[int], changes: Changes) -> None:
    MergedRow.objects.bulk_create(
        MergedRow(
            of=record,
            fate=fate,
            model=link.label,
            column=link.column,
            row_pk=pk,
            changes=changes.get((link.label, pk), {}),
        )
        for pk in pks
    )


def _refuse_circles(kept: Client) -> None:
    """No client is part of itself, however far up."""
    above, seen = Client.objects.get(pk=kept.pk).parent, set[int]()
    while above is not None and above.pk not in seen:
        if above.pk == kept.pk:
            raise RefusedError(
                _(
                    "One of the two is part of a group that is part of the other. Change “Part of group” first."
                )
            )
        seen.add(above.pk)
        above = above.parent

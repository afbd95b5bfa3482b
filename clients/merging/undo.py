"""Make two clients of one again, for 30 × 24 hours after the merge; and forget what that needed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import BaseConstraint, Model
from django.utils.translation import gettext as _

from accounts import formats
from accounts.models import User
from clients.merging import storing
from clients.merging.links import Link, link, links
from clients.merging.merge import RefusedError, check_now, lock
from clients.models import Client, ClientMerge, Contact, MergedRow

Fate = MergedRow.Fate
Going = dict[Link, set[int]]  # primary keys of the rows that go back


@transaction.atomic
def undo(pk: int, *, by: User, now: datetime) -> ClientMerge:
    """The merged client is there again, with its key, its values and its rows that are still with the survivor.

    What was added to the survivor since stays there, but for what belongs to something that goes back (an activity with
    its contact, the renewal of its contract). The survivor's values go back unless changed since. Once undone, undoing
    again does nothing. Raises RefusedError, and then nothing is changed; OvertakenError if the survivor is gone.
    """
    (kept,) = lock(ClientMerge.objects.get(pk=pk).kept_id)
    record: ClientMerge = ClientMerge.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    if record.undone_at is not None:
        return record
    _refuse_if_late(record, now)
    _refuse_if_merged_further(record)
    try:
        with transaction.atomic():
            _separate(record, kept, by)
            check_now()
    except IntegrityError as error:
        raise RefusedError(_why(error)) from error
    record.undone_by, record.undone_at = by, now
    record.save(update_fields=["undone_by", "undone_at"])
    _forget(ClientMerge.objects.filter(pk=pk))
    return record


def forget_expired(now: datetime) -> int:
    """Throw away what undo would have needed; returns of how many merges. That they happened stays on record."""
    return _forget(ClientMerge.objects.expired(now).filter(removed__isnull=False))


@transaction.atomic
def _forget(merges: Any) -> int:
    pks = list(merges.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    MergedRow.objects.filter(of__in=pks).delete()
    ClientMerge.objects.filter(pk__in=pks).update(removed=None, changes={})
    return len(pks)


def _refuse_if_late(record: ClientMerge, now: datetime) -> None:
    if not record.is_undoable(now):
        text = _("The 30 days in which this merge could be undone were over on %(moment)s.")
        raise RefusedError(text % {"moment": formats.clock(record.undoable_until)})


def _refuse_if_merged_further(record: ClientMerge) -> None:
    later = ClientMerge.objects.in_force().filter(
        rows__fate=Fate.MOVED, rows__model=record._meta.label, rows__row_pk=record.pk
    )
    if last := later.first():
        text = _("%(client)s was itself merged into another client since. Undo that merge first.")
        raise RefusedError(text % {"client": last.removed_name})


def _refuse_if_taken(record: ClientMerge, by: User) -> None:
    """A code or tax number that somebody else got in the meantime; who it is, if `by` may see it."""
    words_of = {field.name: field.verbose_name for field in Client._meta.concrete_fields}
    for column in ("code", "npwp"):
        value = record.removed[column]
        holder = Client.objects.filter(**{f"{column}__iexact": value}).first() if value else None
        if holder is None:
            continue
        seen = Client.objects.visible_to(by).filter(pk=holder.pk).exists()
        text = _("“%(value)s” (%(what)s) belongs to %(client)s by now. Change it there, then undo again.")
        words = {
            "value": Client(**{column: value, "legal_form": record.removed["legal_form"]}).shown_npwp
            or value,
            "what": words_of[column],
            "client": holder if seen else _("another client"),
        }
        raise RefusedError(text % words)


def _separate(record: ClientMerge, kept: Client, by: User) -> None:
    _give_values_back(
        record, Client, kept.pk, record.changes
    )  # its code and tax number: the other one needs them
    _refuse_if_taken(record, by)
    storing.bring_client_back(record)
    for row in record.rows.filter(fate=Fate.LEFT):
        storing.bring_row_back(apps.get_model(row.model), row)
    for row in record.rows.filter(fate=Fate.ADDED):
        link(row.model, row.column).rows(kept.pk).filter(pk=row.row_pk).delete()
    going = _going_back(record, kept.pk)
    billed = Client.objects.filter(pk=kept.pk, billing_contact__in=_keys(going, Contact))
    billed.update(billing_contact=None)
    changed = {
        (row.model, row.row_pk): row.changes for row in record.rows.filter(fate=Fate.MOVED) if row.changes
    }
    for each, pks in going.items():
        for pk in sorted(pks):
            if changes := changed.get((each.label, pk)):
                _give_values_back(record, each.model, pk, changes, {each.column: record.removed_pk})
        each.rows(kept.pk).filter(pk__in=pks).update(**{each.column: record.removed_pk})


def _give_values_back(
    record: ClientMerge,
    model: type[Model],
    pk: int,
    changes: dict[str, list[Any]],
    also: dict[str, Any] | None = None,
) -> None:
    """Values from before, but for those that somebody has changed since."""
    row = model._base_manager.get(pk=pk)
    values = {
        column: before
        for column, (before, after) in changes.items()
        if storing.plain(getattr(row, column)) == after
    }
    values |= storing.merged_since(model, values, record.pk) | (also or {})
    if values:
        model._base_manager.filter(pk=pk).update(**values)


def _going_back(record: ClientMerge, kept: int) -> Going:
    """The rows that moved and are still there, and what was hung on them since."""
    going: Going = {}
    for label, column, pk in record.rows.filter(fate=Fate.MOVED).values_list("model", "column", "row_pk"):
        going.setdefault(link(label, column), set()).add(pk)
    for each, moved in going.items():
        going[each] = set(each.rows(kept).filter(pk__in=moved).values_list("pk", flat=True))
    while more := [(each, pks) for each, pks in _hung_on(going, kept) if pks]:
        for each, pks in more:
            going.setdefault(each, set()).update(pks)
    return going


def _hung_on(going: Going, kept: int) -> Iterator[tuple[Link, set[int]]]:
    """Rows of the survivor that point at a row that goes back, and do not go back themselves."""
    for each in links():
        if each.model is Client or each.kind:
            continue
        for field in each.model._meta.concrete_fields:
            if field.attname != each.column and (targets := _keys(going, field.related_model)):
                rows = each.rows(kept).filter(**{f"{field.attname}__in": targets})
                yield each, set(rows.exclude(pk__in=going.get(each, ())).values_list("pk", flat=True))


def _keys(going: Going, model: Any) -> set[int]:
    """The rows of a model that go back; clients themselves only change their group."""
    return {pk for each, pks in going.items() if each.model is model and model is not Client for pk in pks}


def _why(error: IntegrityError) -> str:
    """Which rule stands in the way, and what to do."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    rule = next((str(each.violation_error_message) for each in _rules() if each.name == name), name)
    return _("This cannot be undone yet: %(rule)s Change it where it is now, then undo again.") % {
        "rule": rule
    }


def _rules() -> Iterator[BaseConstraint]:
    for model in apps.get_models():
        yield from model._meta.constraints

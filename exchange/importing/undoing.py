"""Undo of an import: as long as nobody has touched its rows since, they are as they were before it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model, ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from accounts.days import jakarta_day
from clients.revisions import REVISION
from exchange.datasets import DATASETS, Entry, Piece
from exchange.importing.rights import may_import, may_take_back
from exchange.models import Import


class RefusedError(Exception):
    """An import stays; the text says why."""


class TouchedError(RefusedError):
    """Something happened to the rows of an import since; the text says to which."""


def remember(job: Import, entries: Iterable[Entry]) -> None:
    """Note at each line which rows it wrote."""
    written = [entry for entry in entries if entry.pieces and not (entry.problems or entry.left_out)]
    revisions = _revisions(piece for entry in written for piece in entry.pieces)
    notes = {entry.line: [_note(piece, revisions) for piece in entry.pieces] for entry in written}
    with connection.cursor() as cursor:  # a bulk_update of 15,000 lines takes longer than all of the rest
        cursor.execute(
            "UPDATE exchange_importline line SET rows = note.rows"
            " FROM (SELECT unnest(%s::int[]) AS number, unnest(%s::jsonb[]) AS rows) note"
            " WHERE line.of_id = %s AND line.number = note.number",
            [list(notes), [json.dumps(each) for each in notes.values()], job.pk],
        )


def undo(job: Import, now: datetime) -> None:
    """Delete what it added, give changed rows their values back. Raises a RefusedError, and then nothing is changed."""
    notes = [(note["rank"], note) for line in job.lines.all() for note in line.rows]
    notes.sort(key=lambda each: each[0], reverse=True)
    with transaction.atomic():
        _refuse_without_right(job, [note for _rank, note in notes], jakarta_day(now))
        _refuse_if_touched([note for _rank, note in notes])
        DATASETS[job.dataset].taken_back(_new_rows(note for _rank, note in notes))
        for _rank, same in _by_rank(notes):
            _take_back(same)
        job.settle(Import.State.UNDONE)


def _refuse_without_right(job: Import, notes: list[dict[str, Any]], day: date) -> None:
    """The rights of whoever asked, as they are now. The text names no row: she may not see it any more."""
    person = job.requested_by
    if not (may_import(person, DATASETS[job.dataset], day) and may_take_back(person, notes)):
        raise RefusedError(_("This cannot be undone: you may no longer change all of its rows."))


def _note(piece: Piece, revisions: dict[tuple[str, int], str]) -> dict[str, Any]:
    label = piece.row._meta.label
    before = {
        field.attname: field.get_prep_value(value.pk if isinstance(value, Model) else value)
        for name, value in piece.before.items()
        if not piece.is_new
        for field in [piece.row._meta.get_field(name)]
    }
    return {
        "model": label,
        "pk": piece.row.pk,
        "is_new": piece.is_new,
        "before": {name: None if value is None else str(value) for name, value in before.items()},
        "revision": revisions[label, piece.row.pk],
        "rank": piece.rank,
    }


def _revisions(pieces: Iterable[Piece]) -> dict[tuple[str, int], str]:
    """Where and by which transaction PostgreSQL wrote each row (clients/revisions.py): every change renews it."""
    return _stored_revisions({(piece.row._meta.label, piece.row.pk) for piece in pieces})


def _stored_revisions(rows: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    by_model: dict[str, list[int]] = defaultdict(list)
    for label, pk in rows:
        by_model[label].append(pk)
    found: dict[tuple[str, int], str] = {}
    with connection.cursor() as cursor:
        for label, pks in by_model.items():
            table = connection.ops.quote_name(apps.get_model(label)._meta.db_table)
            cursor.execute(f"SELECT id, {REVISION} FROM {table} WHERE id = ANY(%s) FOR UPDATE", [pks])  # noqa: S608 - a table of ours, quoted
            found |= {(label, pk): revision for pk, revision in cursor.fetchall()}
    return found


def _refuse_if_touched(notes: list[dict[str, Any]]) -> None:
    stored = _stored_revisions((note["model"], note["pk"]) for note in notes)
    for note in notes:
        if stored.get((note["model"], note["pk"])) != note["revision"]:
            model = apps.get_model(note["model"])
            row = model._default_manager.filter(pk=note["pk"]).first()
            words = {"what": model._meta.verbose_name, "row": row or note["pk"]}
            raise TouchedError(_("This cannot be undone: %(what)s %(row)s was changed since.") % words)


def _new_rows(notes: Iterable[dict[str, Any]]) -> dict[str, list[int]]:
    """Primary keys of the rows that an import added, by model."""
    new: dict[str, list[int]] = defaultdict(list)
    for note in notes:
        if note["is_new"]:
            new[note["model"]].append(note["pk"])
    return new


def _by_rank(notes: list[tuple[int, dict[str, Any]]]) -> Iterable[tuple[int, list[dict[str, Any]]]]:
    same: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for rank, note in notes:
        same[rank].append(note)
    return same.items()


def _take_back(notes: list[dict[str, Any]]) -> None:
    """New rows go before changed ones get their values back: the reverse of how they were written."""
    for label, pks in reversed(_new_rows(notes).items()):
        try:
            apps.get_model(label)._default_manager.filter(pk__in=pks).delete()
        except (ProtectedError, RestrictedError) as error:
            rows: Any = getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", ())
            text = _("This cannot be undone: %(row)s was added since and needs a row of this import.")
            raise TouchedError(text % {"row": next(iter(rows), "")}) from None
    for note in notes:
        if not note["is_new"]:
            model = apps.get_model(note["model"])
            values = {name: _back(model, name, value) for name, value in note["before"].items()}
            model._default_manager.filter(pk=note["pk"]).update(**values)


def _back(model: type[Model], attname: str, value: str | None) -> Any:
    field: Any = next(f for f in model._meta.concrete_fields if f.attname == attname)
    return None if value is None else field.to_python(value)

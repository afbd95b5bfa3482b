"""JSON in and out of datasets: the same placing and writing as an import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.days import jakarta_day
from accounts.models import User
from exchange.datasets import Dataset, Entry
from exchange.datasets.base import EMPTY
from exchange.datasets.kinds import Choice, Kind, YesNo
from exchange.importing.running import outcome_of, see_one_moment
from exchange.importing.writing import write
from exchange.reading.files import Cell, Notation
from exchange.reading.sheets import visible
from exchange.reading.values import CellError

NOTATION = Notation(decimal=".", order="ymd")  # of what comes as text


def given(dataset: Dataset, values: dict[str, Any]) -> dict[str, Any]:
    """A line of a dataset as JSON knows it."""
    return {column.name: _json(column.kind, values.get(column.name)) for column in dataset.columns}


def bring(
    dataset: Dataset, user: User, rows: list[dict[str, Any]], now: datetime, *, keep: bool
) -> list[Entry]:
    """Write the rows, all or none; what each does, or why it cannot, stands in its entry. Not kept: a dry run."""
    with transaction.atomic():
        see_one_moment()
        entries = list(_entries(dataset, rows))
        dataset.place(entries, user, jakarta_day(now))
        write(dataset, entries, keep=keep)
        if any(entry.problems for entry in entries):
            transaction.set_rollback(True)
        elif keep:
            for entry in entries:
                dataset.taken_over(entry, now)
    return entries


def told(dataset: Dataset, entry: Entry) -> dict[str, Any]:
    """What came of a row, for the answer. What a refused one would have changed may be none of the asker's business."""
    changes = [] if entry.problems else entry.changes
    return {
        "row": entry.line,
        "outcome": outcome_of(dataset, entry),
        "changes": [{"column": c.column, "old": c.old, "new": c.new} for c in changes],
        "problems": [{"column": p.column, "text": p.text} for p in entry.problems],
        "hints": [*entry.hints, *filter(None, [entry.left_out])],
    }


def _entries(dataset: Dataset, rows: list[dict[str, Any]]) -> Iterator[Entry]:
    for number, row in enumerate(rows, 1):
        entry = Entry(number, {})
        for column in dataset.columns:
            if column.name not in row:
                continue
            value = row[column.name]
            if value is None:
                if column.field and not column.is_required:
                    entry.values[column.name] = EMPTY
                continue
            cell = _cell(value)
            if not cell.text:
                continue
            try:
                entry.values[column.name] = column.kind.read(cell, NOTATION)
            except CellError as error:
                entry.refuse(column.name, str(error))
        yield entry


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return Cell("yes" if value else "no", value)
    if isinstance(value, Decimal | int):
        number = Decimal(value)
        return Cell(format(number, "f"), number)
    return Cell(visible(str(value)))


def _json(kind: Kind, value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(kind, YesNo) or value is None:
        return value
    if isinstance(kind, Choice):
        return str(value) if not isinstance(value, int) else kind.shown(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if isinstance(value, int) or hasattr(value, "isoformat") else str(value)

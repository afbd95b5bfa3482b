"""The lines of a file as entries of a dataset: which column stands where, and what each cell says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext as _

from exchange.datasets import Column, Dataset, Entry
from exchange.datasets.base import EMPTY
from exchange.importing.headings import labels, plain
from exchange.reading.files import Cell, Line, Notation, Sheet
from exchange.reading.values import CellError

_TOTAL = re.compile(
    r"(grand |sub)?\s*(total|jumlah)( (klien|kontrak|produk|orang|clients?|contracts?|rp|idr|semua|seluruhnya))?\W*\d*",
    re.IGNORECASE,
)
EMPTY_WORDS = {"(kosong)", "(empty)"}


@dataclass(frozen=True)
class Mapping:
    """Where each column of a dataset comes from: a column of the file (0 = the first), or one text for every line."""

    places: dict[str, int]
    fixed: dict[str, str]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(dict(data.get("places", {})), dict(data.get("fixed", {})))

    def to_json(self) -> dict[str, Any]:
        return {"places": self.places, "fixed": self.fixed}

    @classmethod
    def suggested(cls, dataset: Dataset, header: tuple[str, ...]) -> Self:
        """Each column at the first heading that is one of its names; a heading serves once."""
        places: dict[str, int] = {}
        for rank in range(3):  # its own name counts more than its label, that more than another heading
            for column in dataset.columns:
                for number, heading in enumerate(header):
                    if column.name in places or number in places.values():
                        continue
                    if plain(heading) in column_names(column)[rank]:
                        places[column.name] = number
        return cls(places, {})


def column_names(column: Column) -> tuple[set[str], set[str], set[str]]:
    """How a column may be called: for machines, by its label in each language, otherwise."""
    return {plain(column.name)}, labels(column), {plain(name) for name in column.also}


def entries(dataset: Dataset, sheet: Sheet, mapping: Mapping, notation: Notation) -> Iterator[Entry]:
    """One entry per line that says something, with what its cells say and what cannot be read."""
    columns = [
        column for column in dataset.columns if column.name in mapping.places or column.name in mapping.fixed
    ]
    for line in sheet.lines:
        entry = Entry(line.number, {})
        if line.problem:
            entry.refuse("", line.problem)
        if _TOTAL.fullmatch(_first_text(line, mapping)):
            entry.refuse("", _("This looks like a line of totals, not like a row."))
        for column in columns:
            _read(entry, column, _cell(line, column, mapping), notation)
        if entry.values or entry.problems:
            yield entry


def _first_text(line: Line, mapping: Mapping) -> str:
    """The first filled cell of a line, among the columns that are used."""
    cells = (line.cells[place] for place in sorted(mapping.places.values()) if place < len(line.cells))
    return next((cell.text for cell in cells if cell.text), "")


def cells_of(dataset: Dataset, line: Line, mapping: Mapping) -> dict[str, str]:
    """What stands in the cells of a line, by column; empty ones are left out."""
    found = {column.name: _cell(line, column, mapping) for column in dataset.columns}
    return {name: cell.text for name, cell in found.items() if cell is not None and cell.text}


def _cell(line: Line, column: Column, mapping: Mapping) -> Cell | None:
    place = mapping.places.get(column.name)
    if place is None:
        return Cell(mapping.fixed[column.name]) if mapping.fixed.get(column.name) else None
    return line.cells[place] if place < len(line.cells) else None


def _read(entry: Entry, column: Column, cell: Cell | None, notation: Notation) -> None:
    if cell is None or not cell.text:
        return
    if cell.text.casefold() in EMPTY_WORDS:
        if column.is_required or not column.field:
            entry.refuse(column.name, _("This column cannot be emptied."))
        else:
            entry.values[column.name] = EMPTY
        return
    try:
        entry.values[column.name] = column.kind.read(cell, notation)
    except CellError as error:
        entry.refuse(column.name, str(error))

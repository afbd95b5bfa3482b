"""What cells of a file would be read as: so that a wrong choice of notation shows before anything is checked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accounts import formats
from exchange.datasets.kinds import Number
from exchange.reading.files import Cell, Notation, Sheet
from exchange.reading.values import CellError, day

MOST = 8  # cells that are shown
LOOKED_AT = 200  # lines


@dataclass(frozen=True)
class Sample:
    """A cell with digits, as it stands there, and what it says as a number and as a day; "" = it is none."""

    heading: str
    text: str
    number: str
    day: str


def samples(sheet: Sheet, notation: Notation) -> list[Sample]:
    """Up to MOST cells, from as many columns as possible, each longest first: they tell most about the notation."""
    found: list[Sample] = []
    for number_of_column, heading in enumerate(sheet.header):
        texts = {
            cell.text: cell for cell in _cells(sheet, number_of_column) if any(c.isdigit() for c in cell.text)
        }
        for text in sorted(texts, key=len, reverse=True)[:2]:
            shown = [_or_nothing(read, texts[text], notation) for read in (_as_number, _as_day)]
            sample = Sample(heading, text, *shown)
            if sample.number or sample.day:
                found.append(sample)
    return found[:MOST]


def _cells(sheet: Sheet, column: int) -> Iterator[Cell]:
    for line in sheet.lines[:LOOKED_AT]:
        if column < len(line.cells) and line.cells[column].text:
            yield line.cells[column]


def _as_number(cell: Cell, notation: Notation) -> str:
    exact = Number(6)
    return exact.shown(exact.read(cell, notation))


def _as_day(cell: Cell, notation: Notation) -> str:
    """With its weekday and the month in words: that tells a swapped day and month best."""
    return formats.long_day(day(cell, notation))


def _or_nothing(read: Callable[[Cell, Notation], str], cell: Cell, notation: Notation) -> str:
    try:
        return read(cell, notation)
    except CellError:
        return ""

"""What cells of a file would be read as: so that a wrong choice of notation shows before anything is checked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts import formats
from exchange.reading.files import Cell, Notation, Sheet
from exchange.reading.values import CellError, day, number

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
            sample = Sample(heading, text, _as_number(texts[text], notation), _as_day(texts[text], notation))
            if sample.number or sample.day:
                found.append(sample)
    return found[:MOST]


def _cells(sheet: Sheet, column: int) -> Iterator[Cell]:
    for line in sheet.lines[:LOOKED_AT]:
        if column < len(line.cells) and line.cells[column].text:
            yield line.cells[column]


def _as_number(cell: Cell, notation: Notation) -> str:
    def read() -> str:
        value = number(cell, notation, 6)
        return formats.number(value, max(0, -int(value.normalize().as_tuple().exponent)))

    return _or_nothing(read)


def _as_day(cell: Cell, notation: Notation) -> str:
    return _or_nothing(lambda: formats.long_day(day(cell, notation)))


def _or_nothing(read: Callable[[], Any]) -> str:
    try:
        return str(read())
    except CellError:
        return ""

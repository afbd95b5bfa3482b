"""From the lines of a file to a table: which line is the header, how many columns there are, what is too much."""

from collections.abc import Sequence
from string import ascii_uppercase

from django.utils.translation import gettext as _

from exchange.reading.sheets import (
    EMPTY,
    MAX_COLUMNS,
    MAX_LINES,
    Cell,
    Line,
    Sheet,
    UnreadableFileError,
    too_many_columns,
    too_many_lines,
)


class Table:
    """Takes lines from top to bottom.

    The header is the line `header`, or (0) the first one with at least two filled cells: what stands above it is a
    title. Empty lines are left out. With `has_fixed_width` (CSV) a line with more cells than the header has gets a
    problem, because its cells may stand in wrong columns; in a workbook they are columns without a name.
    """

    def __init__(self, header: int = 0, *, has_fixed_width: bool) -> None:
        self.is_empty = True
        self._wanted = header
        self._has_fixed_width = has_fixed_width
        self._header: tuple[Cell, ...] | None = None
        self._header_number = 0
        self._lines: list[Line] = []

    def add(self, number: int, cells: Sequence[Cell], problem: str = "") -> None:
        """One line. Raises UnreadableFileError when there are too many columns or lines."""
        length = _filled_length(cells)
        if length == 0:
            return
        if length > MAX_COLUMNS:
            raise too_many_columns(number)
        self.is_empty = False
        if self._header is None:
            self._begin(number, cells)
            return
        if self._has_fixed_width and length > len(self._header):
            problem = problem or _too_many_cells(length, len(self._header))
            length = len(self._header)
        self._lines.append(Line(number, tuple(cells[:length]), problem))
        if len(self._lines) > MAX_LINES:
            raise too_many_lines()

    def sheet(self, name: str = "") -> Sheet:
        """The table. Raises UnreadableFileError if there was no header."""
        if self._header is None and self._wanted:
            text = _("Line %(line)s is empty. Write the number of the line with the names of the columns.")
            raise UnreadableFileError(text % {"line": self._wanted})
        if self._header is None:
            raise UnreadableFileError(
                _(
                    "No line has two filled cells, so there is no header. Check the separator, or put a line with the "
                    "names of the columns above the table."
                )
            )
        width = max(_filled_length(self._header), *(len(line.cells) for line in self._lines), 0)
        lines = tuple(Line(line.number, _padded(line.cells, width), line.problem) for line in self._lines)
        filled = {at for line in self._lines for at, cell in enumerate(line.cells) if cell is not EMPTY}
        names = tuple(
            cell.text or (letter(at) if at in filled else "")
            for at, cell in enumerate(_padded(self._header[:width], width))
        )
        return Sheet(names, lines, self._header_number, name)

    def _begin(self, number: int, cells: Sequence[Cell]) -> None:
        if number == self._wanted or (not self._wanted and sum(cell is not EMPTY for cell in cells) >= 2):
            self._header, self._header_number = tuple(cells), number


def letter(at: int) -> str:
    """What spreadsheet programs call the column: 0 is A, 26 is AA. For fewer than 702 columns."""
    first, last = divmod(at, len(ascii_uppercase))
    return (ascii_uppercase[first - 1] if first else "") + ascii_uppercase[last]


def _filled_length(cells: Sequence[Cell]) -> int:
    """How many cells there are up to the last one with content."""
    length = len(cells)
    while length and cells[length - 1] is EMPTY:
        length -= 1
    return length


def _padded(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    return cells + (EMPTY,) * (width - len(cells))


def _too_many_cells(cells: int, columns: int) -> str:
    words = {"cells": cells, "columns": columns}
    return (
        _(
            "The line has %(cells)s cells, the header %(columns)s. Put a cell that contains the separator into "
            "quotation marks."
        )
        % words
    )

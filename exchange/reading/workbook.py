"""Reading XLSX: each cell exactly as it was stored, or said to be unusable.

Streams the parts through defusedxml's parser and keeps only cells. openpyxl is the witness in the tests, not the
reader: it cannot tell a formula without a result from an empty cell, loses rows that are out of order, changes
texts such as `_x000D_`, and takes minutes over a hostile stylesheet.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from math import isinf
from xml.sax import SAXException

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser
from django.utils.translation import gettext as _

from exchange.reading.archive import Archive, damaged
from exchange.reading.number_formats import Format, Formats, moment_text, number_cell
from exchange.reading.parts import (
    Attributes,
    NotAWorkbookError,
    Part,
    Relations,
    Sheets,
    Strings,
    text_cell,
    whole,
)
from exchange.reading.sheets import (
    EMPTY,
    Cell,
    Notation,
    Sheet,
    UnreadableFileError,
    shown,
    too_many_cells,
    visible,
)
from exchange.reading.table import Table

WORKBOOK = "xl/workbook.xml"
MAX_SHEET_ELEMENTS = 1_000_000  # 20,000 lines of 24 filled cells: two elements for each
MAX_STRING_ELEMENTS = 600_000  # 300,000 different texts
_MOST_OTHERS = 100_000
_LONGEST_MARKUP = (
    256 * 1024
)  # bytes between “>” and “>”: the longest text of a cell with all its letters escaped
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384  # of Excel
_ROW, _CELL = 3, 4  # how deep in their part these elements are
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(E[-+]?[0-9]+)?", re.IGNORECASE)
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9:]+)(?:\.[0-9]+)?Z?)?")
_TRUTHS = {
    "1": Cell("TRUE", True),
    "true": Cell("TRUE", True),
    "0": Cell("FALSE", False),
    "false": Cell("FALSE", False),
    "": EMPTY,
}


def read_workbook(archive: Archive, notation: Notation) -> Sheet:
    """The sheet of the notation, or the first that shows and has content.

    Hidden sheets are skipped, hidden rows are read: a filter hides rows, and nobody thinks of it when sending a
    file. Raises UnreadableFileError.
    """
    try:
        return _Workbook(archive).sheet(notation)
    except _DAMAGE:
        raise damaged() from None


def sheet_names(archive: Archive) -> list[str]:
    """The sheets that show. Raises UnreadableFileError."""
    try:
        return [name for name, _path in _Workbook(archive).visible_sheets()]
    except _DAMAGE:
        raise damaged() from None


_DAMAGE = (
    NotAWorkbookError,
    SAXException,
    DefusedXmlException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,  # an XML encoding that does not exist …
    ValueError,  # … or that the parser does not know
)


class _Workbook:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._relations, self._sheets = Relations(), Sheets()
        self._formats, self._strings = Formats(), Strings()
        self._parse("xl/_rels/workbook.xml.rels", self._relations, _MOST_OTHERS)
        self._parse(WORKBOOK, self._sheets, _MOST_OTHERS)

    def sheet(self, notation: Notation) -> Sheet:
        """Raises UnreadableFileError if there is none of this name, or none with content."""
        for path in self._relations.of_kind("styles"):
            self._parse(path, self._formats, _MOST_OTHERS)
        for path in self._relations.of_kind("sharedStrings"):
            self._parse(path, self._strings, MAX_STRING_ELEMENTS)

        for name, path in self.visible_sheets():
            if notation.sheet not in ("", name):
                continue
            table = Table(notation.header, has_fixed_width=False)
            rows = _Rows(table, self._strings.cells, self._formats.by_style(), self._sheets.epoch)
            self._parse(path, rows, MAX_SHEET_ELEMENTS)
            if not table.is_empty:
                return table.sheet(name)
        raise UnreadableFileError(
            _(
                "The workbook has no sheet with content that is not hidden. Put the table on a sheet that shows."
            )
        )

    def visible_sheets(self) -> Iterator[tuple[str, str]]:
        """Names and paths. Charts and macros have sheets, too, of other kinds."""
        worksheets = self._relations.of_kind("worksheet")
        for name, state, key in self._sheets.found:
            path = self._relations.paths.get(key)
            if state == "visible" and path in worksheets:
                yield name, path

    def _parse(self, path: str, part: Part, most_elements: int) -> None:
        with self._archive.open(path) as source:
            content = source.read()
        _refuse_too_much(content, most_elements)
        parser = create_parser(forbid_dtd=True)
        parser.setContentHandler(part)
        # Elements straight from expat: by way of a content handler they take twice the time.
        parser.start_element, parser.end_element = part.start_element, part.end_element
        parser.parse(BytesIO(content))


def _refuse_too_much(content: bytes, most_elements: int) -> None:
    """Before it is parsed, which takes much longer.

    Each element begins with “<” and ends with another one or with “/>”. A comment or an attribute without end is
    refused because the parser reads it from its beginning again with every piece it gets.
    """
    if content.count(b"<") + content.count(b"/>") > 2 * most_elements:
        raise too_many_cells()
    start = 0
    while start + _LONGEST_MARKUP < len(content):
        start = content.rfind(b">", start, start + _LONGEST_MARKUP) + 1
        if start == 0:
            raise NotAWorkbookError


class _Rows(Part):
    """The cells of a sheet, into a table. The size that a sheet claims for itself is not read."""

    def __init__(self, table: Table, strings: list[Cell], formats: dict[str, Format], epoch: int) -> None:
        super().__init__()
        self._table, self._strings, self._formats, self._epoch = table, strings, formats, epoch
        self._row, self._column = 0, 0
        self._cells: list[Cell] = []
        self._columns: dict[str, int] = {}  # by letters, as they were met
        self._kind, self._style = "n", "0"
        self._stored, self._inline = "", ""
        self._formula: str | None = None
        self._readers: dict[str, Callable[[], Cell]] = {
            "n": self._number,
            "s": self._shared,
            "str": lambda: text_cell(self._stored),
            "inlineStr": lambda: text_cell(self._inline),
            "b": self._truth,
            "e": self._error,
            "d": self._moment,
        }

    def begin(self, name: str, attributes: Attributes) -> None:
        depth = len(self.open)
        if depth < _ROW or self.open[1] != "sheetData":
            return
        if depth == _CELL and name == "c":
            self._begin_cell(attributes)
        elif depth == _ROW and name == "row":
            self._begin_row(attributes.get("r"))
        elif depth > _CELL and (name in ("v", "f") or (name == "t" and "rPh" not in self.open)):
            self.text = []

    def end(self, name: str) -> None:
        depth = len(self.open) + 1
        if self.text is not None:
            self._keep(name, self.taken_text())
        elif depth == _CELL and name == "c" and self.open[1] == "sheetData":
            self._end_cell()
        elif depth == _ROW and name == "row" and self.open[1] == "sheetData":
            self._table.add(self._row, self._cells)

    def _keep(self, name: str, text: str) -> None:
        if name == "v":
            self._stored = text
        elif name == "f":
            self._formula = text
        else:
            self._inline += text

    def _begin_row(self, number: str | None) -> None:
        row = self._row + 1 if number is None else whole(number)
        if not self._row < row <= MAX_ROW:
            raise NotAWorkbookError
        self._row, self._column, self._cells = row, 0, []

    def _begin_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        column = self._column + 1 if place is None else self._column_of(place)
        if not self._column < column <= MAX_COLUMN:
            raise NotAWorkbookError
        self._column = column
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._stored, self._inline, self._formula = "", "", None

    def _column_of(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        if place != f"{letters}{self._row}":
            raise NotAWorkbookError
        if letters not in self._columns:
            self._columns[letters] = _column_number(letters)
        return self._columns[letters]

    def _end_cell(self) -> None:
        if not self._stored and not self._inline and self._formula is None:
            return  # only formatted
        if self._kind not in self._readers:
            raise NotAWorkbookError
        if self._formula is not None and not self._stored and self._kind not in ("str", "inlineStr"):
            cell = _without_result(self._formula)
        else:
            cell = self._readers[self._kind]()
        if cell is not EMPTY:
            self._cells.extend([EMPTY] * (self._column - len(self._cells) - 1))
            self._cells.append(cell)

    def _number(self) -> Cell:
        stored = self._stored.strip()
        if not stored:
            return EMPTY
        if len(stored) > 64 or not _NUMBER.fullmatch(stored):
            raise NotAWorkbookError
        number = float(stored)
        if isinf(number):
            raise NotAWorkbookError
        value = Decimal(repr(number))
        return number_cell(value or Decimal(0), self._format(), self._epoch)  # not -0

    def _format(self) -> Format:
        if self._style not in self._formats:
            raise NotAWorkbookError
        return self._formats[self._style]

    def _shared(self) -> Cell:
        at = whole(self._stored.strip())
        if at >= len(self._strings):
            raise NotAWorkbookError
        return self._strings[at]

    def _truth(self) -> Cell:
        stored = self._stored.strip()
        if stored not in _TRUTHS:
            raise NotAWorkbookError
        return _TRUTHS[stored]

    def _error(self) -> Cell:
        error = shown(visible(self._stored))
        problem = _(
            "The spreadsheet shows the error %(error)s here. Correct the formula, or write the value."
        )
        return Cell(error, problem=problem % {"error": error})

    def _moment(self) -> Cell:
        """A day that is written out (strict Open XML)."""
        match = _MOMENT.fullmatch(self._stored.strip())
        if not match:
            raise NotAWorkbookError
        day, time = match.groups()
        return Cell(moment_text(day, time or ""), date.fromisoformat(day))


def _column_number(letters: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise NotAWorkbookError
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - ord("A") + 1
    return number


def _without_result(formula: str) -> Cell:
    """For a formula that nobody has computed. One whose result is an empty text is of kind `str`."""
    problem = _(
        "The workbook does not hold the result of this formula. Open it in a spreadsheet program, save it."
    )
    return Cell(shown(f"={formula}"), problem=problem)

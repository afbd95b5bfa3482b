"""What is in a file once it is read, and what a file may be at most."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from itertools import groupby
from typing import Any, Self

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import formats

MAX_BYTES = 10 * 1024 * 1024  # of a file as it is sent
MAX_LINES = 20_000  # filled lines below the header
MAX_COLUMNS = 200
MAX_LETTERS = 32_767  # in one cell, as in Excel

ENCODINGS = {  # by Python's name
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Windows-1252",
    "iso-8859-1": "ISO-8859-1",
    "iso-8859-15": "ISO-8859-15",
    "mac-roman": "Mac OS Roman",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "shift_jis": "Shift JIS",
    "euc-kr": "EUC-KR",
}
SEPARATORS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("vertical bar"),
}
DECIMALS = {",": "1.234.567,89", ".": "1,234,567.89"}
ORDERS = {
    "dmy": gettext_lazy("day/month/year"),
    "mdy": gettext_lazy("month/day/year"),
    "ymd": gettext_lazy("year/month/day"),
}

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})
_LINE_ENDS = re.compile(r"\r\n?")
_MOST_ACCENTS = 30  # on one letter; Unicode's own limit for streams (UAX 15)
EXACT = Context(prec=60)  # to compute in, because the thread's own context may round to anything
KEPT_DIGITS = 15  # that a spreadsheet program keeps of a number
_KEPT = Context(prec=KEPT_DIGITS)
HALF_MILLISECOND = Decimal("5.8E-9")  # in days: what a stored moment may lie before midnight by rounding


class UnreadableFileError(Exception):
    """The whole file cannot be read. str() is a sentence for people: what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How to read what stands in a file; chosen by a person, never guessed.

    `encoding` and `separator` matter for CSV only, `sheet` for workbooks; `decimal` and `order` for text.
    """

    encoding: str = "utf-8"  # of ENCODINGS
    separator: str = ","  # of SEPARATORS
    decimal: str = ","  # of DECIMALS
    order: str = "dmy"  # of ORDERS
    sheet: str = ""  # the name of one that shows; "" = the first that shows and has content
    header: int = (
        0  # the line with the names of the columns; 0 = the first line with at least two filled cells
    )

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name}: {getattr(self, name)!r} is none of {sorted(choices)}")
        if self.header < 0:
            raise ValueError(f"header: {self.header} is no line")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """From what `to_json` gave. Raises ValueError for a name or a value that does not exist."""
        unknown = sorted(content.keys() - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"no part of a notation: {', '.join(unknown)}")
        return cls(**content)


_CHOICES: dict[str, dict[str, Any]] = {
    "encoding": ENCODINGS,
    "separator": SEPARATORS,
    "decimal": DECIMALS,
    "order": ORDERS,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. Ask `values.py` for what it means; `text` alone does not say when a number has lost digits."""

    text: str  # as a person sees it: NFC, trimmed, no-break spaces as spaces, line ends as \n; "" = empty
    value: Decimal | date | bool | None = None  # what a spreadsheet stored as such; None for text
    epoch: int | None = None  # 1900 or 1904: where the workbook of a stored number begins to count days
    problem: str = ""  # a sentence: why nothing can be read from this cell, whatever it should be

    @property
    def serial_day(self) -> date | None:
        """The day that a stored number stands for in its workbook; None if it stands for none."""
        if not isinstance(self.value, Decimal) or self.epoch is None:
            return None
        return day_of_serial(self.value, self.epoch)


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `cells` are as many as the header's."""

    number: int  # from 1: the line of a text file on which it begins, the row of a sheet
    cells: tuple[Cell, ...]
    problem: str = ""  # a sentence: why this line cannot be used, e.g. more cells than columns


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: `header` names each column, "" only for a column without any content."""

    header: tuple[str, ...]
    lines: tuple[Line, ...]  # without the empty ones
    header_number: int = 1  # the line of the header
    name: str = ""  # of the sheet in its workbook


def visible(text: str) -> str:
    """The text as a person sees it, see `Cell.text`."""
    if text.isascii() and text.isprintable():
        return text.strip()
    if not text.isascii():
        text = _composed(text).translate(_SPACES)
    return _LINE_ENDS.sub("\n", _CONTROL.sub("", text)).strip()


def _composed(text: str) -> str:
    """Canonically composed. Not for text with endless accents: there it would take time that grows squared."""
    accents = groupby(text, lambda letter: unicodedata.combining(letter) > 0)
    if any(is_accent and sum(1 for _letter in run) > _MOST_ACCENTS for is_accent, run in accents):
        return text
    return unicodedata.normalize("NFC", text)


def shown(text: str) -> str:
    """The beginning of a cell's text, to be quoted in a sentence."""
    return Truncator(text.replace("\n", " ")).chars(40)


def plain(value: Decimal) -> str:
    """The digits that a spreadsheet shows in a wide column: at most 15 that count, a point for decimals."""
    digits = str(_KEPT.plus(value))
    if "E" in digits:
        digits = format(Decimal(digits), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def day_of_serial(serial: Decimal, epoch: int) -> date | None:
    """The calendar day of a moment counted in days; None for none.

    From 1904: 0 is 1 January. From 1900: 1 is 1 January, and 60 is 29 February 1900, a day that never was, so
    that the days before it are one further from the rest.
    """
    number = int(EXACT.add(serial, HALF_MILLISECOND).to_integral_value(ROUND_FLOOR))
    if epoch == 1904:
        return _days_after(date(1904, 1, 1), number) if number >= 0 else None
    if number < 1 or number == 60:
        return None
    return _days_after(date(1899, 12, 31 if number < 60 else 30), number)


def _days_after(start: date, number: int) -> date | None:
    return start + timedelta(number) if number <= (date.max - start).days else None


def too_many_lines() -> UnreadableFileError:
    return UnreadableFileError(
        _("The table has more than %(most)s lines. Split it into several files.")
        % {"most": formats.number(MAX_LINES)}
    )


def too_many_columns(line: int) -> UnreadableFileError:
    words = {"line": line, "most": MAX_COLUMNS}
    return UnreadableFileError(
        _("Line %(line)s has more than %(most)s columns. Leave out the columns that are not needed.") % words
    )


def too_many_cells() -> UnreadableFileError:
    return UnreadableFileError(
        _(
            "The table has too many cells, empty ones included. Copy only the lines and columns that are needed into "
            "a new file, or split it."
        )
    )


def too_long(line: int) -> UnreadableFileError:
    words = {"line": line, "most": formats.number(MAX_LETTERS)}
    return UnreadableFileError(
        _("Line %(line)s has a cell of more than %(most)s letters. Shorten it; is a quotation mark missing?")
        % words
    )

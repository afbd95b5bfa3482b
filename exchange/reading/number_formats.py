"""What number formats make of stored numbers: days, times, percentages, or just numbers."""

import re
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from django.utils.translation import gettext as _

from exchange.reading.parts import Attributes, NotAWorkbookError, Part
from exchange.reading.sheets import EXACT, HALF_MILLISECOND, Cell, day_of_serial, plain, shown

_MOST_LETTERS = 255  # of a format, as in Excel


class Shown(Enum):
    """What a number format makes of a number."""

    NUMBER = auto()
    PERCENT = auto()
    DAY = auto()
    TIME = auto()


class Format(NamedTuple):
    shown: Shown
    digits: int = 0  # at least, filled with zeros, as by the format 000000


# What the numbers of formats mean that a workbook need not spell out (ECMA-376 part 1, 18.8.30); 27 to 36 and
# 50 to 58 are days in East Asian editions.
_BUILT_IN = (
    {str(number): Format(Shown.DAY) for number in (*range(14, 18), 22, *range(27, 37), *range(50, 59))}
    | {str(number): Format(Shown.TIME) for number in (*range(18, 22), *range(45, 48))}
    | {str(number): Format(Shown.PERCENT) for number in (9, 10)}
)
# Texts, single letters, fillers, and everything in brackets but elapsed time, as [h].
_NOT_A_CODE = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE | re.DOTALL)


class Formats(Part):
    """What each style of cells makes of a number."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, str] = {}  # own formats of the workbook by number
        self._of_style: list[str] = []

    def begin(self, name: str, attributes: Attributes) -> None:
        if self.open[-2:] == ["numFmts", "numFmt"]:
            code = attributes.get("formatCode", "")
            if len(code) > _MOST_LETTERS:
                raise NotAWorkbookError
            self._codes[attributes.get("numFmtId", "")] = code
        elif self.open[-2:] == ["cellXfs", "xf"]:
            self._of_style.append(attributes.get("numFmtId", "0"))

    def by_style(self) -> dict[str, Format]:
        """By the number of the style, which a cell without one has as 0."""
        known = _BUILT_IN | {number: format_of(code) for number, code in self._codes.items()}
        numbers = self._of_style or ["0"]
        return {str(style): known.get(number, Format(Shown.NUMBER)) for style, number in enumerate(numbers)}


def format_of(code: str) -> Format:
    """What a number format makes of a positive number, e.g. `[$-421]dd mmmm yyyy` a day."""
    if re.fullmatch("0+", code):
        return Format(Shown.NUMBER, len(code))
    bare = _NOT_A_CODE.sub("", code).partition(";")[0].lower()
    if bare in ("general", "standard"):
        return Format(Shown.NUMBER)
    for letters, shown_as in (
        ("%", Shown.PERCENT),
        ("[dy]|mmm", Shown.DAY),
        ("[hs]", Shown.TIME),
        ("m", Shown.DAY),
    ):
        if re.search(letters, bare):
            return Format(shown_as)
    return Format(Shown.NUMBER)


def number_cell(value: Decimal, how: Format, epoch: int) -> Cell:
    """A number as its format shows it, in plain digits without exponent and without zeros at the end.

    The value of a percentage stays what is stored: of 15% it is 0.15. A number that its format fills with zeros
    (postal codes, tax numbers) keeps them in its text.
    """
    if how.shown is Shown.PERCENT:
        return Cell(f"{plain(EXACT.scaleb(value, 2))}%", value, epoch)
    if how.shown is Shown.NUMBER:
        return Cell(plain(value).zfill(how.digits), value, epoch)
    if how.shown is Shown.TIME and value >= 0:
        return Cell(_clock(value))
    return _day_cell(value, epoch)


def _day_cell(serial: Decimal, epoch: int) -> Cell:
    day = day_of_serial(serial, epoch)
    if day is None:
        text = plain(serial)
        problem = _("The cell is formatted as a day, but there is no day %(number)s. Write the day again.")
        return Cell(text, problem=problem % {"number": shown(text)})
    return Cell(moment_text(day.isoformat(), _clock(serial, within_a_day=True)), day)


def moment_text(day: str, time: str) -> str:
    return day if not time.strip("0:") else f"{day} {time}"


def _clock(days: Decimal, *, within_a_day: bool = False) -> str:
    """Hours, minutes and whole seconds; of more than a day all its hours."""
    seconds = int(EXACT.multiply(EXACT.add(days, HALF_MILLISECOND), 86_400))
    if within_a_day:
        seconds %= 86_400
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

"""What a cell means, read strictly in the chosen notation: exactly what was written, or an error, never a guess."""

import re
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from exchange.reading.sheets import DECIMALS, EXACT, KEPT_DIGITS, ORDERS, Cell, Notation, shown

FIRST_YEAR, LAST_YEAR = 1990, 2199
_EXAMPLE_DAY = "2026-11-21"
_LONGEST = 60  # letters of a number or a day
_NOISE = Decimal("1E-12")  # of a value; what adding binary numbers leaves over is smaller
_NOISE_OF_PLACE = Decimal("0.001")  # of the last decimal place

_CURRENCY = re.compile(r"^([-+−(]?) ?(?:Rp\.?|IDR) ?", re.IGNORECASE)
_WRITTEN = r"""
    (?P<open>\()? (?P<sign>[-+−]\ ?)?
    (?P<whole> [0-9]+ | [1-9][0-9]{{0,2}} (?:{group}[0-9]{{3}})+ )
    (?: {mark} (?: (?P<part>[0-9]+) | [-–—]{{1,2}} ) )?  # Rp 1.000,- is Rp 1.000
    (?P<percent>\ ?%)? (?P<close>\))?
"""
_NUMBERS = {
    mark: re.compile(_WRITTEN.format(mark=re.escape(mark), group=re.escape(group)), re.VERBOSE)
    for mark, group in ((",", "."), (".", ","))
}
_SHORTENED = re.compile(
    r"[0-9]\s*(k|rb|ribu|jt|juta|mio|mn|m|million|miliar|milyar|bn|billion|thousand|t|triliun|trillion)\.?",
    re.IGNORECASE,
)

_TIME = re.compile(r"(?:T| +)(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.0+)?)?\Z")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NUMERIC = re.compile(r"([0-9]{1,4})([/.-])([0-9]{1,4})\2([0-9]{1,4})")
_NAMED = (
    re.compile(r"(?P<day>[0-9]{1,2})[ ./-]{1,2}(?P<month>[A-Za-z]+)\.?[ ./,-]{1,2}(?P<year>[0-9]+)"),
    re.compile(r"(?P<month>[A-Za-z]+)\.?[ -](?P<day>[0-9]{1,2}),?[ -](?P<year>[0-9]+)"),
)
_MONTHS = {  # Indonesian and English, as they are written today and used to be
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb peb februari pebruari february",
            "mar maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "ags agt agu agus aug agustus august",
            "sep sept september",
            "okt oct oktober october",
            "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}

_YES = {"ya", "yes", "y", "true", "benar", "1", "x"}
_NO = {"tidak", "no", "n", "t", "false", "salah", "0"}


class CellError(Exception):
    """A cell is not what its column asks for. str() is a sentence for people: what it is, what would be right."""


def text_of(cell: Cell) -> str:
    """The text of a cell, "" for an empty one. Leading zeros of text are kept.

    Raises CellError for a stored number of which a spreadsheet program cannot have kept all digits: 16 digits of
    an NPWP end in a zero that nobody wrote.
    """
    _refuse_problem(cell)
    if isinstance(cell.value, Decimal):
        _refuse_lost_digits(cell.text, cell.value)
    return cell.text


def number(cell: Cell, notation: Notation, places: int, *, percent: bool = False) -> Decimal:
    """A number of at most `places` decimals; never rounded.

    For a column of percentages (`percent`) 15, 15% and a stored 0.15 that the sheet shows as 15% are all 15;
    elsewhere a written % is refused, and a stored percentage is the number that is stored, 0.15.
    """
    _refuse_problem(cell)
    if isinstance(cell.value, Decimal):
        is_shown_as_percent = percent and cell.text.endswith("%")
        return _stored_number(
            cell.text, EXACT.scaleb(cell.value, 2) if is_shown_as_percent else cell.value, places
        )
    if isinstance(cell.value, date):
        raise CellError(_("“%(text)s” is a day. Write a number.") % {"text": shown(cell.text)})
    return _written_number(cell.text, notation.decimal, places, percent)


def day(cell: Cell, notation: Notation) -> date:
    """A day from 1990 to 2199. A time of day after it is left out.

    Days as 2026-11-21 and days with the name of their month are read whatever the chosen order; a stored number
    is counted from the beginning of its workbook's calendar.
    """
    _refuse_problem(cell)
    if isinstance(cell.value, date):
        return _plausible(cell.value, cell.text)
    if not isinstance(cell.value, Decimal):
        return _plausible(_written_day(cell.text, notation.order), cell.text)
    found = cell.serial_day
    if found is None:
        raise _no_day(cell.text)
    return _plausible(found, cell.text)


def yes_no(cell: Cell) -> bool:
    """Yes or no in Indonesian or English, 1 or 0, x for yes. t is the Indonesian “tidak”, no."""
    _refuse_problem(cell)
    word = cell.text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellError(
        _("“%(text)s” is neither yes nor no. Write yes or no (“t” is read as “tidak”: no).")
        % {"text": shown(cell.text)}
    )


def marks_of(text: str) -> frozenset[str]:
    """The decimal marks with which the text is a number: both for 5 and for the ambiguous 1.234."""
    return frozenset(mark for mark in DECIMALS if _matched(text, mark))


def orders_of(text: str) -> frozenset[str]:
    """The orders in which the text is a day: all of them for 2026-11-21 and 21 Nov 2026."""
    bare = _without_time(text) if len(text) <= _LONGEST else ""
    if match := _NUMERIC.fullmatch(bare):
        is_iso = _ISO.fullmatch(bare) is not None
        parts = [match[1], match[3], match[4]]
        return frozenset(order for order in ORDERS if _in_order(parts, "ymd" if is_iso else order))
    named = next((match for pattern in _NAMED if (match := pattern.fullmatch(bare))), None)
    is_clear = named and named["month"].casefold() in _MONTHS and len(named["year"]) == 4
    return frozenset(ORDERS if is_clear else ())


def _refuse_problem(cell: Cell) -> None:
    if cell.problem:
        raise CellError(cell.problem)


def _stored_number(text: str, value: Decimal, places: int) -> Decimal:
    """Exactly, but for what is left over when binary numbers are added: 0.1 + 0.2 is 0.3."""
    if value.copy_abs() >= 10**KEPT_DIGITS:
        _refuse_lost_digits(text, value)
    unit = Decimal((0, (1,), -places))
    rounded = EXACT.quantize(value, unit)
    off = EXACT.subtract(value, rounded).copy_abs()
    if off > EXACT.multiply(_NOISE, value.copy_abs()) or off > EXACT.multiply(_NOISE_OF_PLACE, unit):
        raise _too_many_decimals(text, places)
    return rounded


def _refuse_lost_digits(text: str, value: Decimal) -> None:
    if value.copy_abs() >= 10**KEPT_DIGITS or len(EXACT.normalize(value).as_tuple().digits) > KEPT_DIGITS:
        words = {"text": shown(text), "kept": KEPT_DIGITS}
        raise CellError(
            _(
                "“%(text)s” is stored as a number, of which a spreadsheet keeps only %(kept)s digits. Format the cell "
                "as text and write the digits again."
            )
            % words
        )


def _written_number(text: str, mark: str, places: int, percent: bool) -> Decimal:
    match = _matched(text, mark)
    if not match:
        raise CellError(_why_no_number(text, mark))
    if match["percent"] and not percent:
        raise CellError(
            _("“%(text)s” is a percentage. Write a number without the percent sign.") % {"text": shown(text)}
        )
    whole, part = match["whole"], match["part"] or ""
    _refuse_ambiguous(text, whole, part, mark)
    if len(part.rstrip("0")) > places:
        raise _too_many_decimals(text, places)
    value = Decimal(f"{re.sub('[.,]', '', whole)}.{part or 0}")
    is_negative = match["open"] or (match["sign"] or "+")[0] != "+"
    return value.copy_negate() if is_negative and value else value


def _matched(text: str, mark: str) -> re.Match[str] | None:
    """The parts of a number with this decimal mark; None if it is not written so."""
    if len(text) > _LONGEST:
        return None
    currency = _CURRENCY.match(text)
    match = _NUMBERS[mark].fullmatch(currency[1] + text[currency.end() :] if currency else text)
    if not match or bool(match["open"]) != bool(match["close"]) or (match["open"] and match["sign"]):
        return None
    return match


def _refuse_ambiguous(text: str, whole: str, part: str, mark: str) -> None:
    """Three digits after the only mark may as well be thousands: 1,234."""
    if len(part) == 3 and whole.isdigit() and len(whole) <= 3 and not whole.startswith("0"):
        words = {"text": shown(text), "thousands": f"{whole}{part}", "decimals": f"{whole}{mark}{part}0"}
        raise CellError(
            _(
                "“%(text)s” can be read in two ways. Write %(thousands)s for thousands, %(decimals)s for decimals."
            )
            % words
        )


def _too_many_decimals(text: str, places: int) -> CellError:
    if places == 0:
        return CellError(_("“%(text)s” has decimals. Write a whole number.") % {"text": shown(text)})
    words = {"text": shown(text), "places": places}
    return CellError(_("“%(text)s” has too many decimals. Write at most %(places)s.") % words)


def _why_no_number(text: str, mark: str) -> str:
    words = {"text": shown(text), "example": DECIMALS[mark]}
    if not text:
        return _("The cell is empty. Write a number, for example %(example)s.") % words
    if _SHORTENED.search(text):
        return (
            _("“%(text)s” is shortened. Write the number with all its digits, for example 8000000.") % words
        )
    other = "." if mark == "," else ","
    if _matched(text, other):
        message = _(
            "“%(text)s” is written as in %(other)s, but numbers are read as in %(example)s. Write it that way."
        )
        return message % (words | {"other": DECIMALS[other]})
    return _("“%(text)s” is no number. Write only digits, for example %(example)s.") % words


def _plausible(found: date, text: str) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        words = {"text": shown(text), "year": found.year, "first": FIRST_YEAR, "last": LAST_YEAR}
        raise CellError(
            _("“%(text)s” is in the year %(year)s. Check the year: it is from %(first)s to %(last)s.") % words
        )
    return found


def _written_day(text: str, order: str) -> date:
    if len(text) > _LONGEST:
        raise _no_day(text)
    bare = _without_time(text)
    if match := _ISO.fullmatch(bare):
        return _day(text, *(int(part) for part in match.groups()))
    if match := _NUMERIC.fullmatch(bare):
        return _numeric_day(text, [match[1], match[3], match[4]], order)
    for pattern in _NAMED:
        if match := pattern.fullmatch(bare):
            return _named_day(text, match)
    raise _no_day(text)


def _without_time(text: str) -> str:
    time = _TIME.search(text) if ":" in text else None
    return text[: time.start()] if time else text


def _numeric_day(text: str, parts: list[str], order: str) -> date:
    found = _in_order(parts, order)
    if found:
        return found
    others = [str(name) for other, name in ORDERS.items() if _in_order(parts, other)]
    if others:
        words = {"text": shown(text), "order": ORDERS[order], "others": ", ".join(others)}
        raise CellError(
            _("“%(text)s” is no day in the order %(order)s, but in %(others)s. Write it like %(example)s.")
            % (words | {"example": _EXAMPLE_DAY})
        )
    if not any(len(part) == 4 for part in parts):
        raise _short_year(text)
    raise _no_such_day(text)


def _in_order(parts: list[str], order: str) -> date | None:
    """The day if the parts have the right lengths and it exists; the year has four digits."""
    named = dict(zip(order, parts, strict=True))
    if len(named["y"]) != 4 or len(named["m"]) > 2 or len(named["d"]) > 2:
        return None
    return _existing(int(named["y"]), int(named["m"]), int(named["d"]))


def _existing(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _named_day(text: str, match: re.Match[str]) -> date:
    month = _MONTHS.get(match["month"].casefold())
    if month is None:
        words = {"text": shown(text), "month": shown(match["month"]), "example": _EXAMPLE_DAY}
        raise CellError(
            _("“%(text)s” is no day: no month is called “%(month)s”. Write it like %(example)s.") % words
        )
    if len(match["year"]) != 4:
        raise _short_year(text)
    return _day(text, int(match["year"]), month, int(match["day"]))


def _day(text: str, year: int, month: int, number: int) -> date:
    found = _existing(year, month, number)
    if found is None:
        raise _no_such_day(text)
    return found


def _no_such_day(text: str) -> CellError:
    words = {"text": shown(text), "example": _EXAMPLE_DAY}
    return CellError(_("The day “%(text)s” does not exist. Write one that does, like %(example)s.") % words)


def _short_year(text: str) -> CellError:
    words = {"text": shown(text), "example": _EXAMPLE_DAY}
    return CellError(
        _("“%(text)s” has a short year. Write the year with four digits, like %(example)s.") % words
    )


def _no_day(text: str) -> CellError:
    words = {"text": shown(text), "example": _EXAMPLE_DAY}
    if not text:
        return CellError(_("The cell is empty. Write a day, like %(example)s.") % words)
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return CellError(
            _(
                "“%(text)s” is how a spreadsheet stores a day. Format the column as dates before saving, or write the "
                "day like %(example)s."
            )
            % words
        )
    return CellError(_("“%(text)s” is no day. Write it like %(example)s.") % words)

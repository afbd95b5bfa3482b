"""How a file seems to be written, with the cells that show it; nothing is said that the file does not decide."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from exchange.reading.delimited import bom_encoding, decoded, is_utf8, opened, records
from exchange.reading.files import Kind, read, recognise
from exchange.reading.sheets import ORDERS, SEPARATORS, Notation, Sheet, UnreadableFileError
from exchange.reading.values import marks_of, orders_of

_SAMPLES = 5  # cells shown for each question
_LINES = 200  # looked at for the separator
_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the file says about one part of its notation."""

    value: str | None  # None if the file does not decide it
    default: str  # what to offer then
    samples: tuple[
        str, ...
    ] = ()  # cells that decide it, or that can be read in several ways; none: nobody need ask

    @property
    def offered(self) -> str:
        return self.value or self.default


@dataclass(frozen=True, slots=True)
class Suggestion:
    kind: Kind
    encoding: Finding  # this and the separator are of CSV only
    separator: Finding
    decimal: Finding
    order: Finding
    sheet: str  # of the table that was looked at, "" for CSV

    @property
    def notation(self) -> Notation:
        """What the file decides, and the usual where it does not: to be confirmed by a person."""
        return Notation(
            self.encoding.offered, self.separator.offered, self.decimal.offered, self.order.offered
        )


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One cell: which values it allows; one is a decision, none says nothing."""

    text: str
    allowed: frozenset[str]


def suggest(data: bytes, sheet: str = "") -> Suggestion:
    """What the file decides, looking at this sheet (`Notation.sheet`).

    A file that cannot be read in the notation it seems to have decides nothing further; `read` says why. Raises
    UnreadableFileError where `recognise` does.

    A column speaks about numbers or days if most of its filled cells look like them, so that a phone number in a
    column of names says nothing. Cells that contradict each other decide nothing; both are among the samples.
    """
    usual = Notation()
    kind = recognise(data)
    encoding, separator = Finding(None, usual.encoding), Finding(None, usual.separator)
    decimal, order = Finding(None, usual.decimal), Finding(None, usual.order)
    if kind is Kind.CSV:
        encoding = _encoding(data)
        separator = _separator(data, encoding.offered) if _decodes(data, encoding.offered) else separator
    if kind is Kind.XLSX or separator.value:
        table = _table(data, Notation(encoding.offered, separator.offered, sheet=sheet))
        decimal = _finding(_evidence(table, _decimal_of), usual.decimal)
        order = _finding(_evidence(table, _order_of), usual.order)
        sheet = table.name
    return Suggestion(kind, encoding, separator, decimal, order, sheet)


def _table(data: bytes, notation: Notation) -> Sheet:
    try:
        return read(data, notation)
    except UnreadableFileError:
        return Sheet((), (), name=notation.sheet)


def _decodes(data: bytes, encoding: str) -> bool:
    """Whether the file has this encoding: it may be none of those that can be known."""
    try:
        decoded(data, encoding)
    except UnreadableFileError:
        return False
    return True


def _encoding(data: bytes) -> Finding:
    """By the byte order mark, else UTF-8 if it is that: no other text is by accident. Else it cannot be known."""
    named = bom_encoding(data) or ("utf-8" if is_utf8(data) else None)
    if named:
        return Finding(named, named)
    lines = [line for line in data.splitlines() if not line.isascii()]
    samples = tuple(_around_letter(line.decode("cp1252", "replace")) for line in lines[:_SAMPLES])
    return Finding(None, "cp1252", samples)


def _around_letter(line: str) -> str:
    """The piece of a line with its first letter that encodings differ in."""
    at = next(number for number, letter in enumerate(line) if not letter.isascii())
    return line[max(0, at - 20) : at + 20].strip()


def _separator(data: bytes, encoding: str) -> Finding:
    """The one that makes a table of the file, with more columns and an earlier header than any other does."""
    text, told, first = opened(data, encoding, "")
    if told:
        return Finding(told, told)
    tables = {separator: found for separator in SEPARATORS if (found := _shape(text, separator, first))}
    for separator, (start, columns) in tables.items():
        others = [shape for other, shape in tables.items() if other != separator]
        if all(start <= other[0] and columns >= other[1] and (start, columns) != other for other in others):
            return Finding(separator, separator)
    samples = tuple(line[:80] for line in text.split("\n", _LINES)[:_LINES] if line.strip())
    return Finding(None, Notation().separator, samples[:_SAMPLES])


def _shape(text: str, separator: str, first: int) -> tuple[int, int] | None:
    """The line of the header and the number of columns, if the separator makes a table of the file."""
    header, columns = 0, 0
    seen = table = 0
    try:
        for record in records(text, separator, first):
            filled = [cell for cell in record.cells if cell.strip()]
            if header and (record.problem or any(record.cells[columns:])):
                return None
            if not header and len(filled) >= 2:
                header, columns = record.line, len(record.cells)
            seen, table = seen + bool(filled), table + (len(filled) >= 2)
            if seen >= _LINES:
                break
    except UnreadableFileError:
        return None
    return (header, columns) if header and table * 2 >= seen else None


def _evidence(sheet: Sheet, look: Callable[[str], frozenset[str] | None]) -> Iterator[_Evidence]:
    """From each column in which most filled cells are looked for; `look` gives None for a cell that is not."""
    for at in range(len(sheet.header)):
        texts = [line.cells[at].text for line in sheet.lines if line.cells[at].value is None]
        texts = [text for text in texts if text]
        found = [(text, allowed) for text in texts if (allowed := look(text)) is not None]
        if len(found) * 2 > len(texts):
            yield from (_Evidence(text, allowed) for text, allowed in found if allowed)


def _finding(evidence: Iterator[_Evidence], default: str) -> Finding:
    deciding: dict[frozenset[str], list[str]] = {}
    open_: list[str] = []
    for each in evidence:
        (deciding.setdefault(each.allowed, []) if len(each.allowed) == 1 else open_).append(each.text)
    if len(deciding) == 1:
        ((allowed, texts),) = deciding.items()
        return Finding(next(iter(allowed)), default, tuple(dict.fromkeys(texts))[:_SAMPLES])
    told = [text for texts in deciding.values() for text in dict.fromkeys(texts[:2])]
    return Finding(None, default, tuple(dict.fromkeys([*told, *open_]))[:_SAMPLES])


def _decimal_of(text: str) -> frozenset[str] | None:
    """Which decimal marks a number allows; the empty set for plain digits, None for no number."""
    allowed = marks_of(text) if _DIGIT.search(text) else None
    return (allowed if "." in text or "," in text else frozenset()) if allowed else None


def _order_of(text: str) -> frozenset[str] | None:
    """Which orders a day allows; the empty set for one that is clear, None for no day."""
    allowed = orders_of(text) if _DIGIT.search(text) else None
    return (allowed if len(allowed) < len(ORDERS) else frozenset()) if allowed else None

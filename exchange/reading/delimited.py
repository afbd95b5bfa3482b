"""Reading CSV: cells between separators, strictly.

Not with Python's csv module: it cannot say on which line a quotation mark was opened that is never closed, and it
takes a quotation mark inside a cell without quotation marks for a letter, although a lost one looks just so.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from exchange.reading.sheets import (
    EMPTY,
    ENCODINGS,
    MAX_LETTERS,
    MAX_LINES,
    SEPARATORS,
    Cell,
    Notation,
    Sheet,
    UnreadableFileError,
    too_long,
    too_many_cells,
    too_many_columns,
    too_many_lines,
    visible,
)
from exchange.reading.table import Table

MAX_LINE = 64 * 1024  # letters between two line ends
MAX_TEXT_LINES = 10 * MAX_LINES  # blank ones and those inside of cells, too
MAX_SEPARATORS = 100 * MAX_LINES  # those of empty cells, too
_MOST_CELLS = 16_384  # on one line, nearly all of them empty: as many as Excel writes
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SINGLE_BYTE = ("cp", "iso-8859", "mac")  # encodings in which any bytes are some text
_C1 = re.compile("[\x80-\x9f]")  # control characters that nobody writes; letters in Windows-1252
_NOT_ASCII = re.compile("[^\0-\x7f]")
_SEP_LINE = re.compile(r'"?sep=(.)"?(?:\n|\Z)', re.IGNORECASE)
_APOSTROPHE = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')


class Record(NamedTuple):
    line: int  # on which it begins
    cells: list[str]
    problem: str


def read_delimited(data: bytes, notation: Notation) -> Sheet:
    """The table of a CSV file. Raises UnreadableFileError."""
    table = Table(notation.header, has_fixed_width=True)
    known: dict[str, Cell] = {}  # most cells of a column repeat
    text, separator, first = opened(data, notation.encoding, notation.separator)
    for record in records(text, separator, first):
        cells = [known.get(text) or known.setdefault(text, _cell(text)) for text in record.cells]
        table.add(record.line, cells, record.problem)
    return table.sheet()


def opened(data: bytes, encoding: str, separator: str) -> tuple[str, str, int]:
    """The text with \\n as its line ends, its separator, and the number of its first line.

    A first line `sep=;`, as Excel writes it, is no data, and says the separator whatever was chosen.
    """
    text = decoded(data, encoding).replace("\r\n", "\n").replace("\r", "\n")
    _refuse_binary(text)
    _refuse_too_much(text)
    match = _SEP_LINE.match(text)
    if not match:
        return text, separator, 1
    if match[1] not in SEPARATORS:
        words = {"separator": match[1]}
        raise UnreadableFileError(
            _(
                "The first line says that “%(separator)s” separates the cells. Use a comma, a semicolon, a tab or a "
                "vertical bar."
            )
            % words
        )
    return text[match.end() :], match[1], 2


def bom_encoding(data: bytes) -> str | None:
    """The encoding that the first bytes of the file name; None if they name none."""
    return next((encoding for mark, encoding in _BOMS.items() if data.startswith(mark)), None)


def decoded(data: bytes, encoding: str) -> str:
    """The text of the file, without its byte order mark. Raises UnreadableFileError for another encoding."""
    named = bom_encoding(data)
    if named and named != encoding:
        raise _other_encoding(1, encoding, named)
    if encoding == "utf-16" and not named:
        raise UnreadableFileError(
            _(
                "Line 1 does not say in which order UTF-16 has its bytes. Save the file as UTF-8 and choose that."
            )
        )
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(encoding, "ignore")
        raise _other_encoding(1 + _line_ends(before), encoding) from None
    if encoding.startswith(_SINGLE_BYTE):
        _refuse_other_bytes(data, text, encoding)
    return text


def _refuse_other_bytes(data: bytes, text: str, encoding: str) -> None:
    """These encodings make text of any bytes, so look for what betrays another one."""
    first = _NOT_ASCII.search(text)
    if first and is_utf8(data):  # no other text is by accident
        raise _other_encoding(1 + _line_ends(text[: first.start()]), encoding, "utf-8")
    control = _C1.search(text)
    if control and encoding.startswith("iso-8859"):
        raise _other_encoding(1 + _line_ends(text[: control.start()]), encoding)


def is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _other_encoding(line: int, chosen: str, right: str | None = None) -> UnreadableFileError:
    words = {"line": line, "chosen": ENCODINGS[chosen], "right": ENCODINGS[right or "utf-8"]}
    if right:
        return UnreadableFileError(
            _("Line %(line)s is not in the encoding %(chosen)s but in %(right)s. Choose that.") % words
        )
    return UnreadableFileError(
        _("Line %(line)s is not in the encoding %(chosen)s. Choose another one, or save the file as UTF-8.")
        % words
    )


def _refuse_binary(text: str) -> None:
    if (at := text.find("\0")) >= 0:
        words = {"line": 1 + text.count("\n", 0, at)}
        raise UnreadableFileError(
            _("Line %(line)s holds a NUL byte, so this is no text. Save the table as CSV or XLSX.") % words
        )


def _refuse_too_much(text: str) -> None:
    """Too many lines, or one that is too long, before anything is taken apart, which takes much longer."""
    if text.count("\n") > MAX_TEXT_LINES:
        raise too_many_lines()
    start, number = 0, 1
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > MAX_LINE:
            raise UnreadableFileError(
                _("Line %(line)s is far too long for a line of a table. Save the table as CSV or XLSX.")
                % {"line": number}
            )
        start, number = end + 1, number + 1


def records(text: str, separator: str, line: int = 1) -> Iterator[Record]:
    """Each record: cells between separators, quotation marks around a cell taken off, doubled ones made single.

    Raises UnreadableFileError for a quotation mark that is not closed, or closed before the end of its cell.
    """
    if text.count(separator) > MAX_SEPARATORS:
        raise too_many_cells()
    quoted_or_plain = rf'(?:"(?P<quoted>(?:[^"]++|"")*+)"|(?!")(?P<plain>[^{separator}\n]*+))'
    cell = re.compile(rf"{quoted_or_plain}(?P<end>[{separator}\n]|\Z)")
    position, first = 0, line
    cells: list[str] = []
    problem = ""
    while position < len(text) or cells:
        match = cell.match(text, position)
        if not match:
            raise _misquoted(text, position, line)
        position = match.end()
        content, has_stray_quote = _content(match)
        line += content.count("\n")
        problem = _stray_quote() if has_stray_quote else problem
        if len(content) > MAX_LETTERS:
            raise too_long(first)
        cells.append(content)
        if len(cells) > _MOST_CELLS:
            raise too_many_columns(first)
        if match["end"] != separator:
            yield Record(first, cells, problem)
            line += match["end"] == "\n"
            first, cells, problem = line, [], ""


def _content(match: re.Match[str]) -> tuple[str, bool]:
    """What stands in the cell, and whether it has a quotation mark inside but none around it."""
    if match["quoted"] is None:
        return match["plain"], '"' in match["plain"]
    return match["quoted"].replace('""', '"'), False


def _misquoted(text: str, position: int, line: int) -> UnreadableFileError:
    closed = _QUOTED.match(text, position)
    if not closed:
        return UnreadableFileError(
            _("A quotation mark is opened on line %(line)s and never closed. Close it, or leave it out.")
            % {"line": line}
        )
    words = {"line": line + closed[0].count("\n")}
    return UnreadableFileError(
        _(
            "On line %(line)s something follows a closing quotation mark. Write a quotation mark inside a cell twice, "
            "and put the separator after the cell."
        )
        % words
    )


def _stray_quote() -> str:
    return _(
        "A cell has a quotation mark inside but none around it. Put the cell into quotation marks and write those "
        "inside twice."
    )


def _cell(text: str) -> Cell:
    """Without the apostrophe that a CSV export puts before what a spreadsheet would run (`portfolio/exports.py`)."""
    if text.startswith("'") and _APOSTROPHE.match(text):
        text = text[1:]
    text = visible(text)
    return Cell(text) if text else EMPTY

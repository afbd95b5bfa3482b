"""Tables of known true values, written to files in every way that people's programs write them."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from exchange.reading.files import Notation

Value = str | Decimal | date | bool | None

NAMES = [
    "PT Arunika Digital", "CV Sumber, Tbk", "Toko \"Maju\"", "Baris satu\nbaris dua", "a;b|c\td", "=1+1", "-strip",
    "+62 812 555", "@nusa", "'kutip", "'=x", "''", "x'y", "0812", "007", "1.234", "1,234", "21/11/2026", "NaN", "1e5",
    "TRUE", "#N/A", "café", "Ünal & Söhne", "naïve “kutip”", "harga €5", "上海公司", "東京", "臺北", "서울", "Łódź",
    "Москва", "emoji 😀", "a\xa0b", "_x0041_", "x005F_", "sep=;", "<b>&amp;</b>", "  tepi  ", "\"", "\"\"", ",", "'",
]  # fmt: skip
CODECS = [
    ("utf-8", "utf-8"), ("utf-8", "utf-8-sig"), ("utf-16", "utf-16-le"), ("utf-16", "utf-16-be"), ("cp1252", "cp1252"),
    ("iso-8859-1", "iso-8859-1"), ("iso-8859-15", "iso-8859-15"), ("mac-roman", "mac-roman"), ("cp1250", "cp1250"),
    ("cp1251", "cp1251"), ("gb18030", "gb18030"), ("big5", "big5"), ("shift_jis", "shift_jis"), ("euc-kr", "euc-kr"),
]  # fmt: skip
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
    "short id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des",
    "short en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
KINDS = ["key", "name", "npwp", "amount", "count", "rate", "day", "active"]
PLACES = {"amount": 2, "count": 0, "rate": 3}


@dataclass
class Column:
    """`places` are of numbers; two columns of one kind have one name, as people's columns do."""

    kind: str
    name: str

    @property
    def places(self) -> int:
        return PLACES[self.kind]


@dataclass
class File:
    """A file and what is true of it: `values` and `texts` by row and column, `texts` as they were written."""

    columns: list[Column]
    values: list[list[Value]]
    notation: Notation
    texts: list[list[str]] = field(default_factory=list)
    data: bytes = b""
    text: str = ""  # of CSV: what was encoded
    codec: str = ""
    is_workbook: bool = False

    def cells(self) -> list[tuple[int, int]]:
        return [(y, x) for y in range(len(self.values)) for x in range(len(self.columns))]


def make(draw: random.Random) -> File:
    """Any file, not damaged."""
    file = table(draw)
    if draw.random() < 0.25:
        write_workbook(draw, file)
    else:
        write_texts(draw, file)
        write_csv(draw, file)
    return file


def table(draw: random.Random) -> File:
    """True values: the first column of kind key tells the rows apart; others are in any order, some twice."""
    kinds = [*KINDS, *draw.choices(KINDS[1:], k=draw.randint(0, 2))]
    draw.shuffle(kinds)
    columns = [Column(kind, kind.title()) for kind in kinds]
    encoding, codec = draw.choice(CODECS)
    notation = Notation(encoding, draw.choice(",;\t|"), draw.choice(",."), draw.choice(["dmy", "mdy", "ymd"]))
    names = [name for name in NAMES if can_be_written(name, codec)]
    values = [
        [f"K{row:03}" if column.kind == "key" else value(draw, column.kind, names) for column in columns]
        for row in range(draw.randint(2, 7))
    ]
    return File(columns, values, notation, codec=codec)


def can_be_written(text: str, codec: str) -> bool:
    try:
        return text.encode(codec).decode(codec) == text
    except UnicodeError:
        return False


def value(draw: random.Random, kind: str, names: list[str]) -> Value:
    if draw.random() < 0.1:
        return None
    if kind == "name":
        return draw.choice(names)
    if kind == "npwp":
        return "".join(draw.choices("0123456789", k=draw.choice([15, 16])))
    if kind in PLACES:
        digits = draw.randrange(10 ** draw.randint(1, 11))
        return Decimal(draw.choice([1, 1, 1, -1]) * digits).scaleb(-PLACES[kind])
    if kind == "day":
        return date(1990, 1, 1) + timedelta(draw.randrange(70_000))
    return draw.random() < 0.5


def write_texts(draw: random.Random, file: File) -> None:
    """As people type them, in the notation of the file; one style for a column, as their programs do."""
    styles = [draw.randrange(2**30) for _column in file.columns]
    file.texts = [
        [
            text_of(random.Random(style), file.notation, column.kind, each)
            for column, each, style in zip(file.columns, row, styles, strict=True)
        ]
        for row in file.values
    ]


def text_of(draw: random.Random, notation: Notation, kind: str, true: Value) -> str:
    if true is None:
        return ""
    if isinstance(true, bool):
        return draw.choice([("ya", "tidak"), ("Yes", "No"), ("Y", "T"), ("TRUE", "FALSE"), ("1", "0")])[
            not true
        ]
    if isinstance(true, date):
        return day_text(draw, notation.order, true)
    if isinstance(true, Decimal):
        return number_text(draw, notation.decimal, true, PLACES[kind])
    return true


def day_text(draw: random.Random, order: str, true: date) -> str:
    style = draw.choice(["digits", "digits", "iso", "named", "american", "midnight"])
    parts = {"d": f"{true.day:02}", "m": f"{true.month:02}", "y": f"{true.year:04}"}
    month = draw.choice(list(MONTHS.values())).split()[true.month - 1]
    if style == "iso":
        return true.isoformat()
    if style == "named":
        return draw.choice(" -").join([str(true.day), month, parts["y"]])
    if style == "american":
        return f"{month} {true.day}, {parts['y']}"
    joined = draw.choice("/-.").join(parts[letter] for letter in order)
    return f"{joined} 00:00:00" if style == "midnight" else joined


def number_text(draw: random.Random, mark: str, true: Decimal, places: int) -> str:
    group = draw.choice(["", "." if mark == "," else ","])
    whole, _point, part = f"{abs(true):.{places}f}".partition(".")
    while group and len(whole.partition(group)[0]) > 3:
        head, _group, tail = whole.partition(group)
        whole = f"{head[:-3]}{group}{head[-3:]}{_group}{tail}"
    text = whole + (mark + part if part else draw.choice(["", f"{mark}-"]))
    text = draw.choice(["", "", "Rp", "Rp ", "Rp. "]) + text
    negative = draw.choice(["-{}", "({})"])
    return negative.format(text) if true < 0 else text


def write_csv(draw: random.Random, file: File) -> None:
    """In the dialect of some program: quotation marks, line ends, blank lines, a title, sep=."""
    out = StringIO()
    quoting = draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    end = draw.choice(["\n", "\r\n"])
    writer = csv.writer(out, delimiter=file.notation.separator, quoting=quoting, lineterminator="\r\n")
    if draw.random() < 0.2:
        out.write(f"sep={file.notation.separator}\r\n")
    if draw.random() < 0.2:
        writer.writerow(["Daftar klien"])
    writer.writerow([column.name for column in file.columns])
    for row in file.texts:
        if draw.random() < 0.1:
            writer.writerow([""] * draw.randint(1, 3))
        writer.writerow([f"'{text}" if text.startswith("'=") else text for text in row])
    text = out.getvalue()
    encode(file, text if end == "\r\n" else text.replace("\r\n", "\n"))


def encode(file: File, text: str) -> None:
    file.text, file.data = text, MARKS.get(file.codec, b"") + text.encode(file.codec)


def write_workbook(draw: random.Random, file: File) -> None:
    """By one of two programs, each column typed or as text; a hidden sheet, a title and blank rows at times."""
    file.is_workbook, file.codec = True, ""
    write_texts(draw, file)
    epoch = draw.choice([1900, 1904])
    how = [draw.choice(["typed", "typed", "text", "serial"]) for _column in file.columns]
    rows: list[list[Any]] = [["Daftar klien"]] if draw.random() < 0.3 else []
    rows.append([column.name for column in file.columns])
    for true, texts in zip(file.values, file.texts, strict=True):
        rows.extend([[]] * (draw.random() < 0.1))
        rows.append([stored(*each, epoch) for each in zip(how, file.columns, true, texts, strict=True)])
    has_escapes = any(
        "_x" in text for row in file.texts for text in row
    )  # which openpyxl does not escape again
    write = by_xlsxwriter if has_escapes else draw.choice([by_xlsxwriter, by_openpyxl])
    file.data = write(rows, epoch, has_hidden_sheet=draw.random() < 0.3)


def stored(how: str, column: Column, true: Value, text: str, epoch: int) -> Any:
    """What goes into a cell: the text, or the value as a spreadsheet program has it, days also as bare numbers."""
    if true is None:
        return None
    if how == "text":
        return text
    if how == "serial" and isinstance(true, date):
        return (true - (date(1899, 12, 30) if epoch == 1900 else date(1904, 1, 1))).days
    if how == "serial" and column.kind == "npwp" and isinstance(true, str) and true[0] != "0":
        return int(true)
    return true


def by_xlsxwriter(rows: list[list[Any]], epoch: int, *, has_hidden_sheet: bool) -> bytes:
    out = BytesIO()
    options = {
        "in_memory": True,
        "date_1904": epoch == 1904,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        format_of_days = book.add_format({"num_format": "[$-421]dd mmm yyyy"})
        sheet = book.add_worksheet("Klien")
        if has_hidden_sheet:
            sheet.activate()
            hidden = book.add_worksheet("Rahasia")
            hidden.write_row(0, 0, ["Nama", "Nilai"])
            hidden.hide()
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, date):
                    moment = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a day
                    sheet.write_datetime(y, x, moment, format_of_days)
                elif isinstance(cell, str):
                    sheet.write_string(y, x, cell)
                elif cell is not None:
                    sheet.write(y, x, cell)
    return out.getvalue()


def by_openpyxl(rows: list[list[Any]], epoch: int, *, has_hidden_sheet: bool) -> bytes:
    book = openpyxl.Workbook()
    if epoch == 1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    if has_hidden_sheet:
        hidden = book.create_sheet("Rahasia", 0)
        hidden.append(["Nama", "Nilai"])
        hidden.sheet_state = "hidden"
    for y, row in enumerate(rows, 1):
        for x, content in enumerate(row, 1):
            if content is not None:
                cell = sheet.cell(y, x)
                cell.value = content
                if isinstance(content, str):
                    cell.data_type = "s"  # no formula, no error
    out = BytesIO()
    book.save(out)
    return out.getvalue()

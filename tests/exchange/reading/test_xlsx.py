"""XLSX: what a spreadsheet program stored, as it was stored."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter

from exchange.reading.files import Cell, Notation, Sheet, UnreadableFileError, read, sheets_in
from exchange.reading.values import CellError, day, number, text_of, yes_no
from portfolio.exports import export
from tests.exchange.reading import books
from tests.exchange.reading.books import HEADER, row

NOTATION = Notation()


def cells(*written: str, **how: object) -> list[Cell]:
    """What is read of the cells of row 2, under a header with a name for each of them."""
    header = row(1, *(books.text(f"{letter}1", letter) for letter in "ABCDEFGH"[: max(len(written), 2)]))
    sheet = read(books.book(header, row(2, *written), **how), NOTATION)  # type: ignore[arg-type]
    return list(sheet.lines[0].cells) if sheet.lines else []


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(data, NOTATION)
    return str(caught.value)


def sheet_of(*rows: str) -> Sheet:
    return read(books.book(*rows), NOTATION)


@pytest.mark.parametrize(
    ("stored", "text", "value"),
    [
        ("5", "5", "5"),
        ("5.0", "5", "5"),
        ("-12.50", "-12.5", "-12.5"),
        ("-0", "0", "0"),
        ("1.2345678E7", "12345678", "12345678"),
        ("1E-4", "0.0001", "0.0001"),
        ("0.30000000000000004", "0.3", "0.30000000000000004"),
        ("123456789012345", "123456789012345", "123456789012345"),
        ("1234567890123456", "1234567890123460", "1234567890123456"),
        ("1.23456789012346E+15", "1234567890123460", "1234567890123460"),
    ],
)
def test_numbers(stored: str, text: str, value: str) -> None:
    (cell, *_rest) = cells(books.number("A2", stored))
    assert (cell.text, cell.value) == (text, Decimal(value))


def test_sixteen_digits_of_an_npwp_are_text_or_an_error() -> None:
    as_text, as_number = cells(books.text("A2", "0123456789012345"), books.number("B2", "123456789012345E1"))
    assert text_of(as_text) == "0123456789012345"
    with pytest.raises(CellError, match="keeps only 15 digits"):
        text_of(as_number)


def test_number_formats() -> None:
    percent, time, digits, rupiah = cells(
        books.number("A2", "0.155", books.PERCENT),
        books.number("B2", "1.5", books.TIME),
        books.number("C2", "812345678", books.TEN_DIGITS),
        books.number("D2", "-1500", books.RUPIAH),
    )
    assert (percent.text, percent.value) == ("15.5%", Decimal("0.155"))
    assert (time.text, time.value) == ("36:00:00", None)
    assert (digits.text, digits.value) == ("0812345678", Decimal(812345678))
    assert (rupiah.text, rupiah.value) == ("-1500", Decimal(-1500))


@pytest.mark.parametrize(
    ("code", "is_day"),
    [
        ("dd/mm/yyyy", True), ("d-mmm-yy", True), ("[$-421]dd mmmm yyyy;@", True), ("yyyy\\-mm\\-dd hh:mm", True),
        ("mmm", True), ("DD.MM.YYYY", True), ('"Tgl" d', True), ("[Red]dd/mm/yy", True),
        ("General", False), ("Standard", False), ("#,##0", False), ('"USD" 0', False), ("[Red]0", False),
        ('0 "d;x"', False), ("0\\d", False), ("_d0", False), ("[$IDR] #,##0", False), ("0.00E+00", False),
        ("[h]:mm:ss", False), ("hh:mm", False), ("0%", False), ('#,##0_);[Red]"d"', False), ("@", False),
    ],
)  # fmt: skip
def test_which_formats_show_a_day(code: str, is_day: bool) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["A", "B"])
        page.write_number(1, 0, 46347, book.add_format({"num_format": code}))
    (cell, *_rest) = read(out.getvalue(), NOTATION).lines[0].cells
    assert isinstance(cell.value, date) == is_day


def test_days() -> None:
    of_1900 = cells(
        books.number("A2", "46347", books.DAY),
        books.number("B2", "46347.5625", books.MOMENT),
        books.number("C2", "46346.999999999993", books.MOMENT),
        books.number("D2", "46347"),
    )
    assert [cell.text for cell in of_1900] == ["2026-11-21", "2026-11-21 13:30:00", "2026-11-21", "46347"]
    assert [day(cell, NOTATION) for cell in of_1900] == [date(2026, 11, 21)] * 4
    of_1904 = cells(books.number("A2", "44885", books.DAY), books.number("B2", "44885"), is_1904=True)
    assert [day(cell, NOTATION) for cell in of_1904] == [date(2026, 11, 21)] * 2


def test_days_that_do_not_exist() -> None:
    for serial in ("60", "0", "-1", "2958466", "1E+20"):
        (cell, *_rest) = cells(books.number("A2", serial, books.DAY))
        assert "there is no day" in cell.problem
    assert cells(books.number("A2", "59", books.DAY))[0].value == date(1900, 2, 28)


def test_days_written_out() -> None:
    plain, moment = cells(
        '<c r="A2" t="d"><v>2026-11-21</v></c>', '<c r="B2" t="d"><v>2026-11-21T13:30:00Z</v></c>'
    )
    assert (plain.text, plain.value) == ("2026-11-21", date(2026, 11, 21))
    assert (moment.text, moment.value) == ("2026-11-21 13:30:00", date(2026, 11, 21))


def test_booleans_and_errors() -> None:
    yes, no, error = cells(
        '<c r="A2" t="b"><v>1</v></c>', '<c r="B2" t="b"><v>0</v></c>', '<c r="C2" t="e"><v>#N/A</v></c>'
    )
    assert (yes_no(yes), yes_no(no)) == (True, False)
    assert error.text == "#N/A"
    for refused in (lambda: number(error, NOTATION, 2), lambda: day(error, NOTATION), lambda: text_of(error)):
        with pytest.raises(CellError, match="#N/A"):
            refused()


def test_formulas() -> None:
    computed, not_computed, empty_text, text = cells(
        '<c r="A2"><f>1+1</f><v>2</v></c>',
        '<c r="B2"><f>SUM(C1:C9)</f><v></v></c>',
        '<c r="C2" t="str"><f>IF(1,"","")</f><v></v></c>',
        '<c r="D2" t="str"><f>A1&amp;"x"</f><v>x</v></c>',
    )
    assert computed.value == 2
    assert not_computed.text == "=SUM(C1:C9)"
    with pytest.raises(CellError, match="does not hold the result"):
        number(not_computed, NOTATION, 2)
    assert empty_text == Cell("")
    assert text.text == "x"


def test_texts() -> None:
    strings = (
        f'<sst xmlns="{books.MAIN}"><si><t>satu</t></si>'
        "<si><r><t>du</t></r><r><rPr><b/></rPr><t>a</t></r><rPh><t>ドゥ</t></rPh></si>"
        "<si><t>baris_x000D_\nbaris _x005F_x0041_ _x0041_ x005F_ _xD83D__xDE00_ _xD83D_ _x0000_</t></si><si/></sst>"
    )
    shared = [f'<c r="{letter}2" t="s"><v>{at}</v></c>' for at, letter in enumerate("ABCD")]
    one, two, escaped, empty, inline = cells(*shared, books.text("E2", "  0812 \xa0"), strings=strings)
    assert [one.text, two.text, empty.text, inline.text] == ["satu", "dua", "", "0812"]
    assert escaped.text == "baris\nbaris _x0041_ A x005F_ 😀 \ufffd"


def test_prefixes_do_not_matter() -> None:
    parts = books.parts_of(books.sheet(HEADER, row(2, books.text("A2", "a"), books.number("B2", 1))))
    for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        content = re.sub(r"<(/?)(\w)", r"<\1x:\2", str(parts[name]))
        parts[name] = (
            content.replace("xmlns=", "xmlns:x=").replace("r:id", "rel:id").replace("xmlns:r=", "xmlns:rel=")
        )
    assert [cell.text for cell in read(books.packed(parts), NOTATION).lines[0].cells] == ["a", "1"]


def test_the_first_sheet_with_content_that_shows() -> None:
    empty, table = books.sheet(row(1, '<c r="A1" s="1"/>')), books.sheet(HEADER)
    hidden = books.sheet(row(1, books.text("A1", "x"), books.text("B1", "y")))
    names = [("Kosong", "visible"), ("Rahasia", "hidden"), ("Sangat", "veryHidden"), ("Klien", "visible")]
    sheet = read(books.packed(books.parts_of(empty, hidden, hidden, table, names=names)), NOTATION)
    assert (sheet.name, sheet.header) == ("Klien", ("Nama", "Nilai"))
    assert "no sheet with content" in refusal(books.packed(books.parts_of(empty, hidden, names=names[:2])))


def test_another_sheet_and_another_line_of_headings() -> None:
    first, second = books.sheet(HEADER), books.sheet(
        row(1, books.text("A1", "Cabang"), books.text("B1", "Barat")),
        row(2, books.text("A2", "Nama"), books.text("B2", "Kota")),
        row(3, books.text("A3", "Aruna"), books.text("B3", "Solo")),
    )  # fmt: skip
    names = [("Klien", "visible"), ("Rahasia", "hidden"), ("Cabang", "visible")]
    data = books.packed(books.parts_of(first, first, second, names=names))
    assert sheets_in(data) == ["Klien", "Cabang"]
    sheet = read(data, Notation(sheet="Cabang", header=2))
    assert (sheet.name, sheet.header, [line.number for line in sheet.lines]) == (
        "Cabang",
        ("Nama", "Kota"),
        [3],
    )
    for notation in (Notation(sheet="Rahasia"), Notation(sheet="Tidak Ada"), Notation(header=9)):
        with pytest.raises(UnreadableFileError):
            read(data, notation)


def test_titles_empty_rows_and_numbers_of_rows() -> None:
    sheet = sheet_of(
        row(2, books.text("A2", "Daftar klien"), '<c r="B2" s="1"/>'),
        row(4, books.text("B4", "Nama"), books.text("C4", "Nilai")),
        row(5),
        row(7, books.text("B7", "a"), '<c r="ZZ7" s="1"/>'),
        row(1_048_576, books.number("C1048576", 5)),
    )
    assert sheet.header == ("", "Nama", "Nilai")
    assert sheet.header_number == 4
    assert [line.number for line in sheet.lines] == [7, 1_048_576]
    assert [cell.text for cell in sheet.lines[1].cells] == ["", "", "5"]


def test_rows_and_cells_that_do_not_say_where_they_are() -> None:
    sheet = sheet_of(
        "<row><c><v>1</v></c><c><v>2</v></c></row>",
        '<row r="5"><c r="B5"><v>3</v></c></row>',
        "<row><c><v>4</v></c></row>",
    )
    assert sheet.header == ("1", "2")
    assert [(line.number, [cell.text for cell in line.cells]) for line in sheet.lines] == [
        (5, ["", "3"]),
        (6, ["4", ""]),
    ]


def test_columns_without_a_name_get_their_letter() -> None:
    sheet = sheet_of(HEADER, row(2, books.text("A2", "a"), books.text("D2", "d"), books.text("AB2", "e")))
    assert sheet.header == ("Nama", "Nilai", "", "D", *[""] * 23, "AB")
    assert len(sheet.lines[0].cells) == 28
    assert not sheet.lines[0].problem


@pytest.mark.parametrize(
    "broken",
    [
        row(2, books.number("A2", 1)) + row(2, books.number("A2", 1)),
        row(3, books.number("A3", 1)) + row(2, books.number("A2", 1)),
        row(2, books.number("B2", 1), books.number("A2", 1)),
        row(2, books.number("A2", 1), books.number("A2", 2)),
        row(2, books.number("A3", 1)),
        row(1_048_577, books.number("A1048577", 1)),
        row(2, books.number("XFE2", 1)),
        row(2, books.number("A2", "12x")),
        row(2, books.number("A2", "1_000")),
        row(2, books.number("A2", "１")),
        row(2, books.number("A2", "NaN")),
        row(2, books.number("A2", "1E999")),
        row(2, books.number("A2", "1", style=99)),
        row(2, '<c r="A2" t="s"><v>7</v></c>'),
        row(2, '<c r="A2" t="s"><v>-1</v></c>'),
        row(2, '<c r="A2" t="z"><v>7</v></c>'),
        row(2, '<c r="A2" t="b"><v>7</v></c>'),
        row(2, '<c r="A2" t="d"><v>2026-02-30</v></c>'),
        row(2, '<c r="A2"><v>1<x/>2</v></c>'),
        "<row",
        "</row>",
    ],
)
def test_what_no_workbook_says_is_refused(broken: str) -> None:
    assert "damaged" in refusal(books.book(HEADER, broken))


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_a_missing_part_is_refused(part: str) -> None:
    parts = books.parts_of(books.sheet(HEADER))
    del parts[part]
    assert "damaged" in refusal(books.packed(parts))


@pytest.mark.parametrize("encoding", ["utf-7", "no-such-thing", "gb18030"])
def test_a_part_in_no_encoding_of_xml_is_refused(encoding: str) -> None:
    parts = books.parts_of(f'<?xml version="1.0" encoding="{encoding}"?>{books.sheet(HEADER)}')
    assert "damaged" in refusal(books.packed(parts))


def test_a_text_that_is_too_long_is_the_problem_of_its_cell() -> None:
    (cell, *_rest) = cells(books.text("A2", "x" * 32_768))
    assert "more than 32,767 letters" in cell.problem
    assert len(cell.text) <= 40


def test_our_own_export_comes_back() -> None:
    rows = [["Nama", "Nilai", "Hari"], ["=1+1", Decimal("-12.50"), date(2026, 11, 21)], ["'x", 3, "_x0041_"]]
    sheet = read(export(rows, "x", "xlsx").content, NOTATION)
    first, second = (line.cells for line in sheet.lines)
    assert (first[0].text, first[1].value, first[2].value) == ("=1+1", Decimal("-12.5"), date(2026, 11, 21))
    assert [cell.text for cell in second] == ["'x", "3", "_x0041_"]


def test_xml_is_read_defused() -> None:
    """openpyxl, the second opinion of the tests, has found defusedxml, too."""
    assert openpyxl.DEFUSEDXML
    assert not openpyxl.LXML

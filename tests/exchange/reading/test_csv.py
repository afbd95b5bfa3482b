"""CSV: encodings, separators, quotation marks, line numbers, and what is refused rather than guessed."""

import codecs
import csv
from io import StringIO

import pytest

from exchange.reading.files import Notation, Sheet, UnreadableFileError, read
from exchange.reading.sheets import ENCODINGS
from portfolio.exports import export


def table(text: str, **notation: str) -> Sheet:
    return read(text.encode(), Notation(**notation))


def texts(sheet: Sheet) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in sheet.lines]


def refusal(data: bytes | str, **notation: str) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(data.encode() if isinstance(data, str) else data, Notation(**notation))
    return str(caught.value)


WRITABLE = {
    "utf-8": "café 上海 Ünal",
    "utf-16": "café 上海 Ünal",
    "cp1252": "café “Ünal” €",
    "iso-8859-1": "café Ünal",
    "iso-8859-15": "café Ünal €",
    "mac-roman": "café Ünal €",
    "cp1250": "Łódź",
    "cp1251": "Москва",
    "gb18030": "上海",
    "big5": "臺北",
    "shift_jis": "東京",
    "euc-kr": "서울",
}


def test_every_encoding_that_is_offered_is_tried() -> None:
    assert WRITABLE.keys() == ENCODINGS.keys()
    assert len(WRITABLE) >= 8


@pytest.mark.parametrize(("encoding", "name"), WRITABLE.items())
def test_every_encoding(encoding: str, name: str) -> None:
    data = f"Nama,Nilai\r\n{name},1\r\n".encode(encoding)
    assert texts(read(data, Notation(encoding=encoding))) == [[name, "1"]]


@pytest.mark.parametrize(
    ("mark", "codec", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
    ],
)
def test_a_byte_order_mark_is_no_text(mark: bytes, codec: str, encoding: str) -> None:
    sheet = read(mark + "Nama,Nilai\ncafé,1\n".encode(codec), Notation(encoding=encoding))
    assert sheet.header == ("Nama", "Nilai")
    assert texts(sheet) == [["café", "1"]]


def test_the_headings_stand_where_one_says() -> None:
    data = b"Rekap,November\nNama,Kota\nAruna,Solo\n"
    sheet = read(data, Notation(header=2))
    assert (sheet.header, sheet.header_number, texts(sheet)) == (("Nama", "Kota"), 2, [["Aruna", "Solo"]])
    assert "Line 7 is empty" in refusal(data, header=7)


def test_another_encoding_is_refused_naming_the_line() -> None:
    latin = "Nama,Nilai\nA,1\ncafé,2\n".encode("cp1252")
    assert refusal(latin).startswith("Line 3 is not in the encoding Unicode (UTF-8)")
    assert refusal("Nama,Nilai\nA,1\n“B”,2\n".encode("cp1252"), encoding="iso-8859-1").startswith("Line 3")
    assert "Choose that" in refusal("Nama,Nilai\ncafé,2\n", encoding="cp1252")
    assert "Unicode (UTF-8)" in refusal("Nama,Nilai\ncafé,2\n", encoding="iso-8859-1")
    assert "Unicode (UTF-16)" in refusal("Nama,Nilai\n".encode("utf-16"))
    assert refusal("Nama,Nilai\nA,1\n上海,2\n".encode("gb18030"), encoding="euc-kr").startswith("Line 3")
    assert "save the file as UTF-8" in refusal(b"Nama,Nilai\n\x81,1\n", encoding="cp1252")
    assert "UTF-16" in refusal("Nama,Nilai\n", encoding="utf-16")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, end: str) -> None:
    lines = [["Nama", "Nilai"], ["PT A", "1"], [f"B{separator}C", "2"], ["D\nE", '3"']]
    out = StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(lines)
    sheet = table(out.getvalue(), separator=separator)
    assert [list(sheet.header), *texts(sheet)] == lines


def test_quotation_marks() -> None:
    sheet = table('"Nama","Nilai"\n"PT ""A"", Tbk","1\n2"\n"",""""\n')
    assert texts(sheet) == [['PT "A", Tbk', "1\n2"], ["", '"']]


def test_line_ends_in_cells_are_one_kind() -> None:
    assert texts(table('Nama,Nilai\r\n"a\r\nb","c\rd"\r\n')) == [["a\nb", "c\nd"]]


def test_an_unclosed_quotation_mark_is_named_where_it_opened() -> None:
    message = refusal('Nama,Nilai\n"a\nb",1\nc,"2\nd,3\ne,4\n')
    assert message.startswith("A quotation mark is opened on line 4 and never closed.")


def test_something_after_a_closing_quotation_mark() -> None:
    assert refusal('Nama,Nilai\n"a\nb"c,1\n').startswith(
        "On line 3 something follows a closing quotation mark."
    )
    assert refusal('Nama,Nilai\n"PT "A" Tbk",1\n').startswith("On line 2")


def test_a_quotation_mark_inside_a_bare_cell_is_the_problem_of_its_line() -> None:
    sheet = table('Nama,Nilai\nPT A",1\n B,2\n')
    assert "quotation mark inside" in sheet.lines[0].problem
    assert not sheet.lines[1].problem


def test_sep_line() -> None:
    sheet = table("sep=;\nNama;Nilai\nA;1,5\n", separator=",")
    assert sheet.header == ("Nama", "Nilai")
    assert sheet.lines[0].number == 3
    assert texts(sheet) == [["A", "1,5"]]
    assert texts(read("sep=\t\r\nNama\tNilai\r\nA\t1\r\n".encode("utf-16"), Notation("utf-16"))) == [
        ["A", "1"]
    ]
    assert "“#”" in refusal("sep=#\nNama#Nilai\n")


def test_line_numbers_are_those_of_the_file() -> None:
    sheet = table('Daftar klien,,\n\nNama,Nilai,\n"a\nb",1,\n,,\nc,2,\n')
    assert sheet.header_number == 3
    assert [line.number for line in sheet.lines] == [4, 7]


def test_the_header_is_the_first_line_with_two_filled_cells() -> None:
    assert table("Daftar klien\n2026,\nNama,Nilai\nA,1\n").header == ("Nama", "Nilai")
    assert "no header" in refusal("Nama;Nilai\nA;1\n")


def test_headers_are_kept_as_they_are() -> None:
    sheet = table("  Nama ,Nilai,Nilai,,\xa0Kota\xa0,\nA,1,2,3,\n")
    assert sheet.header == ("Nama", "Nilai", "Nilai", "D", "Kota")
    assert table("Nama,Nilai,,\nA,1,,\n").header == ("Nama", "Nilai")
    assert table("Nama,,Nilai\nA,,1\n").header == ("Nama", "", "Nilai")


def test_too_few_cells_are_empty_and_too_many_a_problem() -> None:
    sheet = table("Nama,Nilai\nA\nB,1,\nC,1,5\n")
    assert texts(sheet) == [["A", ""], ["B", "1"], ["C", "1"]]
    assert [bool(line.problem) for line in sheet.lines] == [False, False, True]
    assert "3 cells, the header 2" in sheet.lines[2].problem


def test_cells_are_as_a_person_sees_them() -> None:
    sheet = table("Nama,Nilai\n\xa0e\u0301\xa0x\u202fy ,\t0812\x07\x0b\n")
    assert texts(sheet) == [["é x y", "0812"]]


def test_endless_accents_cost_nothing_and_stay() -> None:
    name = "a" + "\u0301\u0323" * 8_000
    assert texts(table(f"Nama,Nilai\n{name},1\n")) == [[name, "1"]]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+62 812",
        "-5",
        "@x",
        "＝1",
        "'=1",
        "''=1",
        "'",
        "''",
        "'x",
        "'tHooft",
        "x'=1",
        "\t=1",
        "'\t=1",
    ],
)
def test_what_our_own_export_wrote_comes_back(text: str) -> None:
    content = export([["Nama", "Nilai"], [text, 1]], "x", "csv").content
    assert texts(read(content, Notation())) == [[text.strip(), "1"]]


def test_limits_of_a_table() -> None:
    line = ",".join("x" * 200) + "\n"
    assert len(table(line).header) == 200
    assert "more than 200 columns" in refusal(line[:-1] + ",x\n")
    assert len(table(line[:-1] + "," * 16_000 + "\n").header) == 200
    assert len(table("a,b\n" + "1,2\n" * 20_000).lines) == 20_000
    assert "more than 20,000 lines" in refusal("a,b\n" + "1,2\n" * 20_001)


def test_limits_of_a_line_and_a_cell() -> None:
    assert refusal("a,b\n1,2\n" + "x" * 70_000 + ",1\n").startswith("Line 3 is far too long")
    assert refusal('a,b\n1,"' + "x\n" * 20_000 + '"\n').startswith("Line 2 has a cell of more than 32,767")
    assert refusal("a,b\n1,\0\n".encode("utf-16"), encoding="utf-16").startswith("Line 2 holds a NUL")

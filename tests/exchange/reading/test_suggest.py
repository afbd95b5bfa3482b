"""What a file says about its own notation, and what it leaves open."""

from exchange.reading.files import Kind, Notation, read
from exchange.reading.suggest import Finding, Suggestion, suggest
from exchange.reading.values import day, number
from tests.exchange.reading import books


def of(text: str, encoding: str = "utf-8") -> Suggestion:
    return suggest(text.encode(encoding))


def column(*cells: str) -> Suggestion:
    return of("Nama;Nilai\n" + "".join(f"A{at};{cell}\n" for at, cell in enumerate(cells)))


def test_encoding() -> None:
    assert of("a,b\n").encoding == Finding("utf-8", "utf-8")
    assert of("a,café\n").encoding.value == "utf-8"
    assert of("a,b\n", "utf-8-sig").encoding.value == "utf-8"
    assert of("a,b\n", "utf-16").encoding.value == "utf-16"
    unknown = of("a,b\ncafé,1\n", "cp1252")
    assert unknown.encoding == Finding(None, "cp1252", ("café,1",))
    assert unknown.notation.encoding == "cp1252"


def test_an_encoding_that_cannot_be_known_leaves_the_rest_open() -> None:
    found = of("名前,東京\nァ,1.5\n", "shift_jis")
    assert found.encoding.value is None
    assert found.encoding.samples


def test_separator() -> None:
    for separator in (",", ";", "\t", "|"):
        assert of(f"Nama{separator}Nilai\nA{separator}1\n").separator.value == separator
    assert of("sep=|\nNama,x|Nilai\n").separator.value == "|"
    assert of("Nama;Nilai\nA;1,5\nB;2,5\n").separator.value == ";"
    assert of('Nama,Kota\n"A; B",x\n"C; D",y\n').separator.value == ","
    assert of("Daftar klien\n\nNama;Nilai\nA;1\n").separator.value == ";"


def test_a_separator_that_is_not_decided_is_asked_for() -> None:
    either = of("Nama, lengkap;Nilai\nA, B;1\n")
    assert either.separator == Finding(None, ",", ("Nama, lengkap;Nilai", "A, B;1"))
    assert either.decimal == Finding(None, ",")
    assert of("Nama\nA\n").separator.value is None


def test_decimal_mark() -> None:
    for cell in ("1,5", "1.234,56", "1.234.567", "0,125", "1234,567", "Rp 1.000,-"):
        assert column(cell, "5").decimal == Finding(",", ",", (cell,))
    for cell in ("1.5", "1,234.56", "1,234,567", "0.125", "(1,234.56)"):
        assert column(cell, "5").decimal == Finding(".", ",", (cell,))


def test_a_decimal_mark_that_is_not_decided() -> None:
    assert column("1.234", "5,678", "1.234").decimal == Finding(None, ",", ("1.234", "5,678"))
    assert column("1,5", "1.5", "2.345").decimal == Finding(None, ",", ("1,5", "1.5", "2.345"))
    assert column("1", "2").decimal == Finding(None, ",")
    assert column("PT A.B", "x", "1.5").decimal == Finding(None, ",")


def test_order() -> None:
    assert column("21/11/2026", "5/6/2026").order == Finding("dmy", "dmy", ("21/11/2026",))
    assert column("11/21/2026 00:00").order.value == "mdy"
    assert column("2026/11/21").order.value == "ymd"
    assert column("5-6-2026", "21.11.2026").order.value == "dmy"


def test_an_order_that_is_not_decided() -> None:
    assert column("5/6/2026", "1/2/2026").order == Finding(None, "dmy", ("5/6/2026", "1/2/2026"))
    assert column("21/11/2026", "11/21/2026").order == Finding(None, "dmy", ("21/11/2026", "11/21/2026"))
    assert column("2026-11-21", "21 Nov 2026").order == Finding(None, "dmy")
    assert column("2026-11-21", "5/6/2026").order == Finding(None, "dmy", ("5/6/2026",))


def test_only_texts_of_a_workbook_say_anything() -> None:
    data = books.book(
        books.row(1, *(books.text(f"{letter}1", letter) for letter in "ABC")),
        books.row(2, books.number("A2", "1.5"), books.text("B2", "1.234,5"), books.text("C2", "21/11/2026")),
        books.row(
            3, books.number("A3", 46347, books.DAY), books.text("B3", "1"), books.text("C3", "1/2/2026")
        ),
    )
    found = suggest(data)
    assert (found.kind, found.encoding.value, found.separator.value) == (Kind.XLSX, None, None)
    assert (found.decimal.value, found.order.value) == (",", "dmy")


def test_what_is_suggested_reads_the_file() -> None:
    data = "sep=;\r\nNama;Nilai;Hari\r\nA;1,234.5;11/21/2026\r\n".encode("utf-16")
    notation = suggest(data).notation
    assert notation == Notation("utf-16", ";", ".", "mdy")
    _name, amount, when = read(data, notation).lines[0].cells
    assert number(amount, notation, 2) * 2 == 2469
    assert day(when, notation).isoformat() == "2026-11-21"

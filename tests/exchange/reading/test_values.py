"""Numbers, days and yes/no: exactly what was written in the chosen notation, or a sentence that says what to write."""

import locale
from datetime import date
from decimal import Decimal, localcontext

import pytest

from exchange.reading.files import Cell, Notation
from exchange.reading.values import CellError, day, number, text_of, yes_no

COMMA, POINT = Notation(decimal=","), Notation(decimal=".")


def stored(digits: str, epoch: int = 1900, text: str | None = None) -> Cell:
    return Cell(text or digits, Decimal(digits), epoch)


def why(read: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(CellError) as caught:
        read(*args, **kwargs)  # type: ignore[operator]
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("1234567", "1234567"),
        ("007", "7"),
        ("1.234.567,89", "1234567.89"),
        ("1.234", "1234"),
        ("12.345", "12345"),
        ("1,5", "1.5"),
        ("0,25", "0.25"),
        ("1234,56", "1234.56"),
        ("8000000,00", "8000000"),
        ("1.234,500", "1234.5"),
        ("+5", "5"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("- 5", "-5"),
        ("-0", "0"),
        ("(1.234)", "-1234"),
        ("Rp 1.000", "1000"),
        ("Rp1.000", "1000"),
        ("Rp. 1.000", "1000"),
        ("Rp.1.000", "1000"),
        ("rp 500", "500"),
        ("IDR 1.000,50", "1000.5"),
        ("-Rp 1.000", "-1000"),
        ("Rp -1.000", "-1000"),
        ("(Rp 1.000)", "-1000"),
        ("Rp (1.000)", "-1000"),
        ("Rp 1.000,-", "1000"),
        ("Rp1.000.000,--", "1000000"),
        ("1.000,–", "1000"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("-123456789012345678901234567890", "-123456789012345678901234567890"),
    ],
)
def test_numbers_with_a_decimal_comma(text: str, value: str) -> None:
    assert number(Cell(text), COMMA, 2) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234,567.89", "1234567.89"),
        ("1,234", "1234"),
        ("1.5", "1.5"),
        ("Rp 1,000.50", "1000.5"),
        ("(1,234.50)", "-1234.5"),
        ("1234.50", "1234.5"),
    ],
)
def test_numbers_with_a_decimal_point(text: str, value: str) -> None:
    assert number(Cell(text), POINT, 2) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "x", "-", "+", "()", "(", "Rp", "Rp -", ",", ".", ",5", "5,", ".5", "5.",
        "1.23", "12.34.567", "1.2345", "1234.567", "1..234", "1.234.56", ".123", "1.234.", "0.123", "00.123",
        "1,234,567", "1,2,3", "1 234", "1'234", "1_000", "1e5", "1E5", "1e-5", "NaN", "nan", "inf", "Infinity",
        "0x10", "½", "²", "１２３", "١٢٣", "１.０００", "१", "1O0", "l00", "O", "5-", "1.000-", "--5", "+-5", "-(5)",
        "(-5)", "(5", "5)", "$5", "USD 5", "5 IDR", "Rp Rp 5", "1/2", "1:30", "#N/A", "#REF!", "5 5", "5\n6",
        "5\u200b", "Rp 1.000,-,", "1.000.-", "Rp 1,-0", "9" * 61,
    ],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    assert text[:5] in why(number, Cell(text), COMMA, 2) or "\n" in text


def test_an_empty_cell_is_no_number() -> None:
    assert why(number, Cell(""), COMMA, 2) == "The cell is empty. Write a number, for example 1.234.567,89."


def test_the_other_notation_is_said() -> None:
    assert why(number, Cell("1,234.56"), COMMA, 2) == (
        "“1,234.56” is written as in 1,234,567.89, but numbers are read as in 1.234.567,89. Write it that way."
    )
    assert "1,234,567.89" in why(number, Cell("1.234,56"), POINT, 2)
    assert "written as in" in why(number, Cell("12.5"), COMMA, 2)


def test_one_mark_and_three_digits_can_be_read_in_two_ways() -> None:
    assert why(number, Cell("1,234"), COMMA, 3) == (
        "“1,234” can be read in two ways. Write 1234 for thousands, 1,2340 for decimals."
    )
    assert "Write 12345 for thousands, 12.3450 for decimals." in why(number, Cell("Rp 12.345"), POINT, 3)
    assert "two ways" in why(number, Cell("1,000"), COMMA, 0)
    assert number(Cell("1.234"), COMMA, 3) == 1234
    assert number(Cell("1,2340"), COMMA, 3) == Decimal("1.234")
    assert number(Cell("0,125"), COMMA, 3) == Decimal("0.125")
    assert number(Cell("1234,567"), COMMA, 3) == Decimal("1234.567")
    assert number(Cell("1.234,567"), COMMA, 3) == Decimal("1234.567")


def test_decimals_are_never_rounded() -> None:
    assert why(number, Cell("1,005"), COMMA, 2).startswith("“1,005” can be read in two ways.")
    assert why(number, Cell("0,005"), COMMA, 2) == "“0,005” has too many decimals. Write at most 2."
    assert why(number, Cell("0,5"), COMMA, 0) == "“0,5” has decimals. Write a whole number."
    assert number(Cell("5,00"), COMMA, 0) == 5


@pytest.mark.parametrize(
    "text", ["1 jt", "8jt", "1,25 miliar", "500rb", "2k", "3 Juta", "1,5 M", "Rp 2 milyar", "1bn"]
)
def test_shortened_amounts_are_not_guessed(text: str) -> None:
    assert why(number, Cell(text), COMMA, 2) == (
        f"“{text}” is shortened. Write the number with all its digits, for example 8000000."
    )


def test_percentages() -> None:
    assert number(Cell("15%"), COMMA, 2, percent=True) == 15
    assert number(Cell("15,5 %"), COMMA, 2, percent=True) == Decimal("15.5")
    assert number(Cell("15"), COMMA, 2, percent=True) == 15
    assert "percent sign" in why(number, Cell("15%"), COMMA, 2)
    shown_as_percent = Cell("15.5%", Decimal("0.155"), 1900)
    assert number(shown_as_percent, COMMA, 2, percent=True) == Decimal("15.5")
    assert number(shown_as_percent, COMMA, 3) == Decimal("0.155")
    assert number(stored("15"), COMMA, 2, percent=True) == 15


@pytest.mark.parametrize(
    ("digits", "places", "value"),
    [
        ("8000000", 0, "8000000"),
        ("1234567.89", 2, "1234567.89"),
        ("-0.5", 1, "-0.5"),
        ("0.30000000000000004", 2, "0.3"),
        ("0.30000000000000004", 1, "0.3"),
        ("3000000.3000000003", 2, "3000000.3"),
        ("999999999999999", 2, "999999999999999"),
        ("9999999999999.99", 2, "9999999999999.99"),
        ("0", 2, "0"),
    ],
)
def test_stored_numbers(digits: str, places: int, value: str) -> None:
    for notation in (COMMA, POINT):
        assert number(stored(digits), notation, places) == Decimal(value)


@pytest.mark.parametrize(
    ("digits", "places"),
    [
        ("0.125", 2),
        ("0.5", 0),
        ("33.333333333333336", 2),
        ("123456789012.345", 2),
        ("1234567890123.456", 2),
        ("1234567890.001", 2),
        ("0.001", 2),
        ("1E-9", 2),
    ],
)
def test_stored_numbers_are_never_rounded_either(digits: str, places: int) -> None:
    assert "decimals" in why(number, stored(digits), COMMA, places)


@pytest.mark.parametrize(
    "digits", ["1000000000000000", "1234567890123456", "1E+15", "-1.2345678901234568E+19"]
)
def test_a_spreadsheet_keeps_fifteen_digits(digits: str) -> None:
    assert "keeps only 15 digits" in why(number, stored(digits), COMMA, 2)
    assert "Format the cell as text" in why(text_of, stored(digits))


def test_text() -> None:
    assert text_of(Cell("012345678901000")) == "012345678901000"
    assert text_of(Cell("1234567890123456")) == "1234567890123456"
    assert text_of(stored("123456789012345")) == "123456789012345"
    assert text_of(stored("12.5")) == "12.5"
    assert text_of(Cell("")) == ""
    assert why(text_of, stored("0.12345678901234567"))
    assert why(text_of, Cell("#N/A", problem="Why.")) == "Why."


def test_other_kinds_are_no_numbers() -> None:
    assert "is a day" in why(number, Cell("2026-11-21", date(2026, 11, 21)), COMMA, 2)
    assert why(number, Cell("TRUE", True), COMMA, 2)
    assert why(day, Cell("TRUE", True), COMMA)


DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21", "21 Nov 2026", "21 November 2026", "21-Nov-2026", "21/Nov/2026", "21.Nov.2026", "Nov 21, 2026",
        "November 21 2026", "21 NOV 2026", "21 nov 2026", "21 Nov. 2026", "21. November 2026", "21 Nov, 2026",
        "21 Nopember 2026", "Nov-21-2026",
        "2026-11-21 00:00", "2026-11-21T00:00:00", "2026-11-21 00:00:00.000", "2026-11-21 13:05", "21 Nov 2026 9:05:59",
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd"])
def test_clear_days_are_read_whatever_the_order(text: str, order: str) -> None:
    assert day(Cell(text), Notation(order=order)) == DAY


MONTHS = [
    "Jan Januari January", "Feb Februari February Peb Pebruari", "Mar Maret March", "Apr April", "Mei May",
    "Jun Juni June", "Jul Juli July", "Ags Agt Agu Aug Agus Agustus August", "Sep Sept September",
    "Okt Oct Oktober October", "Nov November Nop Nopember", "Des Dec Desember December",
]  # fmt: skip


@pytest.mark.parametrize(("month", "names"), list(enumerate(MONTHS, 1)))
def test_months_in_indonesian_and_english(month: int, names: str) -> None:
    for name in names.split():
        assert day(Cell(f"5 {name} 2026"), COMMA) == date(2026, month, 5)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("21/11/2026", "dmy"), ("21-11-2026", "dmy"), ("21.11.2026", "dmy"), ("21/11/2026 00:00", "dmy"),
        ("11/21/2026", "mdy"), ("2026/11/21", "ymd"), ("2026.11.21", "ymd"),
    ],
)  # fmt: skip
def test_days_in_digits_need_their_order(text: str, order: str) -> None:
    for other in ("dmy", "mdy", "ymd"):
        if other == order:
            assert day(Cell(text), Notation(order=order)) == DAY
        else:
            message = why(day, Cell(text), Notation(order=other))
            assert {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day"}[
                order
            ] in message


def test_the_order_decides_what_may_be_either() -> None:
    assert day(Cell("5/6/2026"), Notation(order="dmy")) == date(2026, 6, 5)
    assert day(Cell("5/6/2026"), Notation(order="mdy")) == date(2026, 5, 6)
    assert day(Cell("2026-5-6"), Notation(order="ymd")) == date(2026, 5, 6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The cell is empty. Write a day, like 2026-11-21."),
        ("21/11/26", "Write the year with four digits"),
        ("21 Nov 26", "Write the year with four digits"),
        ("26-11-21", "Write the year with four digits"),
        ("30 Feb 2026", "does not exist"),
        ("2026-02-30", "does not exist"),
        ("31/11/2026", "does not exist"),
        ("21/13/2026", "does not exist"),
        ("0/11/2026", "does not exist"),
        ("21 Foo 2026", "no month is called “Foo”"),
        ("46347", "how a spreadsheet stores a day"),
        ("46347.5", "how a spreadsheet stores a day"),
        ("20261121", "is no day"),
        ("1989-12-31", "Check the year"),
        ("2200-01-01", "Check the year"),
        ("21 Nov 0026", "Check the year"),
        ("21/11-2026", "is no day"),
        ("21 11 2026", "is no day"),
        ("2026-11-21T18:00:00Z", "is no day"),
        ("2026-11-21T18:00:00+07:00", "is no day"),
        ("2026-11-21 24:00", "is no day"),
        ("2026-11-21 12:60", "is no day"),
        ("2026-11-21 12:00:00.500", "is no day"),
        ("2026-11-21 pagi", "is no day"),
        ("２１/11/2026", "is no day"),
        ("21/11/2026x", "is no day"),
        ("besok", "is no day"),
        ("Nov 2026", "is no day"),
        ("#N/A", "is no day"),
        ("13:05", "is no day"),
    ],
)
def test_anything_else_is_no_day(text: str, reason: str) -> None:
    assert reason in why(day, Cell(text), COMMA)


def test_years() -> None:
    assert day(Cell("1990-01-01"), COMMA) == date(1990, 1, 1)
    assert day(Cell("2199-12-31"), COMMA) == date(2199, 12, 31)
    assert "Check the year" in why(day, Cell("1989-12-31", date(1989, 12, 31)), COMMA)


def test_stored_numbers_are_days_of_their_calendar() -> None:
    assert day(stored("46347"), COMMA) == DAY
    assert day(stored("46347.99"), COMMA) == DAY
    assert day(stored("46346.999999999993"), COMMA) == DAY
    assert day(stored("44885", epoch=1904), COMMA) == DAY
    for digits in ("2026", "20261121", "-5", "0", "60", "1E+300", "1E+9"):
        assert why(day, stored(digits), COMMA)


def test_days_that_1900_never_had() -> None:
    assert stored("59").serial_day == date(1900, 2, 28)
    assert stored("60").serial_day is None
    assert stored("61").serial_day == date(1900, 3, 1)
    assert stored("1").serial_day == date(1900, 1, 1)
    assert stored("0").serial_day is None
    assert stored("0", epoch=1904).serial_day == date(1904, 1, 1)
    assert stored("2958465").serial_day == date(9999, 12, 31)
    assert stored("2958466").serial_day is None
    assert stored("2957003", epoch=1904).serial_day == date(9999, 12, 31)
    assert stored("2957004", epoch=1904).serial_day is None


@pytest.mark.parametrize("text", ["ya", "Ya", "YES", "y", "true", "TRUE", "benar", "1", "x", "X"])
def test_yes(text: str) -> None:
    assert yes_no(Cell(text)) is True


@pytest.mark.parametrize("text", ["tidak", "No", "n", "t", "T", "false", "salah", "0"])
def test_no(text: str) -> None:
    assert yes_no(Cell(text)) is False


@pytest.mark.parametrize("text", ["", "f", "2", "mungkin", "-", "ja", "１"])
def test_neither_yes_nor_no(text: str) -> None:
    assert "neither yes nor no" in why(yes_no, Cell(text))


def test_stored_yes_and_no() -> None:
    assert yes_no(Cell("TRUE", True)) is True
    assert yes_no(stored("0")) is False


def test_a_cell_with_a_problem_says_it_whatever_is_asked() -> None:
    cell = Cell("=1+1", problem="Why.")
    for read in (
        lambda: number(cell, COMMA, 2),
        lambda: day(cell, COMMA),
        lambda: yes_no(cell),
        lambda: text_of(cell),
    ):
        assert why(read) == "Why."


def test_nothing_depends_on_the_process() -> None:
    before = locale.setlocale(locale.LC_ALL)
    with localcontext() as context:
        context.prec = 3
        try:
            locale.setlocale(locale.LC_ALL, "")
            assert number(Cell("1.234.567,89"), COMMA, 2) == Decimal("1234567.89")
            assert str(number(stored("1234567.89"), COMMA, 2)) == "1234567.89"
            assert (
                str(number(Cell("12345.67%", Decimal("123.4567"), 1900), COMMA, 2, percent=True))
                == "12345.67"
            )
            assert why(text_of, stored("12345678901.234567"))
            assert day(stored("46347.25"), COMMA) == DAY
            assert day(Cell("21 Mei 2026"), COMMA) == date(2026, 5, 21)
        finally:
            locale.setlocale(locale.LC_ALL, before)

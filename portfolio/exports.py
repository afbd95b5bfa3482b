"""Writing a list as CSV or XLSX: every row of its filter, every column that is shown (trust.md 5)."""

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")  # nor what XML cannot hold
_FORMULA = re.compile(r"^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

MOST_IN_A_TITLE = 31  # letters; Excel takes no more

Row = list[Any]


def export(rows: Iterable[Row], name: str, kind: str) -> HttpResponse:
    """An attachment `name`.csv or `name`.xlsx; the first row is the head."""
    body = csv_of(rows) if kind == "csv" else workbook_of({"Setia": rows})
    response = HttpResponse(body, content_type=CSV if kind == "csv" else XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def export_sheets(sheets: Mapping[str, Iterable[Row]], name: str) -> HttpResponse:
    """An XLSX attachment with a sheet for each name."""
    response = HttpResponse(workbook_of(sheets), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def csv_of(rows: Iterable[Row]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def workbook_of(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """An XLSX with a sheet for each name; numbers and days as such, all else as text."""
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title[:MOST_IN_A_TITLE])
            for y, row in enumerate(rows):
                for x, cell in enumerate(row):
                    _write(sheet, y, x, cell, day)
    return out.getvalue()


def _write(sheet: Any, y: int, x: int, cell: Any, day_format: Any) -> None:
    if isinstance(cell, Decimal | int | float) and not isinstance(cell, bool):
        sheet.write_number(y, x, cell)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), day_format)  # noqa: DTZ001 - a day
    elif cell not in (None, ""):
        sheet.write_string(y, x, _CONTROL.sub("", str(cell)))


def _harmless(cell: Any) -> str:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe; real numbers stay numbers.

    Text that looks as if it had got one gets one more, so that the import can take away exactly the added one.
    """
    if cell is None:
        return ""
    if isinstance(cell, Decimal | int | float | date):
        return str(cell)
    text = _CONTROL.sub("", str(cell))
    return f"'{text}" if _FORMULA.match(text) else text

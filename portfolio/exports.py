"""Writing a list as CSV or XLSX: every row of its filter, every column that is shown (trust.md 5)."""

import csv
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")  # nor what XML cannot hold
_FORMULA = re.compile(r"^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

Row = list[Any]


def export(rows: Iterable[Row], name: str, kind: str) -> HttpResponse:
    """An attachment `name`.csv or `name`.xlsx; the first row is the head."""
    body, content_type = {"csv": _csv, "xlsx": _xlsx}[kind](rows)
    response = HttpResponse(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _csv(rows: Iterable[Row]) -> tuple[bytes, str]:
    out = StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"


def _xlsx(rows: Iterable[Row]) -> tuple[bytes, str]:
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                _write(sheet, y, x, cell, day)
    return out.getvalue(), XLSX


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

"""What leaves as a file: exactly the filtered and sorted rows, text that no spreadsheet runs, numbers as numbers."""

import csv
import zipfile
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client as Browser

from portfolio.exports import export
from tests.conftest import Cast
from tests.factories import AssignmentFactory, ClientFactory, TaskFactory

NASTY = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x00=1",
    "\x1b=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
]


def rows_of_csv(answer: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", NASTY)
def test_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    [[cell]] = rows_of_csv(export([[text]], "x", "csv"))
    assert cell.startswith("'")
    assert "\x00" not in cell
    assert "\x1b" not in cell
    assert "<f>" not in sheet(export([[text]], "x", "xlsx"))


@pytest.mark.parametrize(
    ("text", "written"),
    [("'=1", "''=1"), ("''+1", "'''+1"), ("'x", "'x"), ("'", "'")],
)
def test_an_apostrophe_of_ones_own_can_be_told_from_the_added_one(text: str, written: str) -> None:
    assert rows_of_csv(export([[text]], "x", "csv")) == [[written]]


def test_numbers_stay_numbers() -> None:
    row = [Decimal("-12.50"), -3, 0]
    assert rows_of_csv(export([row], "x", "csv")) == [["-12.50", "-3", "0"]]
    assert [f"<v>{n}</v>" in sheet(export([row], "x", "xlsx")) for n in ("-12.50", "-3", "0")] == [True] * 3


def test_what_xml_cannot_hold_is_left_out() -> None:
    with zipfile.ZipFile(
        BytesIO(export([["a\x00\x08\x7f\x9f\ufffe\uffffb"]], "x", "xlsx").content)
    ) as archive:
        assert "<t>ab</t>" in archive.read("xl/sharedStrings.xml").decode()


def sheet(answer: Any) -> str:
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
def test_a_file_holds_every_page_of_the_filter_in_its_order(client: Browser, cast: Cast) -> None:
    for n in range(60):
        AssignmentFactory(client=ClientFactory(legal_name=f"Urut {n:02}", tier="key"), user=cast.owner)
    ClientFactory(legal_name="Urut asing", tier="key")
    client.force_login(cast.owner)
    answer = client.get("/clients/export/csv/?tier=key&q=urut&sort=-name&page=2")
    names = [row[0] for row in rows_of_csv(answer)[1:]]
    assert names == [f"PT Urut {n:02}" for n in reversed(range(60))]
    xlsx = sheet(client.get("/clients/export/xlsx/?tier=key&q=urut&sort=-name&page=2"))
    assert xlsx.count("<row ") == 61


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
def test_task_files_hold_ones_own_tasks_only(client: Browser, cast: Cast) -> None:
    TaskFactory(client=cast.client, owner=cast.owner, title="=Milik saya")
    TaskFactory(client=cast.client, owner=cast.lead, title="Milik ketua")
    client.force_login(cast.owner)
    rows = rows_of_csv(client.get("/tasks/export/csv/"))
    assert [row[0] for row in rows[1:]] == ["'=Milik saya"]

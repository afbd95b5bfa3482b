"""Thousands of files of known truth, whole and damaged: each cell is read as what is true or refused, never else."""

import csv
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest

from exchange.reading.files import Cell, Line, Notation, Sheet, UnreadableFileError, read
from exchange.reading.suggest import suggest
from exchange.reading.values import CellError, day, number, text_of, yes_no
from tests.exchange.reading import oracle, written
from tests.exchange.reading.written import Column, File, Value

WHOLE, DAMAGED, SHARES = 1_600, 1_200, 4  # files of all shares together
REFUSED = "refused"


def drawn(share: int, count: int) -> list[random.Random]:
    """A source of chance for each file of a share, the same in every run."""
    return [random.Random(f"{share} {at}") for at in range(count // SHARES)]


def got(cell: Cell, column: Column, notation: Notation) -> Value:
    """The value that the product reads, None for an empty cell, REFUSED for an error."""
    if not cell.text:
        return None
    try:
        if column.kind in written.PLACES:
            return number(cell, notation, column.places)
        if column.kind == "day":
            return day(cell, notation)
        return yes_no(cell) if column.kind == "active" else text_of(cell)
    except CellError:
        return REFUSED


def meant(text: str, column: Column, notation: Notation) -> Value:
    """The value that the oracle reads from the text of a cell."""
    if not text:
        return None
    if column.kind in written.PLACES:
        found = oracle.number(text, notation.decimal, column.places)
        return REFUSED if found is None else found
    if column.kind == "day":
        return oracle.day(text, notation.order) or REFUSED
    if column.kind == "active":
        return {"ya": True, "yes": True, "y": True, "true": True, "1": True}.get(
            text.lower(), False if text.lower() in ("tidak", "no", "t", "false", "0") else REFUSED
        )
    raise AssertionError(column.kind)


def true(file: File, y: int, x: int) -> Value:
    """The true value as it can be read: text as a person sees it, an empty text as nothing."""
    value = file.values[y][x]
    return (oracle.seen(value) or None) if isinstance(value, str) else value


def lines_by_key(file: File, sheet: Sheet) -> dict[str, Line]:
    at = next(x for x, column in enumerate(file.columns) if column.kind == "key")
    return {line.cells[at].text: line for line in sheet.lines if at < len(line.cells)}


@pytest.mark.parametrize("share", range(SHARES))
def test_whole_files_are_read_as_they_were_written(share: int) -> None:
    for at, draw in enumerate(drawn(share, WHOLE)):
        file = written.make(draw)
        sheet = read(file.data, file.notation)
        assert [name for name in sheet.header if name] == [column.name for column in file.columns], at
        assert [line.problem for line in sheet.lines] == [""] * len(file.values), at
        if file.is_workbook:
            agree_with_openpyxl(file, sheet)
        lines = list(lines_by_key(file, sheet).values())
        for y, x in file.cells():
            cell, column = lines[y].cells[x], file.columns[x]
            value, expected = got(cell, column, file.notation), true(file, y, x)
            if value == REFUSED:
                assert may_be_refused(file, cell, y, x), (at, file.texts[y][x], cell)
            else:
                assert value == expected, (at, file.texts[y][x], cell)


def may_be_refused(file: File, cell: Cell, y: int, x: int) -> bool:
    """Only what cannot be known: 1,234 where the comma is for decimals, and the 16 digits of a stored number."""
    if isinstance(cell.value, Decimal):
        return file.columns[x].kind == "npwp" and len(str(file.values[y][x])) == 16
    return file.columns[x].kind == "rate" and meant(cell.text, file.columns[x], file.notation) == REFUSED


def agree_with_openpyxl(file: File, sheet: Sheet) -> None:
    """A second opinion on what is stored."""
    opened = openpyxl.load_workbook(BytesIO(file.data), data_only=True)
    page = next(page for page in opened.worksheets if page.sheet_state == "visible")
    for line in sheet.lines:
        for x, cell in enumerate(line.cells, 1):
            assert same(cell, page.cell(line.number, x).value), (line.number, x)


def same(cell: Cell, other: object) -> bool:
    if other is None or isinstance(other, str):
        return cell.text == oracle.seen(other or "") or "x005F_" in cell.text  # which openpyxl drops
    if isinstance(other, bool):
        return cell.value is other
    if isinstance(other, int | float):
        return cell.value == Decimal(repr(other))
    return cell.text == str(other).removesuffix(" 00:00:00")


Damage = Callable[[random.Random, File], bool]


def flip_marks(draw: random.Random, file: File) -> bool:
    """In one number: the decimal mark where the grouping was."""
    places = [(y, x) for y, x in file.cells() if file.columns[x].kind in written.PLACES and file.texts[y][x]]
    if not places:
        return False
    y, x = draw.choice(places)
    file.texts[y][x] = file.texts[y][x].translate(str.maketrans(",.", ".,"))
    return True


def swap_day_and_month(draw: random.Random, file: File) -> bool:
    places = [(y, x) for y, x in file.cells() if file.columns[x].kind == "day" and file.texts[y][x]]
    if not places:
        return False
    y, x = draw.choice(places)
    other = {"dmy": "mdy", "mdy": "dmy", "ymd": "dmy"}[file.notation.order]
    file.texts[y][x] = written.day_text(draw, other, file.values[y][x])  # type: ignore[arg-type]
    return True


def choose_another_notation(draw: random.Random, file: File) -> bool:
    """The file is right, the person is not."""
    file.notation = replace(
        file.notation, decimal=draw.choice(",."), order=draw.choice(["dmy", "mdy", "ymd"])
    )
    return True


@pytest.mark.parametrize("damage", [flip_marks, swap_day_and_month, choose_another_notation])
def test_numbers_and_days_in_another_notation(damage: Damage) -> None:
    """Exactly what the oracle says that the text means in the chosen notation, and an error where it means nothing."""
    counts: Counter[str] = Counter()
    for at in range(DAMAGED // 6):
        draw = random.Random(f"{damage.__name__} {at}")
        file = written.table(draw)
        written.write_texts(draw, file)
        if not damage(draw, file):
            continue
        written.write_csv(draw, file)
        lines = list(lines_by_key(file, read(file.data, file.notation)).values())
        for y, x in file.cells():
            value = got(lines[y].cells[x], file.columns[x], file.notation)
            is_text = file.columns[x].kind in ("key", "name", "npwp")
            expected = (
                true(file, y, x) if is_text else meant(file.texts[y][x], file.columns[x], file.notation)
            )
            assert value == expected, (at, file.texts[y][x])
            counts[
                "refused" if value == REFUSED else "true" if value == true(file, y, x) else "means another"
            ] += 1
    assert counts["refused"] > 50, counts
    assert counts["true"] > 1_000, counts


def drop_a_quote(draw: random.Random, file: File) -> bool:
    places = [at for at, letter in enumerate(file.text) if letter == '"']
    if not places:
        return False
    at = draw.choice(places)
    written.encode(file, file.text[:at] + file.text[at + 1 :])
    return True


def cut(draw: random.Random, file: File) -> bool:
    """A transfer that broke off."""
    written.encode(file, file.text[: draw.randrange(len(file.text))])
    return True


@pytest.mark.parametrize("damage", [drop_a_quote, cut])
def test_files_that_lost_something(damage: Damage) -> None:
    """Refused, or the line has a problem, or each cell is true or just what stands in the damaged file."""
    counts: Counter[str] = Counter()
    for at in range(DAMAGED // 6):
        draw = random.Random(f"{damage.__name__} {at}")
        file = written.table(draw)
        written.write_texts(draw, file)
        written.write_csv(draw, file)
        if not damage(draw, file):
            continue
        try:
            sheet = read(file.data, file.notation)
        except UnreadableFileError:
            counts["refused"] += 1
            continue
        fields = fields_by_line(file)
        for line in sheet.lines:
            counts["problem" if line.problem else "read"] += 1
            for x, cell in enumerate(line.cells):
                stands = fields[line.number][x] if x < len(fields[line.number]) else ""
                assert line.problem or cell.text == oracle.field(stands), (at, line)
    assert counts["refused"] > 20, counts
    assert counts["read"] > 150, counts


def fields_by_line(file: File) -> dict[int, list[str]]:
    """As Python's csv module reads the damaged text, by the line on which a record begins."""
    text = file.text.replace("\r\n", "\n")
    records = csv.reader(StringIO(text, newline=""), delimiter=file.notation.separator, strict=True)
    found, begins = {}, 1
    for fields in records:
        found[begins] = fields
        begins = records.line_num + 1
    return found


def test_workbooks_with_a_wrong_byte_or_without_an_end() -> None:
    """The checksums of zip notice it: refused, or nothing has changed."""
    counts: Counter[str] = Counter()
    for at in range(DAMAGED // 6):
        draw = random.Random(f"byte {at}")
        file = written.table(draw)
        written.write_workbook(draw, file)
        whole = read(file.data, file.notation)
        place = draw.randrange(len(file.data))
        wrong = bytes([file.data[place] ^ (1 << draw.randrange(8))])
        damaged = file.data[:place] + (wrong + file.data[place + 1 :] if draw.random() < 0.7 else b"")
        try:
            assert read(damaged, file.notation).lines == whole.lines, at
            counts["unchanged"] += 1
        except UnreadableFileError:
            counts["refused"] += 1
    assert counts["refused"] > 100, counts


@pytest.mark.parametrize("share", range(SHARES))
def test_suggestions_never_contradict_the_file(share: int) -> None:
    """Where something is said at all it is so. An encoding is said only if the bytes prove it."""
    decided: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for at, draw in enumerate(drawn(share, WHOLE)):
        file = written.table(draw)
        written.write_texts(draw, file)
        written.write_csv(draw, file)
        found, notation = suggest(file.data), file.notation
        pairs = {
            "encoding": (found.encoding, file.notation.encoding if not file.data.isascii() else "utf-8"),
            "separator": (found.separator, notation.separator),
            "decimal": (found.decimal, notation.decimal),
            "order": (found.order, notation.order),
        }
        for part, (finding, truth) in pairs.items():
            assert finding.value in (None, truth), (at, part, finding)
            asked[part] += bool(finding.value or finding.samples)
            decided[part] += finding.value is not None
    assert decided["separator"] > 0.8 * asked["separator"], decided
    assert decided["decimal"] > 0.5 * asked["decimal"], decided
    assert decided["order"] > 0.5 * asked["order"], decided
    assert decided["encoding"] > 0.2 * asked["encoding"], decided

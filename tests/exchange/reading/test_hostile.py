"""Files made to hurt: each is refused, or read, within two seconds and without much memory."""

import json
import os
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from tests.exchange.reading import books
from tests.exchange.reading.books import HEADER, MAIN

SECONDS, MEGABYTES = 2, 150
ROOT = Path(__file__).resolve().parents[3]
MB = 1024 * 1024
MOST = 10 * MB
DAMAGED, UNPACKS, CELLS, LINES = "damaged", "unpacks to more", "too many cells", "more than 20,000 lines"


def noise(size: int) -> bytes:
    """What cannot be packed: it lowers the ratio of what is packed beside it."""
    return random.Random(size).randbytes(size)


def with_part(name: str, content: str | bytes, *, filler: int = 0) -> bytes:
    parts = books.parts_of(books.sheet(HEADER), strings=f'<sst xmlns="{MAIN}"/>')
    return books.packed(parts | {name: content} | ({"noise.bin": noise(filler)} if filler else {}))


def sheet_with(body: str, *, filler: int = 0) -> bytes:
    return with_part("xl/worksheets/sheet1.xml", books.sheet(body), filler=filler)


def repeated(text: str, megabytes: int = 38) -> str:
    return text * (megabytes * MB // len(text))


def laughs(root: str) -> str:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><{root} xmlns="{MAIN}">&l9;</{root}>'
    )


def external(declaration: str) -> bytes:
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    return with_part("xl/worksheets/sheet1.xml", f"<!DOCTYPE x {declaration}>{books.sheet(cell)}")


def directory_of(data: bytes) -> int:
    return data.index(b"PK\x01\x02")


def lying(size: int) -> bytes:
    """The directory says that the sheet is small; it is not."""
    data = bytearray(sheet_with(repeated(" ", 5)))
    at = data.index(b"xl/worksheets/sheet1.xml", directory_of(bytes(data))) - 46
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def overlapping() -> bytes:
    """Fifty entries of the directory, one and the same data."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in books.parts_of(books.sheet(HEADER)).items():
            archive.writestr(name, content)
        archive.writestr("a.xml", noise(10_000))
        last = archive.infolist()[-1]
        archive.writestr("z.xml", noise(1_000))
        for at in range(50):
            twin = zipfile.ZipInfo(f"{at}.xml")
            for part in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(twin, part, getattr(last, part))
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
    return out.getvalue()


def two_of_one_name() -> bytes:
    out = BytesIO(books.book(HEADER))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/worksheets/sheet1.xml", books.sheet())
    return out.getvalue()


def many_entries() -> bytes:
    return books.packed(
        {f"{at}": "" for at in range(60_000)} | books.parts_of(books.sheet(HEADER)), zipfile.ZIP_STORED
    )


def nested() -> bytes:
    data = sheet_with(repeated(" ", 10))
    for _level in range(5):
        data = books.packed({"again.xlsx": data})
    return data


def columns(count: int) -> str:
    cells = "".join("<c><v>1</v></c>" for _column in range(count))
    return f'<row r="1">{cells}</row>'


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "140 kB that unpack to 40 MB": (lambda: sheet_with(repeated(" ", 39), filler=100_000), UNPACKS),
    "a thousand to one": (lambda: sheet_with(repeated("<row/>", 30)), UNPACKS),
    "more than 40 MB": (lambda: sheet_with(repeated(" ", 41), filler=MB), UNPACKS),
    "a bomb in a bomb": (nested, "a packed file"),
    "sixty thousand entries": (many_entries, UNPACKS),
    "sizes that lie": (lambda: lying(100), DAMAGED),
    "sizes of gigabytes": (lambda: lying(2**31), UNPACKS),
    "entries in each other": (overlapping, DAMAGED),
    "two parts of one name": (two_of_one_name, DAMAGED),
    "only empty cells": (lambda: sheet_with("<row>" + repeated("<c/>") + "</row>", filler=MB), CELLS),
    "only empty rows": (lambda: sheet_with(repeated("<row/>"), filler=MB), CELLS),
    "rows of empty cells": (lambda: sheet_with(repeated("<row>" + "<c/>" * 100 + "</row>"), filler=MB), CELLS),
    "elements nobody knows": (lambda: sheet_with(repeated("<z/>"), filler=MB), CELLS),
    "elements in elements": (lambda: sheet_with("<z>" * 499_000 + "</z>" * 499_000, filler=MB), DAMAGED),
    "a text of line ends": (lambda: sheet_with(repeated("\n"), filler=MB), DAMAGED),
    "line ends between cells": (lambda: sheet_with(repeated("<c>" + "\n" * 1000 + "</c>"), filler=MB), CELLS),
    "a text of ampersands": (
        lambda: sheet_with(f'<row><c t="str"><v>{repeated("&amp;")}</v></c></row>', filler=MB),
        DAMAGED,
    ),
    "a long comment": (lambda: sheet_with(f"<!--{repeated('a')}-->", filler=MB), DAMAGED),
    "a long attribute": (lambda: sheet_with(f"<row a='{repeated('a')}'/>", filler=MB), DAMAGED),
    "many shared strings": (
        lambda: with_part("xl/sharedStrings.xml", f"<sst>{repeated('<si/>')}</sst>", filler=MB),
        CELLS,
    ),
    "many styles": (
        lambda: with_part("xl/styles.xml", f"<s><cellXfs>{repeated('<xf/>')}</cellXfs></s>", filler=MB),
        CELLS,
    ),
    "many sheets": (
        lambda: with_part("xl/workbook.xml", f"<w><sheets>{repeated('<sheet/>')}</sheets></w>", filler=MB),
        CELLS,
    ),
    "a format of brackets": (
        lambda: with_part("xl/styles.xml", f'<s><numFmts><numFmt formatCode="{"[" * MB}"/></numFmts></s>', filler=MB),
        DAMAGED,
    ),
    "laughs in the sheet": (lambda: with_part("xl/worksheets/sheet1.xml", laughs("worksheet")), DAMAGED),
    "laughs in the strings": (lambda: with_part("xl/sharedStrings.xml", laughs("sst")), DAMAGED),
    "laughs in the workbook": (lambda: with_part("xl/workbook.xml", laughs("workbook")), DAMAGED),
    "an external entity": (lambda: external('[<!ENTITY e SYSTEM "file:///etc/passwd">]'), DAMAGED),
    "an external document type": (lambda: external('SYSTEM "file:///etc/passwd"'), DAMAGED),
    "a parameter entity": (lambda: external('[<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]'), DAMAGED),
    "a million rows declared": (
        lambda: with_part("xl/worksheets/sheet1.xml", books.sheet(HEADER, before='<dimension ref="A1:XFD1048576"/>')),
        "0 lines",
    ),
    "a last row": (lambda: books.book(HEADER, books.row(1_048_576, books.number("A1048576", 1))), "1 lines"),
    "16,384 columns": (lambda: sheet_with(columns(16_384)), "more than 200 columns"),
    "a program with a workbook behind it": (lambda: b"MZ\x90\0" + books.book(HEADER), "a program"),
    "100 MB": (lambda: b"a," * (50 * MB), "larger than 10 MB"),
    "10 MB on one line": (lambda: b"a," * (MOST // 2), "far too long"),
    "10 MB of quotation marks": (lambda: b'"' * MOST, "far too long"),
    "quotation marks and line ends": (lambda: b'"\n' * (MOST // 2), LINES),
    "one quotation mark": (lambda: b'a,b\n"' + b"x\n" * (MOST // 2 - 4), LINES),
    "10 MB in quotation marks": (lambda: b'a,b\n"' + b"x\n" * (MOST // 2 - 4) + b'"', LINES),
    "a line of quoted line ends": (lambda: b"a,b\n" + b'"\n",' * (MOST // 4 - 1), LINES),
    "blank lines": (lambda: b"a,b\n" + b"\n" * (MOST - 4), LINES),
    "commas": (lambda: b"a,b\n" + (b"," * 16_000 + b"\n") * (MOST // 16_001 - 1), CELLS),
    "NUL bytes": (lambda: b"a,b\n" + b"\0" * (MOST - 4), "no text"),
    "accents": (lambda: ("a,b\n" + ("e" + "\u0301\u0323" * 8_000 + ",1\n") * 300).encode(), "300 lines"),
    "digits": (lambda: b"a,b\n" + (b"9" * 30_000 + b",1\n") * 300, "300 lines"),
}  # fmt: skip
# Not refused, because tables of honest people may be as large; read in seconds, not in minutes.
WITHIN: dict[str, tuple[Callable[[], bytes], str]] = {
    "as many empty cells as may be": (
        lambda: sheet_with(("<row>" + "<c/>" * 990 + "</row>") * 1_000, filler=MB),
        "no sheet with content",
    ),
    "as many shared strings as may be": (
        lambda: with_part("xl/sharedStrings.xml", f"<sst>{'<si><t>a</t></si>' * 299_000}</sst>", filler=MB),
        "0 lines",
    ),
}


@pytest.mark.parametrize(
    ("files", "seconds"), [(FILES, SECONDS), (WITHIN, 10)], ids=["refused", "as large as may be"]
)
def test_hostile_files_cost_nearly_nothing(
    tmp_path: Path, files: dict[str, tuple[Callable[[], bytes], str]], seconds: int
) -> None:
    paths = {name: tmp_path / str(at) for at, name in enumerate(files)}
    for name, path in paths.items():
        path.write_bytes(files[name][0]())
    command = [sys.executable, "-m", "tests.exchange.reading.measure", *map(str, paths.values())]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=300
    )
    measured = json.loads(run.stdout)
    wrong = {}
    for name, path in paths.items():
        cost = measured[str(path)]
        is_cheap = cost["seconds"] < seconds and cost["megabytes"] < MEGABYTES
        if not is_cheap or files[name][1].lower() not in cost["said"].lower():
            wrong[name] = cost
    assert wrong == {}

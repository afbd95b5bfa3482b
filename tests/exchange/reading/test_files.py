"""What kind of file it is, by its content; what else is refused, named, before it is opened."""

import zipfile
from io import BytesIO

import pytest

from exchange.reading.files import Kind, Notation, UnreadableFileError, read, recognise
from tests.exchange.reading import books

WORKBOOK = books.book(books.HEADER)


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        recognise(data)
    return str(caught.value)


def zip_of(*names: str) -> bytes:
    return books.packed(dict.fromkeys(names, "x"))


def test_content_decides_not_the_name() -> None:
    assert recognise(WORKBOOK) is Kind.XLSX
    assert recognise(b"Nama;Nilai\nA;1\n") is Kind.CSV
    assert recognise("Nama;Nilai\n".encode("utf-16")) is Kind.CSV


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"MZ\x90\0\x03\0\0\0", "a program"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\x1f\x8b\x08\0", "a packed file"),
        (b"Rar!\x1a\x07", "a packed file"),
        (b"{\\rtf1 x}", "(RTF)"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "(HTML)"),
        (b"\n <table><tr><td>1</td></tr></table>", "(HTML)"),
        (b'<?xml version="1.0"?><x/>', "an XML document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "(.xls)"),
        (zip_of("mimetype", "content.xml"), "(.ods)"),
        (zip_of("[Content_Types].xml", "xl/workbook.bin"), "(.xlsb)"),
        (zip_of("[Content_Types].xml", "word/document.xml"), "a Word document"),
        (zip_of("Index/Document.iwa"), "a Numbers file"),
        (zip_of("photo.jpg"), "a packed file"),
        (zip_of("xl/workbook.xml"), "a packed file"),
        (b"a,b\n1,\x002\n", "no text"),
        ("a,b\n".encode("utf-16-le"), "no text"),
    ],
)
def test_what_is_no_table_is_named_with_what_to_do(data: bytes, named: str) -> None:
    message = refusal(data)
    assert named in message
    assert "save it as .xlsx or CSV" in message


def test_header_of_a_csv_may_begin_like_a_program() -> None:
    assert recognise(b"MZ,Nilai\n1,2\n") is Kind.CSV


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\r\n \t", b"\xff\xfe"])
def test_empty(data: bytes) -> None:
    assert "empty" in refusal(data)


def test_ten_megabytes_and_no_more() -> None:
    assert recognise(b"a,b\n" * (10 * 1024 * 1024 // 4)) is Kind.CSV
    assert "larger than 10 MB" in refusal(b"a" * (10 * 1024 * 1024 + 1))


def test_password() -> None:
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")
    assert "password" in refusal(protected)


def test_locked_entries() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/workbook.xml", "x")
    data = bytearray(out.getvalue())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        data[at + flags] |= 1
    assert "password" in refusal(bytes(data))


def test_a_notation_comes_back_from_json() -> None:
    notation = Notation("cp1252", "\t", ".", "mdy", "Klien", 3)
    assert Notation.from_json(notation.to_json()) == notation
    assert Notation.from_json({}) == Notation("utf-8", ",", ",", "dmy")


@pytest.mark.parametrize(
    "content",
    [
        {"encoding": "utf-7"},
        {"separator": "x"},
        {"decimal": " "},
        {"order": "dym"},
        {"header": -1},
        {"places": "2"},
    ],
)
def test_no_other_notation(content: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(content))):
        Notation.from_json(content)


def test_read_chooses_the_reader() -> None:
    assert read(WORKBOOK, Notation()).header == ("Nama", "Nilai")
    assert read(b"Nama,Nilai\n", Notation()).header == ("Nama", "Nilai")

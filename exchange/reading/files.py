"""From the bytes of a file to a table: what kind of file it is, by its content, never by its name."""

import re
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import formats
from exchange.reading.archive import Archive, protected
from exchange.reading.delimited import bom_encoding, read_delimited
from exchange.reading.sheets import (
    MAX_BYTES,
    Cell,
    Line,
    Notation,
    Sheet,
    UnreadableFileError,
)
from exchange.reading.workbook import WORKBOOK, read_workbook, sheet_names

__all__ = [
    "Cell",
    "Kind",
    "Line",
    "Notation",
    "Sheet",
    "UnreadableFileError",
    "read",
    "recognise",
    "sheets_in",
]


class Kind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


_ZIP = b"PK\x03\x04"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_WORKBOOK = "EncryptedPackage".encode("utf-16-le")  # in an OLE2 file
_OTHERS = (  # how files begin that people take for a table
    (rb"%PDF-", gettext_lazy("a PDF document")),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP", gettext_lazy("a picture")),
    (rb"MZ.*\0|\x7fELF", gettext_lazy("a program")),
    (rb"\x1f\x8b|Rar!|7z\xbc\xaf\x27\x1c|BZh|\xfd7zXZ", gettext_lazy("a packed file")),
    (rb"\{\\rtf", gettext_lazy("a text document (RTF)")),
    (rb"(?i:\s*<(!doctype\s+html|html|head|body|table|div|meta))", gettext_lazy("a web page (HTML)")),
    (rb"\s*<\?xml", gettext_lazy("an XML document")),
)
_ZIPS = (  # and what those hold that are packed
    ("xl/workbook.bin", gettext_lazy("a binary Excel workbook (.xlsb)")),
    ("word/document.xml", gettext_lazy("a Word document")),
    ("ppt/presentation.xml", gettext_lazy("a presentation")),
    ("content.xml", gettext_lazy("an OpenDocument file (.ods)")),
    ("Index/Document.iwa", gettext_lazy("a Numbers file")),
)


def recognise(data: bytes) -> Kind:
    """XLSX or CSV. Raises UnreadableFileError for anything else, naming it if people may take it for a table."""
    if len(data) > MAX_BYTES:
        words = {"most": formats.number(MAX_BYTES // (1024 * 1024))}
        raise UnreadableFileError(
            _("The file is larger than %(most)s MB. Split it into several files.") % words
        )
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise UnreadableFileError(_("The file is empty. Choose a file with a table."))
    if data.startswith(_ZIP):
        _refuse_other_zip(Archive(data))
        return Kind.XLSX
    _refuse_other_file(data)
    return Kind.CSV


def read(data: bytes, notation: Notation) -> Sheet:
    """The table in a file: of which sheet, and below which line, says the notation. Raises UnreadableFileError."""
    if recognise(data) is Kind.XLSX:
        return read_workbook(Archive(data), notation)
    return read_delimited(data, notation)


def sheets_in(data: bytes) -> list[str]:
    """Names of the sheets that show; none for CSV. Raises UnreadableFileError."""
    return sheet_names(Archive(data)) if recognise(data) is Kind.XLSX else []


def _refuse_other_zip(archive: Archive) -> None:
    if "[Content_Types].xml" in archive and WORKBOOK in archive:
        return
    for part, what in _ZIPS:
        if part in archive:
            raise _other(str(what))
    raise _other(_("a packed file"))


def _refuse_other_file(data: bytes) -> None:
    if data.startswith(_OLE2):
        raise protected() if _ENCRYPTED_WORKBOOK in data else _other(_("an old Excel workbook (.xls)"))
    for beginning, what in _OTHERS:
        if re.match(beginning, data.removeprefix(b"\xef\xbb\xbf"), re.DOTALL):
            raise _other(str(what))
    if b"\0" in data and bom_encoding(data) != "utf-16":
        raise _other(_("no text"))


def _other(what: str) -> UnreadableFileError:
    return UnreadableFileError(
        _("The file is %(what)s. Open the table in your spreadsheet program and save it as .xlsx or CSV.")
        % {"what": what}
    )

"""The zip file around a workbook: looked at as a whole before anything in it is unpacked."""

import zipfile
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _

from accounts import formats
from exchange.reading.sheets import UnreadableFileError

MAX_UNPACKED = 40 * 1024 * 1024  # 20,000 lines of 15 columns unpack to about 15 MB
MAX_RATIO = 100  # unpacked to packed; workbooks of real tables reach 5 to 15
MAX_ENTRIES = 1_000
_RATIO_FROM = 1024 * 1024  # smaller files may be packed as well as they like
_ENTRY = b"PK\x01\x02"  # begins each entry of the directory
_LOCAL_HEADER = 30  # bytes before the name and the data of an entry


class Archive:
    """The parts of a workbook by name, each read at most to the size that the directory says."""

    def __init__(self, data: bytes) -> None:
        """Raises UnreadableFileError for a file that is damaged or unpacks to more than it should."""
        # Counted in the bytes: zipfile makes an object of each entry, whatever number the directory claims.
        if data.count(_ENTRY) > MAX_ENTRIES:
            raise _too_large()
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
            raise damaged() from None
        self._refuse_bomb(len(data))
        self._refuse_tricks()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def open(self, name: str) -> IO[bytes]:
        """A part, to be read. zipfile itself stops at the size of the directory and compares the checksum."""
        try:
            return self._zip.open(name)
        except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
            raise damaged() from None

    def _refuse_bomb(self, packed: int) -> None:
        unpacked = sum(entry.file_size for entry in self._zip.infolist())
        if unpacked > MAX_UNPACKED or unpacked > max(_RATIO_FROM, packed * MAX_RATIO):
            raise _too_large()

    def _refuse_tricks(self) -> None:
        """What no spreadsheet program writes: locked parts, two of one name, parts that lie in each other."""
        end = 0
        for entry in sorted(self._zip.infolist(), key=lambda entry: entry.header_offset):
            if entry.flag_bits & 0x1:
                raise protected()
            if (
                entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                or entry.header_offset < end
            ):
                raise damaged()
            end = entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size
        if end > self._zip.start_dir or len(self._zip.NameToInfo) < len(self._zip.infolist()):
            raise damaged()


def damaged() -> UnreadableFileError:
    return UnreadableFileError(
        _("The workbook is damaged. Open it in your spreadsheet program and save it again as .xlsx.")
    )


def protected() -> UnreadableFileError:
    return UnreadableFileError(_("The workbook is protected by a password. Save it without a password."))


def _too_large() -> UnreadableFileError:
    words = {"most": formats.number(MAX_UNPACKED // (1024 * 1024))}
    return UnreadableFileError(
        _(
            "The workbook unpacks to more than it should: more than %(most)s MB, or far more than its own size. "
            "Copy only the table into a new workbook and save that."
        )
        % words
    )

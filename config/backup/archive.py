"""The file: a ZIP with one stream per table, the stored files, and a manifest that says what all of it must be.

ZIP because it is written in one go, also into a pipe, and is then read in any order: all of it is checked before a
database is touched. The manifest is written last, so that an archive that was broken off has none.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Literal
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import AwareDatetime, BaseModel, ConfigDict

from config.backup import NotABackupError
from config.backup.tables import Content, Stream

FORMAT: Literal[1] = 1
MANIFEST = "manifest.json"
TABLE, FILE = "tables/{}.copy", "files/{}"
BLOCK = 1 << 16  # bytes
# What zipfile and pydantic raise over a file that is not what it should be.
DAMAGE = (BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, KeyError, ValueError)


class Manifest(BaseModel):
    """What the archive holds, and of which product, server and day; `files` by name with their SHA-256."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal[1]
    version: str
    made_at: AwareDatetime
    server: str
    migrations: tuple[str, ...]
    tables: dict[str, Content]
    files: dict[str, str]


class Archive:
    """An archive to restore from. Raises NotABackupError as soon as something in it is not as its manifest says."""

    def __init__(self, file: IO[bytes]) -> None:
        with told("it is incomplete, or no backup of this format"):
            self._zip = ZipFile(file)
            self.manifest = Manifest.model_validate_json(self._zip.read(MANIFEST))
        found = sorted(
            entry.filename for entry in self._zip.infolist() if entry.compress_type == ZIP_DEFLATED
        )
        tables, files = map(TABLE.format, self.manifest.tables), map(FILE.format, self.manifest.files)
        if found != sorted([MANIFEST, *tables, *files]):
            raise NotABackupError("its entries are not those that its manifest names.")

    def check(self) -> None:
        """Read everything once and compare it with the manifest."""
        for name, content in self.manifest.tables.items():
            stream = Stream()
            for block in self.table(name):
                stream.take(block)
            _compare(name, (stream.rows, stream.sha256.hexdigest()), (content.rows, content.sha256))
        for name, sha256 in self.manifest.files.items():
            with told(f"{name} is damaged"), self.file(name) as file:
                _compare(name, digest(file), sha256)

    def table(self, name: str) -> Iterator[bytes]:
        """Its rows in blocks, which may begin and end inside a row."""
        with told(f"{name} is damaged"), self._zip.open(TABLE.format(name)) as stream:
            yield from blocks(stream)

    def file(self, name: str) -> IO[bytes]:
        return self._zip.open(FILE.format(name))


@contextmanager
def told(damage: str) -> Iterator[None]:
    """Say in one sentence what is wrong with the file."""
    try:
        yield
    except DAMAGE as error:
        reason = str(error).partition("\n")[0]
        raise NotABackupError(f"{damage} ({type(error).__name__}: {reason}).") from error


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(stream.read, BLOCK), b"")


def digest(stream: IO[bytes]) -> str:
    """SHA-256 of what is left of a stream."""
    sha256 = hashlib.sha256()
    for block in blocks(stream):
        sha256.update(block)
    return sha256.hexdigest()


def _compare(name: str, found: object, expected: object) -> None:
    if found != expected:
        raise NotABackupError(f"{name} is damaged: {found} instead of {expected}.")

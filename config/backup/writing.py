"""Making a backup: one moment of the database, streamed into a new file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from config.backup import BackupError, files, versions
from config.backup.archive import FILE, FORMAT, MANIFEST, TABLE, Manifest, blocks
from config.backup.tables import Content, Table, lock, tables


def write(out: Any) -> Manifest:
    """Write a backup of this moment to a file, or to anything that can write and flush bytes."""
    migrations = versions.migrations()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        with transaction.atomic(durable=True):
            server = _stand_still()
            contents = {table.name: _write_table(archive, table) for table in tables()}
        manifest = Manifest(
            format=FORMAT,
            version=versions.product_version(),
            made_at=timezone.now(),
            server=server,
            migrations=migrations,
            tables=contents,
            files={name: _write_file(archive, name) for name in files.stored()},
        )
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
    return manifest


@contextmanager
def new_file(path: Path) -> Iterator[Any]:
    """A file that only its owner may read, under its name when it is complete and on the disk."""
    _require_new(path)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as out:
        try:
            yield out
            out.flush()
            os.fsync(out.fileno())
            _require_new(path)
            os.rename(out.name, path)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)  # the name, too
    os.close(folder)


def _require_new(path: Path) -> None:
    if os.path.lexists(path):
        raise BackupError(f"{path} exists already.")


def _stand_still() -> str:
    """Let this transaction see one moment; returns the server's version.

    The locks come before the first query, which fixes the moment: whoever empties a table (`restore --replace`)
    empties it for older moments, too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        lock(tables(), "ACCESS SHARE")
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def _write_table(archive: ZipFile, table: Table) -> Content:
    with archive.open(TABLE.format(table.name), "w", force_zip64=True) as entry:
        return table.read(entry.write)


def _write_file(archive: ZipFile, name: str) -> str:
    """Returns the SHA-256."""
    sha256 = hashlib.sha256()
    with default_storage.open(name) as file, archive.open(FILE.format(name), "w", force_zip64=True) as entry:
        for block in blocks(file):
            sha256.update(block)
            entry.write(block)
    return sha256.hexdigest()

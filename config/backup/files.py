"""Uploaded files, by the names under which the storage knows them. Today the product stores none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from config.backup import BackupError, NotABackupError
from config.backup.archive import Archive, digest


def stored(folder: str = "") -> Iterator[str]:
    """The names of all files in a folder and below it, e.g. "2026/offer.pdf"; none without MEDIA_ROOT."""
    if not settings.MEDIA_ROOT or not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}{name}" for name in sorted(files))
    for name in sorted(folders):
        yield from stored(f"{folder}{name}/")


def check(names: dict[str, str]) -> None:
    """Raises where a name leads out of the storage, or another file has it already: none is ever overwritten."""
    if names and not settings.MEDIA_ROOT:
        raise BackupError("the backup has files, and MEDIA_ROOT does not say where they belong.")
    for name, sha256 in names.items():
        path = PurePosixPath(name)
        if str(path) != name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
            raise NotABackupError(f"{name!r} is no name of a stored file.")
        if default_storage.exists(name) and _digest(name) != sha256:
            raise BackupError(f"another file is stored as {name}; move it away.")


def put(archive: Archive) -> None:
    """Store those that are not there yet."""
    for name in archive.manifest.files:
        if not default_storage.exists(name):
            with archive.file(name) as content:
                default_storage.save(name, File(content))


def _digest(name: str) -> str:
    with default_storage.open(name) as file:
        return digest(file)

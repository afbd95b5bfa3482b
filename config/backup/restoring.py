"""Bringing a backup back: all of it, or the database stays as it was."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from psycopg import sql

from accounts.models import User
from config.backup import BackupError, NotABackupError, files, versions
from config.backup.archive import Archive
from config.backup.tables import every_table, identifiers, lock, tables


def restore(archive: Archive, *, replace: bool) -> None:
    """Put what the archive holds in place of what the database holds; with people in it only if `replace`.

    Everything about the archive is checked before, everything stored once more before the transaction ends.
    """
    manifest = archive.manifest
    versions.require_same(manifest.version, manifest.migrations)
    _require_same_tables(archive)
    archive.check()
    files.check(manifest.files)
    with transaction.atomic(durable=True):
        lock(every_table(), "ACCESS EXCLUSIVE")
        if not replace and User.objects.exists():
            raise BackupError("there are people in this database. --replace deletes everything in it first.")
        _switch_triggers("DISABLE")  # history and marks are in the backup, and would be written once more
        _empty()
        for table in tables():
            table.fill(archive.table(table.name))
        _check_foreign_keys()
        for table in tables():
            table.count_from(manifest.tables[table.name].next_key)
        _switch_triggers("ENABLE")
        _compare(archive)
        files.put(archive)
    ContentType.objects.clear_cache()


def _require_same_tables(archive: Archive) -> None:
    """Equal migrations make equal tables, unless somebody has made the archive by hand."""
    of_code = {table.name: table.columns for table in tables()}
    of_backup = {name: content.columns for name, content in archive.manifest.tables.items()}
    if differing := {name for name, _columns in of_code.items() ^ of_backup.items()}:
        raise NotABackupError(
            f"it has other tables or columns than this code: {', '.join(sorted(differing))}."
        )


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {}").format(identifiers(every_table())))


def _check_foreign_keys() -> None:
    """At once, not at the end: a table with checks that wait cannot be altered."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _switch_triggers(how: str) -> None:
    """Those that we wrote; PostgreSQL's own, which check foreign keys, stay on."""
    with connection.cursor() as cursor:
        for table in every_table():
            statement = sql.SQL("ALTER TABLE {} {} TRIGGER USER")
            cursor.execute(statement.format(sql.Identifier(table.name), sql.SQL(how)))


def _compare(archive: Archive) -> None:
    """Read everything back out of the database, as a backup would."""
    for table in tables():
        stored, expected = table.read(len), archive.manifest.tables[table.name]
        if stored != expected:
            raise BackupError(f"{table.name} is not stored as it was: {stored} instead of {expected}.")

"""The tables of a backup, and their rows as COPY writes and reads them: one line each, in order of the key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.apps import apps
from django.db import OperationalError, connection
from django.db.models import Model
from psycopg import errors, sql
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from config.backup import BackupError

# Whoever is signed in signs in again, and a form page from before cannot be sent: nothing to bring back.
LEFT_OUT = ("sessions.Session", "accounts.FormToken")
# The same text on every server, so that checksums can be compared; and no limits that are meant for pages.
SETTINGS = """
    SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex';
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '30s'
"""


class Content(BaseModel):
    """What a table holds: its stored columns, and rows and SHA-256 of its stream.

    `next_key` is what its next row gets, None where keys are not counted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    columns: tuple[str, ...]
    rows: NonNegativeInt
    sha256: str
    next_key: int | None


class Table(NamedTuple):
    name: str
    key: str
    columns: tuple[str, ...]  # without generated ones

    def read(self, write: Callable[[bytes], object]) -> Content:
        """Hand the rows to `write`, some at a time; returns what they are."""
        stream = Stream(write)
        statement = sql.SQL("COPY (SELECT {columns} FROM {table} ORDER BY {key}) TO STDOUT")
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(self._sql(statement)) as copy,
        ):
            for lines in copy:
                stream.take(bytes(lines))
        return Content(
            columns=self.columns,
            rows=stream.rows,
            sha256=stream.sha256.hexdigest(),
            next_key=self._next_key(),
        )

    def fill(self, blocks: Iterable[bytes]) -> None:
        """Put rows into the empty table."""
        statement = self._sql(sql.SQL("COPY {table} ({columns}) FROM STDIN"))
        with connection.cursor() as cursor:
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for block in blocks:
                    copy.write(block)
            # Else each foreign key would be checked by reading the whole table it points to.
            cursor.execute(self._sql(sql.SQL("ANALYZE {table}")))

    def count_from(self, next_key: int | None) -> None:
        """Let the keys go on where they were. Not with setval, which a rollback would not take back."""
        if next_key is not None:
            with connection.cursor() as cursor:
                restart = sql.SQL("ALTER TABLE {table} ALTER COLUMN {key} RESTART WITH {next_key}")
                cursor.execute(self._sql(restart, next_key=sql.Literal(next_key)))

    def _next_key(self) -> int | None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(quote_ident(%s), %s)", [self.name, self.key])
            (sequence,) = cursor.fetchone()
            if sequence is None:
                return None
            cursor.execute(f"SELECT last_value + is_called::int FROM {sequence}")  # noqa: S608 - quoted by PostgreSQL
            return int(cursor.fetchone()[0])

    def _sql(self, statement: sql.SQL, **more: sql.Composable) -> sql.Composed:
        return statement.format(
            table=sql.Identifier(self.name),
            key=sql.Identifier(self.key),
            columns=sql.SQL(", ").join(map(sql.Identifier, self.columns)),
            **more,
        )


class Stream:
    """Counts and hashes the rows that pass on their way to `write`."""

    def __init__(self, write: Callable[[bytes], object] = len) -> None:
        self.write, self.rows, self.sha256 = write, 0, hashlib.sha256()

    def take(self, lines: bytes) -> None:
        self.rows += lines.count(b"\n")  # COPY writes those inside a text as \n
        self.sha256.update(lines)
        self.write(lines)


def tables() -> list[Table]:
    """Those of all models with history, permissions and content types, whose numbers other rows refer to."""
    return [_table(model) for model in _models() if model._meta.label not in LEFT_OUT]


def every_table() -> list[Table]:
    """Those of a backup and those that are left out of it."""
    return [_table(model) for model in _models()]


def lock(locked: Iterable[Table], mode: str) -> None:
    """Until the transaction ends. Raises BackupError where somebody else is at work for longer than lock_timeout."""
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        try:
            cursor.execute(sql.SQL("LOCK TABLE {} IN {} MODE").format(identifiers(locked), sql.SQL(mode)))
        except OperationalError as error:
            if isinstance(error.__cause__, (errors.LockNotAvailable, errors.DeadlockDetected)):
                raise BackupError(
                    "somebody is at work in the database. Stop web, worker and beat before."
                ) from error
            raise


def identifiers(of: Iterable[Table]) -> sql.Composed:
    """Their names, quoted, with commas between them."""
    return sql.SQL(", ").join(sql.Identifier(table.name) for table in of)


def _models() -> list[type[Model]]:
    found = (m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy)
    return sorted(found, key=lambda model: model._meta.db_table)


def _table(model: type[Model]) -> Table:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    (key,) = (str(field.column) for field in fields if field.primary_key)
    return Table(model._meta.db_table, key, tuple(str(field.column) for field in fields))

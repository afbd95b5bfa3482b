"""Past the ORM: raw SQL that writes what no form and no model method would, to see the database refuse it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, models, transaction
from psycopg import sql

Violation = Callable[[], object]


def put(row: models.Model, **columns: Any) -> None:
    """UPDATE `columns` of the row in SQL; values go over as text, so that even 'NaN' gets there."""
    assignments = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in columns)
    statement = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
        sql.Identifier(row._meta.db_table), assignments, sql.Identifier(row._meta.pk.column)
    )
    _execute(statement, [*columns.values(), row.pk])


def again(row: models.Model, **columns: Any) -> None:
    """INSERT a copy of the row that differs in `columns` (and in its id)."""
    copied = [
        field.column
        for field in row._meta.concrete_fields
        if not field.generated and not (field.primary_key and isinstance(field, models.AutoField))
    ]
    values = [sql.Placeholder() if name in columns else sql.Identifier(name) for name in copied]
    statement = sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {pk} = %s").format(
        table=sql.Identifier(row._meta.db_table),
        names=sql.SQL(", ").join(map(sql.Identifier, copied)),
        values=sql.SQL(", ").join(values),
        pk=sql.Identifier(row._meta.pk.column),
    )
    _execute(statement, [*(columns[name] for name in copied if name in columns), row.pk])


def assert_refused_by(name: str, violation: Violation) -> None:
    """`violation` must fail, and by the database constraint `name`, not by any other."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        violation()
    assert isinstance(refusal.value.__cause__, psycopg.Error)
    assert refusal.value.__cause__.diag.constraint_name == name


def _execute(statement: sql.Composed, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [None if value is None else str(value) for value in params])

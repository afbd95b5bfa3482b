"""Rows as the database writes them (`to_jsonb`), so that they come back to the last microsecond and cent."""

import json
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model

from clients.models import Client, ClientMerge, MergedRow


def keep_client(merge: ClientMerge) -> None:
    """Remember the merged client's own row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clients_clientmerge SET removed = to_jsonb(client) FROM clients_client client"
            " WHERE client.id = removed_pk AND clients_clientmerge.id = %s",
            [merge.pk],
        )


def keep_row(merge: ClientMerge, model: type[Model], column: str, pk: int) -> None:
    """Remember a whole row that stays behind."""
    insert = (
        'INSERT INTO clients_mergedrow (of_id, fate, model, "column", row_pk, changes, whole)'  # noqa: S608 - a table of ours, quoted
        f" SELECT %s, %s, %s, %s, t.id, '{{}}', to_jsonb(t) FROM {_table(model)} t WHERE t.id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, [merge.pk, MergedRow.Fate.LEFT.value, model._meta.label, column, pk])


def bring_client_back(merge: ClientMerge) -> None:
    _bring_back(
        Client, "clients_clientmerge", "removed", merge.pk, merged_since(Client, merge.removed, merge.pk)
    )


def bring_row_back(model: type[Model], kept: MergedRow) -> None:
    _bring_back(model, "clients_mergedrow", "whole", kept.pk, merged_since(model, kept.whole, kept.of_id))


def merged_since(model: type[Model], values: dict[str, Any], besides: int) -> dict[str, int]:
    """Of columns that point at clients those whose client was merged since (but by the merge `besides`)."""
    columns = [field.attname for field in model._meta.concrete_fields if field.related_model is Client]
    asked = {values[column] for column in columns if values.get(column)}
    merges = ClientMerge.objects.in_force().exclude(pk=besides).filter(removed_pk__in=asked)
    survivors = dict(merges.values_list("removed_pk", "kept"))
    return {column: survivors[values[column]] for column in columns if values.get(column) in survivors}


def plain(value: Any) -> Any:
    """A value as it stands in JSON."""
    return value.isoformat() if isinstance(value, date) else value


def _bring_back(model: type[Model], table: str, column: str, pk: int, but: dict[str, int]) -> None:
    """Insert a remembered row with its old key. Columns that came with an update since get their usual value."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    usual = json.dumps({field.attname: _usual(field) for field in fields}, cls=DjangoJSONEncoder)
    columns = [connection.ops.quote_name(field.attname) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table(model)} ({', '.join(columns)})"  # noqa: S608 - names of ours, quoted
            f" SELECT {', '.join(f'was.{column}' for column in columns)} FROM {table} kept,"
            f" jsonb_populate_record(NULL::{_table(model)}, %s::jsonb || kept.{column} || %s::jsonb) was"
            " WHERE kept.id = %s",
            [usual, json.dumps(but), pk],
        )


def _usual(field: Any) -> Any:
    return None if field.primary_key else field.get_default()


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)

"""Which rows hang on a client, in whatever room: asked of the models, so that a new table follows without being named.

`on_delete` tells facts from what follows from them. What protects its client is a fact and goes with it. What cascades
is derived (contracts/models/derived.py, kpis) and is computed anew from the facts; so are marks, which are set to NULL.
Events of the history stay where they happened.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import PROTECT, RESTRICT, ForeignObjectRel, Model, QuerySet

from clients.models import Client


@dataclass(frozen=True)
class Link:
    """A column that says on which client a row hangs; `kind` = the column with the type, where rows of any can."""

    model: type[Model]
    column: str
    kind: str = ""

    @property
    def label(self) -> str:
        return self.model._meta.label

    def rows(self, client: int) -> QuerySet[Any]:
        """The rows of a client, all of them: whoever acts on a client as a whole need not see each."""
        mine: dict[str, Any] = {self.column: client}
        if self.kind:
            mine[self.kind] = ContentType.objects.get_for_model(Client)
        return self.model._base_manager.filter(**mine)


@cache
def links() -> tuple[Link, ...]:
    """Every column by which a fact hangs on a client."""
    keys = [
        Link(field.related_model, field.field.attname)
        for field in Client._meta.get_fields(include_hidden=True)
        if isinstance(field, ForeignObjectRel) and field.on_delete in (PROTECT, RESTRICT)
    ]
    return (*keys, *_links_of_any_kind())


def link(label: str, column: str) -> Link:
    """The link of a remembered row. Raises LookupError where the column is no longer there."""
    found = [each for each in links() if (each.label, each.column) == (label, column)]
    if not found:
        raise LookupError(f"{label}.{column}")
    return found[0]


def counts(client: int) -> dict[Link, int]:
    """How many rows hang on a client by each link. One statement, however many links."""
    queries = {each: each.rows(client).order_by().values("pk").query.sql_with_params() for each in links()}
    columns = ", ".join(f"(SELECT count(*) FROM ({query}) AS hanging)" for query, _ in queries.values())  # noqa: S608 - of the ORM
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [each for _, given in queries.values() for each in given])
        return dict(zip(queries, cursor.fetchone(), strict=True))


def _links_of_any_kind() -> list[Link]:
    return [
        Link(model, field.fk_field, field.ct_field)
        for model in apps.get_models()
        if not model._meta.proxy
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]

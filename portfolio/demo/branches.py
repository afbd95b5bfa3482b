"""A large company: the one that `company` invents, copied by the database once for each further branch.

Inventing 100,000 clients one by one would take ten minutes. A copy has its own clients, contracts and talks; beyond
MOST_CREWS branches share their people, so that a company of 100,000 clients has about 500.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection, models

from accounts.models import Team, TeamMembership, User
from clients.models import Answer, Assignment, Client, Consent, Contact, Interaction, Task
from contracts.models import Contract, ContractLine, Pause, RenewalDecision

MOST_CREWS = 15
CREW: tuple[type[models.Model], ...] = (Team, User, TeamMembership)
BOOK: tuple[type[models.Model], ...] = (
    *(Client, Contact, Consent, Assignment, Contract, ContractLine, Pause, RenewalDecision),
    *(Interaction, Task, Answer),
)
NUMBERED = tuple(model for model in BOOK if model not in (Interaction, Task))  # what numbers come from
OWN = {  # what must not be the same in two branches; n counts from 2
    (Team, "name"): "{} || ' ' || n",
    (User, "email"): "replace({}, '@', '.' || n || '@')",
    (User, "full_name"): "{} || ' ' || n",
    (Client, "code"): "{} || '-' || n",
    (Client, "legal_name"): "{} || ' ' || n",
    (Client, "npwp"): "CASE WHEN {0} = '' THEN '' ELSE left({0}, -3) || to_char(n - 1, 'FM000') END",
    (Contract, "number"): "{} || '-' || n",
}


def copy(branches: int, book: tuple[type[models.Model], ...] = BOOK) -> None:
    """Let what is in the database be the first of `branches`. Run it in a transaction, before `rebuild_all`.

    Without change history and without marks: nobody reads that a copy was added, and all numbers are computed after it.
    """
    steps = {model: _largest_key(model) for model in (*CREW, *BOOK)}
    with connection.cursor() as cursor:
        _switch_triggers(cursor, "DISABLE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in CREW:
            _copy(cursor, model, min(branches, MOST_CREWS), steps)
        for model in book:
            _copy(cursor, model, branches, steps)
        _switch_triggers(cursor, "ENABLE")


def _switch_triggers(cursor: Any, how: str) -> None:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
    for model in (*CREW, *BOOK):
        cursor.execute(f"ALTER TABLE {model._meta.db_table} {how} TRIGGER USER")


def _largest_key(model: type[models.Model]) -> int:
    return int(model._default_manager.aggregate(largest=models.Max("pk"))["largest"] or 0)


def _copy(
    cursor: Any, model: type[models.Model], branches: int, steps: dict[type[models.Model], int]
) -> None:
    """The rows of the first branch once more for each other one. The root team stays one, with one head."""
    table, columns = model._meta.db_table, dict(_columns(model, steps))
    kept = {Team: "parent_id IS NOT NULL", TeamMembership: f"team_id <> {_root()}"}.get(model, "TRUE")
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())}"  # noqa: S608 - names of ours
        f" FROM {table}, generate_series(2, %s) AS n WHERE {kept} ORDER BY n, id",
        [branches],
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
    cursor.execute(
        f"ANALYZE {table}"
    )  # else each foreign key is checked by reading the whole table it points to


def _columns(model: type[models.Model], steps: dict[type[models.Model], int]) -> Iterator[tuple[str, str]]:
    """Each stored column with what it is in branch n: keys are moved on by as many as the first branch has."""
    for field in model._meta.concrete_fields:
        column, target = f'"{field.column}"', model if field.primary_key else field.related_model
        if field.generated:
            continue
        if target == Team and not field.primary_key:
            yield (
                column,
                f"CASE WHEN {column} = {_root()} THEN {column} ELSE {_moved(column, Team, steps)} END",
            )
        elif target in steps:
            yield column, _moved(column, target, steps)
        else:
            yield column, OWN.get((model, field.name), "{}").format(column)


def _moved(column: str, target: Any, steps: dict[type[models.Model], int]) -> str:
    branch = f"mod(n - 1, {MOST_CREWS})" if target in CREW else "(n - 1)"
    return f"{column} + {branch} * {steps[target]}"


def _root() -> int:
    return Team.objects.get(parent=None).pk

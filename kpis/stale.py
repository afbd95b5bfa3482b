"""Marks by the database: a write to any fact that a number depends on leaves a StaleClient row.

Statement-level triggers on the tables of the rooms below, so that bulk writes, the admin and raw SQL are caught and
no lower file names kpis. The proxies carry the triggers and serve nothing else.
"""

import pgtrigger

from accounts.models import TeamMembership
from clients.models import Answer, Assignment, Client, Survey
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product, RenewalDecision

OF_CONTRACT = "JOIN contracts_contract c ON c.id = r.contract_id"
BEFORE_AND_AFTER = "JOIN old_rows o ON o.id = r.id JOIN new_rows n ON n.id = r.id"
JAKARTA_DAY = "({}.answered_at AT TIME ZONE 'Asia/Jakarta')::date"  # of an answer
EVENTS = {
    "insert": (pgtrigger.Insert, {"new": "new_rows"}, "new_rows"),
    "update": (
        pgtrigger.Update,
        {"old": "old_rows", "new": "new_rows"},
        "(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows)",
    ),
    "delete": (pgtrigger.Delete, {"old": "old_rows"}, "old_rows"),
}


def mark(event: str, client: str, join: str = "", since: str = "NULL::date") -> pgtrigger.Trigger:
    """A trigger that marks the clients of the rows `r` that a statement wrote, before and after.

    `client` and `since` (see StaleClient) are SQL over `r` and what `join` brings.
    """
    operation, tables, rows = EVENTS[event]
    return pgtrigger.Trigger(
        name=f"mark_stale_{event}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),  # type: ignore[no-untyped-call] # untyped library
        func=f"""
            INSERT INTO kpis_staleclient (client_id, since)
            SELECT {client}, min({since}) FROM {rows} r {join} GROUP BY {client};
            RETURN NULL;
        """,  # noqa: S608 - constants of this file
    )


def marks(client: str = "r.client_id", join: str = "", since: str = "NULL::date") -> list[pgtrigger.Trigger]:
    """Triggers for insert, update and delete."""
    return [mark(event, client, join, since) for event in EVENTS]


def marks_of_values(client: str, join: str, first_day: str, is_moved: str) -> list[pgtrigger.Trigger]:
    """Triggers of a fact that has derived rows of its own, from `first_day` on.

    These rows go with it (cascade), so that comparing them would show no difference: the marks name the day.
    So does an update after which `first_day` is another one (`is_moved`, over the rows `o` before and `n` after),
    as a deletion can follow before anything is computed.
    """
    moved_since = f"CASE WHEN {is_moved} THEN {first_day} END"
    return [
        mark("insert", client, join),
        mark("update", client, f"{join} {BEFORE_AND_AFTER}", moved_since),
        mark("delete", client, join, first_day),
    ]


class _Meta:
    """A proxy that nobody is given rights to."""

    proxy = True
    default_permissions = ()


class MarkedClient(Client):
    class Meta(_Meta):
        triggers = [mark("insert", "r.id")]


class MarkedContract(Contract):
    class Meta(_Meta):
        triggers = marks_of_values(
            "r.client_id", "", "r.start", "(o.start, o.client_id) IS DISTINCT FROM (n.start, n.client_id)"
        )


class MarkedLine(ContractLine):
    class Meta(_Meta):
        triggers = marks_of_values(
            "c.client_id",
            OF_CONTRACT,
            "coalesce(r.start, c.start)",
            "(o.start, o.contract_id) IS DISTINCT FROM (n.start, n.contract_id)",
        )


class MarkedPause(Pause):
    class Meta(_Meta):
        triggers = marks("c.client_id", OF_CONTRACT)


class MarkedDecision(RenewalDecision):
    class Meta(_Meta):
        triggers = marks("c.client_id", OF_CONTRACT)


class MarkedProduct(Product):
    class Meta(_Meta):
        triggers = [
            mark(
                "update",
                "c.client_id",
                "JOIN old_rows o ON o.id = r.id AND o.family <> r.family"
                " JOIN contracts_contractline l ON l.product_id = r.id"
                " JOIN contracts_contract c ON c.id = l.contract_id",
            )
        ]


class MarkedRate(ExchangeRate):
    """A rate moves every window in which somebody holds the currency, from its day on."""

    class Meta(_Meta):
        triggers = marks("c.client_id", "JOIN contracts_contract c ON c.currency = r.currency", "r.day")


class MarkedAssignment(Assignment):
    class Meta(_Meta):
        triggers = marks()


class MarkedMembership(TeamMembership):
    """A change of team moves all clients that the person ever had."""

    class Meta(_Meta):
        triggers = marks("a.client_id", "JOIN clients_assignment a ON a.user_id = r.user_id")


class MarkedAnswer(Answer):
    """Answers have no derived rows, so each mark names the Jakarta day."""

    class Meta(_Meta):
        triggers = marks(since=JAKARTA_DAY.format("r"))


class MarkedSurvey(Survey):
    """All its answers count as something else if its kind changes."""

    class Meta(_Meta):
        triggers = [
            mark(
                "update",
                "a.client_id",
                "JOIN old_rows o ON o.id = r.id AND o.kind <> r.kind JOIN clients_answer a ON a.survey_id = r.id",
                JAKARTA_DAY.format("a"),
            )
        ]

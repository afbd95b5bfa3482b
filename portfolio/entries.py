"""What was entered since a month was closed and can have changed its numbers (kpis.md R8), from the change history.

An entry reaches into a month if a day of it that counts was moved from or to the month's last day or before; if
something else that counts was changed, if the row itself begins by then. Rules and projection are not asked again: an
entry that made no difference in the end is listed, too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import pghistory.models
from django.db import connection
from django.db.models import Model, QuerySet

from accounts.days import today
from accounts.models import Team, TeamMembership, User
from clients.models import Answer, Assignment, Client
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, RenewalDecision
from portfolio.history import Change, readable
from portfolio.viewpoints import Viewpoint, teams_seen_by

OF_CONTRACT = "LEFT JOIN contracts_contract c ON c.id = e.contract_id"
SIGNED = "c.status = 'signed'"
VISIBLE = "{client} IN (SELECT visible.pk FROM visible)"
HELD = "{client} IN (SELECT client_id FROM clients_assignment WHERE user_id = %(user)s AND role = %(role)s)"
HERS = "%(user)s IN (e.user_id, b.user_id)"


@dataclass(frozen=True)
class Fact:
    """A kind of row that numbers follow from. `days` and `others` are its columns that count; the rest is SQL over
    the event `e`, the one before it `b` and what `join` brings: from which day on the row counts, whose client it is,
    which rows count at all, who may read of it, and which rows are about one person.
    """

    model: type[Model]
    days: tuple[str, ...]
    others: tuple[str, ...]
    start: str = "e.start"
    client: str = "e.client_id"
    contract: str = "NULL::bigint"
    join: str = ""
    counts: str = "TRUE"
    seen: str = VISIBLE
    of_person: str = HELD
    day: str = "{row}.{name}"

    @property
    def event_model(self) -> Any:
        return self.model.pgh_event_model  # type: ignore[attr-defined] # every tracked model has one

    def sql(self, *, of_person: bool) -> str:
        table = self.event_model._meta.db_table
        moved = [self._moved(name) for name in self.days]
        other = f"({self._columns('e')}) IS DISTINCT FROM ({self._columns('b')})"
        reach = [*moved, f"CASE WHEN starts_with(e.pgh_label, 'delete') OR {other} THEN {self.start} END"]
        mine = f"AND ({self.of_person})" if of_person else ""
        text = f"""
            SELECT e.pgh_created_at, '{self.event_model._meta.label}' AS model, e.pgh_id,
                {self.client} AS client_id, {self.contract} AS contract_id
            FROM {table} e
            LEFT JOIN LATERAL (
                SELECT * FROM {table} x
                WHERE x.pgh_obj_id = e.pgh_obj_id AND x.pgh_id < e.pgh_id ORDER BY x.pgh_id DESC LIMIT 1
            ) b ON TRUE
            {self.join}
            WHERE e.pgh_created_at > %(since)s AND ({self.counts}) AND ({self.seen}) {mine}
                AND LEAST({", ".join(reach)}) <= %(last_day)s
        """  # noqa: S608 - constants of this file
        return text.replace("{client}", self.client)

    def _moved(self, name: str) -> str:
        now, before = (self.day.format(row=row, name=name) for row in "eb")
        return f"CASE WHEN {now} IS DISTINCT FROM {before} THEN LEAST({now}, {before}) END"

    def _columns(self, row: str) -> str:
        return ", ".join(f"{row}.{name}" for name in self.others)


def _of_contract(model: type[Model], days: tuple[str, ...], others: tuple[str, ...], start: str) -> Fact:
    return Fact(
        *(model, days, ("contract_id", *others), start),
        client="c.client_id",
        contract="e.contract_id",
        join=OF_CONTRACT,
        counts=SIGNED,
    )


FACTS = (
    Fact(
        Contract,
        ("start", "end", "notice_on", "terminated_on"),
        ("status", "auto_renew", "notice_days", "currency", "renewed_from_id", "client_id"),
        contract="e.id",
        counts="'signed' IN (e.status, b.status)",
    ),
    _of_contract(
        ContractLine,
        ("start", "end"),
        ("product_id", "quantity", "unit_price", "discount_percent", "period"),
        "coalesce(e.start, c.start)",
    ),
    _of_contract(Pause, ("start", "end"), (), "e.start"),
    _of_contract(RenewalDecision, ("term_end",), (), "e.term_end"),
    Fact(
        Assignment,
        ("start", "end"),
        ("user_id", "role", "client_id"),
        counts="e.role IN ('AM', 'AE') OR b.role IN ('AM', 'AE')",
        of_person=f"{HELD} OR {HERS}",
    ),
    Fact(
        TeamMembership,
        ("start", "end"),
        ("user_id", "team_id", "role"),
        client="NULL::bigint",
        counts="e.role IN ('member', 'lead') OR b.role IN ('member', 'lead')",
        seen="e.user_id = %(reader)s OR ARRAY[e.team_id, b.team_id] && ARRAY(SELECT teams.pk FROM teams)",
        of_person=HERS,
    ),
    Fact(
        Answer,
        ("answered_at",),
        ("score", "survey_id", "contact_id", "client_id"),
        start="(e.answered_at AT TIME ZONE 'Asia/Jakarta')::date",
        day="({row}.{name} AT TIME ZONE 'Asia/Jakarta')::date",
    ),
    Fact(
        ExchangeRate,
        ("day",),
        ("currency", "rate"),
        start="e.day",
        client="NULL::bigint",
        seen="TRUE",
        of_person="TRUE",
    ),
)
UNTOLD = {"client_id", "contract_id", "survey_id", "contact_id"}  # it stands above the fields, or says little
TOLD = {fact.model: {*fact.days, *fact.others} - UNTOLD for fact in FACTS}


class Found(NamedTuple):
    """Where an entry is: the label of its event model and the key in it; what it is about, as it is named today."""

    model: str
    pgh_id: int
    client: Client | None
    contract: Contract | None

    @property
    def slug(self) -> str:
        return f"{self.model}:{self.pgh_id}"


@dataclass(frozen=True)
class Entry:
    client: Client | None
    contract: Contract | None
    change: Change


def entries_since(moment: datetime, last_day: date, point: Viewpoint, reader: User) -> list[Found]:
    """Entries later than `moment` that reach to `last_day` or before, newest first; one statement.

    Of clients that `reader` may see, and of people in her teams. Of one person's numbers: what is about her or about a
    client that she ever held.
    """
    visible, of_clients = _compiled(Client.objects.visible_to(reader), "client")
    teams, of_teams = _compiled(teams_seen_by(reader, today()), "team")
    events = " UNION ALL ".join(fact.sql(of_person=point.user is not None) for fact in FACTS)
    parameters: dict[str, Any] = {
        "since": moment,
        "last_day": last_day,
        "reader": reader.pk,
        "role": point.role,
    }
    parameters |= {"user": point.user and point.user.pk, **of_clients, **of_teams}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH visible(pk) AS MATERIALIZED ({visible}), teams(pk) AS MATERIALIZED ({teams})
            SELECT event.model, event.pgh_id, cl.id, cl.legal_form, cl.legal_name, co.id, co.number
            FROM ({events}) event
            LEFT JOIN clients_client cl ON cl.id = event.client_id
            LEFT JOIN contracts_contract co ON co.id = event.contract_id
            ORDER BY event.pgh_created_at DESC, event.model, event.pgh_id DESC
            """,  # noqa: S608 - constants, and what the ORM compiled
            parameters,
        )
        return [_found(*row) for row in cursor.fetchall()]


def _found(
    model: str, pgh_id: int, client: int | None, form: str, name: str, contract: int | None, number: str
) -> Found:
    return Found(
        model,
        pgh_id,
        Client(pk=client, legal_form=form, legal_name=name) if client else None,
        Contract(pk=contract, number=number) if contract and number else None,
    )


def _compiled(rows: QuerySet[Any], name: str) -> tuple[str, dict[str, Any]]:
    """The statement for the keys of `rows`, its nameless parameters under names to stand beside ours."""
    text, values = rows.order_by().values("pk").query.sql_with_params()
    named = {f"{name}_{place}": value for place, value in enumerate(values)}
    return text % tuple(f"%({each})s" for each in named), named


def told(found: Iterable[Found], reader: User, teams: Iterable[Team]) -> Iterator[Entry]:
    """Some entries as people read them, in their order; `teams` are those whose names are known."""
    found = list(found)
    places = {each.slug: place for place, each in enumerate(found)}
    events = pghistory.models.Events.objects.across(*(fact.event_model for fact in FACTS))  # type: ignore[no-untyped-call]
    rows = events.filter(pgh_id__in={each.pgh_id for each in found}, pgh_slug__in=places)
    ordered = sorted(rows, key=lambda event: places[event.pgh_slug])
    known = [*teams, *(each.contract for each in found if each.contract)]
    for each, change in zip(found, readable(ordered, reader, known, TOLD), strict=True):
        yield Entry(each.client, each.contract, change)

"""From facts to derived rows: loads what is known of some clients, applies `contracts.effective`, stores the result.

The only writer of ContractTerm, ValueSegment, ActiveSpan and ClientStanding. Rows that stay the same are not touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import structlog
from django.conf import settings
from django.db import models

from contracts.effective import ContractFacts, Ledger, LineFacts, PauseFacts, Rules, Term, build_ledger
from contracts.models import (
    ActiveSpan,
    ClientStanding,
    Contract,
    ContractLine,
    ContractTerm,
    ExchangeRate,
    Pause,
    RenewalDecision,
    ValueSegment,
)
from contracts.storing import insert

log = structlog.get_logger(__name__)

CENT = Decimal("0.01")
ONE_DAY = timedelta(days=1)


def current_rules() -> Rules:
    """The rules of this installation. The one place that reads them from the settings."""
    return Rules(
        grace_days=settings.KPI_GRACE_DAYS,
        pause_limit_days=settings.KPI_PAUSE_LIMIT_DAYS,
        reporting_currency=settings.KPI_REPORTING_CURRENCY,
    )


def facts_of(clients: Collection[int]) -> dict[int, list[ContractFacts]]:
    """The contracts of some clients (primary keys) as plain values, drafts too. Three queries, however many.

    For a preview, change the values in memory and give both lists to `build_ledger`.
    """
    lines: dict[int, list[LineFacts]] = defaultdict(list)
    columns = ("pk", "product__family", "amount", "period", "start", "end")  # of LineFacts
    found = ContractLine.objects.filter(contract__client__in=clients)
    for contract, *values in found.values_list("contract", *columns):
        lines[contract].append(LineFacts(*values))
    pauses: dict[int, list[PauseFacts]] = defaultdict(list)
    paused = Pause.objects.filter(contract__client__in=clients)
    for contract, start, end in paused.values_list("contract", "start", "end"):
        pauses[contract].append(PauseFacts(start, end))
    facts: dict[int, list[ContractFacts]] = {client: [] for client in clients}
    for each in Contract.objects.filter(client__in=clients).order_by("pk"):
        facts[each.client_id].append(contract_facts(each, lines[each.pk], pauses[each.pk]))
    return facts


def contract_facts(
    contract: Contract, lines: Iterable[LineFacts], pauses: Iterable[PauseFacts]
) -> ContractFacts:
    """One contract, saved or not, as plain values. 0 notice days = no notice deadline."""
    return ContractFacts(
        key=contract.pk,
        signed=not contract.is_draft,
        start=contract.start,
        end=contract.end,
        currency=contract.currency,
        lines=tuple(lines),
        auto_renew=contract.auto_renew,
        notice_days=contract.notice_days or None,
        notice_on=contract.notice_on,
        terminated_on=contract.terminated_on,
        renewed_from=contract.renewed_from_id,
        pauses=tuple(pauses),
    )


def project(clients: Collection[int], rules: Rules, day: date) -> date | None:
    """Make the derived rows of some clients (primary keys) those that follow from their facts on `day`.

    Returns the first day from which value, activity or a renewal of any of them differs from what was stored;
    None if nothing differs. A client whose facts make no sense (a price for the whole term without an end) keeps
    its rows and is reported as an error, so that it does not stop the others. Run inside a transaction.
    """
    ledgers = _ledgers(clients, rules, day)
    changed = [
        _replace(ValueSegment, {client: _segments(ledger) for client, ledger in ledgers.items()}),
        _replace(ActiveSpan, {client: _spans(ledger) for client, ledger in ledgers.items()}),
        _replace(ContractTerm, {client: _terms(ledger) for client, ledger in ledgers.items()}),
    ]
    _store_standings(ledgers, rules, day)
    return min((first for first in changed if first is not None), default=None)


def first_difference(
    old: Collection[tuple[Hashable, ...]], new: Collection[tuple[Hashable, ...]]
) -> date | None:
    """The first day on which two sets of rows (first day, last day or None, rest …) say different things."""
    return min((day for day, *_ in _edges(old) ^ _edges(new)), default=None)


def _edges(rows: Iterable[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Where rows begin and where they are over. Open rows are never over."""
    edges: set[tuple[Any, ...]] = set()
    for first_day, last_day, *rest in rows:
        edges.add((first_day, "begins", *rest))
        if last_day is not None:
            edges.add((last_day + ONE_DAY, "is over", *rest))
    return edges


def _ledgers(clients: Collection[int], rules: Rules, day: date) -> dict[int, Ledger]:
    ledgers = {}
    for client, contracts in facts_of(clients).items():
        try:
            ledgers[client] = build_ledger(contracts, rules, day)
        except ValueError as error:
            log.error("contracts_make_no_sense", client=client, error=str(error))
    return ledgers


def _segments(ledger: Ledger) -> list[dict[str, Any]]:
    return [
        {
            "first_day": segment.days.first_day,
            "last_day": segment.days.last_day,
            "contract_id": segment.contract,
            "line_id": segment.line,
            "family": segment.family,
            "currency": segment.currency,
            "annual_value": segment.annual_value,
            "paused": segment.paused,
        }
        for segment in ledger.segments
    ]


def _spans(ledger: Ledger) -> list[dict[str, Any]]:
    return [{"first_day": span.first_day, "last_day": span.last_day} for span in ledger.spans]


FACTS = {ValueSegment: "line__contract__client", ContractTerm: "contract__client"}  # whose they are now
TERM_COLUMNS = {"contract": "contract_id", "successor": "successor_id"}


def _terms(ledger: Ledger) -> list[dict[str, Any]]:
    names = [field.name for field in fields(Term) if field.name != "renewed_currency"]
    return [{TERM_COLUMNS.get(name, name): getattr(term, name) for name in names} for term in ledger.terms]


def _replace(model: type[models.Model], wanted: Mapping[int, list[dict[str, Any]]]) -> date | None:
    """Delete and insert only what differs; returns the first day on which it matters.

    A row of a term matters on its last day, on which its renewal is decided (kpis.md K5).
    """
    columns = [field.attname for field in model._meta.concrete_fields if field.attname != "id"]
    stored = model._default_manager.filter(client__in=wanted).values_list("pk", *columns)
    moved = _left_behind(model, wanted).values_list("pk", *columns)
    old = {row: pk for pk, *values in (*stored, *moved) for row in [tuple(values)]}
    new = {
        tuple(client if column == "client_id" else row[column] for column in columns): None
        for client, rows in wanted.items()
        for row in rows
    }
    gone, fresh = old.keys() - new.keys(), [row for row in new if row not in old]
    model._default_manager.filter(pk__in=[old[row] for row in gone]).delete()
    insert(model, columns, fresh)
    dated = _on_its_last_day if model is ContractTerm else _over_its_days
    return first_difference([dated(columns, row) for row in gone], [dated(columns, row) for row in fresh])


def _left_behind(model: type[models.Model], clients: Iterable[int]) -> models.QuerySet[models.Model]:
    """Rows stored with another client whose line or contract has moved to one of `clients` since.

    The other client is marked too, but perhaps not computed in this run, and no line has two rows for one day.
    """
    if model not in FACTS:
        return model._default_manager.none()
    owner = FACTS[model]
    return model._default_manager.filter(**{f"{owner}__in": clients}).exclude(client=models.F(owner))


def _over_its_days(columns: Sequence[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    days = columns.index("first_day"), columns.index("last_day")
    rest = (value for place, value in enumerate(row) if place not in days)
    return row[days[0]], row[days[1]], *rest


def _on_its_last_day(columns: Sequence[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    last_day = row[columns.index("last_day")]
    return last_day, last_day, *row


@dataclass(frozen=True)
class _Today:
    """What the standings of all clients share."""

    day: date
    rules: Rules
    rates: Mapping[str, Decimal]
    next_rates: Mapping[str, date]
    decided: Collection[tuple[int, date]]

    @classmethod
    def load(cls, clients: Collection[int], rules: Rules, day: date) -> _Today:
        decisions = RenewalDecision.objects.filter(contract__client__in=clients)
        upcoming = ExchangeRate.objects.filter(day__gt=day).order_by()
        return cls(
            day=day,
            rules=rules,
            rates=dict(ExchangeRate.objects.on(day).values_list("currency", "rate"))
            | {rules.reporting_currency: Decimal(1)},
            next_rates=dict(
                upcoming.values("currency").annotate(first=models.Min("day")).values_list("currency", "first")
            ),
            decided=set(decisions.values_list("contract_id", "term_end")),
        )


def _store_standings(ledgers: Mapping[int, Ledger], rules: Rules, day: date) -> None:
    today = _Today.load(ledgers.keys(), rules, day)
    names = [f.name for f in ClientStanding._meta.concrete_fields if f.name not in ("client", "computed_at")]
    ClientStanding.objects.bulk_create(
        (
            ClientStanding(client_id=client, **dict(zip(names, _standing(ledger, today, names), strict=True)))
            for client, ledger in ledgers.items()
        ),
        update_conflicts=True,
        unique_fields=["client"],
        update_fields=[*names, "computed_at"],
    )


def _standing(ledger: Ledger, today: _Today, names: Iterable[str]) -> list[Any]:
    day = today.day
    status, since = status_on(ledger, day)
    first_active = min((span.first_day for span in ledger.spans), default=None)
    changes = [
        ledger.next_change_on(day),
        *(today.next_rates.get(currency) for currency in ledger.value_on(day)),
    ]
    values = {
        "status": status,
        "since": since,
        "first_active_on": first_active if first_active is not None and first_active <= day else None,
        "annual_value": _annual_value(ledger, today),
        "values": {currency: str(value) for currency, value in sorted(ledger.value_on(day).items())},
        "is_paused": any(segment.paused and segment.days.covers(day) for segment in ledger.segments),
        "next_term_end": min((term.last_day for term in _coming(ledger, day)), default=None),
        "next_deadline": min((_binding(term) for term in _undecided(ledger, today)), default=None),
        "as_of": day,
        "next_change_on": min((change for change in changes if change is not None), default=None),
    }
    return [values[name] for name in names]


def status_on(ledger: Ledger, day: date) -> tuple[str, date | None]:
    """The lifecycle of a client on a day, and since when; it follows from contracts and days alone.

    Onboarding = signed, the first (or next) day of value is still to come.
    """
    span = ledger.span_on(day)
    if span is not None:
        return ClientStanding.Status.ACTIVE, span.first_day
    past = [span.last_day for span in ledger.spans if span.last_day is not None and span.last_day < day]
    if any(span.first_day > day for span in ledger.spans):
        return ClientStanding.Status.ONBOARDING, None
    if past:
        return ClientStanding.Status.LOST, max(past) + ONE_DAY
    return ClientStanding.Status.PROSPECT, None


def _annual_value(ledger: Ledger, today: _Today) -> Decimal | None:
    """Value of the day in the reporting currency, converted line by line (kpis.md R3); None without a rate."""
    total = Decimal("0.00")
    for segment in ledger.segments:
        if segment.paused or not segment.days.covers(today.day):
            continue
        rate = today.rates.get(segment.currency)
        if rate is None:
            return None
        total += (segment.annual_value * rate).quantize(CENT, ROUND_HALF_UP)
    return total


def _coming(ledger: Ledger, day: date) -> list[Term]:
    """Terms that run on `day` or later and are not replaced by a successor: their ends are still to come."""
    return [term for term in ledger.terms if term.runs_until >= day and term.successor is None]


def _undecided(ledger: Ledger, today: _Today) -> list[Term]:
    """Terms to come for which nobody has renewed, given notice, terminated or decided to let them renew.

    Of each contract only the first one: the deadlines of later terms are not open while this one is.
    """
    first: dict[int, Term] = {}
    for term in _coming(ledger, today.day):
        first.setdefault(term.contract, term)
    return [
        term
        for term in first.values()
        if term.notice_on is None
        and term.terminated_on is None
        and (term.contract, term.last_day) not in today.decided
    ]


def _binding(term: Term) -> date:
    """The anchor of a term: its notice deadline if there is one, else its last day."""
    return term.notice_deadline or term.last_day

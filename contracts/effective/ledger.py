"""The ledger of one client: what kpis.md section 6 stores, from the facts of R2, R5 and R6."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.effective.days import ONE_DAY, Span
from contracts.effective.facts import ContractFacts, Rules
from contracts.effective.pauses import Pause, active_spans, pauses_of, split_by_pauses
from contracts.effective.running import Run, linked_successor, runs_of
from contracts.effective.schedule import exists
from contracts.effective.terms import ZERO, Term, next_term_on, terms_of
from contracts.effective.values import add_months


@dataclass(frozen=True, slots=True)
class Segment:
    """Days on which a line has one annual value. Paused: the contracted value, which counts 0 (R6, K8)."""

    contract: int
    line: int
    family: Hashable
    currency: str
    annual_value: Decimal
    days: Span
    paused: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that follows from the facts of one client, each part in order of days.

    `segments`: adjacent and never overlapping per line; lines without a value have none. `spans`: the client
    is active. `next_term_on`: the day on which one more automatic term comes within the horizon, or None.
    """

    terms: tuple[Term, ...]
    segments: tuple[Segment, ...]
    spans: tuple[Span, ...]
    next_term_on: dt.date | None

    def value_on(self, day: dt.date) -> dict[str, Decimal]:
        """Annual value on a day by currency; paused lines count 0, currencies without value are left out."""
        values: dict[str, Decimal] = {}
        for segment in self.segments:
            if segment.days.covers(day) and not segment.paused:
                values[segment.currency] = values.get(segment.currency, ZERO) + segment.annual_value
        return values

    def span_on(self, day: dt.date) -> Span | None:
        """The span of activity around a day, None if the client is not active then."""
        return next((span for span in self.spans if span.covers(day)), None)

    def term_on(self, contract: int, day: dt.date) -> Term | None:
        """The term of a contract that runs on a day; None if none does, as after a termination."""
        running = (term for term in self.terms if term.first_day <= day <= term.runs_until)
        return next((term for term in running if term.contract == contract), None)

    def next_change_on(self, day: dt.date) -> dt.date | None:
        """The next day after `day` on which time alone changes what the ledger says of "today"; None = never.

        A line starts, stops, pauses or resumes; the client becomes active or lost (day 91 of a pause); a term
        begins or ends; a notice deadline or the last day of grace has passed; one more term comes within the
        horizon.
        """
        spans = [*self.spans, *(segment.days for segment in self.segments)]
        firsts = [span.first_day for span in spans] + [term.first_day for term in self.terms]
        lasts = [span.last_day for span in spans]
        for term in self.terms:
            lasts += [term.notice_deadline, term.runs_until, term.last_day, term.last_day_of_grace]
        changes = [*firsts, self.next_term_on, *(last + ONE_DAY for last in lasts if last is not None)]
        return min((change for change in changes if change is not None and change > day), default=None)


def build_ledger(contracts: Iterable[ContractFacts], rules: Rules, day: dt.date) -> Ledger:
    """Apply R2, R5 and R6 to the facts of one client.

    Only the number of automatic terms listed depends on `day`: they go up to the one that is running
    `rules.horizon_months` after it. Values and activity are the same whatever the day.
    Raises ValueError for a price "for the whole term" on a line that has no end.
    """
    existing = [contract for contract in contracts if exists(contract)]
    successors = {contract.key: linked_successor(contract, existing) for contract in existing}
    runs = runs_of(existing, successors, rules)
    pauses = pauses_of(existing, rules)
    horizon = add_months(day, rules.horizon_months)
    terms = [term for each in existing for term in terms_of(each, successors[each.key], runs, rules, horizon)]
    return Ledger(
        terms=tuple(sorted(terms, key=lambda term: (term.last_day, term.contract))),
        segments=tuple(sorted(segments_of(runs, pauses), key=lambda each: (each.days.first_day, each.line))),
        spans=tuple(active_spans(runs, pauses, rules)),
        next_term_on=next_term_on(terms, rules),
    )


def segments_of(runs: Sequence[Run], pauses: Mapping[int, Sequence[Pause]]) -> Iterator[Segment]:
    """Each run of a line, cut where its contract pauses and resumes (R6)."""
    for run in runs:
        for days, pause in split_by_pauses(run.days, pauses[run.contract.key]):
            yield Segment(
                contract=run.contract.key,
                line=run.line.key,
                family=run.line.family,
                currency=run.contract.currency,
                annual_value=run.annual_value,
                days=days,
                paused=pause is not None,
            )

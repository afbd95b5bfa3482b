"""R5: on which days is a line in effect?

In two steps, so that nothing goes in circles: first the days by the line's own contract alone, then the
contracts and lines around it (linked successor, grace), which are asked for their own dates only and never
for their result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.effective.days import Span, day_before, earliest
from contracts.effective.facts import ContractFacts, LineFacts, Rules
from contracts.effective.schedule import last_day_of_grace, priced_days, scheduled_end
from contracts.effective.values import annual_value


@dataclass(frozen=True, slots=True)
class Run:
    """One line with a value and the days on which it is in effect; paused days are among them."""

    contract: ContractFacts
    line: LineFacts
    annual_value: Decimal
    days: Span


def linked_successor(contract: ContractFacts, contracts: Sequence[ContractFacts]) -> ContractFacts | None:
    """R5.3: the contract that renews this one, the earliest if there are several; `contracts` all exist."""
    successors = [other for other in contracts if other.renewed_from == contract.key]
    return min(successors, key=lambda other: (other.start, other.key), default=None)


def runs_of(
    contracts: Sequence[ContractFacts], successors: Mapping[int, ContractFacts | None], rules: Rules
) -> list[Run]:
    """R5 for all lines of one client; `contracts` all exist (R5.1), `successors` by key of the renewed."""
    own_runs = [run for contract in contracts for line in contract.lines if (run := own_run(contract, line))]
    runs = (with_grace(run, own_runs, rules) for run in own_runs)
    return [kept for run in runs if (kept := until_successor(run, successors[run.contract.key]))]


def own_run(contract: ContractFacts, line: LineFacts) -> Run | None:
    """R5.2, R5.4, R5.6, R5.7: the line by its own contract alone. None if it has no value or no day.

    No line runs outside its contract. An own end on the contract's signed end is the contract's end and moves
    with it into automatic terms; an own end after that belongs to an amendment of a later term and is meant
    as it stands.
    """
    value = annual_value(line.amount, line.period, *priced_days(contract, line))
    own_end = None if line.end == contract.end else line.end
    last_day = earliest(own_end, scheduled_end(contract), contract.terminated_on)
    first_day = max(line.start or contract.start, contract.start)
    if not value or (last_day is not None and last_day < first_day):
        return None
    return Run(contract, line, value, Span(first_day, last_day))


def with_grace(run: Run, own_runs: Sequence[Run], rules: Rules) -> Run:
    """R5.5: a line that reaches the end of a lapsed contract keeps its value through the days of grace.

    They stop on the day a notice arrives in them, and before a line of the same family that starts after the
    end.
    """
    grace_end = last_day_of_grace(run.contract, rules)
    if grace_end is None or run.days.last_day != run.contract.end:
        return run
    notice_on = run.contract.notice_on
    next_of_family = next_start_in_family(run, own_runs)
    last_day = earliest(grace_end, notice_on, day_before(next_of_family))
    return replace(run, days=Span(run.days.first_day, last_day))


def next_start_in_family(run: Run, own_runs: Sequence[Run]) -> dt.date | None:
    """R5.5: the first day after the run on which another line of its family starts by its own contract."""
    last_day = run.days.last_day
    starts = (other.days.first_day for other in own_runs if other.line.family == run.line.family)
    return min((start for start in starts if last_day is not None and start > last_day), default=None)


def until_successor(run: Run, successor: ContractFacts | None) -> Run | None:
    """R5.3: the linked successor replaces from its first day on. None if no day is left."""
    if successor is None:
        return run
    last_day = earliest(run.days.last_day, day_before(successor.start))
    if last_day is not None and last_day < run.days.first_day:
        return None
    return replace(run, days=Span(run.days.first_day, last_day))

"""The terms of a contract with what a renewal decision needs (R5.4, R5.5, K5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.effective.days import ONE_DAY, day_before
from contracts.effective.facts import ContractFacts, Rules
from contracts.effective.running import Run
from contracts.effective.schedule import last_day_of_grace, notice_deadline, rolls_over, scheduled_terms
from contracts.effective.values import add_months

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Term:
    """The signed term of a contract, or one that began automatically. Days in Asia/Jakarta, ends included.

    `first_day`, `last_day`: as scheduled, also if the contract is replaced or terminated earlier.
    `notice_deadline`: last day for a notice; None if no notice period is agreed.
    `rolls_over`: the contract goes on by itself after `last_day`; then the four facts below are None.
    `successor`, `successor_start`: the contract that renews it, however early or late it starts.
    `notice_on`: the notice by either side, if this is the last term.
    `terminated_on`: the termination, if it falls on or before `last_day`.
    `last_day_of_grace`: through this day the term waits for a successor; `last_day` itself if there is no
    grace.
    `value_due`: annual value on `last_day`, or on the day before the successor if that is earlier; pauses
    ignored. 0 = no renewal decision (K5): terminated before `last_day`, replaced before it began, or nothing
    recurring.
    `value_renewed`: annual value of the successor on its first day, or of the contract itself on the first
    day after a rollover; pauses ignored, in `renewed_currency`. 0 if nothing follows.
    """

    contract: int
    number: int
    first_day: dt.date
    last_day: dt.date
    notice_deadline: dt.date | None
    rolls_over: bool
    successor: int | None
    successor_start: dt.date | None
    notice_on: dt.date | None
    terminated_on: dt.date | None
    last_day_of_grace: dt.date
    currency: str
    value_due: Decimal
    renewed_currency: str
    value_renewed: Decimal

    @property
    def runs_until(self) -> dt.date:
        """The last day of the term on which its contract runs; before `first_day` if replaced by then."""
        stops = (self.last_day, self.terminated_on, day_before(self.successor_start))
        return min(day for day in stops if day is not None)


def terms_of(
    contract: ContractFacts,
    successor: ContractFacts | None,
    runs: Sequence[Run],
    rules: Rules,
    horizon: dt.date,
) -> Iterator[Term]:
    """The signed term and the automatic ones that begin by `horizon`; none for an open-ended contract.

    `runs` are those of the client (R5).
    """
    if contract.end is None:
        return
    for number, (first_day, last_day) in enumerate(scheduled_terms(contract.start, contract.end), start=1):
        if number > 1 and first_day > horizon:
            return
        rolls = rolls_over(contract, successor, last_day)
        heir = None if rolls else successor
        yield Term(
            contract=contract.key,
            number=number,
            first_day=first_day,
            last_day=last_day,
            notice_deadline=None if contract.notice_days is None else notice_deadline(contract, last_day),
            rolls_over=rolls,
            successor=heir.key if heir else None,
            successor_start=heir.start if heir else None,
            notice_on=None if rolls else contract.notice_on,
            terminated_on=termination_by(contract, last_day),
            last_day_of_grace=last_day_of_grace(contract, rules) or last_day,
            currency=contract.currency,
            value_due=value_due(contract, last_day, heir, runs),
            renewed_currency=heir.currency if heir else contract.currency,
            value_renewed=value_renewed(contract, last_day, heir, runs) if rolls or heir else ZERO,
        )
        if not rolls:
            return


def termination_by(contract: ContractFacts, last_day: dt.date) -> dt.date | None:
    """R5.2: the termination, if it falls in the term that ends on `last_day`."""
    terminated_on = contract.terminated_on
    return terminated_on if terminated_on is not None and terminated_on <= last_day else None


def value_due(
    contract: ContractFacts, last_day: dt.date, heir: ContractFacts | None, runs: Sequence[Run]
) -> Decimal:
    """K5: annual value on the last day or the eve of the successor; 0 if terminated before the last day."""
    terminated_on = termination_by(contract, last_day)
    if terminated_on is not None and terminated_on < last_day:
        return ZERO
    return contracted_value(contract, min(last_day, heir.start - ONE_DAY) if heir else last_day, runs)


def value_renewed(
    contract: ContractFacts, last_day: dt.date, heir: ContractFacts | None, runs: Sequence[Run]
) -> Decimal:
    """K5: annual value of the successor on its start, or of the contract on the day after a rollover."""
    if heir is None:
        return contracted_value(contract, last_day + ONE_DAY, runs)
    return contracted_value(heir, heir.start, runs)


def contracted_value(contract: ContractFacts, day: dt.date, runs: Sequence[Run]) -> Decimal:
    """Annual value of the lines of one contract in effect on a day, pauses ignored, in its currency."""
    lines = (run for run in runs if run.contract.key == contract.key and run.days.covers(day))
    return sum((run.annual_value for run in lines), ZERO)


def next_term_on(terms: Iterable[Term], rules: Rules) -> dt.date | None:
    """The day on which one more automatic term comes within the horizon; None = no contract goes on.

    `terms` are all that are within the horizon now.
    """
    last_terms = {term.contract: term for term in terms}  # in order of number, so the last one stays
    starts = [term.last_day + ONE_DAY for term in last_terms.values() if term.rolls_over]
    return min((first_day_within(start, rules) for start in starts), default=None)


def first_day_within(term_start: dt.date, rules: Rules) -> dt.date:
    """The first day whose horizon reaches the start of a term."""
    day = add_months(term_start, -rules.horizon_months)
    while add_months(day, rules.horizon_months) < term_start:
        day += ONE_DAY
    return day

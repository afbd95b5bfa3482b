"""R5 as far as one contract alone decides: does it count, its terms, its scheduled end, its grace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count

from contracts.effective.days import ONE_DAY, Span, earliest
from contracts.effective.facts import ContractFacts, LineFacts, Rules
from contracts.effective.values import add_months, term_months


def exists(contract: ContractFacts) -> bool:
    """R5.1, R5.2: neither a draft nor void. Void = terminated before its start: it never existed."""
    void = contract.terminated_on is not None and contract.terminated_on < contract.start
    return contract.signed and not void


def scheduled_terms(start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """R5.4: first and last day of the signed term and of every further term of equal length, without end.

    Equal length = whole months counted from the original start if the signed term is whole months, else days.
    """
    months, days = term_months(start, end), (end - start).days + 1

    def first_day(number: int) -> dt.date:
        if months.denominator == 1:
            return add_months(start, number * int(months))
        return start + dt.timedelta(days=number * days)

    for number in count():
        yield first_day(number), first_day(number + 1) - ONE_DAY


def notice_deadline(contract: ContractFacts, term_end: dt.date) -> dt.date:
    """R5.4: the last day on which a notice still ends this term."""
    return term_end - dt.timedelta(days=contract.notice_days or 0)


def notice_ends_term(contract: ContractFacts, term_end: dt.date) -> bool:
    """R5.4: a notice on or before the deadline ends the term, a later one waits for the next deadline."""
    return contract.notice_on is not None and contract.notice_on <= notice_deadline(contract, term_end)


def rolls_over(contract: ContractFacts, successor: ContractFacts | None, term_end: dt.date) -> bool:
    """R5.4: auto-renew, no notice in time, not terminated by then, no successor starting by the next day."""
    return (
        contract.auto_renew
        and not notice_ends_term(contract, term_end)
        and not (contract.terminated_on is not None and contract.terminated_on <= term_end)
        and not (successor is not None and successor.start <= term_end + ONE_DAY)
    )


def scheduled_end(contract: ContractFacts) -> dt.date | None:
    """R5.4, R5.6: the last day by the contract's own dates and notice; None = goes on by itself."""
    if contract.end is None or not contract.auto_renew:
        return contract.end
    if contract.notice_on is None:
        return None
    terms = scheduled_terms(contract.start, contract.end)
    return next(term_end for _, term_end in terms if notice_ends_term(contract, term_end))


def last_day_of_grace(contract: ContractFacts, rules: Rules) -> dt.date | None:
    """R5.5: through this day a lapsed contract waits for its renewal; None = no grace.

    Not shortened by a notice inside the grace, a successor or another line: those stop single lines
    (`running.py`).
    """
    if contract.end is None or contract.auto_renew or contract.terminated_on is not None:
        return None
    if contract.notice_on is not None and contract.notice_on <= contract.end:
        return None
    return contract.end + dt.timedelta(days=rules.grace_days)


def own_days(contract: ContractFacts, rules: Rules) -> Span:
    """The days on which a contract runs with its grace, as long as no other contract replaces it."""
    grace_end = last_day_of_grace(contract, rules)
    last_day = earliest(grace_end, contract.notice_on) if grace_end else scheduled_end(contract)
    return Span(contract.start, earliest(last_day, contract.terminated_on))


def priced_days(contract: ContractFacts, line: LineFacts) -> tuple[dt.date, dt.date | None]:
    """R2: the days that a price "for the whole term" pays for: the line's own, else the contract's.

    A line added in a term that began automatically pays for the rest of that term.
    """
    start, end = line.start or contract.start, line.end or contract.end
    if end is not None and contract.end is not None and end < start:
        terms = scheduled_terms(contract.start, contract.end)
        end = next(term_end for _, term_end in terms if term_end >= start)
    return start, end

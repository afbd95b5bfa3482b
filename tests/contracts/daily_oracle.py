"""Rules R2, R5, R6 and the renewals of K5 (kpis.md) told a second time, one day at a time.

Written from the text before the product's code and sharing nothing with it: every answer is a yes or a no
about one line on one day, found by looking at the facts again from the start. Slow on purpose.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from dateutil.relativedelta import relativedelta

ONE_DAY = dt.timedelta(days=1)
PER_YEAR = {"month": 12, "quarter": 4, "semester": 2, "year": 1, "week": 52, "day": 365, "one_off": 0}


def line_value(facts, rules, contract, line, day):
    """Value of one line on one day in its own currency: 0 before, after and while paused (R5, R6)."""
    if not in_effect(facts, rules, contract, line, day) or pause_covers(contract, day):
        return Decimal("0.00")
    return arr(contract, line)


def client_value(facts, rules, day, currency="IDR"):
    """Value of all lines of one currency on one day."""
    return sum(
        (
            line_value(facts, rules, contract, line, day)
            for contract in facts
            for line in contract.lines
            if contract.currency == currency
        ),
        Decimal("0.00"),
    )


def client_is_active(facts, rules, day):
    """Section 2: some line with a value is in effect, and not past the limit of its pause (R6)."""
    return any(
        in_effect(facts, rules, contract, line, day)
        and arr(contract, line) != 0
        and days_paused(facts, rules, contract, day) <= rules.pause_limit_days
        for contract in facts
        for line in contract.lines
    )


# R5


def counts(contract):
    """Drafts never count; terminated before the start = it never existed."""
    return contract.signed and not (contract.terminated_on and contract.terminated_on < contract.start)


def starts_on(contract, line):
    return max(line.start or contract.start, contract.start)


def in_effect(facts, rules, contract, line, day):
    if not counts(contract) or day < starts_on(contract, line):
        return False
    if any(s.renewed_from == contract.key and counts(s) and s.start <= day for s in facts):
        return False
    return runs_by_its_own_contract(contract, line, day) or in_grace(facts, rules, contract, line, day)


def runs_by_its_own_contract(contract, line, day):
    """Without looking at other contracts and without grace."""
    if contract.terminated_on and day > contract.terminated_on:
        return False
    if line.end and line.end != contract.end and day > line.end:
        return False
    if contract.end is None or day <= contract.end:
        return True
    return contract.auto_renew and day <= automatic_end_at(contract, day)


def automatic_end_at(contract, day):
    """Walk term by term until one ends by a notice in time, or reaches the day."""
    number = 1
    while True:
        term_end = automatic_term_end(contract, number)
        in_time = contract.notice_on and (
            contract.notice_on <= term_end - dt.timedelta(days=contract.notice_days or 0)
        )
        if in_time or term_end >= day:
            return term_end
        number += 1


@lru_cache(maxsize=4096)
def automatic_term_end(contract, number):
    """Whole months if the signed term is whole months, else the same number of days."""
    months = 0
    while contract.start + relativedelta(months=months) - ONE_DAY < contract.end:
        months += 1
    if contract.start + relativedelta(months=months) - ONE_DAY == contract.end:
        return contract.start + relativedelta(months=months * number) - ONE_DAY
    return contract.start + number * (contract.end - contract.start + ONE_DAY) - ONE_DAY


def in_grace(facts, rules, contract, line, day):
    end = contract.end
    if end is None or contract.auto_renew or contract.terminated_on:
        return False
    if line.end and line.end < end:
        return False
    if not starts_on(contract, line) <= end < day <= end + dt.timedelta(days=rules.grace_days):
        return False
    if contract.notice_on and (contract.notice_on <= end or contract.notice_on < day):
        return False
    return not any(
        counts(other)
        and rival.family == line.family
        and end < starts_on(other, rival) <= day
        and arr(other, rival) != 0
        and runs_by_its_own_contract(other, rival, starts_on(other, rival))
        for other in facts
        for rival in other.lines
    )


# R6


def pause_covers(contract, day):
    return any(pause.start <= day and (pause.end is None or day <= pause.end) for pause in contract.pauses)


def days_paused(facts, rules, contract, day):
    """The how-manieth day of its pause this is, 0 = not paused. A pause goes on through a linked renewal."""
    count = 0
    while pause_covers(contract, day):
        count += 1
        day -= ONE_DAY
        if day == contract.start - ONE_DAY:
            return count + max(
                days_paused_before(contract, day), days_paused_in_predecessor(facts, rules, contract, day)
            )
    return count


def days_paused_before(contract, day):
    count = 0
    while pause_covers(contract, day - count * ONE_DAY):
        count += 1
    return count


def days_paused_in_predecessor(facts, rules, contract, day):
    for predecessor in facts:
        if predecessor.key == contract.renewed_from and still_runs(rules, predecessor, day):
            return days_paused(facts, rules, predecessor, day)
    return 0


def still_runs(rules, contract, day):
    """The contract as a whole, with its grace: would a line without dates of its own be in effect?"""
    everything = SimpleNamespace(start=None, end=None, family=None)
    return in_effect([contract], rules, contract, everything, day)


# K5


@dataclass(frozen=True)
class Decision:
    """A scheduled term end, and what may have followed it: the next term, a linked successor, or nothing (None)."""

    contract: Any
    end: dt.date
    rolls_over: bool
    successor: Any

    @property
    def due_on(self):
        """The term end, or the day before the successor's start if that is earlier."""
        return min(self.end, self.successor.start - ONE_DAY) if self.successor else self.end

    @property
    def next_contract(self):
        return self.contract if self.rolls_over else self.successor

    @property
    def next_day(self):
        return self.end + ONE_DAY if self.rolls_over else self.successor.start

    @property
    def is_void(self):
        """Terminated before the term end: churn, and no decision."""
        return bool(self.contract.terminated_on and self.contract.terminated_on < self.end)

    def waits_until(self, rules):
        """The last day of grace; the term end itself after a notice, a termination or automatic terms."""
        contract, notice_on = self.contract, self.contract.notice_on
        if contract.auto_renew or contract.terminated_on or (notice_on and notice_on <= self.end):
            return self.end
        return self.end + dt.timedelta(days=rules.grace_days)

    def is_renewed(self, rules):
        in_time = self.successor and self.successor.start <= self.waits_until(rules) + ONE_DAY
        return bool(self.rolls_over or in_time)

    def is_pending(self, rules, as_of):
        """Not renewed, but may be yet; told by somebody who knows nothing of the days after `as_of`."""
        terminated = self.contract.terminated_on and self.contract.terminated_on <= self.end
        return not self.contract.notice_on and not terminated and as_of <= self.waits_until(rules)


def decisions(facts, rules, contract, until):
    """Every term end up to a day: the signed one, and the automatic ones after it as long as it rolls over."""
    if contract.end is None or not counts(contract):
        return []
    successors = [s for s in facts if s.renewed_from == contract.key and counts(s)]
    successor = min(successors, key=lambda s: (s.start, s.key), default=None)
    found, term_end = [], contract.end
    while term_end <= until:
        rolls = rolls_over(contract, successor, term_end)
        found.append(Decision(contract, term_end, rolls, successor))
        if not rolls:
            break
        term_end = automatic_term_end(contract, len(found) + 1)
    return found


def rolls_over(contract, successor, term_end):
    """R5.4: goes on by itself, as nobody ends it and no successor takes over by the next day."""
    next_day = term_end + ONE_DAY
    everything = SimpleNamespace(start=None, end=None, family=None)
    return (
        contract.auto_renew
        and runs_by_its_own_contract(contract, everything, next_day)
        and not (contract.terminated_on and contract.terminated_on <= term_end)
        and not (successor and successor.start <= next_day)
    )


def renewal_values(facts, rules, decision):
    """(value due, value renewed) in the currencies of the contracts, pauses ignored; 0 due = no decision."""
    due, new = Decimal("0.00"), Decimal("0.00")
    if not decision.is_void:
        due = contracted(facts, rules, decision.contract, decision.due_on)
    if decision.next_contract:
        new = contracted(facts, rules, decision.next_contract, decision.next_day)
    return due, new


def contracted(facts, rules, contract, day):
    lines = [line for line in contract.lines if in_effect(facts, rules, contract, line, day)]
    return sum((arr(contract, line) for line in lines), Decimal("0.00"))


# R2, R3


@lru_cache(maxsize=4096)
def arr(contract, line):
    if line.period != "term":
        return rounded(Fraction(line.amount) * PER_YEAR[line.period])
    start, end = line.start or contract.start, line.end or contract.end
    if start > end:  # an amendment of a term that began automatically
        if not contract.auto_renew:
            return Decimal("0.00")
        number = 1
        while automatic_term_end(contract, number) < start:
            number += 1
        end = automatic_term_end(contract, number)
    return rounded(Fraction(line.amount) * 12 / months_in(start, end))


def months_in(start, end):
    """Whole months, then the days left over as a part of the month they begin in."""
    whole = 0
    while start + relativedelta(months=whole + 1) <= end + ONE_DAY:
        whole += 1
    first_left = start + relativedelta(months=whole)
    left, length = 0, 0
    while first_left + left * ONE_DAY <= end:
        left += 1
    while first_left + length * ONE_DAY < start + relativedelta(months=whole + 1):
        length += 1
    return whole + Fraction(left, length)


def rounded(value):
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

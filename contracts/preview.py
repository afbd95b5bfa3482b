"""What an action would do to a client's value, before it is done.

The action itself runs inside a savepoint that is rolled back, and the law of contracts is applied to the facts before
and after: so the preview cannot differ from what the action does, and there is no second version of any rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from contracts.effective import Ledger, build_ledger
from contracts.projection import current_rules, facts_of
from contracts.values import monthly

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """From `day` on the client's value in `currency` is another one; amounts are annual."""

    day: date
    currency: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def monthly_before(self) -> Decimal:
        return monthly(self.before)

    @property
    def monthly_after(self) -> Decimal:
        return monthly(self.after)

    @property
    def monthly_difference(self) -> Decimal:
        return monthly(self.difference)


def movement(client: int, action: Callable[[], object], day: date) -> list[Step]:
    """The days on which `action` changes the client's value, and by how much. Needs a transaction; changes nothing.

    Whatever the action raises (ValidationError, …) is raised here, too.
    """
    before = _ledger(client, day)
    point = transaction.savepoint()
    try:
        action()
        after = _ledger(client, day)
    finally:
        transaction.savepoint_rollback(point)
    return list(_steps(before, after))


def _ledger(client: int, day: date) -> Ledger:
    return build_ledger(facts_of([client])[client], current_rules(), day)


def _steps(before: Ledger, after: Ledger) -> list[Step]:
    steps: list[Step] = []
    last: dict[str, Decimal] = {}
    for day in _edges(before, after):
        old, new = before.value_on(day), after.value_on(day)
        for currency in sorted(old.keys() | new.keys() | last.keys()):
            step = Step(day, currency, old.get(currency, Decimal(0)), new.get(currency, Decimal(0)))
            if step.difference != last.get(currency, 0):
                last[currency] = step.difference
                steps.append(step)
    return steps


def _edges(*ledgers: Ledger) -> list[date]:
    days = set()
    for segment in (segment for ledger in ledgers for segment in ledger.segments):
        days.add(segment.days.first_day)
        if segment.days.last_day:
            days.add(segment.days.last_day + ONE_DAY)
    return sorted(days)

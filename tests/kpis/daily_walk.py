"""K1 to K8 told a second time: one client after the other, one day after the other.

Shares nothing with kpis/sql. Values of days come from the ledger, which has a day-by-day oracle of its own.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

ONE_DAY = timedelta(days=1)
CENT = Decimal("0.01")


class Walk:
    """Sums by scope name of some clients in a window. `owner(client, day)` and `team(user, day)` may give None."""

    def __init__(self, first_day, last_day, as_of, rate, owner, team):
        self.first_day, self.last_day, self.as_of = first_day, last_day, as_of or date.max
        self.opening_day = first_day - ONE_DAY
        self.rate, self.owner, self.team = rate, owner, team
        self.sums = defaultdict(Counter)

    def credit(self, client, day, **amounts):
        """To whoever owns the client on the day, her team and the company."""
        for scope in ("company", *self.scopes_of(client, day)):
            self.sums[scope].update(amounts)

    def scopes_of(self, client, day):
        user = self.owner(client, day)
        team = user and self.team(user, day)
        return f"user:{user}" if user else "unassigned", f"team:{team}" if team else "no_team"

    def converted(self, annual_value, currency, day):
        return (annual_value * self.rate(currency, day)).quantize(CENT, ROUND_HALF_UP)

    def lines(self, ledger, day):
        return [segment for segment in ledger.segments if segment.days.covers(day)]

    def value(self, ledger, day, rate_day=None):
        rate_day = rate_day or self.opening_day
        return sum(
            (
                self.converted(s.annual_value, s.currency, rate_day)
                for s in self.lines(ledger, day)
                if not s.paused
            ),
            Decimal(0),
        )

    def families(self, ledger, day):
        """Contracted value by family, pauses ignored."""
        values = Counter()
        for segment in self.lines(ledger, day):
            values[segment.family] += self.converted(segment.annual_value, segment.currency, self.opening_day)
        return values

    def client(self, client, ledger):
        self.ends(client, ledger)
        day = self.first_day
        while day <= self.last_day:
            self.day(client, ledger, day)
            day += ONE_DAY
        for term in ledger.terms:
            if self.first_day <= term.last_day <= self.last_day and term.value_due:
                self.renewal(client, ledger, term)

    def ends(self, client, ledger):
        opened = ledger.span_on(self.opening_day) is not None
        closed = ledger.span_on(self.last_day) is not None
        opening, kept = self.value(ledger, self.opening_day), self.value(ledger, self.last_day)
        closing = self.value(ledger, self.last_day, self.last_day)
        if closed:
            self.credit(client, self.last_day, closing_arr=closing, fx_arr=closing - kept, closing_clients=1)
        if not opened:
            return
        self.credit(client, self.opening_day, opening_arr=opening, opening_clients=1)
        outcome = self.last_day
        while ledger.span_on(outcome) is None:
            outcome -= ONE_DAY
        self.credit(client, outcome, cohort_clients=1, retained_clients=int(closed))
        if opening > 0:
            self.credit(
                client,
                outcome,
                cohort_opening_arr=opening,
                cohort_kept_arr=min(opening, kept),
                cohort_closing_arr=kept,
            )

    def day(self, client, ledger, day):
        yesterday = day - ONE_DAY
        active, was_active = ledger.span_on(day) is not None, ledger.span_on(yesterday) is not None
        change = self.value(ledger, day) - self.value(ledger, yesterday)
        if active and not was_active:
            ever = any(span.first_day < day for span in ledger.spans)
            names = ("reactivation_arr", "reactivated_clients") if ever else ("new_arr", "new_clients")
            self.credit(client, day, **dict(zip(names, (change, 1), strict=True)))
        elif was_active and not active:
            self.credit(client, yesterday, churn_arr=-change, churned_clients=1)
        elif active:
            self.credit(client, yesterday, expansion_arr=max(change, 0), contraction_arr=max(-change, 0))
            self.sales(client, ledger, day, change)
            self.transfer(client, ledger, day)

    def sales(self, client, ledger, day, change):
        before, after = self.families(ledger, day - ONE_DAY), self.families(ledger, day)
        changes = {family: after[family] - before[family] for family in before.keys() | after.keys()}
        more = {family: value for family, value in changes.items() if value > 0}
        resumed = change - sum(changes.values())
        self.credit(
            client,
            day - ONE_DAY,
            upsell_arr=sum(value for family, value in more.items() if family in before),
            cross_sell_arr=sum(value for family, value in more.items() if family not in before),
            downsell_arr=-sum(value for value in changes.values() if value < 0),
            resumed_arr=max(resumed, 0),
            paused_arr=max(-resumed, 0),
        )

    def transfer(self, client, ledger, day):
        value = self.value(ledger, day)
        for old, new in zip(self.scopes_of(client, day - ONE_DAY), self.scopes_of(client, day), strict=True):
            if old != new:
                self.sums[old].update(transfer_out_arr=value, transfer_out_clients=1)
                self.sums[new].update(transfer_in_arr=value, transfer_in_clients=1)

    def renewal(self, client, ledger, term):
        in_time = term.successor_start is not None and (
            term.successor_start <= term.last_day_of_grace + ONE_DAY
        )
        if not (term.rolls_over or in_time):
            if term.notice_on is None and term.terminated_on is None and self.as_of <= term.last_day_of_grace:
                self.credit(client, term.last_day, renewals_pending=1)
                return
            due = self.contracted(ledger, term.contract, self.due_day(term))
            self.credit(client, term.last_day, renewals_due=1, renewals_lost=1, renewal_due_arr=due)
            return
        due = self.contracted(ledger, term.contract, self.due_day(term))
        if term.rolls_over:
            new = self.contracted(ledger, term.contract, term.last_day + ONE_DAY)
        else:
            new = self.contracted(ledger, term.successor, term.successor_start)
        self.credit(
            client,
            term.last_day,
            renewals_due=1,
            renewals_renewed=1,
            renewal_due_arr=due,
            renewal_kept_arr=min(due, new),
            renewal_new_arr=new,
        )

    def due_day(self, term):
        return min(term.last_day, (term.successor_start or date.max) - ONE_DAY)

    def contracted(self, ledger, contract, day):
        return sum(
            (
                self.converted(s.annual_value, s.currency, self.opening_day)
                for s in self.lines(ledger, day)
                if s.contract == contract
            ),
            Decimal(0),
        )

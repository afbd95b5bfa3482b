"""K1 to K8 told a second time: one client after the other, one day after the other.

Works from plain facts (`plain_facts.py`) and the day-by-day rules of one client (`tests/contracts/daily_oracle.py`).
None of the three imports anything of the product, so that no mistake of the product can be in both tellings.
"""

from collections import Counter, defaultdict, namedtuple
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from types import SimpleNamespace

from tests.contracts import daily_oracle
from tests.kpis.plain_facts import PlainFacts, day

ONE_DAY = timedelta(days=1)
CENT = Decimal("0.01")
MONEY = (
    *("opening_arr", "new_arr", "expansion_arr", "reactivation_arr", "contraction_arr", "churn_arr"),
    *("transfer_in_arr", "transfer_out_arr", "fx_arr", "closing_arr"),
    *("cohort_opening_arr", "cohort_kept_arr", "cohort_closing_arr"),
    *("renewal_due_arr", "renewal_kept_arr", "renewal_new_arr"),
    *("upsell_arr", "cross_sell_arr", "downsell_arr", "resumed_arr", "paused_arr"),
)
COUNTS = (
    *("opening_clients", "new_clients", "reactivated_clients", "churned_clients"),
    *("transfer_in_clients", "transfer_out_clients", "closing_clients"),
    *("cohort_clients", "retained_clients"),
    *("renewals_due", "renewals_renewed", "renewals_lost", "renewals_pending"),
    *("nps_promoters", "nps_passives", "nps_detractors", "csat_n", "csat_satisfied", "csat_sum"),
)

Running = namedtuple("Running", "contract line paused")  # a line with a value that is in effect on a day
Day = namedtuple("Day", "lines active")


class DailyWalk:
    """Answers any query about one portfolio. What a client is on a day is found once and remembered."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.known = {}

    def answer(self, query):
        """Every sum by scope name; scopes without any are left out. Money is None without a rate (R4)."""
        params = (self.scenario.get("params") or {}) | (query.get("params") or {})
        rules = SimpleNamespace(
            grace_days=params.get("grace_days", 30), pause_limit_days=params.get("pause_logo_max_days", 90)
        )
        currency, as_of = params.get("reporting_currency", "IDR"), day(query.get("as_of"))
        key = (as_of, currency, *vars(rules).values())
        if key not in self.known:
            facts = PlainFacts(self.scenario["data"], as_of, currency)
            clients = [ClientDays(name, contracts, rules) for name, contracts in facts.contracts.items()]
            self.known[key] = facts, clients
        window = Window(*self.known[key], query["role"], day(query["from"]), day(query["to"]), as_of)
        return window.told()


class ClientDays:
    """One client on each day: which lines are in effect, and is it active (section 2)?"""

    def __init__(self, name, contracts, rules):
        self.name, self.contracts, self.rules = name, contracts, rules
        self.days = {}
        self.lines = [
            (contract, line)
            for contract in contracts
            for line in contract.lines
            if daily_oracle.arr(contract, line)
        ]

    def on(self, day):
        if day not in self.days:
            lines = tuple(
                Running(contract, line, daily_oracle.pause_covers(contract, day))
                for contract, line in self.lines
                if daily_oracle.in_effect(self.contracts, self.rules, contract, line, day)
            )
            self.days[day] = Day(lines, any(self.keeps_active(each, day) for each in lines))
        return self.days[day]

    def keeps_active(self, running, day):
        """R6: a paused line does for the first days of its pause."""
        if not running.paused:
            return True
        paused = daily_oracle.days_paused(self.contracts, self.rules, running.contract, day)
        return paused <= self.rules.pause_limit_days

    @cached_property
    def first_active_day(self):
        """The first ever; asked only of a client that is active on some day."""
        day = min(contract.start for contract in self.contracts)
        while not self.on(day).active:
            day += ONE_DAY
        return day

    def lines_of(self, contract, day):
        return [each for each in self.on(day).lines if each.contract is contract]


class Window:
    """The sums of all clients in the days `first`..`last`, by scope name."""

    def __init__(self, facts, clients, role, first, last, as_of):
        self.facts, self.clients, self.role = facts, clients, role
        self.first, self.last, self.as_of = first, last, as_of or date.max
        self.opening_day = first - ONE_DAY
        self.rates = {}
        self.sums = defaultdict(Counter)
        self.unknown = set()  # scopes with an amount in a currency that has no rate

    def told(self):
        for client in self.clients:
            self.client(client)
        self.surveys()
        return {
            scope: {name: sums[name] for name in COUNTS}
            | {name: None if scope in self.unknown else sums[name] for name in MONEY}
            for scope, sums in self.sums.items()
        }

    def client(self, client):
        self.ends(client)
        day = self.opening_day
        self.without_rate(client, day)
        while day < self.last:
            day += ONE_DAY
            self.without_rate(client, day)
            if self.is_eventful(client, day):
                self.day(client, day)
        for contract in client.contracts:
            for decision in daily_oracle.decisions(client.contracts, client.rules, contract, self.last):
                if decision.end >= self.first:
                    self.renewal(client, contract, decision)

    # Whose credit (R7)

    def credit(self, client, day, lines=(), **amounts):
        """To whoever owns the client on the day, her team and the company. `lines`: what the amounts are of."""
        for scope in ("company", *self.scopes(client, day)):
            self.sums[scope].update(amounts)
            if self.has_no_rate(lines):
                self.unknown.add(scope)

    def scopes(self, client, day):
        user = self.facts.owner(client.name, self.role, day)
        team = user and self.facts.team(user, day)
        return f"user:{user}" if user else "unassigned", f"team:{team}" if team else "no_team"

    # Rates and money, as in R3 and R4

    def rate(self, currency, day):
        if (currency, day) not in self.rates:
            self.rates[currency, day] = self.facts.rate(currency, day)
        return self.rates[currency, day]

    def has_no_rate(self, lines):
        return any(self.rate(each.contract.currency, self.opening_day) is None for each in lines)

    def without_rate(self, client, day):
        """R4: money is unknown for whoever holds a currency without a rate on any day."""
        lines = client.on(day).lines
        if self.has_no_rate(lines):
            self.credit(client, day, lines)

    def converted(self, lines, rate_day=None):
        """Each line is converted and rounded on its own; at the opening rate unless told otherwise."""
        total = Decimal(0)
        for each in lines:
            rate = self.rate(each.contract.currency, rate_day or self.opening_day) or 0
            value = daily_oracle.arr(each.contract, each.line) * rate
            total += value.quantize(CENT, ROUND_HALF_UP)
        return total

    def value(self, client, day, rate_day=None):
        return self.converted([each for each in client.on(day).lines if not each.paused], rate_day)

    def families(self, client, day):
        """Contracted value by family, pauses ignored (K8)."""
        values = Counter()
        for each in client.on(day).lines:
            values[each.line.family] += self.converted([each])
        return values

    # K1 to K3 and the stocks of K4

    def ends(self, client):
        before, after = client.on(self.opening_day), client.on(self.last)
        opening, kept = self.value(client, self.opening_day), self.value(client, self.last)
        if after.active:
            closing = self.value(client, self.last, self.last)
            amounts = {"closing_arr": closing, "fx_arr": closing - kept, "closing_clients": 1}
            self.credit(client, self.last, after.lines, **amounts)
        if before.active:
            self.credit(client, self.opening_day, before.lines, opening_arr=opening, opening_clients=1)
            self.cohort(client, opening, kept)

    def cohort(self, client, opening, kept):
        """For the owner of the outcome (R7); only a client with opening value is in the cohort of money (K2)."""
        outcome = self.last
        while not client.on(outcome).active:
            outcome -= ONE_DAY
        lines = client.on(self.opening_day).lines + client.on(self.last).lines
        retained = int(outcome == self.last)
        self.credit(client, outcome, lines, cohort_clients=1, retained_clients=retained)
        if opening > 0:
            self.credit(
                client,
                outcome,
                cohort_opening_arr=opening,
                cohort_kept_arr=min(opening, kept),
                cohort_closing_arr=kept,
            )

    # K4 and K8

    def is_eventful(self, client, day):
        eve = day - ONE_DAY
        return client.on(day) != client.on(eve) or self.scopes(client, day) != self.scopes(client, eve)

    def day(self, client, day):
        eve = day - ONE_DAY
        before, now = client.on(eve), client.on(day)
        lines = set(before.lines) ^ set(now.lines)
        change = self.value(client, day) - self.value(client, eve)
        if now.active and not before.active:
            names = ("new_arr", "new_clients")
            if client.first_active_day < day:
                names = ("reactivation_arr", "reactivated_clients")
            self.credit(client, day, lines, **dict(zip(names, (change, 1), strict=True)))
        elif before.active and not now.active:
            self.credit(client, eve, lines, churn_arr=-change, churned_clients=1)
        elif now.active:
            amounts = {"expansion_arr": max(change, 0), "contraction_arr": max(-change, 0)}
            self.credit(client, eve, lines, **amounts)
            self.sales(client, day, change)
            self.transfer(client, day)

    def sales(self, client, day, change):
        before, after = self.families(client, day - ONE_DAY), self.families(client, day)
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

    def transfer(self, client, day):
        """R7: the client moves at its value on the day; between people and between teams, each on its own."""
        value = self.value(client, day)
        for old, new in zip(self.scopes(client, day - ONE_DAY), self.scopes(client, day), strict=True):
            if old != new:
                self.sums[old].update(transfer_out_arr=value, transfer_out_clients=1)
                self.sums[new].update(transfer_in_arr=value, transfer_in_clients=1)
                if self.has_no_rate(client.on(day).lines):
                    self.unknown |= {old, new}

    # K5

    def renewal(self, client, contract, decision):
        """For the owner on the scheduled end day (R7)."""
        due_lines = client.lines_of(contract, decision.due_on)
        if decision.is_void or not due_lines:
            return
        if decision.is_renewed(client.rules):
            next_lines = client.lines_of(decision.next_contract, decision.next_day)
        elif decision.is_pending(client.rules, self.as_of):
            self.credit(client, decision.end, renewals_pending=1)
            return
        else:
            next_lines = None
        due, new = self.converted(due_lines), self.converted(next_lines or [])
        self.credit(
            client,
            decision.end,
            [*due_lines, *(next_lines or [])],
            renewals_due=1,
            renewals_renewed=int(next_lines is not None),
            renewals_lost=int(next_lines is None),
            renewal_due_arr=due,
            renewal_kept_arr=min(due, new),
            renewal_new_arr=new,
        )

    # K6 and K7

    def surveys(self):
        clients = {client.name: client for client in self.clients}
        answers = [each for each in self.facts.answers if self.first <= each.day <= self.last]
        votes = {}
        for each in sorted(answers, key=lambda each: (each.moment, each.key)):
            if each.kind == "nps":
                votes[each.client, each.contact] = each  # the latest of each contact stays
            else:
                satisfied = int(each.score >= 4)
                amounts = {"csat_n": 1, "csat_satisfied": satisfied, "csat_sum": each.score}
                self.credit(clients[each.client], each.day, **amounts)
        for each in votes.values():
            self.credit(clients[each.client], each.day, **{nps_group(each.score): 1})


def nps_group(score):
    if score >= 9:
        return "nps_promoters"
    return "nps_passives" if score >= 7 else "nps_detractors"


def ratios_of(sums):
    """The ratios of K1 to K7 by name, exact to the last published decimal; None = nothing to divide by."""
    nps_n = sums["nps_promoters"] + sums["nps_passives"] + sums["nps_detractors"]
    cohort, opening = sums["cohort_clients"], sums["cohort_opening_arr"]
    lost = cohort - sums["retained_clients"]
    points = 100 * (sums["nps_promoters"] - sums["nps_detractors"])
    return {
        "logo_retention": quotient(sums["retained_clients"], cohort),
        "customer_churn_rate": quotient(lost, cohort),
        "nrr": quotient(sums["cohort_closing_arr"], opening),
        "grr": quotient(sums["cohort_kept_arr"], opening),
        "renewal_rate_count": quotient(sums["renewals_renewed"], sums["renewals_due"]),
        "renewal_rate_gross_value": quotient(sums["renewal_kept_arr"], sums["renewal_due_arr"]),
        "renewal_rate_net_value": quotient(sums["renewal_new_arr"], sums["renewal_due_arr"]),
        "csat": quotient(sums["csat_satisfied"], sums["csat_n"]),
        "csat_mean": quotient(sums["csat_sum"], sums["csat_n"], places=4),
        "nps": quotient(points, nps_n, places=4),
        "nps_n": nps_n,
    }


def quotient(part, whole, places=6):
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

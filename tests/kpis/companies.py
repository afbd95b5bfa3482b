"""Companies by number, in the format of kpis.md section 3: the same one every time, full of what is difficult.

Forty clients with drafts, notices, terminations, pauses, automatic renewals, contracts without an end, prices for a
term, overlaps, gaps, two currencies, days without an owner, people who change teams, and answers at midnight.
"""

import os
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

ONE_DAY = timedelta(days=1)
BASE = date(2024, 1, 1)
CLIENTS = 40
PORTFOLIOS = int(os.environ.get("SETIA_PORTFOLIOS", "25"))  # how many of them the tests look at
PEOPLE = ("ani", "budi", "citra", "dewi", "eko", "fitri")
TEAMS = ("T1", "T2", "T3")
ROLES = ("AM", "AE")
GAPS = (
    1,
    8,
    25,
    31,
    32,
    60,
    0,
    0,
    -1,
    -20,
    29,
    30,
)  # days without a contract between two; negative = overlap
NEAR_END = (-41, -40, -31, -30, -29, -5, -1, 0, 1, 5, 29, 30, 31)
PERIODS = ("month", "month", "quarter", "semester", "year", "week", "day", "one_off", "term")
AMOUNTS = ("0", "1", "333.33", "1000", "1000", "12000.01", "250.10")


def company(number):
    """The data of a scenario. Every fifth company has rupiah only; of another fifth the first rates are missing."""
    return Company(
        Random(number), dollars=number % 5 != 0, first_rate=150 if number % 5 == 4 else -400
    ).data()


class Company:
    def __init__(self, random, dollars, first_rate):
        self.random, self.dollars, self.first_rate = random, dollars, first_rate

    def data(self):
        names = [f"C{number:02}" for number in range(CLIENTS)]
        contracts = {name: self.contracts(name) for name in names}
        everything = [each for of_client in contracts.values() for each in of_client]
        return {
            "clients": [{"id": name} for name in names],
            "contracts": self.random.sample(everything, len(everything)),
            "assignments": [
                {"client": name, "user": user, "role": role, "from": text(first), "to": text(last)}
                for name in names
                for role in ROLES
                for user, first, last in self.history((*PEOPLE, None), eventful_days(contracts[name]))
                if user
            ],
            "team_memberships": self.memberships(eventful_days(everything)),
            "surveys": [each for name in names for each in self.answers(name)],
            "fx": self.rates(),
        }

    def one_of(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.random() * 100 < percent

    # Contracts

    def contracts(self, client):
        """In any order; one may renew an earlier one, but each is renewed once at most."""
        found, renewed = [], set()
        for number in range(1, 1 + self.one_of(1, 2, 3, 3, 4)):
            previous = self.random.choice(found) if found and self.chance(70) else None
            contract = self.contract(client, number, previous)
            if previous and previous["id"] not in renewed and self.chance(50):
                contract["renewed_from"] = previous["id"]
                renewed.add(previous["id"])
            found.append(contract)
        return found

    def contract(self, client, number, previous):
        if previous and previous["end"]:
            start = after(previous["end"], 1 + self.random.choice(GAPS))
        else:
            start = BASE + timedelta(days=self.random.randint(0, 250))
        months, days = self.one_of(1, 2, 3, 6, 12), self.random.randint(5, 100)
        end = self.one_of(
            None, add_months(start, months) - ONE_DAY, add_months(start, months) - ONE_DAY, after(start, days)
        )
        contract = {
            "id": f"{client}-K{number}",
            "client": client,
            "status": "active",
            "start": text(start),
            "end": text(end),
            "currency": "USD" if self.dollars and self.chance(30) else "IDR",
            "pauses": self.pauses(start),
            "lines": [
                self.line(f"{client}-K{number}-{position}", start, end)
                for position in range(self.one_of(1, 1, 2, 3))
            ],
        }
        return contract | self.ending(start, end)

    def ending(self, start, end):
        """Half of all contracts simply lapse, some with a notice after the end, so that grace is met often."""
        if self.chance(50):
            notice_on = self.one_of(None, None, after(end, 5), after(end, 20)) if end else None
            return {"status": self.one_of("active", "ended"), "notice_on": text(notice_on)}
        marks = [after(end or after(start, 150), days) for days in NEAR_END]
        marks += [after(start, days) for days in (-1, 0, 1, 45, 120, 250)]
        terminated_on = self.random.choice(marks) if self.chance(20) else None
        status = "terminated" if terminated_on else self.one_of("active", "active", "ended")
        return {
            "status": "draft" if self.chance(15) else status,
            "auto_renew": end is not None and self.chance(50),
            "notice_days": self.one_of(None, 0, 5, 30, 40),
            "notice_on": text(self.random.choice(marks)) if self.chance(40) else None,
            "terminated_on": text(terminated_on),
        }

    def pauses(self, start):
        found = []
        for _ in range(self.one_of(0, 0, 0, 1, 2)):
            first = after(start, self.random.randint(-5, 130))
            length = self.one_of(1, 10, 40, 89, 90, 91, 120, None)
            found.append({"from": text(first), "to": length and text(after(first, length - 1))})
        return found

    def line(self, name, start, end):
        own_start = after(start, self.one_of(0, 1, 20, 95)) if self.chance(30) else None
        own_end = None
        if self.chance(40):
            own_end = after(end or after(start, 200), self.one_of(0, 0, -20, -1, 1, 15))
        if own_end is not None and own_end < (own_start or start):
            own_end = None
        period = self.random.choice(PERIODS)
        product = self.one_of("Basic", "Pro", "Payroll")
        return {
            "id": name,
            "product": product,
            "family": None if product == "Payroll" else "CRM",
            "amount": self.random.choice(AMOUNTS),
            "period": "year" if period == "term" and not (end or own_end) else period,
            "start": text(own_start),
            "end": text(own_end),
        }

    # Who holds what

    def history(self, holders, days):
        """Adjacent ranges of holders, in order, that change on some of the days; None = nobody."""
        changes = sorted(self.random.sample(days, min(len(days), self.random.randint(0, 3))))
        firsts = [BASE - timedelta(days=30), *changes]
        lasts = [*(change - ONE_DAY for change in changes), None]
        return [(self.random.choice(holders), first, last) for first, last in zip(firsts, lasts, strict=True)]

    def memberships(self, days):
        """One team at a time for each; the first of them directs one beside it, which gives no credit."""
        found = [
            {"user": user, "team": team, "from": text(first), "to": text(last)}
            for user in PEOPLE
            for team, first, last in self.history((*TEAMS, None), days)
            if team
        ]
        director = {"user": PEOPLE[0], "team": "T3", "role": "director", "from": text(BASE), "to": None}
        return [*found, director]

    def rates(self):
        """Every few weeks and on the last of each month, up and down, with a fraction that makes rounding matter."""
        days = {BASE + timedelta(days=days) for days in range(self.first_rate, 900, 23)}
        days |= {end for n in range(24) if (end := add_months(BASE, n) - ONE_DAY) > min(days)}
        return [
            {
                "date": text(day),
                "from": "USD",
                "to": "IDR",
                "rate": str(Decimal("16000.05") + self.random.randint(0, 999)),
            }
            for day in sorted(days)
        ]

    def answers(self, client):
        """Several of one contact, some in the same second, and on both sides of midnight in Jakarta."""
        found = []
        for number in range(self.one_of(0, 2, 4, 8)):
            kind = self.one_of("nps", "nps", "csat")
            found.append(
                {
                    "id": f"{client}-S{number}",
                    "client": client,
                    "contact": self.one_of("wulan", "yanto"),
                    "kind": kind,
                    "score": self.random.randint(0, 10) if kind == "nps" else self.random.randint(1, 5),
                    "responded_at": self.moment(),
                }
            )
        return found

    def moment(self):
        """In UTC: 17.00 is midnight in Jakarta. Many on the last evening of a month."""
        day = BASE + timedelta(days=self.random.randint(60, 400))
        if self.chance(60):
            day = day.replace(day=monthrange(day.year, day.month)[1])
        clock = self.one_of(time(16, 59, 59), time(17), time(9, 30), time(23, 30))
        return f"{datetime.combine(day, clock).isoformat()}Z"


def eventful_days(contracts):
    """Days on which something happens: hand-overs on just these days are the difficult ones."""
    days = {BASE + timedelta(days=days) for days in (50, 120, 190, 260, 330)}
    for contract in contracts:
        pieces = [contract, *contract["lines"]]
        starts = [piece["start"] for piece in pieces] + [pause["from"] for pause in contract["pauses"]]
        ends = [piece["end"] for piece in pieces] + [contract.get("terminated_on")]
        days.update(after(start, 0) for start in starts if start)
        days.update(after(end, days) for end in ends if end for days in (0, 1, 31))
    return sorted(day for day in days if day > BASE)


def after(day, days):
    return (date.fromisoformat(day) if isinstance(day, str) else day) + timedelta(days=days)


def add_months(day, months):
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def text(day):
    return day and day.isoformat()

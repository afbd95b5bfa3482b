"""The book of contracts, simulated client by client: sign, change, renew, pause, leave, come back.

Plain values until `store` saves them, so that a whole company can be tried out in a second. Nothing of it happens
after the day that the company is built for; what follows from the days is left to contracts/effective.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random

from contracts.effective import ContractFacts, Ledger, LineFacts, PauseFacts, Rules, add_months, build_ledger
from contracts.models import Contract, Period
from portfolio.demo import catalogue, seasons
from portfolio.demo.chance import weighted

ONE_DAY = timedelta(days=1)
LENGTHS = {12: 70, 24: 13, 6: 12, 3: 5}  # months of a first contract
LATER_LENGTHS = {12: 80, 24: 17, 6: 3}
ALIGNED = 0.6  # ends with the client's budget year
AUTO_RENEW = 0.3
LOSS = 0.112  # of the decisions at the end of a term
SILENT = 0.25  # of those who leave say nothing and let it lapse
TERMINATION = 0.0012  # a month
UPSELL = 0.027  # a month, by 15 to 55 % of the contract
CROSS_SELL = 0.4  # of the upsells
PAUSE = 0.0012  # a month
BACK = 0.08  # of those who left
PRICE_CHANGES = {"same": 36, "index": 37, "up": 16, "down": 11}
PERIODS = {Period.MONTH: 88, Period.QUARTER: 7, Period.SEMESTER: 2, Period.YEAR: 3}
MONTHS_OF = {Period.MONTH: 1, Period.QUARTER: 3, Period.SEMESTER: 6, Period.YEAR: 12}
ROUGH_RATE = 16_000  # rupiah for a dollar, to find a service of about that price
PAUSE_REASON = "Permintaan klien: pembenahan internal"
REASONS = {
    "Anggaran dipangkas": 22,
    "Hasil tidak tercapai": 14,
    "Pindah ke pesaing karena harga": 14,
    "Mutu layanan dan komunikasi": 13,
    "Dikerjakan tim internal": 10,
    "Pergantian manajemen atau narahubung": 9,
    "Proyek selesai": 8,
    "Tutup atau bergabung dengan perusahaan lain": 5,
    "Kami hentikan karena tunggakan": 3,
    "Tidak diketahui": 2,
}


@dataclass
class Line:
    """A service at a price; `start` and `end` (last day) only where they are not the contract's."""

    code: str
    amount: Decimal
    period: str = Period.MONTH
    start: date | None = None
    end: date | None = None

    @property
    def family(self) -> str:
        return catalogue.BY_CODE[self.code].family

    @property
    def monthly(self) -> Decimal:
        return self.amount / MONTHS_OF[Period(self.period)]

    def at(self, factor: float, currency: str) -> Decimal:
        """The price times `factor`, as people write prices."""
        return priced(self.monthly * Decimal(str(factor)), currency) * MONTHS_OF[Period(self.period)]


@dataclass
class Deal:
    """A contract. `key` is only for this company in memory."""

    key: int
    start: date
    end: date
    lines: list[Line]
    currency: str = "IDR"
    auto_renew: bool = False
    notice_days: int = 30
    signed_on: date | None = None  # None = draft
    renewed_from: int | None = None
    notice_on: date | None = None
    notice_by: str = ""
    terminated_on: date | None = None
    reason: str = ""
    pauses: list[tuple[date, date | None, str]] = field(default_factory=list)
    let_renew: date | None = None  # end of the term for which "let it renew" was decided

    @property
    def recurring(self) -> list[Line]:
        """The lines that go on at the end."""
        return [line for line in self.lines if line.end is None and line.period != Period.ONE_OFF]

    def give_notice(self, on: date, by: str = Contract.Party.CLIENT) -> None:
        self.notice_on, self.notice_by = on, by

    def facts(self) -> ContractFacts:
        """As contracts/effective wants it."""
        return ContractFacts(
            key=self.key,
            signed=self.signed_on is not None,
            start=self.start,
            end=self.end,
            currency=self.currency,
            lines=tuple(
                LineFacts(number, line.family, line.amount, line.period, line.start, line.end)
                for number, line in enumerate(self.lines)
            ),
            auto_renew=self.auto_renew,
            notice_days=self.notice_days or None,
            notice_on=self.notice_on,
            terminated_on=self.terminated_on,
            renewed_from=self.renewed_from,
            pauses=tuple(PauseFacts(start, end) for start, end, _ in self.pauses),
        )


def ledger_of(deals: Iterable[Deal], day: date) -> Ledger:
    """What follows from one client's contracts by the usual rules."""
    return build_ledger([deal.facts() for deal in deals], Rules(), day)


def priced(amount: Decimal, currency: str = "IDR") -> Decimal:
    """Rounded to Rp100.000, or to USD 10; never nothing."""
    step = Decimal(100_000 if currency == "IDR" else 10)
    return max(step, (amount / step).quantize(Decimal(1)) * step).quantize(Decimal("0.01"))


def first_lines(rng: Random, value: Decimal, currency: str, rate: Decimal) -> list[Line]:
    """Services that cost about `value` a month, each of another family; `rate` is rupiah for one unit."""
    rupiah = value * rate
    most = 1 if rupiah < 7_000_000 else 2 if rupiah < 20_000_000 else 3
    families = [weighted(rng, catalogue.FAMILIES)]
    while len(families) < rng.randint(1, most):
        other = catalogue.PAIRS[families[-1]] if rng.random() < 0.6 else weighted(rng, catalogue.FAMILIES)
        families += [other] if other not in families else []
    shares = [rng.uniform(0.6, 1.4) for _ in families]
    period = weighted(rng, PERIODS)
    return [
        Line(
            catalogue.nearest(family, rupiah * Decimal(share / sum(shares))).code,
            priced(value * Decimal(share / sum(shares)), currency) * MONTHS_OF[period],
            period,
        )
        for family, share in zip(families, shares, strict=True)
    ]


@dataclass
class Simulation:
    """One client's contracts from `first_day` on, as known on `day`."""

    rng: Random
    day: date
    currency: str = "IDR"
    keys: count = field(default_factory=count)  # type: ignore[type-arg]
    deals: list[Deal] = field(default_factory=list)

    def run(self, start: date, lines: list[Line], *, may_return: bool = True) -> list[Deal]:
        """Sign the first contract and go on, term by term, until the client leaves or nothing more is known."""
        deal: Deal | None = self.sign(start, self.first_end(start), lines, signed_on=start - self.days(3, 20))
        while deal:
            deal = self.live(deal)
        if may_return and self.rng.random() < BACK:
            self.come_back()
        return self.deals

    def live(self, deal: Deal) -> Deal | None:
        """All terms of one contract; the contract that renews it, if there is one."""
        term_end = deal.end
        while True:
            self.live_through(deal, term_end)
            if deal.terminated_on or self.leaves(deal, term_end):
                return None
            if not deal.auto_renew:
                return self.renew(deal, term_end)
            if term_end >= self.day:
                return None
            term_end = add_months(term_end + ONE_DAY, 12) - ONE_DAY

    def days(self, least: int, most: int) -> timedelta:
        return timedelta(days=self.rng.randint(least, most))

    def sign(self, start: date, end: date, lines: list[Line], *, signed_on: date, **fields: object) -> Deal:
        deal = Deal(
            next(self.keys),
            start,
            end,
            lines,
            self.currency,
            notice_days=weighted(self.rng, {30: 70, 60: 20, 14: 10}),
            signed_on=signed_on,
            **fields,  # type: ignore[arg-type]
        )
        deal.auto_renew = self.rng.random() < AUTO_RENEW and add_months(end + ONE_DAY, -12) == start
        self.deals.append(deal)
        return deal

    def first_end(self, start: date) -> date:
        """A round number of months, or the end of a month in which budgets are made."""
        months = weighted(self.rng, LENGTHS)
        if months < 12 or self.rng.random() >= ALIGNED:
            return add_months(start, months) - ONE_DAY
        ends = {add_months(start.replace(day=1), months + shift) - ONE_DAY: 0.0 for shift in range(-5, 7)}
        return weighted(self.rng, {end: seasons.ENDS[end.month] for end in ends})

    def live_through(self, deal: Deal, term_end: date) -> None:
        """What happens at the beginnings of the months of a term: more, a pause, a termination."""
        month = add_months(deal.start.replace(day=1), 1)
        month = max(month, add_months(term_end.replace(day=1), -11)) if deal.auto_renew else month
        while month <= min(self.day, term_end) and not deal.terminated_on:
            if self.rng.random() < TERMINATION and month > deal.start + timedelta(days=60):
                deal.terminated_on, deal.reason = month - ONE_DAY, weighted(self.rng, REASONS)
            elif self.rng.random() < UPSELL * seasons.UPSELL[month.month - 1]:
                self.sell_more(deal, month)
            elif self.rng.random() < PAUSE and not deal.pauses:
                until = add_months(month, self.rng.choice((1, 2))) - ONE_DAY
                deal.pauses.append((month, min(until, term_end), PAUSE_REASON))
            month = add_months(month, 1)

    def sell_more(self, deal: Deal, on: date) -> None:
        """A dearer line in place of one, or a line of another family; never at the end of a term."""
        line = self.rng.choice(deal.recurring)
        if on - ONE_DAY == deal.end or on <= (line.start or deal.start):
            return
        extra = sum(each.monthly for each in deal.recurring) * Decimal(str(self.rng.uniform(0.15, 0.55)))
        held = {each.family for each in deal.recurring}
        other = catalogue.PAIRS[line.family]
        if self.rng.random() < CROSS_SELL and other not in held:
            rupiah = extra * (1 if deal.currency == "IDR" else ROUGH_RATE)
            code = catalogue.nearest(other, rupiah).code
            deal.lines.append(Line(code, priced(extra, deal.currency), Period.MONTH, on))
            return
        line.end = on - ONE_DAY
        amount = priced(line.monthly + extra, deal.currency) * MONTHS_OF[Period(line.period)]
        deal.lines.append(Line(line.code, amount, line.period, on))

    def leaves(self, deal: Deal, term_end: date) -> bool:
        """Whether the client goes at the end of a term. Some say nothing and let it lapse."""
        if self.rng.random() >= LOSS * catalogue.CHURN.get(deal.recurring[0].family, 1.0):
            return False
        notice_on = term_end - timedelta(days=deal.notice_days) - self.days(0, 20)
        silent = not deal.auto_renew and self.rng.random() < SILENT
        if not silent and deal.start < notice_on <= self.day:
            deal.give_notice(notice_on)
            deal.reason = weighted(self.rng, REASONS)
        return True

    def renew(self, deal: Deal, term_end: date) -> Deal | None:
        """The linked successor, None while it is not signed. A few sign late, some of them start late."""
        before = weighted(self.rng, {self.days(2, 20): 84, self.days(21, 50): 6, -self.days(1, 20): 10})
        signed_on, start = term_end - before, term_end + ONE_DAY
        if signed_on > self.day:
            return None
        if before < timedelta(0) and self.rng.random() < 0.3:
            start = signed_on + self.days(1, 5)
        end = add_months(term_end + ONE_DAY, weighted(self.rng, LATER_LENGTHS)) - ONE_DAY
        return self.sign(start, end, self.new_prices(deal), signed_on=signed_on, renewed_from=deal.key)

    def new_prices(self, deal: Deal) -> list[Line]:
        change = weighted(self.rng, PRICE_CHANGES)
        factor = {
            "same": 1.0,
            "index": self.rng.uniform(1.03, 1.06),
            "up": self.rng.uniform(1.10, 1.40),
            "down": self.rng.uniform(0.70, 0.92),
        }[change]
        return [replace(line, amount=line.at(factor, deal.currency), start=None) for line in deal.recurring]

    def come_back(self) -> None:
        """A client that left signs again months later, without a link to the old contract."""
        last = ledger_of(self.deals, self.day).spans[-1].last_day
        if last is None:
            return
        start = last + self.days(100, 260)
        if start < self.day - timedelta(days=10):
            lines = [replace(line, start=None, end=None) for line in self.deals[-1].recurring]
            self.run(start, lines, may_return=False)

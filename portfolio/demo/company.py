"""The whole demo company in memory: a pure function of the day and of how many clients it has."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Tier
from clients.models.names import LegalForm
from contracts.effective import add_months
from contracts.models import ExchangeRate, Period
from portfolio.demo import catalogue, seasons, stories
from portfolio.demo.activity import Activity, activity
from portfolio.demo.chance import bell, deck, stream
from portfolio.demo.companies import SMALL, Account, accounts, consents, tier
from portfolio.demo.contracts import ONE_DAY, Deal, Line, Simulation, first_lines, ledger_of, priced
from portfolio.demo.owners import Owners, value_on
from portfolio.demo.people import People, Recruiter

CLIENTS = 400
FEWEST = 100
A_BRANCH = 400  # clients for which one set of four teams is enough; what is larger is copied (branches.py)
MONTHS = 36
HERE_ALREADY = 0.465  # of the clients when the history begins
DRAW = 60  # of many equally likely companies one that lies within every band of the recipe
VALUE_MEDIAN, VALUE_SIGMA = Decimal(9_700_000), 0.9
VALUE_LEAST, VALUE_MOST = Decimal(2_500_000), Decimal(160_000_000)
EVERY_USD = 60  # one client in so many pays in dollars
WITH_PROJECT = 0.25
LET_RENEW = 0.3
DRAFTS = 6
ROUGH_RATE = Decimal(16_000)


@dataclass(eq=False)
class Company:
    """Everything that `store` writes."""

    day: date
    people: People
    accounts: list[Account]
    rates: list[ExchangeRate]
    activity: Activity


def build(day: date, clients: int = CLIENTS, draw: int = DRAW) -> Company:
    """The company as it stands on `day`, with 36 months of history. `clients`: how many are on record."""
    first_day = add_months(day.replace(day=1), 1 - MONTHS)
    people = Recruiter(first_day, day).recruit()
    book = accounts(clients, [each.name for each in stories.PLANTS])
    stories.plant(book, day)
    write_contracts(book, first_day, day, draw)
    weigh_key_client(book, day)
    for account in book:
        account.client.tier = tier(value_on(account, day))
        if account.client.tier in (Tier.STRATEGIC, Tier.KEY) and account.client.legal_form in SMALL:
            account.client.legal_form = LegalForm.PT  # who buys so much is no small partnership
        account.consents = consents(account, account.joined or day)
    Owners(people, book, first_day, day).assign()
    prepare_renewals(book, day)
    happened = activity(book, day)
    stories.act(book, happened, day)
    rates = catalogue.exchange_rates(add_months(first_day, -24), day)
    return Company(day, people, book, rates, happened)


def write_contracts(book: list[Account], first_day: date, day: date, draw: int) -> None:
    """The contracts of all clients but those of stories; the last three have not begun, or never sign."""
    values = bell(stream("values", draw), len(book))
    joins = iter(first_days(len(book) - len(stories.PLANTS) - 3, first_day, day, draw))
    for account in book:
        if not account.is_planted and account.number < len(book) - 3:
            value = VALUE_MEDIAN * Decimal(str(math.exp(VALUE_SIGMA * values[account.number])))
            value = min(VALUE_MOST, max(VALUE_LEAST, value))
            account.deals = simulated(account, next(joins), value, first_day, day, draw)
        account.ledger = ledger_of(account.deals, day)
    soon = book[-1]
    start = day + timedelta(days=12)
    end = add_months(start, 12) - ONE_DAY
    lines = first_lines(stream("soon"), VALUE_MEDIAN, "IDR", Decimal(1))
    soon.deals = [Deal(0, start, end, lines, signed_on=day - timedelta(days=2))]
    soon.ledger = ledger_of(soon.deals, day)


def first_days(count: int, first_day: date, day: date, draw: int) -> list[date]:
    """When each client came: some before the history begins, the others by the seasons of new business."""
    rng = stream("joins", draw)
    early = round(HERE_ALREADY * (count + len(stories.PLANTS))) - len(stories.PLANTS)
    months = [add_months(first_day, number) for number in range(MONTHS)]
    weights = {month: seasons.NEW_BUSINESS[month.month - 1] for month in months}
    weights[months[-1]] *= day.day / 30
    days = [first_day - timedelta(days=rng.randint(1, 364)) for _ in range(early)]
    for month in deck(rng, weights, count - early):
        days.append(min(day, month + timedelta(days=rng.choice((0, 0, 0, 4, 9, 14, 14, 19)))))
    return days


def simulated(
    account: Account, joins: date, value: Decimal, first_day: date, day: date, draw: int
) -> list[Deal]:
    """One client's contracts. Who came before the history begins was still there then."""
    currency = "USD" if account.number % EVERY_USD == EVERY_USD - 1 else "IDR"
    rate = ROUGH_RATE if currency == "USD" else Decimal(1)
    for attempt in range(1000):
        rng = stream("contracts", draw, account.number, attempt)
        lines = first_lines(rng, priced(value / rate, currency), currency, rate)
        deals = Simulation(rng, day, currency).run(joins, lines)
        if rng.random() < WITH_PROJECT and currency == "IDR":
            project = rng.choice(catalogue.ONE_OFF)
            deals[0].lines.append(Line(project.code, priced(project.price), Period.ONE_OFF))
        if joins >= first_day or ledger_of(deals, day).span_on(first_day):
            return deals
    raise AssertionError("no client stays, the chances must be wrong")


def weigh_key_client(book: list[Account], day: date) -> None:
    name = stories.STORIES[3].client
    key = next(account for account in book if account.client.legal_name == name)
    others = sum(value_on(account, day) for account in book if account is not key)
    stories.weigh_key_client(key, Decimal(str(others)) * catalogue.JUTA)
    key.ledger = ledger_of(key.deals, day)


def prepare_renewals(book: list[Account], day: date) -> None:
    """Some look at the end of a running term in time: "let it renew", or a draft of the next contract."""
    drafts = 0
    for account in book:
        for deal, term_end in undecided(account, day):
            if deal.auto_renew and stream("let renew", account.number).random() < LET_RENEW:
                deal.let_renew = term_end
            elif not deal.auto_renew and drafts < DRAFTS:
                drafts += 1
                start = term_end + ONE_DAY
                lines = [Line(line.code, line.amount, line.period) for line in deal.recurring]
                end = add_months(start, 12) - ONE_DAY
                account.deals.append(
                    Deal(len(account.deals) + 100, start, end, lines, deal.currency, renewed_from=deal.key)
                )


def undecided(account: Account, day: date) -> Iterator[tuple[Deal, date]]:
    """The terms of a client without a story that end in 10 to 80 days and of which nothing is decided."""
    if account.is_planted:
        return
    by_key = {deal.key: deal for deal in account.deals}
    for term in account.ledger.terms:
        deal = by_key[term.contract]
        soon = 10 <= (term.last_day - day).days <= 80 and term.first_day <= day
        if soon and term.successor is None and not deal.notice_on and not deal.terminated_on:
            yield deal, term.last_day

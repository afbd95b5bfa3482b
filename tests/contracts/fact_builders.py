"""Short ways to write down the facts of one client."""

import datetime as dt
from decimal import Decimal

from contracts.effective import ContractFacts, LineFacts, PauseFacts, Rules, build_ledger

RULES = Rules()


def day(text):
    """A day from "2025-01-31"; None stays None."""
    return None if text is None else dt.date.fromisoformat(text)


def line(amount="1000", period="month", *, start=None, end=None, family="CRM", key=None):
    return LineFacts(key or 0, family, Decimal(amount), period, day(start), day(end))


def contract(key, start, end, *lines, signed=True, currency="IDR", pauses=(), **facts):
    """A signed IDR contract, by default with one line worth 12,000 a year. Line keys: 10 * key + n."""
    numbered = tuple(
        LineFacts(10 * key + number, each.family, each.amount, each.period, each.start, each.end)
        for number, each in enumerate(lines or (line(),), start=1)
    )
    for name in ("notice_on", "terminated_on"):
        facts[name] = day(facts.get(name))
    return ContractFacts(
        key=key,
        signed=signed,
        start=day(start),
        end=day(end),
        currency=currency,
        lines=numbered,
        pauses=tuple(PauseFacts(day(first), day(last)) for first, last in pauses),
        **facts,
    )


def ledger(*contracts, rules=RULES, on="2025-06-15"):
    return build_ledger(contracts, rules, day(on))


def value(contracts, on, rules=RULES, currency="IDR"):
    """Annual value of the client on a day."""
    return build_ledger(contracts, rules, day(on)).value_on(day(on)).get(currency, Decimal(0))


def active(contracts, on, rules=RULES):
    return build_ledger(contracts, rules, day(on)).span_on(day(on)) is not None


def terms(contracts, of=1, on="2025-06-15", rules=RULES):
    return [term for term in build_ledger(contracts, rules, day(on)).terms if term.contract == of]

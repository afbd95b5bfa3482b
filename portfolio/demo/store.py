"""Writes a company that is in memory into an empty database.

Rows go in in bulk, not through the functions of the pages (contracts/renewing.py …): those check and save one by one
and read what is derived from the step before, so three years of history would take minutes. The triggers for the change
history and for stale clients are on as ever, and so are all constraints.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import models

from accounts.models import Position, Team, TeamMembership, User
from clients.models import Answer, Assignment, Client, Consent, Contact, Interaction, Survey, Task
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product, RenewalDecision
from kpis.models import Target
from portfolio.demo import catalogue
from portfolio.demo.companies import Account
from portfolio.demo.company import Company
from portfolio.demo.contracts import ONE_DAY, Deal
from portfolio.demo.people import PASSWORD, People
from portfolio.demo.talking import moment, owner_on
from portfolio.demo.targets import targets

M = TypeVar("M", bound=models.Model)
AT_ONCE = 1000
MORNING = time(9)


def is_empty() -> bool:
    """Whether nobody and nothing is in the database that a company could be mixed up with."""
    return not any(model.objects.exists() for model in (User, Team, Position, Client, Product, ExchangeRate))


def save(company: Company, *, with_sign_ins: bool) -> None:
    """Write everything. `with_sign_ins`: people get the password of the demo, else none."""
    save_people(company.people, with_sign_ins=with_sign_ins)
    save_clients(company)
    save_contracts(company)
    save_activity(company)
    write(Target, targets(company.people, company.day))


def save_people(people: People, *, with_sign_ins: bool) -> None:
    password = make_password(PASSWORD if with_sign_ins else None)
    for user in people.users:
        user.password = password
    for user in people.administrators:
        user.is_staff = True
    write(Position, people.positions.values())
    for team in people.teams.values():  # a parent before its children
        team.save()
    write(User, people.users)
    write(TeamMembership, people.memberships)
    for user in people.administrators:
        user.groups.add(Group.objects.get(name="Administrator"))
    people.named("director").groups.set(Group.objects.filter(name__in=["Penutup bulan", "Pengimpor"]))
    for user in people.readers:
        user.groups.add(Group.objects.get(name="Eksekutif"))


def save_clients(company: Company) -> None:
    for account in company.accounts:
        first = min(account.assignments, key=lambda each: each.start, default=None)
        if first:
            account.client.created_at = moment(first.start, MORNING)
            account.client.created_by = first.user
    write(Client, (account.client for account in company.accounts))
    write(Contact, (contact for account in company.accounts for contact in account.contacts))
    write(Consent, (consent for account in company.accounts for consent in account.consents))
    write(Assignment, (row for account in company.accounts for row in account.assignments))


def save_contracts(company: Company) -> None:
    products = {product.code: product for product in write(Product, catalogue.products())}
    write(ExchangeRate, company.rates)
    numbers = numbered(company.accounts)
    contracts: dict[tuple[int, int], Contract] = {}
    lines: list[ContractLine] = []
    pauses: list[Pause] = []
    decisions: list[RenewalDecision] = []
    for account in company.accounts:
        for deal in account.deals:
            contract = contract_of(account, deal, numbers[account.number, deal.key], company.day)
            contracts[account.number, deal.key] = contract
            lines += lines_of(contract, deal, products)
            pauses += [Pause(contract=contract, start=s, end=e, reason=r) for s, e, r in deal.pauses]
            if deal.let_renew and (by := owner_on(account, company.day)):
                at = moment(company.day - 3 * ONE_DAY, MORNING)
                decisions.append(
                    RenewalDecision(contract=contract, term_end=deal.let_renew, by=by, decided_at=at)
                )
    for generation in generations(company.accounts, contracts):
        write(Contract, generation)
    write(ContractLine, lines)
    write(Pause, pauses)
    write(RenewalDecision, decisions)


def numbered(accounts: Iterable[Account]) -> dict[tuple[int, int], str]:
    """Contract numbers by year, in order of first days."""
    deals = sorted((deal.start, account.number, deal.key) for account in accounts for deal in account.deals)
    years: Counter[int] = Counter()
    numbers = {}
    for start, account, key in deals:
        years[start.year] += 1
        numbers[account, key] = f"PKS/{start.year}/{years[start.year]:04}"
    return numbers


def contract_of(account: Account, deal: Deal, number: str, day: date) -> Contract:
    """The row of a contract; entered on the day of signature, a draft two days ago."""
    entered = deal.signed_on or day - 2 * ONE_DAY
    party = Contract.Party.US if "Kami hentikan" in deal.reason else deal.notice_by
    return Contract(
        number=number,
        client=account.client,
        status=Contract.Status.SIGNED if deal.signed_on else Contract.Status.DRAFT,
        start=deal.start,
        end=deal.end,
        auto_renew=deal.auto_renew,
        notice_days=deal.notice_days,
        currency=deal.currency,
        payment_terms=f"{account.client.payment_days} hari setelah faktur diterima",
        signed_on=deal.signed_on,
        notice_on=deal.notice_on,
        notice_by=party if deal.notice_on else "",
        terminated_on=deal.terminated_on,
        termination_reason=deal.reason if deal.terminated_on or deal.notice_on else "",
        created_at=moment(entered, MORNING),
        created_by=owner_on(account, entered) or account.client.created_by,
    )


def lines_of(contract: Contract, deal: Deal, products: dict[str, Product]) -> Iterator[ContractLine]:
    for line in deal.lines:
        yield ContractLine(
            contract=contract,
            product=products[line.code],
            unit_price=line.amount,
            period=line.period,
            start=line.start,
            end=line.end,
        )


def generations(
    accounts: Iterable[Account], contracts: dict[tuple[int, int], Contract]
) -> Iterator[list[Contract]]:
    """The contracts in an order in which each one that is renewed is saved before the one that renews it."""
    waiting = [(account.number, deal) for account in accounts for deal in account.deals]
    saved: set[tuple[int, int]] = set()
    while waiting:
        ready = [
            (at, deal)
            for at, deal in waiting
            if deal.renewed_from is None or (at, deal.renewed_from) in saved
        ]
        for at, deal in ready:
            if deal.renewed_from is not None:
                contracts[at, deal.key].renewed_from = contracts[at, deal.renewed_from]
        yield [contracts[at, deal.key] for at, deal in ready]
        saved |= {(at, deal.key) for at, deal in ready}
        waiting = [(at, deal) for at, deal in waiting if (at, deal.key) not in saved]


def save_activity(company: Company) -> None:
    happened = company.activity
    write(Interaction, sorted(happened.interactions, key=lambda each: each.happened_at))
    write(Task, sorted(happened.tasks, key=lambda each: each.created_at))
    write(Survey, happened.surveys)
    write(Answer, sorted(happened.answers, key=lambda each: each.answered_at))


def write(model: type[M], rows: Iterable[M]) -> list[M]:
    """Insert rows in portions; foreign keys to rows saved before are filled in."""
    return list(model._default_manager.bulk_create(rows, batch_size=AT_ONCE))

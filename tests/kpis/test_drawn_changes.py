"""Computing from scratch = computing incrementally after each single change, for any sequence (kpis.md section 7)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import IntegrityError, transaction

from accounts.days import JAKARTA
from accounts.models import Team, TeamMembership
from clients.models import Answer, Assignment, Client
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product
from kpis import snapshots
from kpis.models import Snapshot
from kpis.scenarios.portfolio import Portfolio
from kpis.scenarios.records import Data
from tests.kpis.companies import BASE, PORTFOLIOS, company

pytestmark = pytest.mark.django_db
TODAY = date(2025, 2, 20)
NOW = datetime(2025, 2, 20, 10, tzinfo=JAKARTA)
CLIENTS = 10
CHANGES = 15


def settle():
    while snapshots.rebuild_stale(100, NOW):
        pass


def load(number):
    """The first clients of a drawn company, up to date."""
    data = company(number)
    kept = {client["id"] for client in data["clients"][:CLIENTS]}
    own = {
        name: [each for each in data[name] if each["id" if name == "clients" else "client"] in kept]
        for name in ("clients", "contracts", "assignments", "surveys")
    }
    Portfolio.load(Data.model_validate(data | own), "IDR")
    snapshots.rebuild_all(TODAY)


def some(random, queryset):
    """One row of those there are, as a queryset."""
    return queryset.filter(pk=random.choice(list(queryset.order_by("pk").values_list("pk", flat=True))))


def some_day(random):
    return BASE + timedelta(days=random.randint(0, 400))


def shortened(random, row, start):
    type(row).objects.filter(pk=row.pk).update(end=start + timedelta(days=random.randint(0, 200)))


def shortened_line(random):
    line = some(random, ContractLine.objects.all()).get()
    shortened(random, line, line.start or line.contract.start)


def shortened_contract(random):
    contract = some(random, Contract.objects.all()).get()
    shortened(random, contract, contract.start)


def handed_over(random):
    """To somebody else from some day of a post on; the days before stay."""
    post = some(random, Assignment.objects.filter(end=None)).get()
    day = post.start + timedelta(days=random.randint(1, 300))
    user = some(random, TeamMembership.objects.all()).get().user
    Assignment.objects.filter(pk=post.pk).update(end=day - timedelta(days=1))
    Assignment.objects.create(client=post.client, role=post.role, user=user, start=day)


def renewed(random):
    old = some(random, Contract.objects.filter(status="signed").exclude(end=None)).get()
    new = Contract.objects.create(
        number=f"new {random.random()}",
        client=old.client,
        status="signed",
        signed_on=old.end,
        start=old.end + timedelta(days=random.choice((1, 20, 31, 32))),
        currency=random.choice(("IDR", "USD")),
        renewed_from=old,
    )
    ContractLine.objects.create(
        contract=new, product=some(random, Product.objects.all()).get(), unit_price=777, period="month"
    )


CHANGE = {
    "new price": lambda r: some(r, ContractLine.objects.all()).update(unit_price=r.choice((0, 7, 1000))),
    "line deleted": lambda r: some(r, ContractLine.objects.all()).delete(),
    "line shortened": shortened_line,
    "renewed": renewed,
    "contract shortened": shortened_contract,
    "of another client": lambda r: some(r, Contract.objects.all()).update(
        client=some(r, Client.objects.all()).get()
    ),
    "currency": lambda r: some(r, Contract.objects.all()).update(currency=r.choice(("IDR", "USD"))),
    "auto-renew": lambda r: some(r, Contract.objects.exclude(end=None)).update(
        auto_renew=r.choice((True, False))
    ),
    "notice": lambda r: some(r, Contract.objects.filter(status="signed")).update(
        notice_on=some_day(r), notice_by="client"
    ),
    "terminated": lambda r: some(r, Contract.objects.filter(status="signed")).update(
        terminated_on=some_day(r), termination_reason="Pindah"
    ),
    "draft": lambda r: some(r, Contract.objects.filter(notice_on=None, terminated_on=None)).update(
        status="draft", signed_on=None
    ),
    "paused": lambda r: Pause.objects.create(
        contract=some(r, Contract.objects.all()).get(), start=some_day(r), end=None
    ),
    "pause deleted": lambda r: some(r, Pause.objects.all()).delete(),
    "handed over": handed_over,
    "post deleted": lambda r: some(r, Assignment.objects.all()).delete(),
    "team changed": lambda r: some(r, TeamMembership.objects.all()).update(
        team=some(r, Team.objects.all()).get()
    ),
    "membership deleted": lambda r: some(r, TeamMembership.objects.all()).delete(),
    "rate corrected": lambda r: some(r, ExchangeRate.objects.all()).update(rate=Decimal("17000.05")),
    "rate deleted": lambda r: some(r, ExchangeRate.objects.all()).delete(),
    "rate added": lambda r: ExchangeRate.objects.create(
        day=some_day(r), currency="USD", rate=15000, source="BI"
    ),
    "other score": lambda r: some(r, Answer.objects.all()).update(score=r.randint(1, 5)),
    "answer deleted": lambda r: some(r, Answer.objects.all()).delete(),
    "family renamed": lambda r: some(r, Product.objects.all()).update(family=r.choice(("CRM", "New"))),
}


def changed(random, names):
    """The first of the changes that the database lets in."""
    for name in names:
        try:
            with transaction.atomic():
                CHANGE[name](random)
        except (IntegrityError, IndexError):  # overlaps, a second successor, nothing there to change
            continue
        return name
    raise AssertionError("the database refused every change")


@pytest.mark.parametrize("number", range(1 + PORTFOLIOS // 8))
def test_after_each_of_any_sequence_of_changes_the_numbers_are_those_from_scratch(number):
    load(number)
    random, done = Random(number), []
    for _ in range(CHANGES):
        done.append(changed(random, random.sample(sorted(CHANGE), len(CHANGE))))
        settle()
        assert snapshots.compare(TODAY) == 0, done
    assert Snapshot.objects.count() > 100

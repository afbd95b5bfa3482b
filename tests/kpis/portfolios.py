"""A large portfolio of plain rows for benchmarks: the same one every time."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.days import JAKARTA
from accounts.models import TeamMembership, User
from clients.models import Answer, Assignment, Client, Contact
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product
from tests import factories

START = date(2023, 12, 1)
LAST_ANSWER = datetime(2026, 10, 14, 10, tzinfo=JAKARTA)


def large_portfolio(clients: int, people: int = 24) -> None:
    """`clients` clients over three years: yearly contracts with renewals, lapses, price changes, pauses, dollars,
    a hand-over for every fifth, six answers each; people in six teams."""
    teams = [factories.TeamFactory() for _ in range(6)]
    users = User.objects.bulk_create(
        User(full_name=f"Orang besar {n}", email=f"besar{n}@contoh.example") for n in range(people)
    )
    TeamMembership.objects.bulk_create(
        TeamMembership(user=user, team=teams[n % 6], start=factories.EPOCH) for n, user in enumerate(users)
    )
    ExchangeRate.objects.bulk_create(
        ExchangeRate(
            day=START + timedelta(days=7 * n), currency="USD", rate=Decimal(15500 + 7 * (n % 40)), source="BI"
        )
        for n in range(-5, 160)
    )
    products = [factories.ProductFactory(family=f"Keluarga {n % 4}") for n in range(8)]
    survey = {kind: factories.SurveyFactory(kind=kind) for kind in ("nps", "csat")}
    rows = Client.objects.bulk_create(Client(legal_name=f"Besar {n:05}") for n in range(clients))
    Assignment.objects.bulk_create(a for n, client in enumerate(rows) for a in _assignments(n, client, users))
    _contracts(rows, products)
    contacts = Contact.objects.bulk_create(Contact(client=client, full_name="Kontak") for client in rows)
    Answer.objects.bulk_create(
        Answer(
            survey=survey["nps" if k % 2 else "csat"],
            client=client,
            contact=contacts[n],
            score=(n + k) % 5 + (5 if k % 2 else 1),
            answered_at=LAST_ANSWER - timedelta(days=150 * k + n % 60),
        )
        for n, client in enumerate(rows)
        for k in range(6)
    )


def _assignments(n: int, client: Client, users: list[User]) -> list[Assignment]:
    am, ae = users[n % len(users)], users[(n * 7 + 3) % len(users)]
    rows = [Assignment(client=client, user=ae, role="AE", start=factories.EPOCH)]
    if n % 5:
        return [*rows, Assignment(client=client, user=am, role="AM", start=factories.EPOCH)]
    change = START + timedelta(days=200 + n % 600)
    return [
        *rows,
        Assignment(client=client, user=am, role="AM", start=factories.EPOCH, end=change),
        Assignment(client=client, user=ae, role="AM", start=change + timedelta(days=1)),
    ]


def _contracts(clients: list[Client], products: list[Product]) -> None:
    contracts, lines, pauses = [], [], []
    for n, client in enumerate(clients):
        previous = None
        first_day = START + timedelta(days=n * 13 % 500)
        for year in range(3):
            start = first_day.replace(year=first_day.year + year, day=min(first_day.day, 28))
            if n % 11 == year:
                previous = None
                continue
            contract = Contract(
                number=f"BESAR-{n:05}-{year}",
                client=client,
                status="signed",
                signed_on=start,
                start=start,
                end=start.replace(year=start.year + 1) - timedelta(days=1),
                currency="USD" if n % 8 == 0 else "IDR",
                auto_renew=n % 3 == 0 and year == 2,
                renewed_from=previous,
            )
            contracts.append(contract)
            price = Decimal(1000 if n % 8 == 0 else 10_000_000) + n + 100 * year
            lines.append(ContractLine(contract=contract, product=products[n % 8], unit_price=price))
            lines.append(
                ContractLine(
                    contract=contract,
                    product=products[(n + 1) % 8],
                    unit_price=price / 2,
                    start=start + timedelta(days=90 + n % 90),
                )
            )
            if n % 17 == year:
                pauses.append(
                    Pause(
                        contract=contract,
                        start=start + timedelta(days=100),
                        end=start + timedelta(days=100 + n % 150),
                    )
                )
            previous = contract
    for year in range(3):  # a successor needs its predecessor's key
        Contract.objects.bulk_create(each for each in contracts if each.number.endswith(f"-{year}"))
    ContractLine.objects.bulk_create(lines)
    Pause.objects.bulk_create(pauses)

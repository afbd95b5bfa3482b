"""A computed portfolio: contracts, credit and snapshots as the worker leaves them on 21 November 2026."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from clients.models import Client
from kpis.snapshots import rebuild_all
from tests import factories
from tests.conftest import Cast

TODAY = date(2026, 11, 21)


def contracted(client: Client, start: date, end: date, monthly: int = 10_000_000, **fields: object) -> None:
    """A signed contract of `client` with one line, `monthly` a month."""
    contract = factories.ContractFactory(client=client, start=start, end=end, **fields)
    factories.ContractLineFactory(contract=contract, unit_price=Decimal(monthly))


def held_clients(owner: User, count: int, lost: int = 0) -> list[Client]:
    """`count` clients of `owner` since 2025; the first `lost` of them ended in 2026 by notice."""
    clients = []
    for n in range(count):
        client = factories.ClientFactory(legal_name=f"Kelolaan {owner.pk} {n:03}")
        factories.AssignmentFactory(client=client, user=owner)
        ended = {"notice_on": date(2026, 5, 1), "notice_by": "client"} if n < lost else {}
        end = date(2026, 6, 30) if n < lost else date(2027, 12, 31)
        contracted(client, date(2025, 1, 1), end, **ended)
        clients.append(client)
    return clients


@pytest.fixture
def computed(cast: Cast, frozen: object) -> Callable[[], Cast]:
    """Call it when the facts are in place."""

    def compute() -> Cast:
        rebuild_all(TODAY)
        return cast

    return compute


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)

"""Two records of one client with a row of everything that can hang on a client, and what the database holds."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.days import JAKARTA
from accounts.models import User
from clients.merging.merge import merge
from clients.models import Client, NotDuplicate
from tests import factories
from tests.conftest import Cast

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=JAKARTA)
NOT_COMPARED = {  # history, stamps, derived rows (compared by value in the tests of numbers), and the merge itself
    "pghistory_context", "django_session", "accounts_formtoken", "clients_clientmerge", "clients_mergedrow",
    "contracts_valuesegment", "contracts_activespan", "contracts_contractterm", "contracts_clientstanding",
    "kpis_credit", "kpis_snapshot", "kpis_staleclient", "kpis_stalewindow",
}  # fmt: skip


@dataclass
class Doubles:
    """`kept` is the cast's client; `removed` the same company, entered once more by the colleague."""

    kept: Client
    removed: Client
    third: Client
    by: User


def make_doubles(cast: Cast) -> Doubles:
    third = factories.ClientFactory(legal_name="Tirtamas Grosir")
    group = factories.ClientFactory(legal_name="Nusarena Grup")
    removed = factories.ClientFactory(
        legal_name="NUSARENA PANGAN",
        brand_name="Nusa",
        code="K-2",
        npwp="0123456789012345",
        city="Bogor",
        parent=group,
        payment_days=14,
        source="Pameran",
        created_by=cast.colleague,
    )
    kept = cast.client
    Client.objects.filter(pk=kept.pk).update(code="K-1", source="Telepon")
    kept.refresh_from_db()
    for owner, start, end, role in (
        (cast.colleague, date(2019, 6, 1), None, "AM"),  # before the survivor's, and beside it
        (cast.colleague, date(2021, 1, 1), None, "AE"),  # the survivor has none
        (cast.owner, date(2022, 1, 1), date(2022, 12, 31), "support"),  # within the survivor's
        (cast.owner, date(2023, 1, 1), date(2024, 12, 31), "sponsor"),  # on both sides of the survivor's
    ):
        factories.AssignmentFactory(client=removed, user=owner, start=start, end=end, role=role)
    factories.AssignmentFactory(client=kept, user=cast.owner, role="support")
    factories.AssignmentFactory(
        client=kept, user=cast.owner, role="sponsor", start=date(2023, 6, 1), end=date(2023, 6, 30)
    )
    for client, number in ((kept, 1), (removed, 2)):
        furnish(client, cast, number)
    factories.ClientFactory(legal_name="Anak Pangan", parent=removed)
    for one, other in ((kept, removed), (third, kept), (removed, third), (removed, group)):
        NotDuplicate.objects.create(one=one, other=other, by=cast.director)
    before = factories.ClientFactory(legal_name="Nusarena Lama")
    merge(removed.pk, before.pk, takes=(), by=cast.director, now=NOW)
    removed.refresh_from_db()
    return Doubles(kept, removed, third, cast.director)


def furnish(client: Client, cast: Cast, number: int) -> None:
    """A row of everything, its days and amounts told apart by `number`."""
    contact = factories.ContactFactory(
        client=client, full_name=f"Wahyuni {number}", email=f"w{number}@nusarena.example", phone="+62811000000",
        is_primary=True,
    )  # fmt: skip
    factories.ConsentFactory(contact=contact)
    Client.objects.filter(pk=client.pk).update(billing_contact=contact)
    client.refresh_from_db()
    factories.InteractionFactory(client=client, by=cast.owner, contact=contact)
    factories.TaskFactory(client=client, owner=cast.owner)
    factories.AnswerFactory(client=client, contact=contact, score=8 + number)
    contract = factories.ContractFactory(
        client=client,
        number=f"PKS-{number}",
        start=date(2025, 1 + number, 1),
        end=date(2026, number, 28),
        auto_renew=True,
    )
    factories.ContractLineFactory(contract=contract, unit_price=10_000_000 * number)
    factories.PauseFactory(contract=contract, start=date(2025, 5, 1), end=date(2025, 5, 1 + number))
    factories.RenewalDecisionFactory(contract=contract, term_end=date(2026, number, 28))
    factories.RenewalAlertFactory(contract=contract)
    renewal = factories.ContractFactory(
        client=client,
        number=f"PKS-{number}R",
        start=date(2026, number, 28),
        end=date(2027, 6, 1),
        renewed_from=contract,
    )
    factories.ContractLineFactory(contract=renewal, unit_price=12_000_000 * number)
    factories.NotificationFactory(recipient=cast.owner, about=client, kind="assignment")
    factories.OutboundEmailFactory(recipient=cast.owner, about=client)


def everything() -> dict[str, Counter[str]]:
    """Every row of every table but NOT_COMPARED, as the database writes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = {name for (name,) in cursor.fetchall() if not name.endswith("event")} - NOT_COMPARED
        found = {}
        for name in sorted(names):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {name} t")  # noqa: S608 - a name of the catalogue
            found[name] = Counter(row for (row,) in cursor.fetchall())
    return found


def different(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> dict[str, Any]:
    return {
        name: (before[name] - after[name], after[name] - before[name])
        for name in before
        if before[name] != after[name]
    }

"""A company with one row of everything, each text naming whose it is: for tests of rights and of robustness."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.days import JAKARTA
from accounts.models import User
from clients.merging.merge import merge
from clients.models import Answer, Client, ClientMerge, Contact, Interaction, NotDuplicate, Task
from contracts.models import Contract, ContractLine, Product, RenewalAlert
from exchange.models import ApiToken, Export, Import, ImportLine
from kpis import closing
from kpis.models import MonthClose
from kpis.snapshots import rebuild_all
from notifications.models import Notification
from tests.conftest import Cast, make_cast
from tests.factories import (
    AnswerFactory,
    AssignmentFactory,
    ClientFactory,
    ContactFactory,
    ContractFactory,
    ContractLineFactory,
    ImportFactory,
    InteractionFactory,
    NotificationFactory,
    PauseFactory,
    ProductFactory,
    RenewalAlertFactory,
    TaskFactory,
    UserFactory,
)

TODAY = date(2026, 11, 21)


@dataclass
class Portfolio:
    """A client and everything that hangs on it; `canary` stands in each of its texts and nowhere else."""

    canary: str
    client: Client
    twin: Client
    merge: ClientMerge
    told_apart: Client
    contact: Contact
    inactive_contact: Contact
    interaction: Interaction
    task: Task
    done_task: Task
    answer: Answer
    contract: Contract
    line: ContractLine
    draft: Contract
    draft_line: ContractLine
    paused: Contract
    noticed: Contract
    rolling: Contract
    alert: RenewalAlert
    notification: Notification
    fresh_import: Import
    checked_import: Import
    applied_import: Import
    ready_export: Export
    token: ApiToken


@dataclass
class Company:
    """The cast, a backup and a sponsor for its client, and the portfolios of the two clients; September is closed."""

    cast: Cast
    people: dict[str, User]
    own: Portfolio
    foreign: Portfolio
    product: Product
    unsaved: dict[str, Any] = field(default_factory=dict)
    closing: MonthClose | None = None


def make_company() -> Company:
    cast = make_cast()
    product = ProductFactory(name="Paket A")
    names = (
        "owner",
        "colleague",
        "outsider",
        "lead",
        "director",
        "other_director",
        "executive",
        "administrator",
    )
    people = {name: getattr(cast, name) for name in names}
    for role in ("support", "sponsor"):
        people[role] = UserFactory(full_name=role.title())
        AssignmentFactory(client=cast.client, user=people[role], role=role)
    company = Company(
        cast=cast,
        people=people,
        own=make_portfolio(cast.client, cast.owner, "kanarinusa", product, cast.director),
        foreign=make_portfolio(cast.foreign, cast.outsider, "kanarisaga", product, cast.outsider),
        product=product,
    )
    rebuild_all(TODAY)
    company.closing = closing.close(date(2026, 9, 1), None, timezone.now())
    company.closing.closed_at = datetime(
        2020, 1, 1, tzinfo=JAKARTA
    )  # all rows of a test are written at one moment
    company.closing.save(update_fields=["closed_at"])
    return company


def make_portfolio(client: Client, owner: User, canary: str, product: Product, importer: User) -> Portfolio:
    Client.objects.filter(pk=client.pk).update(
        legal_name=f"Klien {canary}",
        brand_name=f"Merek {canary}",
        street=f"Jalan {canary}",
        source=f"Dari {canary}",
    )
    client.refresh_from_db()
    contact = ContactFactory(client=client, full_name=f"Wahyuni {canary}", job_title=f"Manajer {canary}")
    contract = ContractFactory(client=client, number=f"PKS-{canary}", payment_terms=f"Termin {canary}")
    draft = ContractFactory(
        client=client, number=f"DRAF-{canary}", status="draft", start=date(2027, 1, 1), end=None
    )
    noticed = ContractFactory(
        client=client, number=f"PUTUS-{canary}", notice_on=date(2026, 11, 1), notice_by="client"
    )
    rolling = ContractFactory(client=client, number=f"LANJUT-{canary}", auto_renew=True)
    paused = ContractFactory(client=client, number=f"JEDA-{canary}")
    PauseFactory(contract=paused, start=date(2026, 11, 1), end=None, reason=f"Renovasi {canary}")
    return Portfolio(
        canary=canary,
        client=client,
        twin=make_twin(client, owner, "Kembaran"),
        merge=merge(client.pk, make_twin(client, owner, "Lebur").pk, takes=(), by=importer, now=timezone.now()),
        told_apart=make_told_apart(client, owner),
        contact=contact,
        inactive_contact=ContactFactory(client=client, full_name=f"Pamit {canary}", is_active=False),
        interaction=InteractionFactory(
            client=client, by=owner, contact=contact, summary=f"Cerita {canary}", next_step=f"Langkah {canary}",
            next_step_due=date(2026, 12, 1),
        ),
        task=TaskFactory(client=client, owner=owner, title=f"Tugas {canary}"),
        done_task=TaskFactory(
            client=client, owner=owner, title=f"Beres {canary}", done_at="2026-11-20T10:00+07:00", done_by=owner
        ),
        answer=AnswerFactory(client=client, contact=contact, comment=f"Puas {canary}"),
        contract=contract,
        line=ContractLineFactory(contract=contract, product=product, unit_price=Decimal("12345678.00")),
        draft=draft,
        draft_line=ContractLineFactory(contract=draft, product=product),
        paused=paused,
        noticed=noticed,
        rolling=rolling,
        alert=RenewalAlertFactory(contract=contract),
        notification=NotificationFactory(
            recipient=owner,
            about=contract,
            kind="renewal",
            template="mails/renewal",
            context={"stage": 30, "is_notice": True, "anchor": "2026-12-01"},
        ),
        fresh_import=make_import(importer, canary, "reading"),
        checked_import=make_import(importer, canary, "checked"),
        applied_import=make_import(importer, canary, "applied"),
        token=ApiToken.issue(owner, f"Sistem {canary}", "read")[0],
        ready_export=Export.objects.create(
            requested_by=owner, kind="csv", state="ready", file=b"", made_at=timezone.now(), clients=[client.pk]
        ),
    )  # fmt: skip


def make_twin(client: Client, owner: User, name: str) -> Client:
    """Another client of the same owner."""
    twin: Client = ClientFactory(legal_name=f"{name} {client.legal_name}")
    AssignmentFactory(client=twin, user=owner)
    for role, person in client.assignments.filter(role__in=["support", "sponsor"]).values_list(
        "role", "user"
    ):
        AssignmentFactory(client=twin, user_id=person, role=role)
    return twin


def make_told_apart(client: Client, owner: User) -> Client:
    other = make_twin(client, owner, "Lain")
    NotDuplicate.objects.create(one=client, other=other, by=owner)
    return other


def make_import(importer: User, canary: str, state: str) -> Import:
    job: Import = ImportFactory(requested_by=importer, file_name=f"{state}-{canary}.csv", state=state)
    if state != "reading":
        cells = {"code": "K-1", "legal_name": f"Impor {canary}"}
        changes = [["legal_name", "", f"Impor {canary}"]]
        ImportLine.objects.create(of=job, number=2, cells=cells, changes=changes, outcome="created")
    return job


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back, so that one company serves many requests."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

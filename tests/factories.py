"""Readable rows for tests: fixed values, no randomness. Sequences only where a column is unique."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import factory

from accounts.models import Position, Team, TeamMembership, User
from clients.models import (
    Answer,
    Assignment,
    Client,
    ClientMerge,
    Consent,
    Contact,
    Interaction,
    Survey,
    Task,
)
from contracts.models import (
    ActiveSpan,
    AlertLadder,
    Contract,
    ContractLine,
    ContractTerm,
    ExchangeRate,
    Pause,
    Product,
    RenewalAlert,
    RenewalDecision,
    ValueSegment,
)
from exchange.models import Import
from kpis.measures import SUMS
from kpis.models import Credit, MonthClose, Snapshot, Target
from notifications.models import DeliveryHours, Notification, OutboundEmail, Preference

EPOCH = date(2020, 1, 1)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    full_name = factory.Sequence(lambda n: f"Orang {n}")
    email = factory.Sequence(lambda n: f"orang{n}@contoh.example")


class PositionFactory(factory.django.DjangoModelFactory[Position]):
    class Meta:
        model = Position

    name = factory.Sequence(lambda n: f"Jabatan {n}")
    track = "AM"
    rank = factory.Sequence(lambda n: n + 1)


class TeamFactory(factory.django.DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Tim {n}")


class TeamMembershipFactory(factory.django.DjangoModelFactory[TeamMembership]):
    class Meta:
        model = TeamMembership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    role = "member"
    start = EPOCH


class ClientFactory(factory.django.DjangoModelFactory[Client]):
    class Meta:
        model = Client

    legal_name = factory.Sequence(lambda n: f"Klien {n}")


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    client = factory.SubFactory(ClientFactory)
    full_name = factory.Sequence(lambda n: f"Narahubung {n}")


class AssignmentFactory(factory.django.DjangoModelFactory[Assignment]):
    class Meta:
        model = Assignment

    client = factory.SubFactory(ClientFactory)
    user = factory.SubFactory(UserFactory)
    role = "AM"
    start = EPOCH


class ClientMergeFactory(factory.django.DjangoModelFactory[ClientMerge]):
    """On record only: nothing was moved."""

    class Meta:
        model = ClientMerge

    kept = factory.SubFactory(ClientFactory)
    removed_pk = factory.Sequence(lambda n: 900_000 + n)
    removed_name = factory.Sequence(lambda n: f"PT Lama {n}")
    by = factory.SubFactory(UserFactory)
    at = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Jakarta"))


class InteractionFactory(factory.django.DjangoModelFactory[Interaction]):
    class Meta:
        model = Interaction

    client = factory.SubFactory(ClientFactory)
    by = factory.SubFactory(UserFactory)
    channel = "call"
    summary = "Bertanya kabar"


class TaskFactory(factory.django.DjangoModelFactory[Task]):
    class Meta:
        model = Task

    client = factory.SubFactory(ClientFactory)
    owner = factory.SubFactory(UserFactory)
    title = "Kirim penawaran"
    due_on = date(2026, 11, 21)


class SurveyFactory(factory.django.DjangoModelFactory[Survey]):
    class Meta:
        model = Survey

    kind = "nps"
    title = "NPS"
    question = "Seberapa besar kemungkinan Anda merekomendasikan kami?"


class ImportFactory(factory.django.DjangoModelFactory[Import]):
    """A file of one client, read and mapped."""

    class Meta:
        model = Import

    requested_by = factory.SubFactory(UserFactory)
    dataset = "clients"
    file_name = "klien.csv"
    file = b"Kode;Nama\nK-1;PT Contoh\n"
    notation = {"encoding": "utf-8", "separator": ";", "decimal": ",", "order": "dmy"}
    mapping = {"places": {"code": 0, "legal_name": 1}, "fixed": {}}


class AnswerFactory(factory.django.DjangoModelFactory[Answer]):
    class Meta:
        model = Answer

    survey = factory.SubFactory(SurveyFactory)
    client = factory.SubFactory(ClientFactory)
    score = 9
    answered_at = datetime(2026, 10, 14, 10, tzinfo=ZoneInfo("Asia/Jakarta"))


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product

    code = factory.Sequence(lambda n: f"P-{n}")
    name = factory.Sequence(lambda n: f"Layanan {n}")
    family = factory.Sequence(lambda n: f"Lini {n}")
    list_price = Decimal("10000000.00")


class ContractFactory(factory.django.DjangoModelFactory[Contract]):
    """A signed contract for 2026 without lines."""

    class Meta:
        model = Contract

    number = factory.Sequence(lambda n: f"PKS-{n:04}")
    client = factory.SubFactory(ClientFactory)
    status = "signed"
    start = date(2026, 1, 1)
    end = date(2026, 12, 31)
    signed_on = factory.LazyAttribute(lambda c: c.start if c.status == "signed" else None)


class ContractLineFactory(factory.django.DjangoModelFactory[ContractLine]):
    class Meta:
        model = ContractLine

    contract = factory.SubFactory(ContractFactory)
    product = factory.SubFactory(ProductFactory)
    unit_price = Decimal("10000000.00")


class PauseFactory(factory.django.DjangoModelFactory[Pause]):
    class Meta:
        model = Pause

    contract = factory.SubFactory(ContractFactory)
    start = date(2026, 3, 1)
    end = date(2026, 3, 31)


class ExchangeRateFactory(factory.django.DjangoModelFactory[ExchangeRate]):
    class Meta:
        model = ExchangeRate

    day = date(2026, 1, 1)
    currency = "USD"
    rate = Decimal("16000")
    source = "Bank Indonesia"


class ConsentFactory(factory.django.DjangoModelFactory[Consent]):
    class Meta:
        model = Consent

    contact = factory.SubFactory(ContactFactory)
    channel = "email"
    basis = "contract"
    given_on = date(2026, 1, 1)


class RenewalDecisionFactory(factory.django.DjangoModelFactory[RenewalDecision]):
    class Meta:
        model = RenewalDecision

    contract = factory.SubFactory(ContractFactory)
    term_end = date(2026, 12, 31)
    by = factory.SubFactory(UserFactory)


class AlertLadderFactory(factory.django.DjangoModelFactory[AlertLadder]):
    class Meta:
        model = AlertLadder

    tier = factory.Sequence(lambda n: f"tier{n}")
    days = [30, 7, 0]


class RenewalAlertFactory(factory.django.DjangoModelFactory[RenewalAlert]):
    class Meta:
        model = RenewalAlert

    contract = factory.SubFactory(ContractFactory)
    term_end = date(2026, 12, 31)
    anchor = date(2026, 12, 1)
    stage = 30
    stage_due_on = date(2026, 11, 1)


class ContractTermFactory(factory.django.DjangoModelFactory[ContractTerm]):
    class Meta:
        model = ContractTerm

    contract = factory.SubFactory(ContractFactory)
    client = factory.SelfAttribute("contract.client")
    number = 1
    first_day = date(2026, 1, 1)
    last_day = date(2026, 12, 31)
    rolls_over = False
    currency = "IDR"
    value_due = Decimal("120000000.00")
    value_renewed = Decimal("0.00")
    last_day_of_grace = date(2027, 1, 30)


class ValueSegmentFactory(factory.django.DjangoModelFactory[ValueSegment]):
    class Meta:
        model = ValueSegment

    line = factory.SubFactory(ContractLineFactory)
    contract = factory.SelfAttribute("line.contract")
    client = factory.SelfAttribute("line.contract.client")
    family = "Iklan"
    currency = "IDR"
    annual_value = Decimal("120000000.00")
    first_day = date(2026, 1, 1)
    last_day = date(2026, 6, 30)


class ActiveSpanFactory(factory.django.DjangoModelFactory[ActiveSpan]):
    class Meta:
        model = ActiveSpan

    client = factory.SubFactory(ClientFactory)
    first_day = date(2026, 1, 1)
    last_day = date(2026, 6, 30)


class NotificationFactory(factory.django.DjangoModelFactory[Notification]):
    class Meta:
        model = Notification

    recipient = factory.SubFactory(UserFactory)
    kind = "task"
    template = "notices/task"
    key = factory.Sequence(lambda n: f"kabar-{n}")


class OutboundEmailFactory(factory.django.DjangoModelFactory[OutboundEmail]):
    class Meta:
        model = OutboundEmail

    recipient = factory.SubFactory(UserFactory)
    template = "mails/invitation"
    dedup_key = factory.Sequence(lambda n: f"surat-{n}")


class PreferenceFactory(factory.django.DjangoModelFactory[Preference]):
    class Meta:
        model = Preference

    user = factory.SubFactory(UserFactory)
    kind = "renewal"


class DeliveryHoursFactory(factory.django.DjangoModelFactory[DeliveryHours]):
    class Meta:
        model = DeliveryHours

    user = factory.SubFactory(UserFactory)


class MonthCloseFactory(factory.django.DjangoModelFactory[MonthClose]):
    class Meta:
        model = MonthClose

    first_day = date(2026, 10, 1)
    closed_at = datetime(2026, 11, 5, 4, tzinfo=ZoneInfo("Asia/Jakarta"))


class TargetFactory(factory.django.DjangoModelFactory[Target]):
    """Of November 2026; of the company unless a person or a team is given."""

    class Meta:
        model = Target

    kind = "new_clients"
    first_day = date(2026, 11, 1)
    last_day = date(2026, 11, 30)
    value = Decimal(5)


class CreditFactory(factory.django.DjangoModelFactory[Credit]):
    class Meta:
        model = Credit

    client = factory.SubFactory(ClientFactory)
    role = "AM"
    first_day = EPOCH


class SnapshotFactory(factory.django.DjangoModelFactory[Snapshot]):
    class Meta:
        model = Snapshot

    kind = "month"
    first_day = date(2026, 10, 1)
    last_day = date(2026, 10, 31)
    role = "AM"
    scope = "company"
    as_of = date(2026, 11, 20)
    computed_at = datetime(2026, 11, 21, tzinfo=ZoneInfo("Asia/Jakarta"))

    @classmethod
    def _build(cls, model: type[Snapshot], *args: object, **fields: object) -> Snapshot:
        return model(**dict.fromkeys(SUMS, 0) | fields)

    @classmethod
    def _create(cls, model: type[Snapshot], *args: object, **fields: object) -> Snapshot:
        row = cls._build(model, **fields)
        row.save()
        return row

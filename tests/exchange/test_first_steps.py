"""The three spreadsheets of docs/first-steps.md do what it says, from an empty installation on."""

from collections import Counter
from datetime import date

import pytest
from django.conf import settings

from accounts.models import Position, User
from clients.models import Client, Contact
from contracts.models import Contract, Product
from exchange.datasets import DATASETS
from exchange.importing.lines import Mapping
from exchange.importing.running import run_next
from exchange.models import Import
from exchange.reading.files import Notation, read
from exchange.reading.suggest import suggest
from exchange.setup.acting import found_company
from tests.conftest import NOW
from tests.exchange.bringing import State, problems, take_over

pytestmark = pytest.mark.django_db

FILES = settings.BASE_DIR / "docs" / "first-steps"
COMPANY = "PT Karya Sinar Digital"


@pytest.fixture
def sari() -> User:
    user = User.objects.create_superuser("sari@karyasinar.example", full_name="Sari Wulandari", language="en")
    since = date(2022, 1, 1)
    found_company(
        user,
        name=COMPANY,
        full_name=user.full_name,
        position=Position(name="Direktur", track="AM"),
        start=since,
        owns_clients=True,
    )
    return User.objects.get(pk=user.pk)


def brought(
    user: User, slug: str, name: str, *, sheet: str = "", **fixed: str
) -> tuple[dict[str, int], set[int]]:
    """Take over what a file says as the pages suggest to read it: lines by outcome, and those with errors."""
    data = (FILES / name).read_bytes()
    found = suggest(data, sheet)
    notation = Notation(
        *(part.offered for part in (found.encoding, found.separator, found.decimal, found.order)),
        sheet=found.sheet,
    )
    places = Mapping.suggested(DATASETS[slug], read(data, notation).header).places
    job = Import.objects.create(
        requested_by=user,
        dataset=slug,
        file_name=name,
        file=data,
        notation=notation.to_json(),
        mapping=Mapping(places, fixed).to_json(),
        state=State.CHECKING,
        due_at=NOW,
    )
    assert run_next(NOW) == 1
    job.refresh_from_db()
    wrong = {line for line, _column, _text in problems(job)}
    assert take_over(job).state == State.APPLIED
    return dict(Counter(job.lines.values_list("outcome", flat=True))), wrong


def test_three_spreadsheets_of_a_small_company(sari: User) -> None:
    team = {"team": COMPANY, "team_since": "2022-01-01"}
    assert brought(sari, "people", "tim dan harga.xlsx", sheet="Tim", **team) == (
        {"created": 3, "changed": 1},
        set(),
    )
    prices = brought(sari, "products", "tim dan harga.xlsx", sheet="Daftar Harga")
    assert prices == ({"created": 5, "error": 1}, {10})
    assert Product.objects.get(code="ADS").list_price == 6_000_000
    assert brought(sari, "clients", "data klien.xlsx") == ({"created": 9, "error": 4}, {11, 15, 16, 19})
    tani = Client.objects.get(code="K04")
    assert (str(tani), tani.assignments.get().start) == ("Koperasi Tani Jaya", date(2024, 3, 12))
    brought(sari, "contacts", "data klien.xlsx")
    assert str(Contact.objects.get(full_name="Ibu Lilis").phone) == "+6281322334455"
    contracts = brought(sari, "contracts", "kontrak.csv")
    assert contracts == ({"created": 9, "error": 5}, {11, 12, 14, 16, 17})  # Griya Hijau is not there yet
    assert Contract.objects.get(number="KSD/2026/001").lines.count() == 2
    assert Contract.objects.get(number="KSD/2026/010").status == Contract.Status.DRAFT

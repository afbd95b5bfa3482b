"""Everything a person may see, as files: complete, hers alone, and taken back by the import unchanged."""

import csv
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from clients.models import Assignment, Client
from exchange.datasets import DATASETS
from exchange.exporting import forget_old, run_next
from exchange.importing.lines import Mapping
from exchange.importing.running import run_next as run_import
from exchange.models import Export, Import
from exchange.models.exports import KEPT
from exchange.reading.files import Notation, read
from tests import factories
from tests.company import Company, make_company
from tests.conftest import NOW
from tests.exchange.bringing import bring, changes
from tests.exchange.conftest import EVERYTHING, who_may

pytestmark = pytest.mark.django_db

NOTATION = Notation(encoding="utf-8", separator=",", decimal=".", order="ymd")


@pytest.fixture
def company() -> Company:
    company = make_company()
    Export.objects.all().delete()
    return company


@pytest.fixture
def owner(company: Company) -> User:
    return who_may(company.cast.owner, "import_data")


@pytest.fixture
def director(company: Company) -> User:
    return who_may(company.cast.director, *EVERYTHING)


def asked_for(user: User, kind: str = "csv") -> Export:
    job = Export.objects.create(requested_by=user, kind=kind, due_at=NOW, created_at=NOW)
    assert run_next(NOW) == 1
    job.refresh_from_db()
    assert job.state == "ready", job.complaint
    return job


def files_of(job: Export) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(job.file)) as archive:
        return {name.removesuffix(".csv"): archive.read(name) for name in archive.namelist()}


def fetched(user: User, job: Export) -> int:
    browser = Browser()
    browser.force_login(user)
    return browser.get(reverse("exchange:export_fetch", args=[job.pk])).status_code


@pytest.mark.parametrize("slug", ["clients", "contacts", "contracts", "assignments", "answers", "products"])
def test_what_is_exported_comes_back_unchanged(company: Company, director: User, slug: str) -> None:
    Client.objects.filter(pk=company.own.client.pk).update(
        code="007", brand_name="=1+1", source="'kutip", street='Jl. "Mawar", 5\nlantai 2'
    )
    data = files_of(asked_for(director))[str(DATASETS[slug].label)]
    sheet = read(data, NOTATION)
    mapping = Mapping.suggested(DATASETS[slug], sheet.header)
    assert set(mapping.places) == {column.name for column in DATASETS[slug].columns}
    job = Import.objects.create(
        requested_by=director, dataset=slug, file_name=slug, file=data, notation=NOTATION.to_json(),
        mapping=mapping.to_json(), state="checking", due_at=NOW,
    )  # fmt: skip
    assert run_import(NOW) == 1
    said = {(line.outcome, str(line.changes), str(line.problems)) for line in job.lines.all()}
    assert said == {("unchanged", "[]", "[]")}
    assert job.lines.count() == len(sheet.lines) > 0


def test_a_file_holds_what_its_requester_sees_and_nothing_else(company: Company) -> None:
    text = b"".join(files_of(asked_for(company.cast.owner)).values()).decode()
    assert company.own.canary in text
    assert company.foreign.canary not in text
    nothing = b"".join(files_of(asked_for(company.cast.colleague)).values()).decode()
    assert "kanari" not in nothing


def test_a_group_that_one_may_not_see_is_not_named(company: Company, owner: User) -> None:
    Client.objects.filter(pk=company.own.client.pk).update(parent=company.foreign.client, code="K-1")
    files = files_of(asked_for(owner))
    assert company.foreign.canary not in b"".join(files.values()).decode()
    factories.AssignmentFactory(client=factories.ClientFactory(legal_name="Induk"), user=owner)
    job = bring(owner, "clients", [{"code": "K-1", "group": "Induk"}])
    assert changes(job, 2) == {"group": ("", "PT Induk")}


def test_people_are_for_who_may_manage_them(company: Company, director: User) -> None:
    label = str(DATASETS["people"].label)
    assert label not in files_of(asked_for(company.cast.owner))
    assert label in files_of(asked_for(director))


def test_formulas_are_text_and_numbers_are_numbers_in_a_workbook(company: Company, director: User) -> None:
    Client.objects.filter(pk=company.own.client.pk).update(brand_name="=1+1")
    job = asked_for(director, "xlsx")
    with zipfile.ZipFile(BytesIO(job.file)) as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    assert not any("<f>" in text for text in texts)
    assert "<v>12345678.00</v>" in "".join(texts)


def test_a_formula_in_a_csv_is_harmless(company: Company, director: User) -> None:
    Client.objects.filter(pk=company.own.client.pk).update(brand_name="=1+1")
    rows = csv.reader(
        StringIO(files_of(asked_for(director))[str(DATASETS["clients"].label)].decode("utf-8-sig"))
    )
    assert "'=1+1" in {cell for row in rows for cell in row}


def test_nobody_else_fetches_it(company: Company) -> None:
    job = asked_for(company.cast.owner)
    assert fetched(company.cast.owner, job) == 200
    assert fetched(company.cast.director, job) == 404


def test_it_is_gone_when_its_requester_may_see_less(company: Company) -> None:
    job = asked_for(company.cast.owner)
    Assignment.objects.filter(user=company.cast.owner).update(end=NOW.date() - timedelta(days=1))
    assert fetched(company.cast.owner, job) == 404


def test_it_is_kept_for_a_day(company: Company, frozen: object) -> None:
    job = asked_for(company.cast.owner)
    assert forget_old(NOW + KEPT - timedelta(seconds=1)) == 0
    assert forget_old(NOW + KEPT) == 1
    assert not Export.objects.filter(pk=job.pk).exists()


def test_rights_are_those_of_the_moment_of_writing(company: Company) -> None:
    job = Export.objects.create(requested_by=company.cast.owner, kind="csv", due_at=NOW)
    Assignment.objects.filter(user=company.cast.owner).update(end=NOW.date() - timedelta(days=1))
    run_next(NOW)
    job.refresh_from_db()
    assert company.own.canary not in b"".join(files_of(job).values()).decode()


def test_a_double_click_asks_once(company: Company) -> None:
    browser = Browser()
    browser.force_login(company.cast.owner)
    page = {"kind": "csv", "once": "9f1b0c52-6d4e-4e8e-9d0a-1f7a3b2c4d5e"}
    for _click in range(2):
        assert browser.post(reverse("exchange:export_create"), page).status_code == 302
    assert Export.objects.count() == 1


def test_a_file_that_cannot_be_written_says_so(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.exporting.write", lambda job, now: 1 / 0)
    job = Export.objects.create(requested_by=company.cast.owner, kind="csv", due_at=NOW)
    for _attempt in range(3):
        assert run_next(NOW) == 1
    job.refresh_from_db()
    assert (job.state, str(job.pk) in job.complaint) == ("failed", True)

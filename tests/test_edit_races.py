"""Eight people save the same form at once: one wins, the others learn who it was (trust.md 8)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse

from clients.revisions import RevisionFormMixin, revision_of
from tests.conftest import Cast, make_cast
from tests.factories import ContractFactory
from tests.races import RACERS, ROUNDS, Browser, directors, signed_in, together

COMPANY = {"legal_name": "Nusarena", "industry": "other", "time_zone": "Asia/Jakarta", "payment_days": 30}
HEAD = {"number": "PKS-1", "start": "2027-02-01", "notice_days": 30, "currency": "IDR"}


@dataclass(frozen=True)
class Edit:
    """A form that changes a row; the racers differ in what they enter into `field`."""

    address: str
    make: Callable[[Cast], Model]
    field: str
    entries: dict[str, Any]


EDITS = {
    "client": Edit("clients:client_edit", lambda cast: cast.client, "brand_name", COMPANY),
    "contract": Edit(
        "contracts:contract_edit",
        lambda cast: ContractFactory(client=cast.client, status="draft"),
        "payment_terms",
        HEAD,
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What became of one round: the names of who was told “saved”, the other answers, and whose entry is stored."""

    winners: list[str]
    losers: list[HttpResponse]
    stored: str


Race = Callable[[], Outcome]


@pytest.fixture(params=EDITS)
def race(request: pytest.FixtureRequest, transactional_db: None) -> Race:
    edit, cast = EDITS[request.param], make_cast()
    row, people = edit.make(cast), directors(cast.root)
    browsers = [signed_in(person) for person in people]
    names = [person.full_name for person in people]

    def save(browser: Browser, name: str, revision: str) -> Any:
        data = edit.entries | {edit.field: name, "revision": revision, "once": uuid4()}
        return browser.post(reverse(edit.address, args=[row.pk]), data)

    def run() -> Outcome:
        seen = revision_of(row)
        answers = together(
            [partial(save, browser, name, seen) for browser, name in zip(browsers, names, strict=True)]
        )
        row.refresh_from_db()
        return Outcome(
            winners=[name for name, answer in zip(names, answers, strict=True) if answer.status_code == 302],
            losers=[answer for answer in answers if answer.status_code != 302],
            stored=getattr(row, edit.field),
        )

    return run


def test_of_eight_edits_at_once_one_is_kept_and_the_others_are_told_whose(race: Race) -> None:
    for _ in range(ROUNDS):
        outcome = race()
        assert [outcome.stored] == outcome.winners
        assert [answer.status_code for answer in outcome.losers] == [409] * (RACERS - 1)
        assert all(f"({outcome.stored}, " in answer.content.decode() for answer in outcome.losers)


def test_without_the_revision_all_are_told_saved_and_seven_entries_are_lost(
    race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RevisionFormMixin, "clean", forms.ModelForm.clean)
    assert [len(race().winners) for _ in range(5)] == [RACERS] * 5

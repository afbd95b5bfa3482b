"""Assigning and replacing an owner: dates, refusals, and eight people at once."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from clients import gate
from clients.models import Assignment, Client
from clients.owning import TooLateError, assign_owner
from tests.conftest import Cast
from tests.factories import AssignmentFactory, ClientFactory, TeamFactory, TeamMembershipFactory, UserFactory
from tests.races import RACERS, ROUNDS, directors, signed_in, together
from tests.races import Browser as Racer

TODAY = date(2026, 11, 21)


def url(client: Client, role: str = "AM") -> str:
    return reverse("clients:owner_assign", args=[client.pk, role])


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
class TestAssigning:
    def test_a_replacement_ends_the_old_owner_the_day_before(self, client: Browser, cast: Cast) -> None:
        client.force_login(cast.lead)
        old = cast.client.assignments.get()
        data = {"expected": old.pk, "user": cast.colleague.pk, "start": "2026-12-01", "reason": "Cuti"}
        assert client.post(url(cast.client), data).status_code == 302
        assert list(cast.client.assignments.order_by("start").values_list("user", "start", "end")) == [
            (cast.owner.pk, date(2020, 1, 1), date(2026, 11, 30)),
            (cast.colleague.pk, date(2026, 12, 1), None),
        ]

    def test_a_first_owner_needs_no_reason(self, client: Browser, cast: Cast) -> None:
        client.force_login(cast.lead)
        data = {"user": cast.colleague.pk, "start": "2026-11-21"}
        assert client.post(url(cast.client, "AE"), data).status_code == 302
        assert cast.client.assignments.get(role="AE").user == cast.colleague

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"start": "2026-11-20"}, "start"),
            ({"reason": ""}, "reason"),
            ({"user": "outsider"}, "user"),
            ({"user": "owner"}, "user"),
        ],
    )
    def test_a_wrong_entry_is_explained_at_its_field(
        self, client: Browser, cast: Cast, data: dict[str, str], field: str
    ) -> None:
        client.force_login(cast.lead)
        if "user" in data:
            data = {"user": getattr(cast, data["user"]).pk}
        full = {
            "expected": cast.client.assignments.get().pk,
            "user": cast.colleague.pk,
            "start": "2026-11-21",
            "reason": "x",
        }
        answer = client.post(url(cast.client), full | data)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert cast.client.assignments.count() == 1

    def test_the_slower_of_two_is_told_who_was_faster(self, client: Browser, cast: Cast) -> None:
        client.force_login(cast.lead)
        seen = cast.client.assignments.get().pk
        data = {"expected": seen, "user": cast.colleague.pk, "start": "2026-11-21", "reason": "x"}
        client.post(url(cast.client), data)
        answer = client.post(url(cast.client), data | {"user": cast.owner.pk, "reason": "Salah"})
        assert answer.status_code == 409
        assert "Colleague" in answer.content.decode()
        assert answer.context["form"]["reason"].value() == "Salah"

    def test_an_owner_set_for_the_same_day_never_was(self, cast: Cast) -> None:
        first = assign_owner(cast.client, role="AE", user=cast.owner, start=TODAY, expected=None, reason="")
        assign_owner(
            cast.client, role="AE", user=cast.colleague, start=TODAY, expected=first.pk, reason="Salah"
        )
        assert cast.client.assignments.get(role="AE").user == cast.colleague

    def test_a_planned_owner_is_not_overtaken(self, cast: Cast) -> None:
        later = TODAY + timedelta(days=30)
        planned = assign_owner(cast.client, role="AE", user=cast.owner, start=later, expected=None, reason="")
        with pytest.raises(Exception, match="start"):
            assign_owner(
                cast.client, role="AE", user=cast.colleague, start=TODAY, expected=planned.pk, reason="x"
            )

    def test_nobody_replaces_what_is_no_longer_there(self, cast: Cast) -> None:
        with pytest.raises(TooLateError):
            assign_owner(cast.client, role="AE", user=cast.owner, start=TODAY, expected=99, reason="")

    def test_owners_may_not_assign(self, client: Browser, cast: Cast) -> None:
        client.force_login(cast.owner)
        assert client.get(url(cast.client)).status_code == 403


@pytest.fixture
def race(transactional_db: None) -> Callable[[], Counter[Any]]:
    """Eight leads press “Assign” at the same moment, each with another new owner; counts the answers."""
    team = TeamFactory()
    people = UserFactory.create_batch(RACERS)
    for person in people:
        TeamMembershipFactory(user=person, team=team)
    browsers = [signed_in(director) for director in directors(team)]

    def run() -> Counter[Any]:
        client = ClientFactory()
        first = AssignmentFactory(client=client, user=people[0])
        start = date(2030, 1, 1)

        def post(browser: Racer, person: User) -> int:
            data = {"expected": first.pk, "user": person.pk, "start": start.isoformat(), "reason": "Balapan"}
            return browser.post(url(client), data).status_code

        others = [*people[1:], people[1]]
        pairs = zip(browsers, others, strict=True)
        answers: Counter[Any] = Counter(together([partial(post, *pair) for pair in pairs]))
        answers["owners"] = Assignment.objects.filter(client=client, start=start).count()
        return answers

    return run


def test_of_eight_at_once_one_wins_and_the_others_are_told(race: Callable[[], Counter[Any]]) -> None:
    for _ in range(ROUNDS):
        assert race() == {302: 1, 409: RACERS - 1, "owners": 1}


def test_without_the_lock_people_get_error_pages(
    race: Callable[[], Counter[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(user: User, pk: int, act: Any) -> Client:
        return gate.client_for(user, pk, act)

    monkeypatch.setattr("clients.views.assignment.locked_client_for", unlocked)
    outcome = sum((race() for _ in range(8)), Counter())
    assert outcome[500] or outcome[503] or outcome[422], outcome

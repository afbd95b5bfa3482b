"""Who hears of a client: its owner, else the nearest who may give it one, and never somebody who may not see it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import TeamMembership, User
from clients.models import Assignment, Client
from clients.responsible import responsible_on
from tests.conftest import Cast
from tests.factories import AssignmentFactory, ClientFactory, TeamMembershipFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TODAY = date(2026, 11, 21)
ENDED = date(2026, 10, 31)


def leave(cast: Cast) -> None:
    """The owner gives the client up."""
    Assignment.objects.filter(client=cast.client).update(end=ENDED)


def left_by_a_team_without_lead(cast: Cast) -> None:
    leave(cast)
    TeamMembership.objects.filter(user=cast.lead).update(end=TODAY - timedelta(days=1))


def left_by_a_team_whose_lead_is_deactivated(cast: Cast) -> None:
    leave(cast)
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)


def left_by_a_team_with_a_director_of_its_own(cast: Cast) -> None:
    left_by_a_team_without_lead(cast)
    TeamMembershipFactory(user=cast.executive, team=cast.root, role="lead")
    TeamMembershipFactory(user=cast.administrator, team=cast.ritel, role="director")


def left_by_somebody_who_changed_teams_since(cast: Cast) -> None:
    leave(cast)
    TeamMembership.objects.filter(user=cast.owner).update(end=ENDED)
    TeamMembershipFactory(user=cast.owner, team=cast.other_team, start=ENDED + timedelta(days=1))


def never_owned(cast: Cast) -> None:
    Assignment.objects.filter(client=cast.client).delete()


def never_owned_until_tomorrow(cast: Cast) -> None:
    Assignment.objects.filter(client=cast.client).update(start=TODAY + timedelta(days=1))


def left_on_the_last_day(cast: Cast) -> None:
    Assignment.objects.filter(client=cast.client).update(end=TODAY)


def owned_by_am_and_ae(cast: Cast) -> None:
    AssignmentFactory(client=cast.client, user=cast.colleague, role="AE")


def am_deactivated(cast: Cast) -> None:
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)


def am_deactivated_beside_an_ae(cast: Cast) -> None:
    owned_by_am_and_ae(cast)
    am_deactivated(cast)


def sponsored_only(cast: Cast) -> None:
    leave(cast)
    AssignmentFactory(client=cast.client, user=cast.colleague, role="sponsor")


def left_by_a_company_without_leaders(cast: Cast) -> None:
    leave(cast)
    TeamMembership.objects.filter(role__in=["lead", "director"]).delete()


def left_by_somebody_of_no_team(cast: Cast) -> None:
    leave(cast)
    TeamMembership.objects.filter(user=cast.owner).delete()


STORIES: list[tuple[Callable[[Cast], None], list[str]]] = [
    (owned_by_am_and_ae, ["owner"]),
    (am_deactivated_beside_an_ae, ["colleague"]),
    (left_on_the_last_day, ["owner"]),
    (leave, ["lead"]),
    (sponsored_only, ["lead"]),
    (am_deactivated, ["lead"]),
    (left_by_somebody_who_changed_teams_since, ["lead"]),
    (left_by_a_team_without_lead, ["director"]),
    (left_by_a_team_whose_lead_is_deactivated, ["director"]),
    (left_by_a_team_with_a_director_of_its_own, ["administrator"]),
    (never_owned, ["director", "other_director"]),
    (never_owned_until_tomorrow, ["director", "other_director"]),
    (left_by_a_company_without_leaders, []),
    (left_by_somebody_of_no_team, []),
]


@pytest.mark.parametrize(("story", "names"), STORIES)
def test_the_nearest_who_can_act_hears_of_it_and_may_see_it(
    cast: Cast, story: Callable[[Cast], None], names: list[str]
) -> None:
    story(cast)
    responsible = responsible_on(TODAY, {cast.client.pk})[cast.client.pk]
    assert {person.pk for person in responsible.people} == {getattr(cast, name).pk for name in names}
    assert responsible.is_owner is (names in (["owner"], ["colleague"]))
    for person in responsible.people:
        assert Client.objects.visible_to(person).filter(pk=cast.client.pk).exists()


def test_the_cost_does_not_grow_with_the_clients(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            responsible_on(TODAY, set(Client.objects.values_list("pk", flat=True)))
        return len(queries)

    leave(cast)
    ClientFactory()
    few = statements()
    for _ in range(5):
        person = UserFactory()
        TeamMembershipFactory(user=person, team=cast.ritel)
        AssignmentFactory(user=person, end=ENDED)
        ClientFactory()
    assert statements() == few

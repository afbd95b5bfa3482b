"""R7: for every day and role exactly one row says whose credit it is."""

import itertools
from datetime import date, timedelta

import pytest

from accounts.models import TeamMembership
from clients.models import Assignment
from kpis.credit import credit
from kpis.models import BEGINNING, Credit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return factories.ClientFactory()


def rows(client, role="AM"):
    credit([client.pk])
    return list(
        Credit.objects.filter(client=client, role=role).values_list("user", "team", "first_day", "last_day")
    )


def test_a_client_without_owner_belongs_to_nobody_on_every_day(client):
    assert rows(client) == [(None, None, BEGINNING, None)]


def test_days_between_two_owners_belong_to_nobody(client):
    ani, budi = factories.UserFactory(), factories.UserFactory()
    factories.AssignmentFactory(client=client, user=ani, start=date(2026, 1, 1), end=date(2026, 1, 10))
    factories.AssignmentFactory(client=client, user=budi, start=date(2026, 1, 21))
    assert rows(client) == [
        (None, None, BEGINNING, date(2025, 12, 31)),
        (ani.pk, None, date(2026, 1, 1), date(2026, 1, 10)),
        (None, None, date(2026, 1, 11), date(2026, 1, 20)),
        (budi.pk, None, date(2026, 1, 21), None),
    ]


def test_roles_are_separate(client):
    ani = factories.UserFactory()
    factories.AssignmentFactory(client=client, user=ani, role="AE")
    assert rows(client, "AM") == [(None, None, BEGINNING, None)]
    assert rows(client, "AE")[-1][0] == ani.pk


def test_the_team_is_the_one_on_that_day_and_directing_gives_none(client):
    ani, first, second = factories.UserFactory(), factories.TeamFactory(), factories.TeamFactory()
    factories.AssignmentFactory(client=client, user=ani, start=date(2026, 1, 1))
    factories.TeamMembershipFactory(user=ani, team=second, role="director", start=date(2025, 1, 1))
    factories.TeamMembershipFactory(user=ani, team=first, start=date(2025, 6, 1), end=date(2026, 3, 31))
    factories.TeamMembershipFactory(user=ani, team=second, role="lead", start=date(2026, 5, 1))
    assert rows(client)[1:] == [
        (ani.pk, first.pk, date(2026, 1, 1), date(2026, 3, 31)),
        (ani.pk, None, date(2026, 4, 1), date(2026, 4, 30)),
        (ani.pk, second.pk, date(2026, 5, 1), None),
    ]


def test_splitting_an_assignment_in_two_changes_nothing(client):
    assignment = factories.AssignmentFactory(client=client, start=date(2026, 1, 1))
    before = rows(client)
    Assignment.objects.filter(pk=assignment.pk).update(end=date(2026, 3, 31))
    factories.AssignmentFactory(client=client, user=assignment.user, start=date(2026, 4, 1))
    assert rows(client) == before


def test_the_first_day_that_changes_is_returned(client):
    assignment = factories.AssignmentFactory(client=client, start=date(2026, 1, 1))
    assert credit([client.pk]) == BEGINNING
    assert credit([client.pk]) is None
    Assignment.objects.filter(pk=assignment.pk).update(end=date(2026, 8, 15))
    assert credit([client.pk]) == date(2026, 8, 16)


def test_every_day_has_one_row_whatever_the_history(client):
    ani, budi, team = factories.UserFactory(), factories.UserFactory(), factories.TeamFactory()
    for user, start, end in [
        (ani, date(2025, 3, 1), date(2025, 6, 30)),
        (budi, date(2025, 7, 1), date(2025, 7, 1)),
        (ani, date(2025, 9, 1), None),
    ]:
        factories.AssignmentFactory(client=client, user=user, start=start, end=end)
    for start, end in [(date(2025, 5, 1), date(2025, 5, 1)), (date(2025, 6, 30), date(2025, 9, 1))]:
        TeamMembership.objects.create(user=ani, team=team, start=start, end=end)
    days = [(first, last) for _, _, first, last in rows(client)]
    assert days[0][0] == BEGINNING
    assert days[-1][1] is None
    for (_, last), (first, _) in itertools.pairwise(days):
        assert first == last + timedelta(days=1)


def test_for_days_of_nobody_the_team_of_the_last_owner_answers(client):
    ani, first, second = factories.UserFactory(), factories.TeamFactory(), factories.TeamFactory()
    factories.TeamMembershipFactory(user=ani, team=first, start=date(2025, 1, 1), end=date(2026, 1, 5))
    factories.TeamMembershipFactory(user=ani, team=second, start=date(2026, 1, 6))
    factories.AssignmentFactory(client=client, user=ani, start=date(2026, 1, 1), end=date(2026, 1, 10))
    factories.AssignmentFactory(
        client=client, user=factories.UserFactory(), start=date(2026, 2, 1), end=date(2026, 2, 9)
    )
    credit([client.pk])
    told = Credit.objects.filter(client=client, role="AM").values_list("first_day", "team", "answering_team")
    assert list(told) == [
        (BEGINNING, None, None),
        (date(2026, 1, 1), first.pk, first.pk),
        (date(2026, 1, 6), second.pk, second.pk),
        (date(2026, 1, 11), None, second.pk),
        (date(2026, 2, 1), None, None),
        (date(2026, 2, 10), None, None),
    ]

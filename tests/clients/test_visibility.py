"""Who sees which client: the table of domain.md, Rights."""

from datetime import date, timedelta

import pytest

from accounts.models import TeamMembership, User
from clients.models import Act, Assignment, Client
from tests.conftest import Cast
from tests.factories import AssignmentFactory, ClientFactory, TeamMembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)


def seen(user: User) -> set[str]:
    return set(Client.objects.visible_to(user).values_list("legal_name", flat=True))


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("owner", {"Nusarena Pangan"}),
        ("colleague", set()),
        ("lead", {"Nusarena Pangan"}),
        ("director", {"Nusarena Pangan"}),
        ("outsider", {"Sagarata Niaga"}),
        ("other_director", {"Sagarata Niaga"}),
        ("executive", {"Nusarena Pangan", "Sagarata Niaga"}),
        ("administrator", set()),
    ],
)
def test_each_person_sees_the_clients_of_her_table_row(cast: Cast, who: str, names: set[str]) -> None:
    assert seen(getattr(cast, who)) == names


@pytest.mark.parametrize("role", ["AM", "AE", "support", "sponsor"])
def test_every_assignment_role_gives_sight_on_its_last_day_and_not_after(cast: Cast, role: str) -> None:
    assignment = AssignmentFactory(client=cast.foreign, user=cast.colleague, role="support", end=TODAY)
    assert seen(cast.colleague) == {"Sagarata Niaga"}
    assignment.end = YESTERDAY
    assignment.save()
    assert seen(cast.colleague) == set()


def test_an_assignment_from_tomorrow_gives_nothing_yet(cast: Cast) -> None:
    AssignmentFactory(
        client=cast.foreign, user=cast.colleague, role="support", start=TODAY + timedelta(days=1)
    )
    assert seen(cast.colleague) == set()


def test_a_client_that_lost_its_owner_stays_with_the_lead_of_the_last_one(cast: Cast) -> None:
    Assignment.objects.filter(client=cast.client).update(end=YESTERDAY)
    assert seen(cast.owner) == set()
    assert seen(cast.lead) == seen(cast.director) == {"Nusarena Pangan"}
    assert seen(cast.other_director) == {"Sagarata Niaga"}


def test_the_team_of_a_former_owner_is_the_one_of_her_last_day(cast: Cast) -> None:
    Assignment.objects.filter(client=cast.client).update(end=YESTERDAY - timedelta(days=9))
    TeamMembership.objects.filter(user=cast.owner).update(end=YESTERDAY)
    TeamMembershipFactory(user=cast.owner, team=cast.other_team, start=TODAY)
    assert seen(cast.lead) == {"Nusarena Pangan"}
    assert seen(cast.other_director) == {"Sagarata Niaga"}


def test_a_client_that_never_had_an_owner_belongs_to_directors_of_root_teams(cast: Cast) -> None:
    ClientFactory(legal_name="Baru")
    assert "Baru" in seen(cast.director) & seen(cast.other_director)
    assert "Baru" not in seen(cast.lead)


def test_a_lead_who_stepped_down_sees_nothing_more(cast: Cast) -> None:
    TeamMembership.objects.filter(user=cast.lead).update(end=YESTERDAY)
    assert seen(cast.lead) == set()


def test_an_inactive_person_sees_nothing(cast: Cast) -> None:
    cast.owner.is_active = False
    assert seen(cast.owner) == set()


ACTS = {
    ("AM", Act.LOG): True, ("AM", Act.EDIT): True, ("AM", Act.CONTRACT): True, ("AM", Act.LEAD): False,
    ("AE", Act.LOG): True, ("AE", Act.EDIT): True, ("AE", Act.CONTRACT): True, ("AE", Act.LEAD): False,
    ("support", Act.LOG): True, ("support", Act.EDIT): True,
    ("support", Act.CONTRACT): False, ("support", Act.LEAD): False,
    ("sponsor", Act.LOG): True, ("sponsor", Act.EDIT): False,
    ("sponsor", Act.CONTRACT): False, ("sponsor", Act.LEAD): False,
}  # fmt: skip


@pytest.mark.parametrize(("role", "act"), ACTS)
def test_an_assignment_role_allows_what_the_table_says(cast: Cast, role: str, act: Act) -> None:
    client = ClientFactory()
    AssignmentFactory(client=client, user=cast.outsider, role=role)
    allowed = Client.objects.allowing(cast.outsider, act).filter(pk=client.pk).exists()
    assert allowed is ACTS[role, act]


@pytest.mark.parametrize("act", Act)
def test_leads_and_directors_may_do_everything_and_readers_nothing(cast: Cast, act: Act) -> None:
    allowed = {
        name: Client.objects.allowing(getattr(cast, name), act).filter(pk=cast.client.pk).exists()
        for name in ("lead", "director", "other_director", "executive", "administrator", "colleague")
    }
    assert allowed == {
        "lead": True,
        "director": True,
        "other_director": False,
        "executive": False,
        "administrator": False,
        "colleague": False,
    }

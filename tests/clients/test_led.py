"""Which clients leads and directors see (clients/sql/led.sql): each rule of domain.md with its first and last days.

Each condition of the statement has a test here that fails without it.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from accounts.models import Team, TeamMembership, User
from clients.models import Assignment, Client
from tests.conftest import Cast
from tests.factories import AssignmentFactory, ClientFactory, TeamFactory, TeamMembershipFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TODAY = date(2026, 11, 21)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LAST_YEAR = date(2025, 11, 21)
OWN, FOREIGN = "Nusarena Pangan", "Sagarata Niaga"  # clients of the cast


def seen(user: User) -> set[str]:
    return set(Client.objects.visible_to(user).values_list("legal_name", flat=True))


def member(team: Team, **fields: object) -> User:
    """A new person in a team."""
    return TeamMembershipFactory(team=team, **fields).user


def client(name: str, *owners: tuple[User, str, date, date | None]) -> Client:
    """A client and who looked after it: person, role, first and last day."""
    made = ClientFactory(legal_name=name)
    for user, role, start, end in owners:
        AssignmentFactory(client=made, user=user, role=role, start=start, end=end)
    return made


def leave(client: Client, last_day: date) -> None:
    """All assignments of the client end."""
    Assignment.objects.filter(client=client).update(end=last_day)


# --- The post of the lead or director -------------------------------------------------------------


@pytest.mark.parametrize("who", ["lead", "director"])
@pytest.mark.parametrize(
    ("start", "end", "sees"),
    [
        (LAST_YEAR, YESTERDAY, False),
        (LAST_YEAR, TODAY, True),
        (TODAY, TODAY, True),
        (TODAY, None, True),
        (TOMORROW, None, False),
    ],
)
def test_a_post_counts_from_its_first_to_its_last_day(
    cast: Cast, who: str, start: date, end: date | None, sees: bool
) -> None:
    boss = getattr(cast, who)
    TeamMembership.objects.filter(user=boss).update(start=start, end=end)
    assert seen(boss) == ({OWN} if sees else set())


def test_members_see_nothing_of_their_colleagues(cast: Cast) -> None:
    assert seen(cast.colleague) == set()
    assert seen(cast.owner) == {OWN}


def test_a_lead_sees_what_she_owns_and_what_her_team_owns(cast: Cast) -> None:
    client("Milik sendiri", (cast.lead, "AM", LAST_YEAR, None))
    assert seen(cast.lead) == {OWN, "Milik sendiri"}
    assert seen(cast.director) == {OWN, "Milik sendiri"}  # a lead is in the team too


def test_a_director_of_two_teams_sees_both_and_loses_one_with_its_post(cast: Cast) -> None:
    post = TeamMembershipFactory(user=cast.director, team=cast.other_team, role="director", end=TODAY)
    assert seen(cast.director) == {OWN, FOREIGN}
    TeamMembership.objects.filter(pk=post.pk).update(end=YESTERDAY)
    assert seen(cast.director) == {OWN}


def test_a_lead_who_moves_to_another_team_sees_that_one_from_the_first_day(cast: Cast) -> None:
    TeamMembership.objects.filter(user=cast.lead).update(end=YESTERDAY)
    TeamMembershipFactory(user=cast.lead, team=cast.other_team, role="lead", start=TODAY)
    assert seen(cast.lead) == {FOREIGN}


def test_a_lead_of_one_team_who_directs_another_sees_both(cast: Cast) -> None:
    TeamMembershipFactory(user=cast.lead, team=cast.other_team, role="director")
    assert seen(cast.lead) == {OWN, FOREIGN}


def test_a_deactivated_lead_sees_nothing_and_the_lead_sees_clients_of_a_deactivated_owner(cast: Cast) -> None:
    for user in (cast.lead, cast.owner):
        user.is_active = False
        user.save(update_fields=["is_active"])
    assert seen(cast.lead) == seen(cast.owner) == set()
    assert seen(cast.director) == {OWN}


# --- The tree of teams ----------------------------------------------------------------------------


def test_posts_reach_down_any_number_of_teams_and_never_up_or_aside(cast: Cast) -> None:
    middle = TeamFactory(name="Ritel Barat", parent=cast.ritel)
    bottom = TeamFactory(name="Ritel Bandung", parent=middle)
    client("Di bawah", (member(bottom), "AM", LAST_YEAR, None))
    assert seen(cast.lead) == seen(cast.director) == {OWN, "Di bawah"}
    assert seen(member(middle, role="lead")) == {"Di bawah"}
    assert seen(member(bottom, role="lead")) == {"Di bawah"}
    assert seen(member(TeamFactory(name="Ritel Timur", parent=cast.ritel), role="lead")) == set()


def test_a_team_that_is_hung_elsewhere_takes_its_clients_along(cast: Cast) -> None:
    cast.ritel.move_below(cast.other_team)
    assert seen(cast.director) == set()
    assert seen(cast.other_director) == {OWN, FOREIGN}


# --- Clients with an owner ------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["AM", "AE"])
def test_either_owner_brings_the_client_into_the_tree(cast: Cast, role: str) -> None:
    other = "AE" if role == "AM" else "AM"
    client("Bersama", (cast.owner, role, LAST_YEAR, None), (cast.outsider, other, LAST_YEAR, None))
    assert "Bersama" in seen(cast.lead) & seen(cast.other_director)


@pytest.mark.parametrize("role", ["support", "sponsor"])
def test_who_only_helps_does_not_bring_a_client_into_the_tree(cast: Cast, role: str) -> None:
    AssignmentFactory(client=cast.foreign, user=cast.owner, role=role)
    assert seen(cast.lead) == {OWN}


@pytest.mark.parametrize(
    ("start", "end", "sees"),
    [
        (LAST_YEAR, TODAY, True),
        (TODAY, TODAY, True),
        (TODAY, None, True),
        (TOMORROW, None, False),
        (LAST_YEAR, YESTERDAY, False),
    ],
)
def test_an_assignment_counts_from_its_first_to_its_last_day(
    cast: Cast, start: date, end: date | None, sees: bool
) -> None:
    AssignmentFactory(client=cast.foreign, user=cast.owner, role="AE", start=start, end=end)
    assert (FOREIGN in seen(cast.lead)) is sees


@pytest.mark.parametrize(
    ("start", "end", "sees"),
    [
        (LAST_YEAR, TODAY, True),
        (TODAY, None, True),
        (TOMORROW, None, False),
        (LAST_YEAR, YESTERDAY, False),
    ],
)
def test_the_owner_must_be_in_the_team_today(cast: Cast, start: date, end: date | None, sees: bool) -> None:
    TeamMembership.objects.filter(user=cast.owner).update(start=start, end=end)
    assert (OWN in seen(cast.lead)) is sees


def test_an_owner_who_changes_the_team_takes_her_clients_along(cast: Cast) -> None:
    TeamMembership.objects.filter(user=cast.owner).update(end=YESTERDAY)
    TeamMembershipFactory(user=cast.owner, team=cast.other_team, start=TODAY)
    assert seen(cast.lead) == set()
    assert seen(cast.other_director) == {OWN, FOREIGN}


def test_directing_a_team_does_not_bring_own_clients_into_it(cast: Cast) -> None:
    """The team of a person is where she is member or lead (kpis.md R7): rights over a tree are no place in it."""
    client("Milik direktur", (member(cast.ritel, role="director"), "AM", LAST_YEAR, None))
    assert seen(cast.lead) == {OWN}


# --- Clients without an owner today ---------------------------------------------------------------


def test_a_client_is_with_its_last_owners_lead_from_the_day_after(cast: Cast) -> None:
    leave(cast.client, TODAY)
    assert seen(cast.owner) == seen(cast.lead) == {OWN}
    leave(cast.client, YESTERDAY)
    assert seen(cast.owner) == set()
    assert seen(cast.lead) == {OWN}


def test_one_owner_today_is_enough_and_the_former_ones_lead_sees_nothing(cast: Cast) -> None:
    client("Tinggal AE", (cast.owner, "AM", LAST_YEAR, YESTERDAY), (cast.outsider, "AE", TODAY, None))
    assert seen(cast.lead) == {OWN}
    assert seen(cast.other_director) == {FOREIGN, "Tinggal AE"}


@pytest.mark.parametrize("role", ["support", "sponsor"])
def test_a_helper_today_is_no_owner(cast: Cast, role: str) -> None:
    leave(cast.client, YESTERDAY)
    AssignmentFactory(client=cast.client, user=cast.outsider, role=role)
    assert seen(cast.lead) == {OWN}
    assert seen(cast.other_director) == {FOREIGN}


@pytest.mark.parametrize("role", ["support", "sponsor"])
def test_a_helper_who_left_last_was_not_the_last_owner(cast: Cast, role: str) -> None:
    leave(cast.client, YESTERDAY - timedelta(days=30))
    AssignmentFactory(client=cast.client, user=cast.outsider, role=role, end=YESTERDAY)
    assert seen(cast.lead) == {OWN}
    assert seen(cast.other_director) == {FOREIGN}


def test_of_several_former_owners_the_last_one_decides(cast: Cast) -> None:
    client(
        "Lama",
        (cast.outsider, "AM", LAST_YEAR, date(2026, 6, 30)),
        (cast.owner, "AM", date(2026, 7, 1), date(2026, 8, 31)),
    )
    assert seen(cast.lead) == {OWN, "Lama"}
    assert seen(cast.other_director) == {FOREIGN}


def test_each_client_has_a_last_owner_of_its_own(cast: Cast) -> None:
    leave(cast.client, date(2026, 8, 31))
    leave(cast.foreign, YESTERDAY)
    assert seen(cast.lead) == {OWN}
    assert seen(cast.other_director) == {FOREIGN}


def test_two_owners_who_left_on_the_same_day_both_were_the_last(cast: Cast) -> None:
    client("Berdua", (cast.owner, "AM", LAST_YEAR, YESTERDAY), (cast.outsider, "AE", LAST_YEAR, YESTERDAY))
    assert "Berdua" in seen(cast.lead) & seen(cast.other_director)


@pytest.mark.parametrize("until", [None, date(2027, 12, 31)])
def test_an_owner_from_tomorrow_changes_nothing_today(cast: Cast, until: date | None) -> None:
    leave(cast.client, YESTERDAY)
    AssignmentFactory(client=cast.client, user=cast.outsider, start=TOMORROW, end=until)
    assert seen(cast.lead) == {OWN}
    assert seen(cast.other_director) == {FOREIGN}


@pytest.mark.parametrize(
    ("start", "end", "sees"),
    [
        (LAST_YEAR, None, True),
        (LAST_YEAR, date(2026, 8, 31), True),
        (date(2026, 8, 31), None, True),
        (LAST_YEAR, date(2026, 8, 30), False),
        (date(2026, 9, 1), None, False),
    ],
)
def test_the_last_owners_team_is_the_one_of_her_last_day_to_the_day(
    cast: Cast, start: date, end: date | None, sees: bool
) -> None:
    leave(cast.client, date(2026, 8, 31))
    TeamMembership.objects.filter(user=cast.owner).update(start=start, end=end)
    assert (OWN in seen(cast.lead)) is sees


def test_a_lead_who_came_after_the_last_owner_left_sees_the_client(cast: Cast) -> None:
    leave(cast.client, date(2026, 8, 31))
    TeamMembership.objects.filter(user=cast.lead).update(start=TODAY)
    assert seen(cast.lead) == {OWN}


# --- Clients that never had an owner --------------------------------------------------------------


def root_directors(cast: Cast) -> Iterable[User]:
    return cast.director, cast.other_director


def test_only_directors_of_a_root_see_what_was_never_owned(cast: Cast) -> None:
    client("Baru")
    assert all("Baru" in seen(boss) for boss in root_directors(cast))
    below = TeamMembershipFactory(team=cast.ritel, role="director").user
    at_the_top = TeamMembershipFactory(team=cast.root, role="lead").user
    assert seen(below) == seen(at_the_top) == {OWN}


@pytest.mark.parametrize("role", ["support", "sponsor"])
def test_a_helper_does_not_make_a_client_owned(cast: Cast, role: str) -> None:
    client("Baru", (cast.owner, role, LAST_YEAR, None))
    assert all("Baru" in seen(boss) for boss in root_directors(cast))
    assert seen(cast.lead) == {OWN}


def test_an_owner_from_tomorrow_does_not_make_a_client_owned_today(cast: Cast) -> None:
    client("Baru", (cast.owner, "AM", TOMORROW, None))
    assert all("Baru" in seen(boss) for boss in root_directors(cast))
    assert seen(cast.lead) == seen(cast.owner) == {OWN}


@pytest.mark.parametrize("last_day", [YESTERDAY, TODAY, None])
def test_a_client_that_once_had_an_owner_is_no_longer_everybodys(cast: Cast, last_day: date | None) -> None:
    client("Pernah", (cast.owner, "AE", LAST_YEAR, last_day))
    assert "Pernah" in seen(cast.director)
    assert "Pernah" not in seen(cast.other_director)


def test_an_owner_from_today_makes_a_client_owned(cast: Cast) -> None:
    client("Baru", (cast.owner, "AM", TODAY, None))
    assert "Baru" in seen(cast.lead)
    assert "Baru" not in seen(cast.other_director)


def test_a_director_whose_post_ended_sees_nothing_unowned(cast: Cast) -> None:
    client("Baru")
    TeamMembership.objects.filter(user=cast.director).update(end=YESTERDAY)
    assert seen(cast.director) == set()


def test_somebody_without_any_place_sees_nothing(cast: Cast) -> None:
    client("Baru")
    leave(cast.foreign, YESTERDAY)
    assert seen(UserFactory()) == set()

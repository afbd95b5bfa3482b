"""Every rule of accounts that the database holds, broken past the ORM."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import TeamMembership
from tests.database import Violation, again, assert_refused_by, put
from tests.factories import PositionFactory, TeamFactory, TeamMembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

JAN_1, JUN_30, JUL_1 = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


def _its_own_parent() -> None:
    team = TeamFactory()
    put(team, parent_id=team.pk)


def _first_half(**fields: object) -> TeamMembership:
    return TeamMembershipFactory(start=JAN_1, end=JUN_30, **fields)


VIOLATIONS: list[tuple[str, Violation]] = [
    ("user_email_is_lower_case", lambda: put(UserFactory(), email="Ibu@contoh.example")),
    ("user_has_a_name", lambda: put(UserFactory(), full_name="")),
    ("position_rank_once_per_track", lambda: again(PositionFactory(), name="Lain")),
    ("position_value_limit_is_positive", lambda: put(PositionFactory(), max_annual_value=0)),
    ("position_value_limit_is_positive", lambda: put(PositionFactory(), max_annual_value="NaN")),
    ("team_name_once", lambda: again(TeamFactory(name="Ritel"), name="RITEL")),
    ("team_not_its_own_parent", _its_own_parent),
    ("accounts_teammembership_end_not_before_start", lambda: put(_first_half(), end="2025-12-31")),
    ("membership_one_team_at_a_time", lambda: again(_first_half(), team_id=TeamFactory().pk, role="lead")),
    (
        "membership_one_lead_at_a_time",
        lambda: again(_first_half(role="lead"), user_id=UserFactory().pk, start=JUN_30, end=None),
    ),
    ("membership_director_once_per_team", lambda: again(_first_half(role="director"))),
]


@pytest.mark.parametrize(("name", "violation"), VIOLATIONS)
def test_the_database_refuses(name: str, violation: Violation) -> None:
    assert_refused_by(name, violation)


@pytest.mark.parametrize("role", ["member", "lead", "director"])
def test_a_membership_may_begin_the_day_after_another_ended(role: str) -> None:
    again(_first_half(role=role), start=JUL_1, end=None)
    assert TeamMembership.objects.on(JUN_30).count() == TeamMembership.objects.on(JUL_1).count() == 1


def test_a_membership_of_one_day_is_a_range() -> None:
    TeamMembershipFactory(start=JAN_1, end=JAN_1)
    assert TeamMembership.objects.on(JAN_1).exists()


def test_somebody_may_direct_several_teams_and_still_be_a_member_of_one() -> None:
    first = _first_half(role="director")
    again(first, team_id=TeamFactory().pk)
    again(first, role="member")
    assert TeamMembership.objects.count() == 3


def test_reversed_days_are_told_at_the_form_before_the_database_is_asked() -> None:
    membership = TeamMembershipFactory.build(user=UserFactory(), team=TeamFactory(), start=JUL_1, end=JUN_30)
    with pytest.raises(ValidationError) as refusal:
        membership.full_clean()
    assert "sebelum" in str(refusal.value)

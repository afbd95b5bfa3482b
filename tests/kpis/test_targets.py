"""Targets: what adds up, what is handed down, and how far they are reached (kpis.md K9)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpis.measures import Sums
from kpis.models import WindowKind
from kpis.targets import Targets, attainment, distance, is_met, window_of
from kpis.windows import Window
from tests.conftest import Cast
from tests.factories import PositionFactory, TargetFactory, TeamMembershipFactory, UserFactory

NOVEMBER = Window(WindowKind.MONTH, date(2026, 11, 1), date(2026, 11, 30))
YEAR = Window(WindowKind.TRAILING_YEAR, date(2025, 12, 1), date(2026, 11, 30))


def aim(value: int, kind: str = "new_clients", **scope: Any) -> None:
    window = window_of(kind, NOVEMBER)
    TargetFactory(kind=kind, value=value, first_day=window.first_day, last_day=window.last_day, **scope)


def load(kind: str = "new_clients", role: str | None = None) -> Targets:
    window = window_of(kind, NOVEMBER)
    return Targets.load(kind, window.first_day, window.last_day, role)


pytestmark = pytest.mark.django_db


def test_rates_look_back_twelve_months_and_counts_one() -> None:
    assert (window_of("upsell", NOVEMBER), window_of("grr", NOVEMBER)) == (NOVEMBER, YEAR)


def test_a_window_that_runs_is_compared_with_what_it_will_be() -> None:
    running = Window(WindowKind.TRAILING_YEAR, date(2025, 11, 21), date(2026, 11, 20))
    assert running.to_month_end() == YEAR
    assert Window.month(date(2026, 11, 5), date(2026, 11, 20)).to_month_end() == NOVEMBER
    assert NOVEMBER.to_month_end() == NOVEMBER


def test_counts_of_people_add_up_to_teams_to_trees_and_to_the_company(cast: Cast) -> None:
    aim(2, user=cast.owner)
    aim(3, user=cast.colleague)
    aim(4, user=cast.outsider)
    aim(5, user=UserFactory())
    targets = load()
    assert targets.for_user(cast.owner) == 2
    assert targets.for_user(cast.lead) is None
    assert targets.for_team(cast.ritel) == targets.for_team(cast.root) == 5
    assert targets.for_company() == 2 + 3 + 4 + 5


def test_an_own_target_goes_before_the_sum_of_the_parts_and_counts_once(cast: Cast) -> None:
    aim(2, user=cast.owner)
    aim(10, team=cast.ritel)
    aim(1, user=cast.outsider)
    assert load().for_team(cast.root) == 10
    assert load().parts_of(cast.ritel.pk) == 2
    aim(20, team=cast.root)
    assert load().for_company() == 20 + 1
    aim(7)
    assert load().for_company() == 7


def test_rates_are_handed_down_and_never_added(cast: Cast) -> None:
    aim(90, "grr")
    assert load("grr").for_user(cast.owner) == load("grr").for_team(cast.root) == 90
    aim(88, "grr", team=cast.root)
    aim(95, "grr", user=cast.colleague)
    targets = load("grr")
    assert targets.for_user(cast.owner) == targets.for_team(cast.ritel) == 88
    assert targets.for_user(cast.colleague) == 95
    assert targets.for_user(cast.outsider) == targets.for_company() == 90


def test_without_a_target_above_a_rate_has_none(cast: Cast) -> None:
    aim(95, "nps", user=cast.owner)
    assert load("nps").for_team(cast.ritel) is None
    assert load("nps").for_company() is None


def test_the_team_is_that_of_the_closing_day(cast: Cast) -> None:
    cast.owner.memberships.update(end=date(2026, 11, 29))
    TeamMembershipFactory(user=cast.owner, team=cast.other_team, start=date(2026, 11, 30))
    aim(2, user=cast.owner)
    assert (load().for_team(cast.ritel), load().for_team(cast.other_team)) == (None, 2)


def test_a_target_is_for_the_role_of_the_own_track(cast: Cast) -> None:
    cast.colleague.position = PositionFactory(track="AE")
    cast.colleague.save()
    aim(2, user=cast.owner)
    aim(3, user=cast.colleague)
    assert [load(role=role).for_team(cast.ritel) for role in ("AM", "AE", None)] == [2, 3, 5]


def test_a_target_counts_for_exactly_its_window(cast: Cast) -> None:
    aim(2, user=cast.owner)
    longer = Targets.load("new_clients", date(2026, 10, 1), date(2026, 11, 30))
    assert longer.for_user(cast.owner) is None


def test_value_is_compared_with_upsell_and_cross_sell() -> None:
    sums = Sums(upsell_arr=Decimal(30), cross_sell_arr=Decimal(15))
    assert attainment("upsell", Decimal(60), sums).value == Decimal("0.75")
    missing = Sums(upsell_arr=None, cross_sell_arr=None)
    assert attainment("upsell", Decimal(60), missing).reason == "missing_fx"
    assert attainment("upsell", Decimal(0), sums).reason == "zero_target"
    assert attainment("upsell", None, sums).reason == "no_target"


def test_rates_and_nps_are_so_many_points_from_their_target() -> None:
    sums = Sums(retained_clients=17, cohort_clients=19, nps_promoters=6, nps_passives=3, nps_detractors=1)
    assert distance("logo_retention", Decimal(90), sums) == Decimal("-0.5263")
    assert distance("nps", Decimal(0), sums) == 50
    assert distance("csat", Decimal(90), sums) is None
    assert distance("nps", None, sums) is None
    unknown = Sums(cohort_opening_arr=None, cohort_kept_arr=None)
    assert distance("grr", Decimal(90), unknown) is None


@pytest.mark.parametrize(("n", "verdict"), [(9, None), (10, True)])
def test_few_clients_or_answers_allow_no_verdict(n: int, verdict: bool | None) -> None:
    kept = Sums(
        retained_clients=n, cohort_clients=n, cohort_opening_arr=Decimal(n), cohort_kept_arr=Decimal(n)
    )
    asked = Sums(csat_n=n, csat_satisfied=n, nps_promoters=n)
    for kind in ("logo_retention", "grr"):
        assert is_met(kind, Decimal(100), kept) is verdict
    for kind in ("csat", "nps"):
        assert is_met(kind, Decimal(100), asked) is verdict


def test_a_target_that_is_missed_is_not_met() -> None:
    assert is_met("nps", Decimal(50), Sums(nps_promoters=7, nps_detractors=3)) is False

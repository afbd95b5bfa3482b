"""Snapshots follow the facts: after each change the same as from scratch."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import structlog
from django.db.models import F

from accounts.days import JAKARTA
from accounts.models import Team
from clients.models import Answer, Assignment
from contracts.models import ClientStanding, Contract, ContractLine, ExchangeRate, Product
from contracts.projection import current_rules
from kpis import snapshots
from kpis.models import Scope, Snapshot, StaleClient, WindowKind
from kpis.windows import Question, Window, rows_by_client, windows_until
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, tzinfo=JAKARTA)


def settle(now=NOW):
    while snapshots.rebuild_stale(100, now):
        pass


@pytest.fixture
def company():
    """Ani (Ritel) has a client of 120m since January, Budi (Jatim) one in dollars with a lapse, all up to date."""
    ani, budi = factories.UserFactory(full_name="Ani"), factories.UserFactory(full_name="Budi")
    for user, name in ((ani, "Ritel"), (budi, "Jatim")):
        factories.TeamMembershipFactory(user=user, team=factories.TeamFactory(name=name))
    for day, rate in ((date(2025, 1, 1), 16000), (date(2026, 6, 30), 16500)):
        factories.ExchangeRateFactory(day=day, rate=rate)
    first = factories.ContractFactory(end=None)
    second = factories.ContractFactory(start=date(2026, 3, 1), end=date(2026, 8, 31), currency="USD")
    factories.ContractLineFactory(contract=first, unit_price=10_000_000)
    factories.ContractLineFactory(contract=second, unit_price=Decimal("1000.50"))
    for contract, user in ((first, ani), (second, budi)):
        factories.AssignmentFactory(client=contract.client, user=user)
    settle()
    snapshots.catch_up(TODAY)
    return {"ani": ani, "budi": budi, "first": first, "second": second}


def month(queryset, first_day):
    return queryset.get(kind=WindowKind.MONTH, first_day=first_day).sums


def test_windows_run_from_the_first_contract_to_the_last_full_day(company):
    months = Snapshot.objects.for_company().filter(kind=WindowKind.MONTH)
    assert months.count() == 11
    assert (months.last().first_day, months.last().last_day) == (date(2026, 11, 1), date(2026, 11, 20))
    year = Snapshot.objects.for_company().latest(WindowKind.TRAILING_YEAR)
    assert (year.first_day, year.last_day) == (date(2025, 11, 21), date(2026, 11, 20))


def test_a_person_a_team_and_the_company_have_their_rows(company):
    january = date(2026, 1, 1)
    team = Team.objects.get(name="Ritel")
    assert month(Snapshot.objects.for_company(), january).new_arr == 120_000_000
    assert month(Snapshot.objects.for_person(company["ani"], "AM"), january).new_arr == 120_000_000
    assert month(Snapshot.objects.for_team(team, "AM"), january).new_arr == 120_000_000
    unassigned = Snapshot.objects.filter(scope=Scope.UNASSIGNED, role="AE", first_day=january)
    assert month(unassigned, january).new_arr == 120_000_000


def test_a_change_of_price_reaches_every_window_it_touches(company):
    ContractLine.objects.filter(contract=company["first"]).update(unit_price=20_000_000)
    assert snapshots.rebuild_stale(100, NOW) == 1
    assert month(Snapshot.objects.for_company(), date(2026, 1, 1)).new_arr == 240_000_000
    assert Snapshot.objects.for_company().latest(WindowKind.TRAILING_YEAR).sums.new_arr == Decimal(
        "432096000.00"
    )


def test_a_change_leaves_windows_before_it_alone(company):
    factories.ContractLineFactory(contract=company["first"], start=date(2026, 11, 5), unit_price=1_000_000)
    before = set(Snapshot.objects.filter(last_day__lt=date(2026, 10, 1)).values_list("pk", flat=True))
    settle()
    assert before == set(Snapshot.objects.filter(last_day__lt=date(2026, 10, 1)).values_list("pk", flat=True))
    assert month(Snapshot.objects.for_company(), date(2026, 11, 1)).cross_sell_arr == 12_000_000


def test_a_change_of_one_client_leaves_what_others_add_alone(company):
    """So that it costs the same in a company of any size; what is spoiled waits for the nightly comparison."""
    this_month = Snapshot.objects.for_company().filter(kind=WindowKind.MONTH, first_day=date(2026, 11, 1))
    this_month.update(closing_arr=F("closing_arr") + 5)
    factories.ContractLineFactory(contract=company["first"], start=date(2026, 11, 5), unit_price=1_000_000)
    settle()
    assert this_month.get().sums.closing_arr == 120_000_000 + 12_000_000 + 5
    assert snapshots.compare(TODAY) > 0
    assert this_month.get().sums.closing_arr == 132_000_000


EDITS = {
    "new price": lambda c: ContractLine.objects.filter(contract=c["first"]).update(unit_price=7),
    "terminated": lambda c: Contract.objects.filter(pk=c["first"].pk).update(
        terminated_on=date(2026, 5, 20), termination_reason="Pindah"
    ),
    "notice in grace": lambda c: Contract.objects.filter(pk=c["second"].pk).update(
        notice_on=date(2026, 9, 10), notice_by="client"
    ),
    "paused": lambda c: factories.PauseFactory(contract=c["first"], end=date(2026, 9, 30)),
    "renewed late": lambda c: factories.ContractLineFactory(
        contract=factories.ContractFactory(
            client=c["second"].client, renewed_from=c["second"], start=date(2026, 9, 20), currency="USD"
        ),
        unit_price=900,
    ),
    "handed over": lambda c: (
        Assignment.objects.filter(user=c["ani"]).update(end=date(2026, 4, 15)),
        factories.AssignmentFactory(client=c["first"].client, user=c["budi"], start=date(2026, 4, 16)),
    ),
    "moved to another team": lambda c: c["ani"].memberships.update(team=Team.objects.get(name="Jatim")),
    "contract in a currency without a rate": lambda c: factories.ContractLineFactory(
        contract=factories.ContractFactory(client=c["first"].client, start=date(2026, 5, 1), currency="SGD")
    ),
    "client without an owner": lambda c: Assignment.objects.filter(user=c["ani"]).delete(),
    "corrected rate": lambda c: ExchangeRate.objects.filter(day=date(2026, 6, 30)).update(rate=17000),
    "first rate gone": lambda c: ExchangeRate.objects.filter(day=date(2025, 1, 1)).delete(),
    "answered": lambda c: factories.AnswerFactory(client=c["first"].client),
    "line deleted": lambda c: ContractLine.objects.filter(contract=c["second"]).delete(),
    "family renamed": lambda c: Product.objects.update(family="Satu"),
    "status flipped": lambda c: Contract.objects.filter(pk=c["first"].pk).update(
        status="draft", signed_on=None
    ),
}


@pytest.mark.parametrize("few", [0, snapshots.FEW_CLIENTS], ids=["windows as a whole", "added up"])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_after_one_change_the_numbers_are_those_from_scratch(company, edit, few, monkeypatch):
    monkeypatch.setattr(snapshots, "FEW_CLIENTS", few)
    edit(company)
    assert StaleClient.objects.exists()
    settle()
    assert snapshots.compare(TODAY) == 0


def test_after_many_changes_in_a_row_the_numbers_are_those_from_scratch(company):
    order = ["answered", "paused", "renewed late", "handed over", "corrected rate", "terminated", "new price"]
    for edit in [*order, "moved to another team", "family renamed", "first rate gone"]:
        EDITS[edit](company)
        settle()
    Answer.objects.all().delete()
    settle()
    assert snapshots.compare(TODAY) == 0


def test_a_renewal_of_last_month_follows_the_currency_of_its_late_successor(company):
    EDITS["renewed late"](company)
    settle()
    Contract.objects.filter(start=date(2026, 9, 20)).update(currency="IDR")
    settle()
    assert month(Snapshot.objects.for_company(), date(2026, 8, 1)).renewal_new_arr == 900 * 12
    assert snapshots.compare(TODAY) == 0


def test_a_deleted_contract_leaves_the_numbers(company):
    company["second"].lines.all().delete()
    company["second"].delete()
    settle()
    assert month(Snapshot.objects.for_company(), date(2026, 3, 1)).new_arr == 0
    assert snapshots.compare(TODAY) == 0


def test_rebuilding_everything_gives_the_same_rows(company):
    columns = snapshots.COLUMNS
    before = sorted(map(str, Snapshot.objects.values_list(*columns)))
    snapshots.rebuild_all(TODAY)
    assert sorted(map(str, Snapshot.objects.values_list(*columns))) == before
    assert snapshots.catch_up(TODAY) == 0


def test_drift_is_reported_as_an_error_and_repaired(company):
    Snapshot.objects.for_company().filter(kind=WindowKind.MONTH, first_day=date(2026, 1, 1)).update(new_arr=1)
    with structlog.testing.capture_logs() as logs:
        assert snapshots.compare(TODAY) == 2  # the wrong row and the missing right one
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("numbers_drifted", "error")]
    assert month(Snapshot.objects.for_company(), date(2026, 1, 1)).new_arr == 120_000_000
    assert snapshots.compare(TODAY) == 0


def test_drift_of_derived_rows_is_found_without_a_mark(company):
    company["first"].segments.all().delete()
    snapshots.refresh(Question(sorted(snapshots.stored_windows()), as_of=TODAY, rules=current_rules()))
    assert month(Snapshot.objects.for_company(), date(2026, 2, 1)).closing_arr == 0
    assert snapshots.compare(TODAY) > 0
    assert month(Snapshot.objects.for_company(), date(2026, 2, 1)).closing_arr == 120_000_000


def test_each_day_the_running_windows_are_replaced(company):
    snapshots.catch_up(date(2026, 12, 1))
    assert set(snapshots.stored_windows()) == set(windows_until(date(2026, 11, 30), date(2026, 1, 1)))
    november = Snapshot.objects.for_company().get(kind=WindowKind.MONTH, first_day=date(2026, 11, 1))
    assert november.last_day == date(2026, 11, 30)


def test_on_the_first_of_a_month_no_month_is_running():
    windows = list(windows_until(date(2026, 11, 30), date(2026, 10, 5)))
    assert [window.last_day for window in windows if window.kind == WindowKind.MONTH] == [
        date(2026, 10, 31),
        date(2026, 11, 30),
    ]


def test_time_alone_turns_a_pending_renewal_into_a_lost_one(company):
    day = date(2026, 9, 30)  # the last day of grace of the contract that ended on 31 August
    snapshots.rebuild_all(day)
    august = date(2026, 8, 1)
    assert month(Snapshot.objects.for_company(), august).renewals_pending == 1
    for after in (day, day + timedelta(days=1)):
        snapshots.mark_due(after)
        settle(datetime(after.year, after.month, after.day, 1, tzinfo=JAKARTA))
        snapshots.catch_up(after)
    sums = month(Snapshot.objects.for_company(), august)
    assert (sums.renewals_pending, sums.renewals_lost, sums.renewals_due) == (0, 1, 1)
    assert snapshots.compare(day + timedelta(days=1)) == 0


def test_time_alone_loses_a_lapsed_client(company):
    snapshots.rebuild_all(date(2026, 9, 30))
    standing = ClientStanding.objects.get(client=company["second"].client)
    assert (standing.status, standing.next_change_on) == ("active", date(2026, 10, 1))
    assert snapshots.mark_due(date(2026, 9, 30)) == 0
    assert snapshots.mark_due(date(2026, 10, 1)) == 1
    settle(datetime(2026, 10, 1, 0, 5, tzinfo=JAKARTA))
    standing.refresh_from_db()
    assert (standing.status, standing.since) == ("lost", date(2026, 10, 1))
    assert snapshots.mark_due(date(2026, 10, 1)) == 0


def test_without_a_rate_only_those_who_hold_the_currency_have_no_money(company):
    ExchangeRate.objects.all().delete()
    settle()
    april = date(2026, 4, 1)
    assert month(Snapshot.objects.for_company(), april).closing_arr is None
    assert month(Snapshot.objects.for_person(company["budi"], "AM"), april).opening_arr is None
    assert month(Snapshot.objects.for_person(company["budi"], "AM"), april).opening_clients == 1
    assert month(Snapshot.objects.for_person(company["ani"], "AM"), april).closing_arr == 120_000_000
    assert month(Snapshot.objects.for_company(), date(2026, 1, 1)).closing_arr == 120_000_000


def test_every_number_opens_into_its_clients(company):
    EDITS["handed over"](company)
    EDITS["answered"](company)
    settle()
    for window in snapshots.stored_windows():
        for row in Snapshot.objects.in_window(window.kind, window.first_day, window.last_day):
            question = Question([window], as_of=TODAY, rules=current_rules(), roles=[row.role])
            clients = rows_by_client(question, row.scope, user=row.user, teams=filter(None, [row.team]))
            assert type(row.sums).total(clients.values()) == row.sums, (window, row.scope)


def test_a_tree_shows_transfers_between_its_teams_as_nothing(company):
    EDITS["handed over"](company)
    settle()
    april = Window.month(date(2026, 4, 1), TODAY)
    rows = Snapshot.objects.in_window(april.kind, april.first_day, april.last_day)
    (total,) = rows.for_teams(Team.objects.all(), "AM").totals()
    tree = total.sums.with_net_transfers()
    one = rows.for_team(Team.objects.get(name="Ritel"), "AM").get().sums
    assert (one.transfer_out_arr, one.transfer_out_clients) == (120_000_000, 1)
    assert (tree.transfer_out_arr, tree.transfer_in_arr, tree.transfer_in_clients) == (0, 0, 0)
    company_sums = rows.for_company().get().sums
    assert tree == company_sums


def test_months_gives_the_last_ones_oldest_first(company):
    months = Snapshot.objects.for_company().months(until=TODAY, count=3)
    assert [row.first_day.month for row in months] == [9, 10, 11]


def stored_sums():
    return set(Snapshot.objects.values_list(*snapshots.COLUMNS))


def assert_as_from_scratch():
    found = stored_sums()
    snapshots.rebuild_all(TODAY)
    assert found == stored_sums()


@pytest.mark.parametrize("few", [0, snapshots.FEW_CLIENTS])
def test_the_first_contracts_have_numbers_before_the_next_full_hour(db, monkeypatch, few):
    """What is typed or brought into an empty installation shows some seconds later."""
    monkeypatch.setattr(snapshots, "FEW_CLIENTS", few)
    factories.ContractLineFactory(contract=factories.ContractFactory(start=date(2025, 11, 3), end=None))
    settle()
    assert month(Snapshot.objects.for_company(), date(2025, 11, 1)).new_arr == 120_000_000
    assert_as_from_scratch()


@pytest.mark.parametrize("few", [0, snapshots.FEW_CLIENTS])
def test_a_contract_older_than_all_others_brings_its_months_with_it(company, monkeypatch, few):
    monkeypatch.setattr(snapshots, "FEW_CLIENTS", few)
    contract = factories.ContractFactory(start=date(2024, 5, 20), end=None)
    factories.ContractLineFactory(contract=contract)
    settle()
    first = Snapshot.objects.for_company().filter(kind=WindowKind.MONTH).first()
    assert (first.first_day, first.sums.new_arr) == (date(2024, 5, 1), 120_000_000)
    assert_as_from_scratch()


def test_what_begins_today_has_no_full_day_and_no_numbers_yet(db):
    factories.ContractLineFactory(contract=factories.ContractFactory(start=TODAY, end=None))
    settle()
    assert not Snapshot.objects.exists()


def test_the_first_value_is_not_looked_for_while_no_month_can_be_missing(company, monkeypatch):
    monkeypatch.setattr(snapshots, "_wanted", None)
    ContractLine.objects.filter(contract=company["first"]).update(unit_price=20_000_000)
    settle()
    factories.ContractLineFactory(contract=company["first"], start=date(2026, 1, 1))
    settle()

"""The demo company: always the same, shaped as its recipe says, and with a client for every story."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from io import StringIO
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction

from accounts.models import Team, User
from clients.models import Answer, Assignment, Client, Contact, Interaction, Task
from clients.models.names import LegalForm
from contracts.effective import add_months
from contracts.models import ActiveSpan, ClientStanding, Contract, ContractTerm, ValueSegment
from contracts.projection import current_rules
from kpis.models import Role, Snapshot, StaleClient
from kpis.signals import assess, watched
from kpis.windows import Question, Window, rows_by_client
from portfolio.demo import names, people, seasons, stories
from portfolio.demo.company import Company, build
from portfolio.demo.stories import STORIES
from tests import factories

DAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Asia/Jakarta"))
ONE_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def company() -> Company:
    return build(DAY)


def first_groups() -> None:
    """The groups of migrations, which a test that flushes the database takes away."""
    import_module("contracts.migrations.0002_first_groups").add_groups(apps, None)
    import_module("kpis.migrations.0004_group_of_month_closers").add_group(apps, None)


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The company in the database for the whole module, rolled back after it; what the command printed."""
    out = StringIO()
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False), transaction.atomic():
        first_groups()
        call_command("seed_demo", day=DAY, stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def saved(printed: str) -> Iterator[None]:
    """What a test changes is undone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def told(row: models.Model) -> dict[str, str]:
    """A row that is not saved as text, foreign keys by the names of what they point at."""
    columns = [f for f in row._meta.concrete_fields if not f.generated and f.name not in ("id", "created_at")]
    return {field.name: str(getattr(row, field.name)) for field in columns}


def everything(company: Company) -> list[Any]:
    people, happened = company.people, company.activity
    rows: list[models.Model] = [*people.users, *people.memberships, *company.rates]
    rows += [*happened.interactions, *happened.tasks, *happened.answers]
    for account in company.accounts:
        rows += [account.client, *account.contacts, *account.assignments]
    return [told(row) for row in rows] + [account.deals for account in company.accounts]


def client_of(number: int) -> Client:
    return Client.objects.get(legal_name=STORIES[number].client)


def contract_on(client: Client, day: date = DAY) -> Contract:
    return Contract.objects.get(client=client, status="signed", start__lte=day, end__gte=day)


def term_of(contract: Contract) -> ContractTerm:
    return ContractTerm.objects.get(contract=contract, first_day__lte=DAY, last_day__gte=DAY)


def monthly_values() -> list[Decimal]:
    annual = ClientStanding.objects.filter(status="active").values_list("annual_value", flat=True)
    return sorted((value / 12 for value in annual if value is not None), reverse=True)


def trailing_year() -> Any:
    row = Snapshot.objects.for_company().latest("year")
    assert row is not None
    assert row.last_day == DAY - ONE_DAY
    return row.sums


def staged_anchors(company: Company) -> Counter[int]:
    """How many undecided running terms stand at each stage of the ladder; -1 = expired, in its grace."""
    ladder, stages = (0, 7, 30, 60, 90, 120, 180), Counter[int]()
    for account in company.accounts:
        for term in account.ledger.terms:
            if term.successor or term.notice_on or term.terminated_on or term.first_day > company.day:
                continue
            left = ((term.notice_deadline or term.last_day) - company.day).days
            if term.last_day >= company.day:
                stages[next((stage for stage in ladder if max(left, 0) <= stage), 999)] += 1
            elif not term.rolls_over and company.day <= term.last_day_of_grace:
                stages[-1] += 1
    return stages


# --- In memory ------------------------------------------------------------------------------------


def test_the_same_day_gives_the_same_company_twice(company: Company) -> None:
    assert everything(build(DAY)) == everything(company)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 3, 20), date(2027, 7, 1)])
def test_on_another_day_it_is_of_the_same_size_and_every_alert_stage_is_taken(day: date) -> None:
    company = build(day)
    active = sum(account.ledger.span_on(day) is not None for account in company.accounts)
    assert 300 <= active <= 350
    assert {-1, 0, 7, 30, 60, 90, 120, 180} <= staged_anchors(company).keys()


def test_nothing_is_known_before_it_happens(company: Company) -> None:
    deals = [deal for account in company.accounts for deal in account.deals]
    known = [on for deal in deals for on in (deal.signed_on, deal.notice_on, deal.terminated_on) if on]
    assert max(known) <= DAY
    assert max(each.happened_at for each in company.activity.interactions) < NOON
    assert max(each.answered_at for each in company.activity.answers) < NOON


def test_nobody_talks_on_days_off_and_hardly_anybody_around_idulfitri(company: Company) -> None:
    days = Counter(each.happened_at.astimezone(NOON.tzinfo).date() for each in company.activity.interactions)
    feast = seasons.idulfitri(2026)
    around = [feast + timedelta(days=number) for number in range(-3, 8)]
    quiet = [days[day] for day in around if not seasons.is_off(day)]
    usual = [count for day, count in days.items() if day not in around]
    assert not [day for day in days if seasons.is_off(day)]
    assert sum(quiet) / len(quiet) < sum(usual) / len(usual) / 3


def test_few_tasks_are_late_and_only_by_days_or_weeks(company: Company) -> None:
    tasks = company.activity.tasks
    waiting = [task for task in tasks if not task.done_at]
    late = [task for task in waiting if task.due_on < DAY]
    assert 0.03 < len(late) / len(waiting) < 0.12
    assert min(task.due_on for task in late) >= DAY - timedelta(weeks=3)
    assert max(task.due_on for task in waiting) <= DAY + timedelta(weeks=5)
    assert 5 <= sum(bool(task.snoozed_until and task.snoozed_until > DAY) for task in waiting) <= 30
    assert all(task.snooze_reason for task in waiting if task.snoozed_until)


def test_done_tasks_were_done_around_the_day_they_were_due(company: Company) -> None:
    done = [(task, task.done_at.astimezone(NOON.tzinfo)) for task in company.activity.tasks if task.done_at]
    gaps = [(at.date() - task.due_on).days for task, at in done]
    assert sum(-5 <= gap <= 5 for gap in gaps) > 0.95 * len(gaps)
    assert all(task.created_at <= at < NOON for task, at in done)
    assert len(done) > 1500


def test_open_tasks_are_with_who_looks_after_the_client_today(company: Company) -> None:
    owners = {
        (id(account.client), row.user.email)
        for account in company.accounts
        for row in account.assignments
        if row.start <= DAY and (row.end is None or row.end >= DAY)
    }
    waiting = [task for task in company.activity.tasks if not task.done_at]
    assert {(id(task.client), task.owner.email) for task in waiting} <= owners


def test_no_task_falls_on_a_day_off(company: Company) -> None:
    assert not [task for task in company.activity.tasks if seasons.is_off(task.due_on)]


def test_legal_forms_fit_the_industry(company: Company) -> None:
    kinds = {
        (each.client.legal_form, each.client.industry) for each in company.accounts if not each.is_planted
    }
    assert {industry for form, industry in kinds if form == LegalForm.YAYASAN} <= {"education", "health"}
    assert {form for form, industry in kinds if industry == "government"} == {LegalForm.BUMN}
    assert (LegalForm.CV, "finance") not in kinds


def test_no_public_figure_is_among_the_people(company: Company) -> None:
    everybody = [user.full_name for user in company.people.users]
    everybody += [contact.full_name for account in company.accounts for contact in account.contacts]
    assert not names.PUBLIC_FIGURES.intersection(name.lower() for name in everybody)
    assert 0.04 < sum(" " not in name for name in everybody) / len(everybody) < 0.12


def test_every_address_is_one_that_cannot_exist(company: Company) -> None:
    contacts = [contact for account in company.accounts for contact in account.contacts]
    assert all(contact.email.endswith(".example") for contact in contacts)
    assert all(user.email.endswith(".example") for user in company.people.users)
    assert all(contact.phone.is_valid() for contact in contacts)


def test_sellers_carry_the_loads_of_their_grade(company: Company) -> None:
    active = [account for account in company.accounts if account.ledger.span_on(DAY)]
    today = Counter(
        row.user.email
        for account in active
        for row in account.assignments
        if row.role == "AM" and row.end is None
    )
    bounds = {"key": (4, 8), "senior": (15, 18), "mid": (19, 22), "junior": (25, 30)}
    for seller in company.people.sellers:
        least, most = bounds.get(seller.grade, (0, 0))
        if seller.user.email == STORIES[1].person:
            least = most = 34
        assert least <= today[seller.user.email] <= most, seller.grade


# --- In the database ------------------------------------------------------------------------------


def test_the_command_says_how_long_each_phase_took(printed: str) -> None:
    assert [line.split(":")[0] for line in printed.splitlines()] == [
        "[demo] company in memory",
        "[demo] rows",
        "[demo] numbers",
        "[demo] closed months",
    ]


def test_a_second_run_leaves_the_company_as_it_is(saved: None) -> None:
    before, out = Client.objects.count(), StringIO()
    call_command("seed_demo", stdout=out)
    assert Client.objects.count() == before
    assert "not empty" in out.getvalue()


@pytest.mark.django_db
def test_a_database_with_one_person_is_left_as_it_is() -> None:
    factories.UserFactory()
    call_command("seed_demo", stdout=StringIO())
    assert not Client.objects.exists()


def test_there_are_as_many_clients_as_the_recipe_says(saved: None) -> None:
    assert Client.objects.count() == 400
    assert 396 <= ActiveSpan.objects.filter(first_day__lte=DAY).values("client").distinct().count() <= 401
    assert 320 <= ClientStanding.objects.filter(status="active").count() <= 334


def test_value_is_spread_as_the_recipe_says(saved: None) -> None:
    values = monthly_values()
    assert Decimal("6.25e9") <= sum(values) <= Decimal("7.5e9")
    assert Decimal("11e6") <= median(values) <= Decimal("13e6")
    assert Decimal("0.38") <= sum(values[: round(len(values) / 10)]) / sum(values) <= Decimal("0.43")


def test_twelve_months_of_retention_are_as_the_recipe_says(saved: None) -> None:
    sums = trailing_year()
    assert Decimal("0.88") <= sums.logo_retention.value <= Decimal("0.93")
    assert Decimal("0.87") <= sums.grr.value <= Decimal("0.90")
    assert Decimal("1.00") <= sums.nrr.value <= Decimal("1.10")


def test_a_quarter_of_the_contracts_ends_within_90_days(saved: None) -> None:
    ending = ContractTerm.objects.filter(
        first_day__lte=DAY, last_day__range=(DAY, DAY + timedelta(days=90)), value_due__gt=0
    )
    assert 77 <= ending.count() <= 84


def test_every_sum_adds_up_and_no_client_is_left_stale(saved: None) -> None:
    assert not StaleClient.objects.exists()
    assert not Snapshot.objects.filter(closing_arr=None).exists()
    latest = Snapshot.objects.for_company().latest("month")
    assert latest is not None
    for role in Role.values:
        rows = Snapshot.objects.for_members(role).in_window("month", latest.first_day, latest.last_day)
        assert sum(row.closing_arr for row in rows) == latest.closing_arr


def test_one_or_two_clients_of_ten_have_no_next_step(saved: None) -> None:
    found = assess(watched(Client.objects.all()), DAY)
    without = sum(any(signal.name == "step" for signal in each.raised) for each in found)
    assert 0.10 <= without / len(found) <= 0.20


def test_nps_climbs_with_a_dip_at_the_beginning_of_last_year(saved: None) -> None:
    rounds = [
        Answer.objects.filter(survey__title__contains=f"triwulan {quarter} {year}")
        for year, quarter in [(2024, "IV"), (2025, "I"), (2025, "II"), (2026, "IV")]
    ]
    before, dip, after, last = (nps_of(answers) for answers in rounds)
    assert dip < before
    assert dip < after
    assert last > before


def nps_of(answers: "models.QuerySet[Answer]") -> float:
    scores = list(answers.values_list("score", flat=True))
    return 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)


def test_people_have_a_password_only_where_the_demo_is_on(saved: None) -> None:
    assert not User.objects.get(email="am@contoh.example").has_usable_password()


@pytest.mark.parametrize(
    ("mailbox", "least", "most"),
    [
        ("am", 34, 34),
        ("kam", 4, 8),
        ("lead", 110, 180),
        ("director", 380, 400),
        ("executive", 400, 400),
        ("new", 0, 0),
    ],
)
def test_each_sign_in_sees_what_it_is_for(saved: None, mailbox: str, least: int, most: int) -> None:
    user = User.objects.get(email=f"{mailbox}@{people.DOMAIN}")
    assert least <= Client.objects.visible_to(user).count() <= most


def test_administrators_administer_and_see_no_portfolio(saved: None) -> None:
    user = User.objects.get(email="admin@contoh.example")
    assert user.is_staff
    assert user.has_perm("accounts.change_user")
    assert not Client.objects.visible_to(user).exists()


# --- Stories --------------------------------------------------------------------------------------


def test_story_1_a_junior_looks_after_more_clients_than_her_position_allows(saved: None) -> None:
    junior = User.objects.get(email=STORIES[1].person)
    assert Assignment.objects.on(DAY).filter(user=junior, role="AM").count() == 34
    assert junior.position
    assert junior.position.max_clients == 30


def test_story_2_a_promoter_is_silent_and_her_contract_ends(saved: None) -> None:
    client = client_of(2)
    last = Interaction.objects.filter(client=client).latest("happened_at").happened_at
    assert (DAY - last.date()).days == 52
    assert Answer.objects.filter(client=client).latest("answered_at").score == 9
    assert contract_on(client).end == DAY + timedelta(days=20)


def test_story_3_the_champion_of_the_key_client_is_gone(saved: None) -> None:
    client = client_of(3)
    share = ClientStanding.objects.get(client=client).annual_value / 12 / sum(monthly_values())
    assert Decimal("0.066") < share < Decimal("0.070")
    assert Contact.objects.filter(client=client, decision_role="champion", is_active=False).exists()
    [found] = assess(Client.objects.filter(pk=client.pk), DAY)
    assert "contact" in {signal.name for signal in found.raised}


def test_story_4_a_team_loses_most_in_january_of_last_year(saved: None) -> None:
    west = Team.objects.get(name=people.WEST)
    months = Snapshot.objects.for_team(west, "AM").filter(kind="month", first_day__year=2025)
    worst = months.order_by("-churned_clients")[0]
    assert worst.first_day == date(2025, 1, 1)
    assert worst.churned_clients >= 6


def test_story_5_a_notice_deadline_is_today(saved: None) -> None:
    client = client_of(5)
    assert term_of(contract_on(client)).notice_deadline == DAY
    assert Assignment.objects.on(DAY).filter(client=client, user__email=f"am@{people.DOMAIN}").exists()


def test_story_6_a_contract_expired_twelve_days_ago_undecided(saved: None) -> None:
    client = client_of(6)
    term = ContractTerm.objects.get(client=client, last_day=DAY - timedelta(days=12))
    assert term.successor is None
    assert term.notice_on is None
    assert ClientStanding.objects.get(client=client).status == "active"


def test_story_7_a_client_left_and_came_back(saved: None) -> None:
    spans = list(ActiveSpan.objects.filter(client=client_of(7)).values_list("first_day", "last_day"))
    assert [last for _, last in spans] == [date(2024, 12, 31), None] or spans[0][1] == date(2024, 12, 31)
    assert spans[1][0] == date(2025, 6, 2)


def test_story_9_four_contacts_of_a_region_answered_in_a_year(saved: None) -> None:
    since = add_months(DAY, -12)
    answers = Answer.objects.filter(
        client__province="Papua", survey__kind="nps", answered_at__date__gte=since
    )
    assert answers.values("contact").distinct().count() == 4


def test_story_10_one_company_is_on_record_twice(saved: None) -> None:
    twins = Client.objects.named_like("Sagarata Niaga")
    assert sorted(map(str, twins)) == ["PT SAGARATA NIAGA Tbk", "PT Sagarata Niaga"]


def test_story_14_a_partnership_has_a_personal_tax_number_and_a_contact_with_one_name(saved: None) -> None:
    client = client_of(14)
    assert client.legal_form == LegalForm.CV
    assert client.province == "Kalimantan Utara"
    assert client.shown_npwp == "••••••••••••0000"
    assert client.contacts.get(is_primary=True).full_name == "Paryanto"


def test_story_15_a_downsell_and_a_cross_sell_of_one_month_cancel_out(saved: None) -> None:
    month = Window.month(date(2026, 9, 1), DAY - ONE_DAY)
    question = Question([month], as_of=DAY, rules=current_rules(), roles=["AM"])
    sums = rows_by_client(question, "company")[client_of(15).pk]
    assert sums.downsell_arr == sums.cross_sell_arr == Decimal("96000000.00")
    assert sums.expansion_arr == sums.contraction_arr == 0


def test_story_17_a_notice_deadline_falls_on_idulfitri(saved: None) -> None:
    deadline = term_of(contract_on(client_of(17))).notice_deadline
    assert deadline == seasons.idulfitri(2027)


def test_story_19_a_contract_of_24_months_becomes_dearer_after_twelve(saved: None) -> None:
    contract = contract_on(client_of(19))
    values = (
        ValueSegment.objects.filter(contract=contract)
        .order_by("first_day")
        .values_list("annual_value", flat=True)
    )
    assert add_months(contract.start, 24) - ONE_DAY == contract.end
    assert list(values) == [Decimal("288000000.00"), Decimal("318000000.00")]


def test_story_20_a_newcomer_has_nothing_yet(saved: None) -> None:
    newcomer = User.objects.get(email=STORIES[20].person)
    assert not Assignment.objects.filter(user=newcomer).exists()
    assert not Task.objects.filter(owner=newcomer).exists()
    assert not Snapshot.objects.filter(user=newcomer).exists()


def test_every_story_names_its_client_or_person(saved: None) -> None:
    for story in stories.STORIES.values():
        found = (
            Client.objects.filter(legal_name=story.client)
            if story.client
            else User.objects.filter(email=story.person)
        )
        assert found.count() == 1, story.number

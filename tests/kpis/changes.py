"""A small company that changes at random, by every way a fact can be written: pages, administration, ORM, SQL."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.test import Client as Browser
from django.urls import reverse

from accounts.days import JAKARTA
from accounts.models import Team, TeamMembership, User
from clients.models import Answer, Assignment, Client, Survey
from clients.revisions import revision_of
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product, RenewalDecision
from tests import factories

FIRST = date(2026, 1, 1)
DAY = date(2026, 6, 15)  # the first day on which something changes
ANSWERED = datetime(2026, 2, 14, 10, tzinfo=JAKARTA)
REFUSED = (IntegrityError, ValidationError, ProtectedError)  # what no way in would have let pass


def make_office() -> None:
    """Six clients, four people in three teams (one below another), dollars, a pause, a chain of renewals, answers."""
    teams = [factories.TeamFactory() for _ in range(2)]
    teams.append(factories.TeamFactory(parent=teams[0]))
    people = [factories.UserFactory() for _ in range(4)]
    for number, user in enumerate(people[:3]):
        factories.TeamMembershipFactory(user=user, team=teams[number])
    boss = factories.UserFactory(full_name="Pimpinan", is_staff=True, is_superuser=True)
    factories.TeamMembershipFactory(user=boss, team=teams[0], role="director")
    for n in range(3):
        factories.ProductFactory(family=f"Keluarga {n % 2}")
    for day, rate in ((date(2025, 1, 1), 16000), (date(2026, 3, 31), 16500)):
        factories.ExchangeRateFactory(day=day, rate=rate)
    for number in range(6):
        _client(number, people)
    for kind, score in (("nps", 9), ("csat", 4)):
        survey = factories.SurveyFactory(kind=kind)
        for client in Client.objects.all():
            factories.AnswerFactory(survey=survey, client=client, score=score, answered_at=ANSWERED)


def _client(number: int, people: list[User]) -> None:
    client = factories.ClientFactory()
    factories.AssignmentFactory(client=client, user=people[number % 4])
    factories.AssignmentFactory(client=client, user=people[(number + 1) % 4], role="AE")
    start = FIRST + timedelta(days=25 * number)
    contract = factories.ContractFactory(
        client=client,
        start=start,
        end=None if number == 1 else start + timedelta(days=90),
        auto_renew=number == 2,
        currency="USD" if number % 3 == 0 else "IDR",
    )
    factories.ContractLineFactory(contract=contract, product=Product.objects.order_by("pk")[number % 3])
    if number == 1:  # what ends here leaves the client active
        second = factories.ContractFactory(client=client, number="KEDUA", start=start + timedelta(days=20))
        factories.ContractLineFactory(contract=second, product=Product.objects.order_by("pk")[2])
    if number == 3:
        factories.ContractFactory(client=client, renewed_from=contract, start=start + timedelta(days=91))
    if number == 4:
        factories.PauseFactory(contract=contract, start=start + timedelta(days=20), end=None)


class Walk:
    """One sequence of changes. `now` is the day on which the next one happens."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.day = DAY
        self.done: list[str] = []

    def step(self) -> bool:
        """Try one change; False if the database or a form refused it."""
        change = self.random.choice(OVER_HTTP if self.random.random() < 0.1 else DIRECT)
        try:
            with transaction.atomic():
                done = change(self) is not False
        except REFUSED:
            return False
        if done:
            self.done.append(change.__name__)
        return done

    @property
    def now(self) -> datetime:
        return datetime.combine(self.day, time(10), JAKARTA)

    def one_of(self, model: type[models.Model], **which: Any) -> Any:
        """A random row; refused if there is none."""
        rows = list(model._default_manager.filter(**which).order_by("pk"))
        if not rows:
            raise ValidationError("none")
        return self.random.choice(rows)

    def some_of(self, model: type[models.Model]) -> Any:
        """A queryset of one to three random rows."""
        keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        return model._default_manager.filter(
            pk__in=self.random.sample(keys, min(len(keys), self.number(1, 3)))
        )

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def any_day(self) -> date:
        return FIRST + timedelta(days=self.number(-40, 300))

    def moment(self) -> datetime:
        """Also close to midnight in Jakarta, and mostly in the past."""
        day = self.day - timedelta(days=self.number(0, 150))
        return datetime.combine(day, self.random.choice([time(0, 5), time(12), time(23, 55)]), JAKARTA)

    def browser(self) -> Browser:
        browser = Browser()
        browser.force_login(User.objects.get(full_name="Pimpinan"))
        return browser

    def confirm(self, row: Contract | ContractLine, action: str, **entries: Any) -> bool:
        """Ask, read the preview, confirm."""
        contract = row if isinstance(row, Contract) else row.contract
        url = reverse(f"contracts:{'contract' if row is contract else 'line'}_{action}", args=[row.pk])
        data = entries | {"revision": revision_of(contract), "once": uuid4(), "confirmed": "on"}
        return self.browser().post(url, data).status_code == 302

    def administer(self, row: models.Model, **entries: Any) -> bool:
        """Change a row on its page of the administration, or add it if it is not saved."""
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        url = reverse(f"{name}_change", args=[row.pk]) if row.pk else reverse(f"{name}_add")
        browser = self.browser()
        page = browser.get(url)
        form = page.context["adminform"].form
        data = {bound.html_name: bound.value() for bound in form if bound.name not in entries}
        answer = browser.post(url, {k: v for k, v in (data | entries).items() if v is not None})
        return answer.status_code == 302


def new_contracts(walk: Walk) -> None:
    """Two at once, with their lines, in bulk."""
    client, start = walk.one_of(Client), walk.any_day()
    rows = Contract.objects.bulk_create(
        Contract(
            number=f"BARU-{uuid4()}",
            client=client,
            status="signed",
            signed_on=start,
            start=start + timedelta(days=50 * n),
            end=walk.random.choice([None, start + timedelta(days=50 * n + walk.number(10, 200))]),
            currency=walk.random.choice(["IDR", "USD", "EUR"]),
        )
        for n in range(2)
    )
    ContractLine.objects.bulk_create(
        ContractLine(contract=row, product=walk.one_of(Product), unit_price=walk.number(0, 5)) for row in rows
    )


def renewal(walk: Walk) -> None:
    old = walk.one_of(Contract, end__isnull=False)
    start = old.end + timedelta(days=walk.number(-20, 40))
    new = factories.ContractFactory(
        client=old.client,
        renewed_from=old,
        start=start,
        end=None,
        currency=walk.random.choice(["IDR", "USD"]),
    )
    factories.ContractLineFactory(contract=new, unit_price=walk.number(1, 9), product=walk.one_of(Product))


def new_lines(walk: Walk) -> None:
    contract = walk.one_of(Contract)
    ContractLine.objects.bulk_create(
        ContractLine(
            contract=contract,
            product=walk.one_of(Product),
            unit_price=walk.number(1, 9),
            period=walk.random.choice(["month", "year", "one_off", "week"]),
            start=walk.random.choice([None, contract.start + timedelta(days=walk.number(0, 60))]),
        )
        for _ in range(2)
    )


def prices(walk: Walk) -> None:
    walk.some_of(ContractLine).update(unit_price=walk.number(0, 20), quantity=walk.number(1, 3))


def days_of_lines(walk: Walk) -> None:
    start = walk.any_day()
    walk.some_of(ContractLine).update(
        start=start, end=walk.random.choice([None, start + timedelta(days=walk.number(0, 90))])
    )


def products_of_lines(walk: Walk) -> None:
    walk.some_of(ContractLine).update(product=walk.one_of(Product))


def line_moves(walk: Walk) -> None:
    walk.some_of(ContractLine).update(contract=walk.one_of(Contract))


def lines_go(walk: Walk) -> None:
    ContractLine.objects.filter(pk=walk.one_of(ContractLine).pk).delete()


def starts(walk: Walk) -> None:
    """Of contracts; often followed by their end before anything is computed."""
    walk.some_of(Contract).update(start=walk.any_day(), end=None, auto_renew=False)


def ends(walk: Walk) -> None:
    contract = walk.one_of(Contract)
    contract.end = contract.start + timedelta(days=walk.number(0, 200))
    contract.auto_renew = walk.random.random() < 0.5
    contract.notice_days = walk.random.choice([0, 30])
    contract.save()


def statuses(walk: Walk) -> None:
    draft = {"status": "draft", "signed_on": None, "notice_on": None, "notice_by": "", "terminated_on": None}
    signed = {"status": "signed", "signed_on": FIRST}
    walk.some_of(Contract).update(**walk.random.choice([draft, signed]))


def currencies(walk: Walk) -> None:
    walk.some_of(Contract).update(currency=walk.random.choice(["IDR", "USD"]))


def notices(walk: Walk) -> None:
    given = {"notice_on": walk.any_day(), "notice_by": "client"}
    walk.some_of(Contract).update(**walk.random.choice([given, {"notice_on": None, "notice_by": ""}]))


def terminations(walk: Walk) -> None:
    walk.some_of(Contract).update(
        terminated_on=walk.random.choice([None, walk.any_day()]), termination_reason="Pindah"
    )


def unlinked(walk: Walk) -> None:
    walk.some_of(Contract).update(renewed_from=None)


def contract_goes(walk: Walk) -> None:
    """With everything below it, in the order that the database wants."""
    contract = walk.one_of(Contract)
    for rows in (contract.lines, contract.pauses, contract.decisions):
        rows.all().delete()
    contract.delete()


def contract_moves_in_sql(walk: Walk) -> None:
    _sql(
        "UPDATE contracts_contract SET client_id = %s WHERE id = %s",
        walk.one_of(Client).pk,
        walk.one_of(Contract).pk,
    )


def prices_in_sql(walk: Walk) -> None:
    _sql(
        "UPDATE contracts_contractline SET unit_price = unit_price + 1 WHERE id %% 3 = %s", walk.number(0, 2)
    )


def pauses_in_sql(walk: Walk) -> None:
    _sql("DELETE FROM contracts_pause WHERE id = %s", walk.one_of(Pause).pk)


def new_pauses(walk: Walk) -> None:
    start = walk.any_day()
    Pause.objects.bulk_create(
        Pause(contract=contract, start=start, end=walk.random.choice([None, start + timedelta(days=100)]))
        for contract in walk.some_of(Contract)
    )


def pause_changes(walk: Walk) -> None:
    pause = walk.one_of(Pause)
    Pause.objects.filter(pk=pause.pk).update(end=pause.start + timedelta(days=walk.number(0, 120)))


def decisions(walk: Walk) -> None:
    contract = walk.one_of(Contract, end__isnull=False)
    RenewalDecision.objects.create(contract=contract, term_end=contract.end, by=walk.one_of(User))


def decisions_go(walk: Walk) -> None:
    walk.some_of(RenewalDecision).delete()


def new_owners(walk: Walk) -> None:
    client, start, role = walk.one_of(Client), walk.any_day(), walk.random.choice(["AM", "AE"])
    Assignment.objects.filter(client=client, role=role, start__lt=start).update(end=start - timedelta(days=1))
    Assignment.objects.bulk_create(
        [Assignment(client=client, user=walk.one_of(User), role=role, start=start)]
    )


def owners_change(walk: Walk) -> None:
    walk.some_of(Assignment).update(user=walk.one_of(User))


def owners_go(walk: Walk) -> None:
    walk.some_of(Assignment).delete()


def assignments_in_sql(walk: Walk) -> None:
    _sql('UPDATE clients_assignment SET "end" = %s WHERE id = %s', walk.any_day(), walk.one_of(Assignment).pk)


def other_teams(walk: Walk) -> None:
    walk.some_of(TeamMembership).update(team=walk.one_of(Team))


def memberships_begin(walk: Walk) -> None:
    user, start = walk.one_of(User), walk.any_day()
    user.memberships.filter(start__lt=start).update(end=start - timedelta(days=1))
    TeamMembership.objects.bulk_create([TeamMembership(user=user, team=walk.one_of(Team), start=start)])


def memberships_go(walk: Walk) -> None:
    walk.some_of(TeamMembership).exclude(role="director").delete()


def new_rates(walk: Walk) -> None:
    ExchangeRate.objects.bulk_create(
        ExchangeRate(day=walk.any_day(), currency=currency, rate=walk.number(10, 99), source="BI")
        for currency in ("USD", "EUR")
    )


def rates_change(walk: Walk) -> None:
    walk.some_of(ExchangeRate).update(rate=Decimal(walk.number(10_000, 20_000)) / 7)


def rates_go_in_sql(walk: Walk) -> None:
    _sql("DELETE FROM contracts_exchangerate WHERE id = %s", walk.one_of(ExchangeRate).pk)


def new_answers(walk: Walk) -> None:
    Answer.objects.bulk_create(
        Answer(survey=survey, client=walk.one_of(Client), score=walk.number(1, 5), answered_at=walk.moment())
        for survey in Survey.objects.all()
    )


def answers_change(walk: Walk) -> None:
    walk.some_of(Answer).update(
        score=walk.number(1, 5), answered_at=walk.moment(), client=walk.one_of(Client)
    )


def answers_go(walk: Walk) -> None:
    walk.some_of(Answer).delete()


def families(walk: Walk) -> None:
    walk.some_of(Product).update(family=f"Keluarga {walk.number(0, 2)}")


def new_client(walk: Walk) -> None:
    Client.objects.bulk_create([Client(legal_name=f"Baru {uuid4()}")])


def page_amends_a_price(walk: Walk) -> bool:
    entries = {"unit_price": walk.number(1, 9), "quantity": 1, "discount_percent": 0, "from_day": walk.day}
    return walk.confirm(walk.one_of(ContractLine), "amend", **entries)


def page_adds_a_line(walk: Walk) -> bool:
    product = walk.one_of(Product).pk
    price = {"quantity": 1, "unit_price": walk.number(1, 9), "discount_percent": 0, "period": "month"}
    return walk.confirm(walk.one_of(Contract), "add_line", product=product, from_day=walk.day, **price)


def page_pauses(walk: Walk) -> bool:
    return walk.confirm(walk.one_of(Contract), "pause", start=walk.day, reason="Libur")


def page_gives_notice(walk: Walk) -> bool:
    return walk.confirm(walk.one_of(Contract), "notice", notice_on=walk.day, notice_by="us")


def page_terminates(walk: Walk) -> bool:
    last_day = walk.day + timedelta(days=walk.number(0, 20))
    return walk.confirm(walk.one_of(Contract), "terminate", last_day=last_day, reason="Tutup")


def page_assigns(walk: Walk) -> bool:
    client = walk.one_of(Client)
    seen = client.assignments.filter(role="AM").order_by("start").last()
    data = {
        "user": walk.one_of(User).pk,
        "start": walk.day + timedelta(days=walk.number(0, 5)),
        "reason": "Cuti",
        "expected": seen.pk if seen else "",
    }
    url = reverse("clients:owner_assign", args=[client.pk, "AM"])
    data |= {"revision": revision_of(client), "once": uuid4()}
    return walk.browser().post(url, data).status_code == 302


def admin_renames_a_family(walk: Walk) -> bool:
    return walk.administer(walk.one_of(Product), family=f"Keluarga {walk.number(0, 2)}")


def admin_corrects_a_rate(walk: Walk) -> bool:
    return walk.administer(walk.one_of(ExchangeRate), rate=walk.number(10, 99))


def admin_adds_a_rate(walk: Walk) -> bool:
    return walk.administer(
        ExchangeRate(), day=walk.any_day(), currency="USD", rate=walk.number(10, 99), source="BI"
    )


def admin_ends_an_assignment(walk: Walk) -> bool:
    row = walk.one_of(Assignment)
    return walk.administer(row, end=row.start + timedelta(days=walk.number(0, 700)))


def admin_moves_a_member(walk: Walk) -> bool:
    return walk.administer(walk.one_of(TeamMembership), team=walk.one_of(Team).pk)


def admin_answers(walk: Walk) -> bool:
    at = walk.moment()
    entries = {"answered_at_0": at.strftime("%Y-%m-%d"), "answered_at_1": at.strftime("%H:%M")}
    entries |= {
        "survey": walk.one_of(Survey).pk,
        "client": walk.one_of(Client).pk,
        "score": walk.number(1, 5),
    }
    return walk.administer(Answer(), answered_at=None, **entries)


def admin_turns_a_survey(walk: Walk) -> bool:
    return walk.administer(walk.one_of(Survey), kind=walk.random.choice(["nps", "csat"]))


def admin_changes_a_line(walk: Walk) -> bool:
    return walk.administer(walk.one_of(ContractLine), unit_price=walk.number(1, 9))


def _sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


CHANGES: list[Callable[[Walk], Any]] = [
    value
    for name, value in list(globals().items())
    if getattr(value, "__module__", "") == __name__ and name[0].islower() and name != "make_office"
]
OVER_HTTP = [change for change in CHANGES if change.__name__.startswith(("page", "admin"))]
DIRECT = [change for change in CHANGES if change not in OVER_HTTP]

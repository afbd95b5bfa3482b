"""Worked portfolios in a file, computed by the product itself (kpis.md section 3). For the command `kpi_scenarios`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

import pghistory.models
from django.apps import apps
from django.db import connection, transaction

from accounts.days import JAKARTA
from accounts.models import Team, TeamMembership, User
from clients.models import Answer, Assignment, Client, Contact, Survey
from contracts.effective import Rules, Span
from contracts.effective.days import merged
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product
from contracts.projection import current_rules
from kpis.measures import Amount, Sums, measures_of
from kpis.models import Edition, Scope, Snapshot, Target, TargetKind, WindowKind
from kpis.snapshots import rebuild, refresh
from kpis.targets import Targets, attainment, distance
from kpis.windows import Question, Window

Json = dict[str, Any]
Measures = dict[str, Amount]

PARAMS = {
    "grace_days": "grace_days",
    "pause_logo_max_days": "pause_limit_days",
    "reporting_currency": "reporting_currency",
}
ENTITIES = {
    "client": "clients",
    "contract": "contracts",
    "assignment": "assignments",
    "team_membership": "team_memberships",
    "survey": "surveys",
    "target": "targets",
    "fx": "fx",
}


ROOMS = ("accounts", "clients", "contracts", "kpis")


@contextmanager
def apart() -> Iterator[None]:
    """Empty tables in front of the product's own, for the time of this block.

    PostgreSQL looks for a table among the temporary ones first. So nothing that is there is read, locked or
    changed, and no trigger runs: the portfolios are the only ones in the world.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP"
            )
        yield
        transaction.set_rollback(True)


def _tables() -> list[str]:
    """Of facts and of what is derived from them; not of the change history."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    own = [
        model for model in models if not model._meta.proxy and not issubclass(model, pghistory.models.Event)
    ]
    return [model._meta.db_table for model in own]


def answer_query(scenario: Json, query: Json) -> dict[str, Measures]:
    """Every measure of every scope, by scope name. Loads the portfolio, computes, and rolls everything back.

    Run it `apart`: rates and targets of an installation would count as the portfolio's.
    Raises KeyError, TypeError or ValueError for a scenario that is not of the format.
    """
    rules = _rules(scenario, query)
    window = Window(WindowKind.OTHER, _day(query["from"]), _day(query["to"]))
    as_of = _day_or_none(query.get("as_of"))
    data = known_on(scenario["data"], as_of)
    with transaction.atomic():
        portfolio = Portfolio.load(data, rules)
        clients = [client.pk for client in portfolio.clients.values()]
        rebuild(clients, rules, window.last_day)
        refresh(Question([window], as_of=as_of, rules=rules, roles=[query["role"]], clients=clients))
        scopes = portfolio.scopes(query.get("expect", {}))
        measures = {name: _measures(window, query["role"], *scope) for name, scope in scopes.items()}
        transaction.set_rollback(True)
    return measures


def differences(
    expected: Mapping[str, Mapping[str, Any]], got: Mapping[str, Measures]
) -> Iterator[tuple[Any, ...]]:
    """(scope, measure, expected, got) for each value that is not as expected. null = no value, never 0."""
    for scope, values in expected.items():
        for measure, value in values.items():
            actual = got.get(scope, {}).get(measure, "nothing")
            wanted = None if value is None else Decimal(str(value))
            if actual != wanted:
                yield scope, measure, value, actual


def known_on(data: Json, as_of: date | None) -> Json:
    """What was recorded by a day (None = everything), amendments applied in order of (recorded_on, seq)."""
    known: Json = _recorded_by(deepcopy(data), as_of)
    for amendment in sorted(known.get("amendments", []), key=lambda a: (a["recorded_on"] or "", a["seq"])):
        _amend(known, amendment)
    return known


def _recorded_by(value: Any, as_of: date | None) -> Any:
    """The value without the records, at any depth, that were recorded later."""
    if isinstance(value, dict):
        return {key: _recorded_by(part, as_of) for key, part in value.items()}
    if isinstance(value, list):
        return [_recorded_by(part, as_of) for part in value if not _recorded_after(part, as_of)]
    return value


def _recorded_after(record: Any, as_of: date | None) -> bool:
    recorded_on = record.get("recorded_on") if isinstance(record, dict) else None
    return as_of is not None and recorded_on is not None and _day(recorded_on) > as_of


def _amend(data: Json, amendment: Json) -> None:
    for records in _lists_of(data, amendment):
        found = [record for record in records if record.get("id") == amendment["id"]]
        match amendment["op"]:
            case "update":
                for record in found:
                    record.update(amendment["set"])
            case "delete":
                records[:] = [record for record in records if record not in found]
            case "insert":
                records.append(amendment["set"] | {"id": amendment["id"]})
            case op:
                raise ValueError(f"unknown operation {op}")


def _lists_of(data: Json, amendment: Json) -> Iterator[list[Json]]:
    """The lists that may hold the amended record: for a new line its contract's, else every contract's."""
    if amendment["entity"] != "line":
        yield data.setdefault(ENTITIES[amendment["entity"]], [])
        return
    for contract in data["contracts"]:
        if amendment["op"] != "insert" or contract["id"] == amendment["set"]["contract"]:
            yield contract["lines"]


@dataclass
class Portfolio:
    """One scenario in the database, under its names."""

    prefix: str = field(default_factory=lambda: uuid4().hex[:8])
    clients: dict[str, Client] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    products: dict[tuple[str, str], Product] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    @classmethod
    def load(cls, data: Json, rules: Rules) -> Portfolio:
        """Save the records through the models."""
        portfolio = cls()
        for each in data["clients"]:
            portfolio.clients[each["id"]] = Client.objects.create(legal_name=each["id"], legal_form="")
        portfolio.load_people(data)
        portfolio.load_contracts(data.get("contracts", []))
        portfolio.load_answers(data.get("surveys", []))
        portfolio.load_rates(data.get("fx", []), rules)
        portfolio.load_targets(data.get("targets", []))
        return portfolio

    def user(self, name: str) -> User:
        if name not in self.users:
            email = f"{self.prefix}-{next(self.numbers)}@scenario.invalid"
            self.users[name] = User.objects.create(full_name=name, email=email)
        return self.users[name]

    def team(self, name: str) -> Team:
        if name not in self.teams:
            self.teams[name] = Team.objects.create(name=f"{self.prefix} {name}")
        return self.teams[name]

    def product(self, line: Json) -> Product:
        """A line without a family is its own family: the product name."""
        key = (line["product"], line.get("family") or line["product"])
        if key not in self.products:
            self.products[key] = Product.objects.create(
                code=f"{self.prefix}-{next(self.numbers)}", name=key[0], family=key[1], list_price=0
            )
        return self.products[key]

    def load_people(self, data: Json) -> None:
        for each in data.get("team_memberships", []):
            TeamMembership.objects.create(
                user=self.user(each["user"]),
                team=self.team(each["team"]),
                role=each.get("role") or TeamMembership.Role.MEMBER,
                start=_day(each["from"]),
                end=_day_or_none(each["to"]),
            )
        for each in data.get("assignments", []):
            Assignment.objects.create(
                client=self.clients[each["client"]],
                user=self.user(each["user"]),
                role=each["role"],
                start=_day(each["from"]),
                end=_day_or_none(each["to"]),
            )

    def load_contracts(self, contracts: Iterable[Json]) -> None:
        """Successors are linked once all contracts exist."""
        saved = {each["id"]: self.load_contract(each) for each in contracts}
        for each in contracts:
            if each.get("renewed_from") in saved:
                contract = saved[each["id"]]
                contract.renewed_from = saved[each["renewed_from"]]
                contract.save(update_fields=["renewed_from"])

    def load_contract(self, each: Json) -> Contract:
        """Statuses active, ended and terminated are all signed: the dates say the rest."""
        draft = each["status"] == "draft"
        start, end = _day(each["start"]), _day_or_none(each["end"])
        notice_on = None if draft else _day_or_none(each.get("notice_on"))
        terminated_on = None if draft else _day_or_none(each.get("terminated_on"))
        contract = Contract.objects.create(
            number=f"{self.prefix} {each['id']}",
            client=self.clients[each["client"]],
            status=Contract.Status.DRAFT if draft else Contract.Status.SIGNED,
            signed_on=None if draft else start,
            start=start,
            end=end,
            auto_renew=bool(each.get("auto_renew")) and end is not None,
            notice_days=each.get("notice_days") or 0,
            notice_on=notice_on,
            notice_by=Contract.Party.CLIENT if notice_on else "",
            terminated_on=terminated_on,
            termination_reason="-" if terminated_on else "",
            currency=each["currency"],
        )
        for line in each["lines"]:
            ContractLine.objects.create(
                contract=contract,
                product=self.product(line),
                unit_price=Decimal(line["amount"]),
                period=line["period"],
                start=_day_or_none(line.get("start")),
                end=_day_or_none(line.get("end")),
            )
        for pause in merged(Span(_day(p["from"]), _day_or_none(p["to"])) for p in each.get("pauses", [])):
            Pause.objects.create(contract=contract, start=pause.first_day, end=pause.last_day)
        return contract

    def load_answers(self, answers: Iterable[Json]) -> None:
        """In order of id, as the higher id wins a tie (K7)."""
        surveys = {
            kind: Survey.objects.create(kind=kind, title=kind, question=kind) for kind in Survey.Kind.values
        }
        contacts: dict[tuple[str, str], Contact] = {}
        for each in sorted(answers, key=lambda answer: str(answer["id"])):
            key = (each["client"], each["contact"])
            if key not in contacts:
                contacts[key] = Contact.objects.create(client=self.clients[key[0]], full_name=key[1])
            Answer.objects.create(
                survey=surveys[each["kind"]],
                client=self.clients[each["client"]],
                contact=contacts[key],
                score=each["score"],
                answered_at=_moment(each["responded_at"]),
            )

    def load_rates(self, rates: Iterable[Json], rules: Rules) -> None:
        for each in rates:
            if each["to"] == rules.reporting_currency:
                ExchangeRate.objects.create(
                    day=_day(each["date"]), currency=each["from"], rate=Decimal(each["rate"]), source="-"
                )

    def load_targets(self, targets: Iterable[Json]) -> None:
        for each in targets:
            _, user, team = self.scope(each["scope"])
            Target.objects.create(
                kind=each["kind"],
                user=user,
                team=team,
                first_day=_day(each["from"]),
                last_day=_day(each["to"]),
                value=Decimal(each["value"]),
            )

    def scope(self, name: str) -> tuple[Scope, User | None, Team | None]:
        """“company”, “unassigned”, “no_team”, “user:ani”, “team:T1”."""
        kind, _, of = name.partition(":")
        scope = Scope(kind)
        return (
            scope,
            self.user(of) if scope == Scope.USER else None,
            self.team(of) if scope == Scope.TEAM else None,
        )

    def scopes(self, expected: Iterable[str]) -> dict[str, tuple[Scope, User | None, Team | None]]:
        """All scopes of the portfolio and those that a query expects."""
        names = ["company", "unassigned", "no_team"]
        names += [f"user:{name}" for name in self.users] + [f"team:{name}" for name in self.teams]
        return {name: self.scope(name) for name in dict.fromkeys([*names, *expected])}


def _measures(window: Window, role: str, scope: Scope, user: User | None, team: Team | None) -> Measures:
    row = (
        Snapshot.objects.in_window(window.kind, window.first_day, window.last_day)
        .filter(scope=scope, user=user, team=team, role=role, edition=Edition.CURRENT)
        .first()
    )
    sums = row.sums if row else Sums()
    measures = measures_of(sums)
    for kind in TargetKind.values:
        target = _target(Targets.load(kind, window.first_day, window.last_day), scope, user, team)
        reached = (
            attainment(kind, target, sums).value
            if TargetKind(kind).is_additive
            else distance(kind, target, sums)
        )
        measures |= {f"target_{kind}": target, f"attainment_{kind}": reached}
    return measures


def _target(targets: Targets, scope: Scope, user: User | None, team: Team | None) -> Decimal | None:
    if scope == Scope.COMPANY:
        return targets.for_company()
    if user:
        return targets.for_user(user)
    return targets.for_team(team) if team else None


def _rules(scenario: Json, query: Json) -> Rules:
    """The settings of the installation, overridden by the scenario, overridden by the query."""
    params = (scenario.get("params") or {}) | (query.get("params") or {})
    return replace(current_rules(), **{PARAMS[name]: value for name, value in params.items()})


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _day_or_none(text: str | None) -> date | None:
    return None if text is None else _day(text)


def _moment(text: str) -> datetime:
    """A moment, or the beginning of a Jakarta day."""
    if len(text) == len("2025-01-31"):
        return datetime.combine(_day(text), time(), JAKARTA)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=JAKARTA)

"""One worked portfolio in the database, under its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from accounts.models import Team, TeamMembership, User
from clients.models import Answer, Assignment, Client, Contact, Survey
from contracts.effective import Span
from contracts.effective.days import merged
from contracts.models import Contract, ContractLine, ExchangeRate, Pause, Product
from kpis.models import Scope, Target
from kpis.scenarios import records

NOT_SIGNED = "draft"  # active, ended and terminated are all signed: the dates say the rest
Place = tuple[Scope, User | None, Team | None]  # a scope with its person or its team


@dataclass
class Portfolio:
    """What was saved, by the names of the file. Emails, codes and numbers are made up."""

    prefix: str = field(default_factory=lambda: uuid4().hex[:8])
    clients: dict[str, Client] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    products: dict[tuple[str, str], Product] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    @classmethod
    def load(cls, data: records.Data, reporting_currency: str) -> Portfolio:
        """Save the records through the models, each kind in one statement."""
        portfolio = cls()
        rows = [Client(legal_name=each.id, legal_form="") for each in data.clients]
        names = [each.id for each in data.clients]
        portfolio.clients = dict(zip(names, Client.objects.bulk_create(rows), strict=True))
        portfolio.load_people(data)
        portfolio.load_contracts(data.contracts)
        portfolio.load_answers(data.surveys)
        ExchangeRate.objects.bulk_create(
            ExchangeRate(day=each.day, currency=each.currency, rate=each.rate, source="-")
            for each in data.fx
            if each.to == reporting_currency
        )
        portfolio.load_targets(data.targets)
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

    def product(self, line: records.Line) -> Product:
        key = (line.product, line.family or line.product)
        if key not in self.products:
            self.products[key] = Product.objects.create(
                code=f"{self.prefix}-{next(self.numbers)}", name=key[0], family=key[1], list_price=0
            )
        return self.products[key]

    def load_people(self, data: records.Data) -> None:
        TeamMembership.objects.bulk_create(
            TeamMembership(
                user=self.user(each.user),
                team=self.team(each.team),
                role=each.role,
                start=each.first,
                end=each.last,
            )
            for each in data.team_memberships
        )
        Assignment.objects.bulk_create(
            Assignment(
                client=self.clients[each.client],
                user=self.user(each.user),
                role=each.role,
                start=each.first,
                end=each.last,
            )
            for each in data.assignments
        )

    def load_contracts(self, contracts: Sequence[records.Contract]) -> None:
        """Successors are linked once all contracts exist; who points to none known stands alone."""
        rows = [self.contract(each) for each in contracts]
        saved = {
            each.id: row for each, row in zip(contracts, Contract.objects.bulk_create(rows), strict=True)
        }
        linked = [each for each in contracts if each.renewed_from in saved]
        for each in linked:
            saved[each.id].renewed_from = saved[str(each.renewed_from)]
        Contract.objects.bulk_update([saved[each.id] for each in linked], ["renewed_from"])
        ContractLine.objects.bulk_create(
            ContractLine(
                contract=saved[each.id],
                product=self.product(line),
                unit_price=line.amount,
                period=line.period,
                start=line.start,
                end=line.end,
            )
            for each in contracts
            for line in each.lines
        )
        Pause.objects.bulk_create(
            Pause(contract=saved[each.id], start=pause.first_day, end=pause.last_day)
            for each in contracts
            for pause in merged(Span(pause.first, pause.last) for pause in each.pauses)
        )

    def contract(self, each: records.Contract) -> Contract:
        draft = each.status == NOT_SIGNED
        notice_on, terminated_on = (None, None) if draft else (each.notice_on, each.terminated_on)
        return Contract(
            number=f"{self.prefix} {each.id}",
            client=self.clients[each.client],
            status=Contract.Status.DRAFT if draft else Contract.Status.SIGNED,
            signed_on=None if draft else each.start,
            start=each.start,
            end=each.end,
            auto_renew=each.auto_renew and each.end is not None,
            notice_days=each.notice_days or 0,
            notice_on=notice_on,
            notice_by=Contract.Party.CLIENT if notice_on else "",
            terminated_on=terminated_on,
            termination_reason="-" if terminated_on else "",
            currency=each.currency,
        )

    def load_answers(self, answers: Iterable[records.Answer]) -> None:
        """In order of id, as the higher id wins a tie (K7)."""
        ordered = sorted(answers, key=lambda answer: answer.id)
        names = sorted({(each.client, each.contact) for each in ordered})
        contacts = Contact.objects.bulk_create(
            Contact(client=self.clients[client], full_name=name) for client, name in names
        )
        by_name = dict(zip(names, contacts, strict=True))
        surveys = {
            kind: Survey.objects.create(kind=kind, title=kind, question=kind)
            for kind in {each.kind for each in ordered}
        }
        Answer.objects.bulk_create(
            Answer(
                survey=surveys[each.kind],
                client=self.clients[each.client],
                contact=by_name[each.client, each.contact],
                score=each.score,
                answered_at=each.responded_at,
            )
            for each in ordered
        )

    def load_targets(self, targets: Iterable[records.Target]) -> None:
        rows = []
        for each in targets:
            _scope, user, team = self.place(each.scope)
            rows.append(
                Target(
                    kind=each.kind,
                    user=user,
                    team=team,
                    first_day=each.first,
                    last_day=each.last,
                    value=each.value,
                )
            )
        Target.objects.bulk_create(rows)

    def place(self, name: str) -> Place:
        """“company”, “unassigned”, “no_team”, “user:ani”, “team:T1”."""
        kind, _, of = name.partition(":")
        scope = Scope(kind)
        return (
            scope,
            self.user(of) if scope == Scope.USER else None,
            self.team(of) if scope == Scope.TEAM else None,
        )

    def places(self, expected: Iterable[str]) -> dict[str, Place]:
        """All scopes of the portfolio and those that a query expects, by name."""
        names = ["company", "unassigned", "no_team"]
        names += [f"user:{name}" for name in self.users] + [f"team:{name}" for name in self.teams]
        return {name: self.place(name) for name in dict.fromkeys([*names, *expected])}

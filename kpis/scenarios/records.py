"""The format of worked portfolios (kpis.md section 3), and what is said of a record that is not of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

from babel.numbers import list_currencies
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

import accounts.models
import clients.models
from accounts.days import JAKARTA
from contracts.models import Period
from kpis.models import Role, TargetKind

Json = dict[str, Any]
Place = tuple[int | str, ...]  # where something stands: keys and positions from the outside in


class FormatError(ValueError):
    """Says which record and field is wrong, and what is expected there."""

    @classmethod
    def at(cls, place: Place, content: Any, expected: str) -> FormatError:
        return cls(f"{_in_words(place, content)}: {expected}")


def _in_words(place: Place, content: Any) -> str:
    """`contracts K1, lines L2, amount`: records by their id where they have one, else by their number."""
    words: list[str] = []
    for step in place:
        content = _inside(content, step)
        if not isinstance(step, int):
            words.append(str(step))
        elif words:
            words[-1] += f" {content['id'] if isinstance(content, dict) and 'id' in content else step + 1}"
    return ", ".join(words)


def _inside(content: Any, step: int | str) -> Any:
    try:
        return content[step]
    except (KeyError, IndexError, TypeError):
        return None  # what is missing has no inside


def _day(value: Any) -> Any:
    """Only strings: pydantic would take a number for seconds."""
    if isinstance(value, date) or value is None:
        return value
    if not isinstance(value, str):
        raise ValueError("expected a day like 2025-01-31")
    return date.fromisoformat(value)


def _moment(value: Any) -> Any:
    """A moment, or the beginning of a Jakarta day."""
    moment = datetime.combine(_day(value), time()) if len(str(value)) == 10 else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=JAKARTA)


def _known_currency(code: str) -> str:
    if code not in list_currencies():
        raise ValueError(f"there is no currency {code}")
    return code


def _in_order(last: date | None, info: ValidationInfo) -> date | None:
    first = info.data.get("first") or info.data.get("start")
    if first and last and last < first:
        raise ValueError(f"ends before it begins ({first})")
    return last


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
LastDay = Annotated[Day | None, AfterValidator(_in_order)]
Currency = Annotated[str, AfterValidator(_known_currency)]
ScopeName = Annotated[str, StringConstraints(pattern=r"^(company|unassigned|no_team|user:.+|team:.+)$")]
Id = Annotated[str, StringConstraints(min_length=1)]


class Record(BaseModel):
    """One object of the file. Keys that nobody asks for are left alone: files carry notes."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    recorded_on: Day | None = None


class Client(Record):
    id: Id


class Pause(Record):
    first: Day = Field(alias="from")
    last: LastDay = Field(alias="to", default=None)


class Line(Record):
    """A line without a family is its own family: the product name."""

    id: Id = ""
    product: Id
    family: str | None = None
    amount: Decimal
    period: Period
    start: Day | None = None
    end: Day | None = None  # before the start of a line that began with an automatic term (kpis.md R5)


class Contract(Record):
    id: Id
    client: Id
    status: Literal["draft", "active", "ended", "terminated"]
    start: Day
    end: LastDay = None
    auto_renew: bool = False
    notice_days: int | None = Field(default=None, ge=0)
    notice_on: Day | None = None
    terminated_on: Day | None = None
    renewed_from: str | None = None
    currency: Currency
    pauses: list[Pause] = []
    lines: list[Line] = []


class Post(Record):
    """Somebody does something from one day to another, both included."""

    user: Id
    role: str
    first: Day = Field(alias="from")
    last: LastDay = Field(alias="to", default=None)


class Assignment(Post):
    client: Id
    role: clients.models.Assignment.Role


class Membership(Post):
    team: Id
    role: accounts.models.TeamMembership.Role = accounts.models.TeamMembership.Role.MEMBER


class Answer(Record):
    id: Id
    client: Id
    contact: Id
    kind: clients.models.Survey.Kind
    score: int
    responded_at: Moment

    @field_validator("score")
    @classmethod
    def _possible(cls, score: int, info: ValidationInfo) -> int:
        least, most = (1, 5) if info.data.get("kind") == clients.models.Survey.Kind.CSAT else (0, 10)
        if not least <= score <= most:
            raise ValueError(f"expected {least} to {most}")
        return score


class Target(Record):
    scope: ScopeName
    kind: TargetKind
    first: Day = Field(alias="from")
    last: Annotated[Day, AfterValidator(_in_order)] = Field(alias="to")
    value: Decimal


class Rate(Record):
    day: Day = Field(alias="date")
    currency: Currency = Field(alias="from")
    to: Currency
    rate: Decimal = Field(gt=0)


class Amendment(Record):
    """A later entry: changes, deletes or adds a record of an `entity`; `set` are the fields it changes."""

    seq: int = 0
    entity: Literal["client", "contract", "line", "assignment", "team_membership", "survey", "target", "fx"]
    op: Literal["insert", "update", "delete"]
    id: Id
    set: dict[str, Any] = {}


class Data(Record):
    """The facts of one portfolio."""

    clients: list[Client]
    contracts: list[Contract] = []
    assignments: list[Assignment] = []
    team_memberships: list[Membership] = []
    surveys: list[Answer] = []
    targets: list[Target] = []
    fx: list[Rate] = []
    amendments: list[Amendment] = []


class Params(BaseModel):
    """Rules that a scenario or a query sets for itself."""

    model_config = ConfigDict(extra="forbid")

    grace_days: int | None = Field(default=None, ge=0)
    pause_logo_max_days: int | None = Field(default=None, ge=0)
    reporting_currency: Currency | None = None


class Query(BaseModel):
    """A window, and by scope the values that are expected of it."""

    name: str = ""
    first: Day = Field(alias="from")
    last: Annotated[Day, AfterValidator(_in_order)] = Field(alias="to")
    as_of: Day | None = None
    role: Role
    params: Params | None = None
    expect: dict[ScopeName, dict[str, Decimal | None]] = {}


class Scenario(BaseModel):
    id: Id = ""
    params: Params | None = None
    data: Data


Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], content: Any, name: str = "") -> Model:
    """Raises FormatError. `name` is what the content as a whole is called, "" = what is in it stands for itself."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place: Place = tuple(step for step in first["loc"] if step != "[key]")
        if name:
            place, content = (name, *place), {name: content}
        raise FormatError.at(place, content, first["msg"].removeprefix("Value error, ")) from None


def refuse_contradictions(data: Data, content: Json) -> None:
    """Raises FormatError for records that do not fit each other. `content` is what `data` was read from."""
    for place, expected in _contradictions(data):
        raise FormatError.at(("data", *place), {"data": content}, expected)


def _contradictions(data: Data) -> Iterator[tuple[Place, str]]:
    known = {client.id for client in data.clients}
    for name in ("contracts", "assignments", "surveys"):
        for number, record in enumerate(getattr(data, name)):
            if record.client not in known:
                yield (name, number, "client"), f"there is no client {record.client}"
    for name in ("clients", "contracts"):
        ids = [record.id for record in getattr(data, name)]
        yield from (
            ((name, number, "id"), "is there twice")
            for number, each in enumerate(ids)
            if each in ids[:number]
        )
    yield from _terms_without_end(data.contracts)
    owning, credited = clients.models.Assignment.Role.owning(), accounts.models.TeamMembership.Role.credited()
    yield from _overlaps("assignments", data.assignments, ("client", "role"), owning)
    yield from _overlaps("team_memberships", data.team_memberships, ("user",), credited)


def _terms_without_end(contracts: Sequence[Contract]) -> Iterator[tuple[Place, str]]:
    for number, contract in enumerate(contracts):
        for position, line in enumerate(contract.lines):
            if line.period == Period.TERM and contract.end is None and line.end is None:
                place = ("contracts", number, "lines", position, "period")
                yield place, "a price for the whole term needs an end, of the line or of its contract"


def _overlaps(
    name: str, records: Sequence[Post], same: Sequence[str], roles: Sequence[str]
) -> Iterator[tuple[Place, str]]:
    """On a day a client has one owner in each role, a person one team. Only records in `roles` are alone."""
    found: dict[tuple[Any, ...], list[tuple[date, date, int]]] = defaultdict(list)
    for number, record in enumerate(records):
        if record.role in roles:
            key = tuple(getattr(record, field) for field in same)
            found[key].append((record.first, record.last or date.max, number))
    for ranges in found.values():
        ranges.sort()
        for (_first, last, earlier), (first, _last, number) in pairwise(ranges):
            if first <= last:
                other = f"that of {records[earlier].user} until {last}"
                yield (name, number, "from"), f"{first} is too early, {other} comes before"

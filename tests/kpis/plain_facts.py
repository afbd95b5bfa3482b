"""A portfolio of the format of kpis.md section 3 as plain values, for the daily walk. Nothing here is the product's."""

import datetime as dt
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal

JAKARTA = dt.timezone(dt.timedelta(hours=7))
LISTS = {
    "client": "clients",
    "contract": "contracts",
    "assignment": "assignments",
    "team_membership": "team_memberships",
    "survey": "surveys",
    "target": "targets",
    "fx": "fx",
}


@dataclass(frozen=True, eq=False)
class Line:
    key: str
    family: str
    amount: Decimal
    period: str
    start: dt.date | None
    end: dt.date | None


@dataclass(frozen=True, eq=False)
class Pause:
    start: dt.date
    end: dt.date | None


@dataclass(frozen=True, eq=False)
class Contract:
    key: str
    signed: bool
    start: dt.date
    end: dt.date | None
    currency: str
    lines: tuple[Line, ...]
    auto_renew: bool
    notice_days: int | None
    notice_on: dt.date | None
    terminated_on: dt.date | None
    renewed_from: str | None
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, eq=False)
class Answer:
    key: str
    client: str
    contact: str
    kind: str
    score: int
    moment: dt.datetime

    @property
    def day(self):
        """R1: the calendar day in Jakarta."""
        return self.moment.astimezone(JAKARTA).date()


class PlainFacts:
    """What was known of a portfolio on the day `as_of` (None = everything): who has which contracts, owners, rates."""

    def __init__(self, data, as_of, reporting_currency):
        known = known_by(data, as_of)
        self.reporting_currency = reporting_currency
        self.contracts = {client["id"]: [] for client in known["clients"]}
        for contract in known.get("contracts", []):
            self.contracts[contract["client"]].append(contract_of(contract))
        self.owners, self.teams = defaultdict(list), defaultdict(list)
        for each in known.get("assignments", []):
            self.owners[each["client"], each["role"]].append((*days_of(each), each["user"]))
        for each in known.get("team_memberships", []):
            if each.get("role") != "director":  # R7: a director gets no credit
                self.teams[each["user"]].append((*days_of(each), each["team"]))
        self.rates = defaultdict(list)
        for each in known.get("fx", []):
            if each["to"] == reporting_currency:
                self.rates[each["from"]].append((day(each["date"]), Decimal(str(each["rate"]))))
        self.answers = [answer_of(each) for each in known.get("surveys", [])]

    def rate(self, currency, on):
        """R4: the latest on or before the day; None = there is none."""
        if currency == self.reporting_currency:
            return Decimal(1)
        return max((each for each in self.rates[currency] if each[0] <= on), default=(None, None))[1]

    def owner(self, client, role, on):
        return holder_on(self.owners[client, role], on)

    def team(self, user, on):
        return holder_on(self.teams[user], on)


def holder_on(ranges, on):
    return next((who for first, last, who in ranges if first <= on and (last is None or on <= last)), None)


def day(text):
    return text and dt.date.fromisoformat(text)


def days_of(record):
    return day(record["from"]), day(record.get("to"))


def contract_of(record):
    return Contract(
        key=record["id"],
        signed=record["status"] != "draft",
        start=day(record["start"]),
        end=day(record.get("end")),
        currency=record["currency"],
        lines=tuple(line_of(line) for line in record.get("lines", [])),
        auto_renew=bool(record.get("auto_renew")),
        notice_days=record.get("notice_days"),
        notice_on=day(record.get("notice_on")),
        terminated_on=day(record.get("terminated_on")),
        renewed_from=record.get("renewed_from"),
        pauses=tuple(Pause(*days_of(pause)) for pause in record.get("pauses", [])),
    )


def line_of(record):
    """A line without a family is its own family."""
    return Line(
        key=record["id"],
        family=record.get("family") or record["product"],
        amount=Decimal(str(record["amount"])),
        period=record["period"],
        start=day(record.get("start")),
        end=day(record.get("end")),
    )


def answer_of(record):
    """A moment without a zone is told in Jakarta; a bare day is its beginning."""
    moment = dt.datetime.fromisoformat(record["responded_at"])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=JAKARTA)
    return Answer(
        record["id"], record["client"], record["contact"], record["kind"], int(record["score"]), moment
    )


# R8: what was recorded by then


def known_by(data, as_of):
    """Records first, then amendments in order of (recorded_on, seq)."""
    known = recorded_by(deepcopy(data), as_of)
    amendments = known.get("amendments", [])
    for amendment in sorted(amendments, key=lambda each: (each.get("recorded_on") or "", each.get("seq", 0))):
        amend(known, amendment)
    return known


def recorded_by(value, as_of):
    """Without the records, at any depth, that were entered later."""
    if isinstance(value, dict):
        return {key: recorded_by(part, as_of) for key, part in value.items()}
    if isinstance(value, list):
        return [recorded_by(part, as_of) for part in value if not entered_after(part, as_of)]
    return value


def entered_after(record, as_of):
    recorded_on = record.get("recorded_on") if isinstance(record, dict) else None
    return bool(as_of and recorded_on) and day(recorded_on) > as_of


def amend(known, amendment):
    change, key = amendment.get("set", {}), amendment["id"]
    for records in lists_with(known, amendment["entity"], change):
        if amendment["op"] == "insert":
            records.append(change | {"id": key})
        elif amendment["op"] == "delete":
            records[:] = [record for record in records if record.get("id") != key]
        else:
            for record in (record for record in records if record.get("id") == key):
                record.update(change)


def lists_with(known, entity, change):
    """A line stands in its contract; a new one says in which."""
    if entity != "line":
        return [known.setdefault(LISTS[entity], [])]
    wanted = change.get("contract")
    return [each["lines"] for each in known["contracts"] if wanted in (None, each["id"])]

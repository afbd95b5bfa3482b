"""A company, changed in ways of which kpis.md section 7 says what they must change. Each gives new data."""

from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.kpis.companies import ONE_DAY, PEOPLE, after, text

RENEWED_LATER = timedelta(days=31)  # through the grace a line waits for another one of its family


def day(written):
    return after(written, 0)


def alone(data, client):
    """One client of the company with all that is its own, and everybody who works there."""

    def is_its(name, each):
        return each["id" if name == "clients" else "client"] == client

    own = ("clients", "contracts", "assignments", "surveys")
    return data | {name: [each for each in data[name] if is_its(name, each)] for name in own}


def with_every_rate(data):
    """No day is without a rate."""
    first = {"date": "2020-01-01", "from": "USD", "to": "IDR", "rate": "15000.05"}
    return data | {"fx": [first, *data["fx"]]}


def everybody_to_dewi(data):
    """Every client for ever, in both roles."""
    posts = [
        {"client": client["id"], "user": "dewi", "role": role, "from": "2020-01-01", "to": None}
        for client in data["clients"]
        for role in ("AM", "AE")
    ]
    return data | {"assignments": posts}


def moved(data, client, role, user, first):
    """The client belongs to somebody else from a day on, as far as its assignment of that day reaches."""
    posts = []
    for each in data["assignments"]:
        covers = each["from"] < text(first) and (each["to"] is None or each["to"] >= text(first))
        if (each["client"], each["role"]) == (client, role) and covers:
            posts.append(each | {"to": text(first - ONE_DAY)})
            posts.append(each | {"user": user, "from": text(first)})
        else:
            posts.append(each)
    return data | {"assignments": posts}


def with_split_assignments(data):
    """Each in two adjacent ones, thirty days after its start or on its last day."""
    posts = []
    for each in data["assignments"]:
        second = after(each["from"], 30)
        if each["to"] and day(each["to"]) < second:
            second = day(each["to"])
        if text(second) == each["from"]:
            posts.append(each)
        else:
            posts += [each | {"to": text(second - ONE_DAY)}, each | {"from": text(second)}]
    return data | {"assignments": posts}


def shuffled(data):
    """All rows in another order; an answer keeps its id, which decides a tie (K7)."""
    random = Random(1)

    def mixed(rows):
        return random.sample(rows, len(rows))

    data = {name: mixed(rows) for name, rows in data.items()}
    contracts = [
        each | {"lines": mixed(each["lines"]), "pauses": mixed(each["pauses"])} for each in data["contracts"]
    ]
    return data | {"contracts": contracts}


# Amounts


def with_every_amount(data, change):
    contracts = deepcopy(data["contracts"])
    for contract in contracts:
        for line in contract["lines"]:
            change(line)
    return data | {"contracts": contracts}


def exact(data):
    """Without anything that rounds: no price for a term, and whole rates."""

    def by_the_year(line):
        line["period"] = "year" if line["period"] == "term" else line["period"]

    rates = [each | {"rate": str(int(Decimal(each["rate"])))} for each in data["fx"]]
    return with_every_amount(data, by_the_year) | {"fx": rates}


def multiplied(data, k):
    def times_k(line):
        line["amount"] = str(k * Decimal(line["amount"]))

    return with_every_amount(data, times_k)


# What never counts


def with_drafts(data):
    """One for each contract, as its successor."""
    return _with_others(data, lambda each: {"status": "draft", "renewed_from": each["id"]})


def with_void_contracts(data):
    """Terminated before their start, so that they are no successors either."""
    free = {each["id"] for each in data["contracts"]} - {
        each.get("renewed_from") for each in data["contracts"]
    }

    def void(each):
        return {
            "status": "terminated",
            "terminated_on": text(after(each["start"], -1)),
            "renewed_from": each["id"] if each["id"] in free else None,
        }

    return _with_others(data, void)


def with_future_contracts(data):
    """Contracts of every client that start after all windows and the grace after them."""
    return _with_others(
        data, lambda _each: {"status": "active", "start": "2026-06-01", "end": None, "pauses": []}
    )


def _with_others(data, change):
    """Beside each contract another one with a line worth 999 a month."""
    others = [
        {
            "id": f"{each['id']}-other",
            "client": each["client"],
            "start": each["start"],
            "end": each["end"],
            "currency": each["currency"],
            "pauses": each["pauses"],
            "lines": [_line(f"{each['id']}-other")],
        }
        | change(each)
        for each in data["contracts"]
    ]
    return data | {"contracts": [*data["contracts"], *others]}


def with_one_off_lines(data):
    return _with_lines(data, {"period": "one_off"})


def with_zero_lines(data):
    return _with_lines(data, {"amount": "0"})


def _with_lines(data, change):
    """In each contract one more line, of a family that it has and of one that it has not."""
    contracts = [
        each
        | {
            "lines": [
                *each["lines"],
                _line(f"{each['id']}-old") | change,
                _line(f"{each['id']}-new", family="New") | change,
            ]
        }
        for each in data["contracts"]
    ]
    return data | {"contracts": contracts}


def _line(name, family="CRM"):
    return {"id": name, "product": family, "family": family, "amount": "999", "period": "month"}


def with_flipped_statuses(data):
    flipped = {"active": "ended", "ended": "active"}
    contracts = [each | {"status": flipped.get(each["status"], each["status"])} for each in data["contracts"]]
    return data | {"contracts": contracts}


# A contract in two


def with_split_contracts(data):
    """Of each client the first contract that may be told as two, joined by `renewed_from`."""
    contracts = []
    for client in data["clients"]:
        own = [each for each in data["contracts"] if each["client"] == client["id"]]
        chosen = next((each for each in own if may_be_split(each, own)), None)
        contracts += own if chosen is None else split(chosen, own)
    return data | {"contracts": contracts}


def split_day(contract):
    return after(contract["start"], 45)


def may_be_split(contract, own):
    """Not if its automatic terms, its price for a term, a renewal or the grace of another would change by it."""
    first_day = split_day(contract)
    others = [each for each in own if each is not contract]
    ends = [day(contract[name]) for name in ("end", "terminated_on") if contract.get(name)]
    return (
        not contract.get("auto_renew")
        and all(line["period"] != "term" for line in contract["lines"])
        and all(first_day <= end for end in ends)
        and not any(each["end"] and is_waiting(each, first_day) for each in others)
        and not any(
            each.get("renewed_from") == contract["id"] and day(each["start"]) <= first_day for each in others
        )
    )


def is_waiting(contract, first_day):
    end = day(contract["end"])
    return end <= first_day <= end + RENEWED_LATER


def lasts_until(pause, first_day):
    return pause["to"] is None or day(pause["to"]) >= first_day


def split(contract, own):
    """Its lines and pauses are cut in two like the contract itself: what was one pause is still one (R6)."""
    first_day, second_id = split_day(contract), f"{contract['id']}-second"
    draft = contract["status"] == "draft"
    first = contract | {
        "status": "draft" if draft else "active",
        "end": text(first_day - ONE_DAY),
        "notice_on": None,
        "terminated_on": None,
        "lines": [
            line | {"end": line["end"] if line["end"] and day(line["end"]) < first_day else None}
            for line in contract["lines"]
            if not line["start"] or day(line["start"]) < first_day
        ],
        "pauses": [
            pause | {"to": text(first_day - ONE_DAY)} if lasts_until(pause, first_day) else pause
            for pause in contract["pauses"]
            if day(pause["from"]) < first_day
        ],
    }
    second = contract | {
        "id": second_id,
        "start": text(first_day),
        "renewed_from": contract["id"],
        "lines": [
            line
            | {
                "id": f"{line['id']}-second",
                "start": line["start"] if line["start"] and day(line["start"]) > first_day else None,
            }
            for line in contract["lines"]
            if not line["end"] or day(line["end"]) >= first_day
        ],
        "pauses": [
            pause | {"from": max(pause["from"], text(first_day))}
            for pause in contract["pauses"]
            if lasts_until(pause, first_day)
        ],
    }
    others = [each for each in own if each is not contract]
    return [
        *(
            each | {"renewed_from": second_id} if each.get("renewed_from") == contract["id"] else each
            for each in others
        ),
        first,
        second,
    ]


# Entered as it happened


def entered_in_time(data):
    """Everything is recorded on the day it concerns.

    A termination that is entered during the grace after the end is left out: by R5.2 it gives the contract its end as
    last day, and so does rewrite the days since.
    """
    contracts, amendments = [], []
    for each in data["contracts"]:
        late = each.get("terminated_on") and each["end"] and each["terminated_on"] > each["end"]
        if late and not each.get("auto_renew"):
            each = each | {"terminated_on": None}
        contracts.append(
            each
            | {
                "recorded_on": each["start"],
                "notice_on": None,
                "terminated_on": None,
                "lines": [line | {"recorded_on": line["start"] or each["start"]} for line in each["lines"]],
                "pauses": [pause | {"recorded_on": pause["from"]} for pause in each["pauses"]],
            }
        )
        amendments += [
            {
                "recorded_on": max(each[name], each["start"]),
                "seq": 1,
                "entity": "contract",
                "op": "update",
                "id": each["id"],
                "set": {name: each[name]},
            }
            for name in ("notice_on", "terminated_on")
            if each.get(name)
        ]
    return data | {"contracts": contracts, "amendments": amendments}


def another(user):
    """Somebody else of the company."""
    return PEOPLE[(PEOPLE.index(user) + 1) % len(PEOPLE)]

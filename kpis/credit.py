"""Who gets the credit for a client on which days (kpis.md R7): from assignments and team memberships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import TeamMembership
from clients.models import Assignment
from contracts.projection import first_difference
from contracts.storing import insert
from kpis.models import BEGINNING, Credit, Role

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holding:
    """Somebody (a user or a team) holds something from `first_day` to `last_day`, both included, None = open."""

    first_day: date
    last_day: date | None
    holder: int | None


COLUMNS = ("first_day", "last_day", "client_id", "role", "user_id", "team_id", "answering_team_id")
Row = tuple[date, date | None, int, str, int | None, int | None, int | None]  # in the order of COLUMNS


def credit(clients: Collection[int]) -> date | None:
    """Make the credit rows of some clients (primary keys) those that follow from the facts.

    Returns the first day from which somebody else gets the credit than was stored, None if nothing differs.
    Run inside a transaction.
    """
    stored = Credit.objects.filter(client__in=clients)
    old = {tuple(row): pk for pk, *row in stored.values_list("pk", *COLUMNS)}
    new = dict.fromkeys(rows_of(clients))
    gone, fresh = old.keys() - new.keys(), [row for row in new if row not in old]
    Credit.objects.filter(pk__in=[old[row] for row in gone]).delete()
    insert(Credit, COLUMNS, fresh)
    return first_difference(gone, fresh)


def rows_of(clients: Collection[int]) -> Iterable[Row]:
    """For each client and role adjacent rows that cover every day; days without an owner belong to nobody.

    The team of the last owner answers for them.
    """
    owners: dict[tuple[int, str], list[Holding]] = defaultdict(list)
    for each in Assignment.objects.filter(client__in=clients, role__in=Role.values).order_by("start"):
        owners[each.client_id, each.role].append(Holding(each.start, each.end, each.user_id))
    users = {holding.holder for holdings in owners.values() for holding in holdings}
    teams: dict[int, list[Holding]] = defaultdict(list)
    for each in TeamMembership.objects.filter(
        user__in=users, role__in=TeamMembership.Role.credited()
    ).order_by("start"):
        teams[each.user_id].append(Holding(each.start, each.end, each.team_id))
    for client in clients:
        for role in Role.values:
            answering = None
            for owner in _adjoined(without_gaps(owners[client, role], BEGINNING, None)):
                team_holdings = teams[owner.holder] if owner.holder is not None else []
                for team in without_gaps(team_holdings, owner.first_day, owner.last_day):
                    answering = answering if owner.holder is None else team.holder
                    yield team.first_day, team.last_day, client, role, owner.holder, team.holder, answering


def without_gaps(holdings: Iterable[Holding], first_day: date, last_day: date | None) -> list[Holding]:
    """The holdings (in order, not overlapping) cut to the range, with nobody on the days between them."""
    covered: list[Holding] = []
    day = first_day
    for holding in holdings:
        if holding.last_day is not None and holding.last_day < day:
            continue
        if last_day is not None and holding.first_day > last_day:
            break
        if holding.first_day > day:
            covered.append(Holding(day, holding.first_day - ONE_DAY, None))
        ends = [end for end in (holding.last_day, last_day) if end is not None]
        covered.append(Holding(max(day, holding.first_day), min(ends, default=None), holding.holder))
        if not ends or min(ends) == last_day:
            return covered
        day = min(ends) + ONE_DAY
    return [*covered, Holding(day, last_day, None)]


def _adjoined(holdings: Iterable[Holding]) -> list[Holding]:
    """Two adjacent assignments of one person are one: splitting one changes nothing (kpis.md 7)."""
    joined: list[Holding] = []
    for holding in holdings:
        if joined and joined[-1].holder == holding.holder:
            holding = Holding(joined.pop().first_day, holding.last_day, holding.holder)
        joined.append(holding)
    return joined

"""Keeps projection, credit and the current snapshots equal to the facts.

After a change of a few clients the stored sums are moved by what these clients add now less what they added before
(kpis/increments.py), after any other change windows are replaced: those that end on or after the first day that
differs. Either way the marks go in the same transaction, so that running anything twice leaves the same rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.db import connection, transaction
from django.db.models import Min, TextField
from django.db.models.functions import Cast

from accounts.days import jakarta_day
from clients.models import Client
from contracts.effective import Rules
from contracts.models import ActiveSpan, ClientStanding, ContractTerm, ValueSegment
from contracts.projection import current_rules, project
from kpis import increments
from kpis.credit import credit
from kpis.measures import SUMS
from kpis.models import Credit, Edition, Snapshot, StaleClient
from kpis.windows import ROLES, Question, Window, statement, windows_until

log = structlog.get_logger(__name__)

ONE_DAY = timedelta(days=1)
LOCK = 0x5E71A  # advisory lock: one rebuilder at a time; ranges of clients share it (kpis/backlog.py)
PATIENCE = "240s"  # how long a nightly job waits for a rebuild that is at work
CLIENTS_AT_ONCE = 500
WINDOWS_AT_ONCE = 24
FEW_CLIENTS = 50  # as many as can be added up in less time than a window takes as a whole
MANY_CLIENTS = 100  # after so many the planner's picture of the derived tables is out of date
ANALYZE_EVERY = 40  # portions of CLIENTS_AT_ONCE
DERIVED_TABLES = ", ".join(
    model._meta.db_table for model in (ContractTerm, ValueSegment, ActiveSpan, ClientStanding, Credit)
)
LONGEST_HISTORY = timedelta(days=3653)  # a start typed as year 202 must not ask for 20,000 windows
COLUMNS = (*increments.KEY, *SUMS)
Row = tuple[Any, ...]
Mark = tuple[int | None, date | None]  # a client and the first day that the write can change (StaleClient)
Item = TypeVar("Item")


def rebuild_stale(limit: int, now: datetime) -> int:
    """Bring up to `limit` marks to rest; returns how many. 0 = nothing to do, or another rebuilder is at work.

    The marks go first and the facts are read after them: a write that commits meanwhile leaves a mark of its own
    for the next run.
    """
    with transaction.atomic():
        if not locked():
            return 0
        return len(_work_off(limit, current_rules(), jakarta_day(now)))


def bring_to_rest(day: date) -> None:
    """Every stored number as the facts of this moment have it. Run inside a transaction after `wait_for_lock`."""
    rules = current_rules()
    mark_due(day)
    _work_off(None, rules, day)
    _catch_up(rules, day)


def mark_due(day: date) -> int:
    """Mark the clients that time alone changes on or before `day` and that do not stand as of `day` yet."""
    due = ClientStanding.objects.filter(next_change_on__lte=day, as_of__lt=day).values_list(
        "client_id", flat=True
    )
    return len(StaleClient.objects.bulk_create(StaleClient(client_id=client) for client in due))


def catch_up(day: date) -> int:
    """Bring the windows to those of `day`, whose last full day is the day before; returns how many were computed.

    Missing windows are added, those of a month that ran on are replaced, and so are windows in which a renewal
    may have stopped being pending, and those that wait to be computed.
    """
    with transaction.atomic():
        wait_for_lock()
        return len(_catch_up(current_rules(), day))


def rebuild_all(day: date) -> int:
    """Forget everything derived in this room and compute it from the facts; returns the number of windows."""
    with transaction.atomic():
        wait_for_lock()
        _take_marks(None)
        rules = current_rules()
        rebuild(Client.objects.values_list("pk", flat=True), rules, day)
        Snapshot.objects.filter(edition=Edition.CURRENT).delete()
        return len(_catch_up(rules, day))


def compare(day: date) -> int:
    """Compute everything from the facts, report what was stored differently as an error, and repair it.

    Returns the number of differing rows; 0 is the only good answer. Marks that wait are worked off first.
    """
    with transaction.atomic():
        wait_for_lock()
        rules = current_rules()
        mark_due(day)
        marked = _clients_of(_work_off(None, rules, day))
        others = set(Client.objects.exclude(pk__in=marked).values_list("pk", flat=True))
        standings = _standings(others)
        drifted_since = rebuild(others, rules, day)
        drifted_standings = len(standings ^ _standings(others))
        stored = stored_windows()
        lost = _lost(stored.keys(), _catch_up(rules, day))
        differing = _differing_rows(sorted(stored_windows()), rules, day)
        drifted = len(differing) + drifted_standings + len(lost)
        if drifted_since or drifted:
            windows = sorted({Window(*row[:3]) for row in differing} | lost)
            log.error(
                "numbers_drifted",
                since=str(drifted_since),
                rows=len(differing),
                standings=drifted_standings,
                windows=str(windows[:3]),
            )
            refresh(Question(windows, as_of=day, rules=rules))
        return drifted or int(drifted_since is not None)


def _standings(clients: Collection[int]) -> set[Row]:
    """What is stored of how these clients stand, without the day on which that was last looked at."""
    names = [
        f.attname for f in ClientStanding._meta.concrete_fields if f.name not in ("as_of", "computed_at")
    ]
    rows = ClientStanding.objects.filter(client__in=clients).annotate(amounts=Cast("values", TextField()))
    return set(rows.values_list(*["amounts" if name == "values" else name for name in names]))


def _lost(stored: Collection[Window], computed: Collection[Window]) -> set[Window]:
    """Windows computed anew though older and newer ones were stored: somebody has deleted them.

    Time adds windows at the end, a contract entered late at the beginning.
    """
    last_days = sorted(window.last_day for window in stored)
    return {
        window
        for window in set(computed) - set(stored)
        if last_days and last_days[0] <= window.last_day <= last_days[-1]
    }


def refresh(question: Question) -> None:
    """Replace the snapshots of the windows and roles of `question`. Run inside a transaction."""
    insert = (
        f"INSERT INTO kpis_snapshot ({', '.join(COLUMNS)}, edition, as_of, computed_at)"  # noqa: S608 - constants
        f" SELECT totals.*, %(edition)s, %(as_of)s, now() FROM ({statement('totals')}) AS totals"
    )
    with connection.cursor() as cursor:
        # Compiling takes longer than the statement; and nested loops over its CTEs, whose sizes PostgreSQL cannot
        # know, made it 4 to 15 times slower, depending on when the tables were last analysed. Sorting before it
        # groups costs a fifth more than hashing.
        # A large company's windows take longer than a page may: the limit of the web does not hold here.
        cursor.execute(
            "SELECT set_config('jit', 'off', TRUE), set_config('enable_nestloop', 'off', TRUE),"
            " set_config('enable_sort', 'off', TRUE), set_config('statement_timeout', '0', TRUE)"
        )
        for part in question.parts(WINDOWS_AT_ONCE):
            _delete(part.windows, part.roles)
            cursor.execute(insert, part.parameters() | {"edition": Edition.CURRENT.value})


def stored_windows() -> dict[Window, date]:
    """The windows there are, each with the day as of which it was computed.

    A window is there as long as one of its rows is: that of the company may be the one that is missing.
    """
    rows = Snapshot.objects.filter(edition=Edition.CURRENT).order_by()
    return {
        Window(kind, first_day, last_day): as_of
        for kind, first_day, last_day, as_of in rows.values_list("kind", "first_day", "last_day").annotate(
            Min("as_of")
        )
    }


def locked(*, shared: bool = False) -> bool:
    """Whether the lock of the rebuilders is this transaction's now: alone, or shared with others who share it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock{'_shared' if shared else ''}(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def wait_for_lock(patience: str = PATIENCE) -> None:
    """Until the transaction ends nobody else writes a number. Raises LockNotAvailable after `patience`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, TRUE)", [patience])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _work_off(limit: int | None, rules: Rules, day: date) -> list[Mark]:
    """Bring the oldest marks (None = all) to rest; returns them.

    What a few clients change is added to the stored sums. Where a mark names a day of its own (the facts that the
    stored sums came from are gone), and after a change of many, the windows are computed as a whole.
    """
    marks = _take_marks(limit)
    clients = _clients_of(marks)
    whole = reached(earliest(*(since for _, since in marks)), rules)
    if len(clients) > FEW_CLIENTS:
        since = rebuild(clients, rules, day)
        whole |= reached(since, rules) | missing(since, day)
    elif clients:
        whole |= _add_up(clients, rules, day)
    refresh(Question(sorted(whole), as_of=day, rules=rules))
    return marks


def _add_up(clients: Collection[int], rules: Rules, day: date) -> set[Window]:
    """Rebuild a few clients and move the stored sums by what that changed; returns windows to compute as a whole."""
    stored = stored_windows()
    before = increments.parts_of(clients, stored, rules)
    since = rebuild(clients, rules, day)
    changed = {window: stored[window] for window in reached(since, rules)}
    whole = increments.add(before, increments.parts_of(clients, changed, rules), changed)
    return whole | missing(since, day)


def _clients_of(marks: Iterable[Mark]) -> set[int]:
    return {client for client, _since in marks if client is not None}


def _take_marks(limit: int | None) -> list[Mark]:
    """Delete the oldest marks (None = all) and return their clients and days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kpis_staleclient WHERE id IN"
            " (SELECT id FROM kpis_staleclient ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING client_id, since",
            [limit],
        )
        return [(client, since) for client, since in cursor.fetchall()]


def take_windows(limit: int | None) -> list[Window]:
    """Delete the newest marks of windows (None = all) that nobody else has taken, and return their windows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kpis_stalewindow WHERE id IN"
            " (SELECT id FROM kpis_stalewindow ORDER BY last_day DESC, id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING kind, first_day, last_day",
            [limit],
        )
        return [Window(*row) for row in cursor.fetchall()]


def rebuild(clients: Iterable[int], rules: Rules, day: date) -> date | None:
    """Projection and credit of some clients (primary keys); the first day that differs from what was stored.

    Run inside a transaction, and alone.
    """
    since: date | None = None
    ordered = sorted(clients)
    for number, part in enumerate(_parts(ordered, CLIENTS_AT_ONCE)):
        since = earliest(since, rebuild_portion(part, rules, day))
        if number % ANALYZE_EVERY == 0 and len(ordered) >= MANY_CLIENTS:
            _analyze()
    if len(ordered) >= MANY_CLIENTS:
        _analyze()
    return since


def rebuild_portion(clients: Collection[int], rules: Rules, day: date) -> date | None:
    """Like `rebuild`, for at most some hundred clients; alone with these clients is enough."""
    return earliest(project(clients, rules, day), credit(clients))


def _analyze() -> None:
    """Tell the planner what the derived tables hold: in one transaction it knows them only as they were before."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {DERIVED_TABLES}")


def reached(since: date | None, rules: Rules) -> set[Window]:
    """The stored windows that a difference from `since` on can reach; None = there is none.

    A renewal counts on the last day of its term but looks ahead through the grace (kpis.md K5).
    """
    if since is None:
        return set()
    reach = date.min + timedelta(days=max(0, (since - date.min).days - rules.grace_days - 1))
    return {window for window in stored_windows() if window.last_day >= reach}


def missing(since: date | None, day: date) -> set[Window]:
    """The windows to be kept before the first stored one, if a difference from `since` on can have made them any.

    So the numbers of a first import, or of a contract older than all others, do not wait for `catch_up`. None =
    nothing differs. The first value is looked for only where `since` lies before the first stored month.
    """
    if since is None:
        return set()
    first = Snapshot.objects.filter(edition=Edition.CURRENT).aggregate(Min("last_day"))["last_day__min"]
    if first and since >= first.replace(day=1):
        return set()
    return {window for window in _wanted(day) if first is None or window.last_day < first}


def _wanted(day: date) -> set[Window]:
    """The windows that are kept on `day`; none before the first value."""
    last_full_day = day - ONE_DAY
    values = ValueSegment.objects.filter(first_day__lte=last_full_day)
    first_day = values.aggregate(Min("first_day"))["first_day__min"]
    if first_day is None:
        return set()
    return set(windows_until(last_full_day, max(first_day, day - LONGEST_HISTORY)))


def _catch_up(rules: Rules, day: date) -> Collection[Window]:
    grace = timedelta(days=rules.grace_days)
    wanted = _wanted(day)
    stored = stored_windows()
    _delete(sorted(stored.keys() - wanted), ROLES)
    unsettled = {
        window for window, as_of in stored.items() if as_of < day and window.last_day + grace >= as_of
    }
    todo = wanted - (stored.keys() - unsettled - set(take_windows(None)))
    refresh(Question(sorted(todo), as_of=day, rules=rules))
    return todo


def _delete(windows: Sequence[Window], roles: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kpis_snapshot AS s USING unnest(%s::text[], %s::date[], %s::date[])"
            " AS w (kind, first_day, last_day) WHERE s.kind = w.kind AND s.first_day = w.first_day"
            " AND s.last_day = w.last_day AND s.role = ANY(%s) AND s.edition = %s",
            [
                [window.kind for window in windows],
                [window.first_day for window in windows],
                [window.last_day for window in windows],
                list(roles),
                Edition.CURRENT.value,
            ],
        )


def _differing_rows(windows: Sequence[Window], rules: Rules, day: date) -> list[Row]:
    """Rows that are stored but not computed, or computed but not stored."""
    stored = set(Snapshot.objects.filter(edition=Edition.CURRENT).values_list(*COLUMNS))
    computed: set[Row] = set()
    with connection.cursor() as cursor:
        for part in Question(windows, as_of=day, rules=rules).parts(WINDOWS_AT_ONCE):
            cursor.execute(statement("totals"), part.parameters())
            computed.update(cursor.fetchall())
    return sorted(stored ^ computed, key=str)


def earliest(*days: date | None) -> date | None:
    """The first of the days that are one; None if none is."""
    return min((day for day in days if day is not None), default=None)


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

"""The grid of targets: a team, the teams and people in it × the twelve months of a year (kpis.md K9)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.utils.translation import gettext as _

from accounts import formats
from accounts.models import Team, User
from kpis.models import Target, TargetKind
from kpis.targets import Targets, window_of
from kpis.windows import Window
from portfolio.target_entry import raised, read, told, typed
from portfolio.viewpoints import Viewpoint

LOCK = 0x5E71B  # advisory lock: one writer of targets at a time
ROWS = 50  # on a page; twelve fields each stay below Django's limit for the fields of a form


@dataclass(frozen=True)
class Asked:
    """What the address names, and what of it the viewer may change: these teams, and the company or not."""

    point: Viewpoint
    kind: TargetKind
    year: int
    below: tuple[Team, ...] = ()  # teams with a row of their own
    led: frozenset[int] = frozenset()
    leads_company: bool = False

    @property
    def may_edit(self) -> bool:
        """Of the first row: the scope itself."""
        if self.point.user:
            return False
        return self.point.teams[0].pk in self.led if self.point.teams else self.leads_company

    def months(self, year: int) -> list[Window]:
        """The windows that the twelve columns are for."""
        whole = [Window.month(date(year, month, 1), date.max) for month in range(1, 13)]
        return [window_of(self.kind, month) for month in whole]


@dataclass(frozen=True)
class Holder:
    """Who a target is for: a person, a team, or the company (neither)."""

    name: str
    user: User | None = None
    team: Team | None = None
    is_editable: bool = False

    @property
    def key(self) -> str:
        if self.user:
            return f"u{self.user.pk}"
        return f"t{self.team.pk}" if self.team else "c"

    @property
    def columns(self) -> dict[str, int | None]:
        return {
            "user_id": self.user.pk if self.user else None,
            "team_id": self.team.pk if self.team else None,
        }

    def own(self, targets: Targets) -> Target | None:
        return targets.row_of(self.user, self.team)

    def effective(self, targets: Targets) -> Decimal | None:
        """Own target, else what follows for it from others."""
        if self.user:
            return targets.for_user(self.user)
        return targets.for_team(self.team) if self.team else targets.for_company()


@dataclass
class Cell:
    """One month of one row: what is stored, what follows from others without it (`hint`), what was typed."""

    holder: Holder
    kind: TargetKind
    window: Window
    hint: Decimal | None
    is_editable: bool
    is_here: bool = True
    stored: Target | None = None
    text: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        self.text = typed(self.kind, self.value)

    @property
    def value(self) -> Decimal | None:
        return self.stored.value if self.stored else None

    @property
    def name(self) -> str:
        return f"{self.holder.key}-{self.window.last_day.month}"

    @property
    def month(self) -> str:
        return formats.short_month(self.window.last_day)

    @property
    def label(self) -> str:
        return f"{self.month}, {self.holder.name}"

    @property
    def placeholder(self) -> str:
        return typed(self.kind, self.hint)

    @property
    def shown(self) -> str:
        """For who may only read."""
        value = self.hint if self.value is None else self.value
        if value is None:
            return formats.DASH
        return typed(self.kind, value) if self.kind.is_additive else told(self.kind, value)

    def aimed_at(self, value: Decimal) -> Target:
        """The row with another value, or a new one; not saved."""
        row = self.stored or Target(
            kind=self.kind,
            first_day=self.window.first_day,
            last_day=self.window.last_day,
            **self.holder.columns,
        )
        row.value = value
        return row


@dataclass(frozen=True)
class Row:
    holder: Holder
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    """The whole grid; `page` is the part that one form holds, the first row is on each."""

    asked: Asked
    windows: list[Window]
    targets: list[Targets]
    rows: list[Row]
    number: str = "1"

    @classmethod
    def load(cls, asked: Asked, page: str = "1") -> "Grid":
        """Two statements, however many rows."""
        windows = asked.months(asked.year)
        role = None if asked.point.user else asked.point.role
        found = Targets.load_all([(asked.kind, window) for window in windows], role)
        targets = [found[asked.kind, window] for window in windows]
        people = people_of_year(asked, targets)
        rows = [Row(holder, cells_of(holder, asked, targets, windows)) for holder in holders(asked, people)]
        return cls(asked, windows, targets, rows, page)

    @cached_property
    def page(self) -> "Page[Row]":
        return Paginator(self.rows[1:], ROWS).get_page(self.number)

    @property
    def shown(self) -> list[Row]:
        return [*self.rows[:1], *self.page]

    @property
    def is_editable(self) -> bool:
        return any(row.holder.is_editable for row in self.rows)

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for row in self.shown for cell in row.cells)

    @property
    def heads(self) -> list[str]:
        return [formats.short_month(window.last_day) for window in self.windows]

    @property
    def foot(self) -> list[tuple[str, str]]:
        """Month by month with its name: the sum of the parts, or of a rate what counts for the scope."""
        kind, point = self.asked.kind, self.asked.point
        if kind.is_additive:
            team = point.teams[0].pk if point.teams else None
            amounts = [each.parts_of(team) for each in self.targets]
        else:
            amounts = [self.rows[0].holder.effective(each) for each in self.targets]
        texts = [formats.DASH if amount is None else told(kind, amount) for amount in amounts]
        return list(zip(self.heads, texts, strict=True))

    @property
    def inputmode(self) -> str:
        """The keyboard of a phone: letters for “60jt”, and for NPS a sign."""
        kind = self.asked.kind
        if kind in TargetKind.counts():
            return "numeric"
        return "text" if kind.is_money or kind == TargetKind.NPS else "decimal"

    @property
    def seen(self) -> str:
        """What the page shows, for the next save: it overwrites only what its author has read."""
        return json.dumps({cell.name: str(cell.value) for cell in self.cells if cell.value is not None})


def people_of_year(asked: Asked, targets: list[Targets]) -> dict[int, User]:
    """Who is in the team at the end of one of the months, on the track of the role; or the one person."""
    if asked.point.user:
        return {asked.point.user.pk: asked.point.user}
    if not asked.point.teams:
        return User.objects.in_bulk([])
    team, role = asked.point.teams[0].pk, asked.point.role
    days = [each.last_day for each in targets]
    members = {
        each.user
        for each in targets[0].tree.memberships
        if each.team == team and each.role == role and any(each.is_on(day) for day in days)
    }
    return User.objects.in_bulk(members)


def holders(asked: Asked, people: Mapping[int, User]) -> list[Holder]:
    """The scope itself, the teams right below it that the viewer sees, its people."""
    point = asked.point
    if point.user:
        return [Holder(point.user.full_name, user=point.user)]
    persons = sorted(people.values(), key=lambda user: user.full_name.lower())
    return [
        Holder(point.title, team=point.teams[0] if point.teams else None, is_editable=asked.may_edit),
        *(Holder(team.name, team=team, is_editable=team.pk in asked.led) for team in asked.below),
        *(Holder(user.full_name, user=user, is_editable=asked.may_edit) for user in persons),
    ]


def cells_of(holder: Holder, asked: Asked, targets: list[Targets], windows: list[Window]) -> list[Cell]:
    """Twelve; of a person those months are empty in which another team answers for her."""
    team = asked.point.teams[0].pk if asked.point.teams else None
    cells = []
    for each, window in zip(targets, windows, strict=True):
        is_here = not holder.user or not team or each.team_of_user.get(holder.user.pk) == team
        own = holder.own(each) if is_here else None
        hint = holder.effective(each) if is_here and own is None else None
        cells.append(Cell(holder, asked.kind, window, hint, holder.is_editable and is_here, is_here, own))
    return cells


class Entry:
    """What was sent for a page of the grid, laid over what is stored. Bind it inside `locked`.

    A field that its author left as she found it follows what is stored. One that she changed and somebody else, too,
    is a conflict, and she is told; a field that only she changed is a change.
    """

    def __init__(self, grid: Grid, data: Mapping[str, Any]) -> None:
        self.grid = grid
        self.seen = _seen(data.get("seen", ""))
        self.changes: list[tuple[Cell, Decimal | None]] = []
        self.conflicts: list[Cell] = []
        self.errors: list[Cell] = []
        for cell in grid.cells:
            if cell.is_editable and cell.name in data:
                self._take(cell, data[cell.name])

    def _take(self, cell: Cell, text: str) -> None:
        before = self.seen.get(cell.name)
        if text.strip() == typed(cell.kind, before):
            return
        try:
            value = read(cell.kind, text)
        except ValueError as error:
            cell.text, cell.error = text, str(error)
            self.errors.append(cell)
            return
        if value in (before, cell.value):
            return  # nothing changed, or both of them wrote the same
        cell.text = text
        self.changes.append((cell, value))
        if cell.value != before:
            self.conflicts.append(cell)

    @property
    def is_refused(self) -> bool:
        return bool(self.errors or self.conflicts)

    @property
    def problems(self) -> list[Cell]:
        return [cell for cell in self.grid.cells if cell.error]

    def tell_conflicts(self) -> None:
        """Say at each field what is stored there now, and who stored it."""
        authors = last_changes(self.conflicts)
        for cell in self.conflicts:
            words = {
                "value": told(cell.kind, cell.value) if cell.value is not None else _("nothing"),
                "change": authors[cell.name],
            }
            cell.error = (
                _("Changed meanwhile to %(value)s (%(change)s). Your entry is kept; save again to overwrite.")
                % words
            )

    def save(self) -> int:
        """Store the changes; how many there were. In as few statements for many as for one."""
        gone = [cell.stored for cell, value in self.changes if value is None and cell.stored]
        changed = [cell.aimed_at(value) for cell, value in self.changes if value is not None]
        Target.objects.filter(pk__in=[row.pk for row in gone]).delete()
        Target.objects.bulk_update([row for row in changed if row.pk], ["value"])
        Target.objects.bulk_create([row for row in changed if not row.pk])
        return len(self.changes)


def copy_from_last_year(grid: Grid, raise_by: Decimal) -> int:
    """Fill the empty months of all rows from the same months of the year before; how many. Overwrites nothing."""
    asked = grid.asked
    windows = asked.months(asked.year - 1)
    before = Targets.load_all([(asked.kind, window) for window in windows])
    rows = []
    for row in grid.rows:
        for cell, window in zip(row.cells, windows, strict=True):
            model = row.holder.own(before[asked.kind, window])
            if cell.is_editable and cell.stored is None and model:
                rows.append(cell.aimed_at(raised(cell.kind, model.value, raise_by)))
    return len(Target.objects.bulk_create(rows))


def lock() -> None:
    """One writer of targets at a time, until the transaction ends: what is read after this is what is overwritten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def last_changes(cells: list[Cell]) -> dict[str, str]:
    """“Rina Prameswari, 21 Nov 2026 13.05 WIB” by the name of the cell: who changed each last, also who emptied it."""
    if not cells:
        return {}
    event: Any = Target.pgh_event_model  # type: ignore[attr-defined] # pghistory adds it
    days = {cell.window.last_day for cell in cells}
    events = event.objects.filter(kind=cells[0].kind, last_day__in=days).select_related("pgh_context")
    latest = {(each.user_id, each.team_id, each.last_day): each for each in events.order_by("pgh_id")}
    found = {cell.name: latest.get(_place(cell)) for cell in cells}
    authors = User.objects.in_bulk({_author(each) for each in found.values() if each})
    return {
        name: f"{authors.get(_author(each), _('somebody'))}, {formats.clock(each.pgh_created_at)}"
        if each
        else _("somebody")
        for name, each in found.items()
    }


def _place(cell: Cell) -> tuple[int | None, int | None, date]:
    return cell.holder.columns["user_id"], cell.holder.columns["team_id"], cell.window.last_day


def _author(event: Any) -> int:
    return (event.pgh_context.metadata.get("user") if event.pgh_context else None) or 0


def _seen(text: str) -> dict[str, Decimal]:
    """What the page showed; whatever cannot be read counts as not seen, so that nothing unseen is overwritten."""
    try:
        values = json.loads(text)
        return {name: Decimal(value) for name, value in values.items()}
    except (ValueError, ArithmeticError, TypeError, AttributeError):
        return {}

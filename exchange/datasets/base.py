"""What a file of one kind of rows is made of, and how its lines become rows of the database.

A dataset says which columns there are (templates, mapping, dry run, export and API all ask it) and finds for each line
the rows it is about. Nothing is written here; exchange/importing does that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from exchange.datasets.kinds import Kind, kind_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise | None"  # translated when it is shown
Found = TypeVar("Found")
AT_ONCE = 1000  # rows of one fetch
EMPTY = object()  # what “(empty)” in a cell stands for; an empty cell changes nothing


@dataclass(frozen=True)
class Column:
    """One thing that a line may say. `name` is for machines, `label` heads the column."""

    name: str
    label: Words
    kind: Kind
    field: str = ""  # of the row; "" where the dataset itself does something with the value
    example: str = ""
    about: Words = ""
    is_required: bool = False  # of a new row
    is_single: bool = False  # no two lines of a file may have the same
    also: tuple[str, ...] = ()  # other headings that people write


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be taken over. `column` is the name of one, "" for the line as a whole."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    column: str
    old: str
    new: str


@dataclass(eq=False, slots=True)
class Piece:
    """A row to be written: all of a new one, changed fields of one that is there. Lower ranks are written first."""

    row: Any
    rank: int = 0
    before: dict[str, Any] = field(default_factory=dict)  # by changed field
    is_new: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_new = self.row._state.adding

    def set(self, name: str, value: Any) -> bool:
        """Set a field of the row; returns whether that changes anything."""
        old = getattr(self.row, name)
        if old == value:
            return False
        self.before.setdefault(name, old)
        setattr(self.row, name, value)
        return True


@dataclass(slots=True)
class Entry:
    """A line of a file on its way into the database."""

    line: int
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    group: Hashable = None  # lines of one group are taken over together or not at all
    left_out: str = ""  # why a line without a problem is not taken over

    def refuse(self, column: str, text: str) -> None:
        self.problems.append(Problem(column, text))

    def add(self, piece: Piece) -> None:
        if piece not in self.pieces:
            self.pieces.append(piece)

    def get(self, column: str) -> Any:
        """What the line says; None for nothing, an unreadable cell, or “(empty)”."""
        value = self.values.get(column)
        return None if value is EMPTY else value

    def try_to(self, column: str, find: Callable[[Any], Found]) -> Found | None:
        """What `find` makes of the column's value; None if there is none, or if it refuses (a Problem of the line)."""
        value = self.get(column)
        if value is None:
            return None
        try:
            return find(value)
        except NotFoundError as error:
            self.refuse(column, str(error))
            return None


class NotFoundError(Exception):
    """A name in a cell that names nothing the user may see. The text is for people."""


class Dataset(ABC):
    """Rows of one kind, as files and other systems bring and take them."""

    slug: str
    label: Words
    about: Words
    columns: tuple[Column, ...]
    models: tuple[type[Model], ...]  # a line that adds one of these is new

    @abstractmethod
    def is_open_to(self, user: User, day: date) -> bool:
        """Whether `user` could take over any line at all; each line is checked again."""

    @abstractmethod
    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        """Give each entry its group, its pieces with what changes, and its problems. A fixed number of statements."""

    def is_shown_to(self, user: User, day: date) -> bool:
        """Whether `user` gets rows of this kind in an export; which ones, `exported` decides."""
        return True

    @abstractmethod
    def rows(self, user: User, day: date) -> QuerySet[Any]:
        """Every row that `user` may see, in an order of its own, with what `values_of` needs."""

    @abstractmethod
    def values_of(self, row: Any) -> Iterable[dict[str, Any]]:
        """The lines of a file about a row: values by name of column."""

    def exported(self, user: User, day: date) -> Iterator[dict[str, Any]]:
        """A line for every row that `user` may see; several for a contract."""
        for row in self.rows(user, day).iterator(AT_ONCE):
            yield from self.values_of(row)

    def own_values(self, row: Any) -> dict[str, Any]:
        """What the row itself says in the columns that fill its fields."""
        return {column.name: getattr(row, column.field) for column in self.columns if column.field}

    def taken_over(self, entry: Entry, now: datetime) -> None:
        """What follows when a line is in the database for good, in the same transaction. Nothing, for most."""
        return

    def taken_back(self, rows: dict[str, list[int]]) -> None:
        """What goes with rows (primary keys by model) that an undo deletes, in the same transaction."""
        return

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def require(self, entry: Entry, name: str, found: Any) -> None:
        """Refuse a line that says nothing in the column `name`, unless something is wrong there anyhow."""
        if found is None and not any(problem.column == name for problem in entry.problems):
            what = self.column(name).kind.expected
            entry.refuse(name, _("This is missing; expected: %(what)s.") % {"what": what})

    def fill(self, entry: Entry, row: Model, names: Iterable[str] | None = None) -> Piece:
        """Set what the entry says about `row`, note what differs and what the row itself refuses."""
        piece = Piece(row)
        columns = [c for c in self.columns if c.field and (names is None or c.name in names)]
        for column in columns:
            if column.name in entry.values:
                self._set(entry, piece, column)
            elif piece.is_new and column.is_required:
                self.require(entry, column.name, None)
        known = {problem.column for problem in entry.problems}
        entry.problems += [found for found in _complaints(row, columns) if found.column not in known]
        if piece.is_new or piece.before:
            entry.add(piece)
        return piece

    def _set(self, entry: Entry, piece: Piece, column: Column) -> None:
        row, value = piece.row, entry.values[column.name]
        if value is EMPTY:
            value = None if row._meta.get_field(column.field).null else ""
        old = getattr(row, column.field)
        if piece.set(column.field, value):
            was = "" if piece.is_new else column.kind.shown(old)
            entry.changes.append(Change(column.name, was, column.kind.shown(value)))


def of(model: type[Model], name: str, kind: Kind | None = None, *, column: str = "", **more: Any) -> Column:
    """A column that fills the field `name` of `model` and is called like it."""
    found: Any = model._meta.get_field(name)
    return Column(
        column or name,
        more.pop("label", found.verbose_name),
        kind or kind_of(found),
        field=name,
        about=more.pop("about", found.help_text),
        **more,
    )


def refuse_repeated(entries: Iterable[Entry], key: Callable[[Entry], Hashable], column: str) -> None:
    """No two lines about the same: the later one is refused and names the earlier one."""
    seen: dict[Hashable, int] = {}
    for entry in entries:
        which = key(entry)
        if which is None:
            continue
        if which in seen:
            entry.refuse(column, _("Line %(line)d says the same already.") % {"line": seen[which]})
        else:
            seen[which] = entry.line


def grouped(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries that belong together, in the order in which their first lines stand in the file."""
    found: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.line if entry.group is None else ("group", entry.group), []).append(entry)
    yield from found.values()


def _complaints(row: Model, columns: Iterable[Column]) -> Iterator[Problem]:
    """What the row's own rules say, at the column that fills the field. Foreign rows were found already."""
    by_field = {column.field: column.name for column in columns}
    others = [f.name for f in row._meta.fields if f.name not in by_field or f.is_relation]
    checks: list[Callable[[], None]] = [lambda: row.clean_fields(exclude=others), row.clean]
    for check in checks:
        try:
            check()
        except ValidationError as error:
            found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            yield from (Problem(by_field.get(name, ""), text) for name in found for text in found[name])

"""Writing the pieces of entries. What the database refuses becomes a problem of the line that caused it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.datasets import Dataset, Entry
from exchange.datasets.base import grouped

LINES_AT_ONCE = 250
REFUSALS = (IntegrityError, DataError)
Told = Callable[[int], object]  # how many lines are done
Beat = Callable[[], object]  # still at it


def write(dataset: Dataset, entries: Sequence[Entry], *, keep: bool, told: Told = lambda _n: None) -> None:
    """Write what has no problem, group by group; a group with a problem is left out as a whole.

    Run inside a transaction. Without `keep` each portion is rolled back at once, so that a dry run locks next to
    nothing: it shows exactly what the database would say, because it was asked.
    """
    groups = list(grouped(entries))
    done = 0
    for portion in _portions(groups):
        for group in portion:
            _stand_or_fall(group)
        sound = [group for group in portion if not any(entry.problems for entry in group)]
        _write_portion(dataset, sound, partial(told, done), keep=keep)
        done += sum(map(len, portion))
        told(done)


def _write_portion(dataset: Dataset, groups: list[list[Entry]], beat: Beat, *, keep: bool) -> None:
    try:
        with transaction.atomic():
            _save([entry for group in groups for entry in group])
            if not keep:
                transaction.set_rollback(True)
    except REFUSALS as error:
        if len(groups) > 1:
            for group in groups:
                _forget([group])
                _write_portion(dataset, [group], beat, keep=keep)
                beat()
            return
        _forget(groups)
        _blame(dataset, groups[0], error, beat)
        _stand_or_fall(groups[0])
    else:
        if not keep:
            _forget(groups)


def _save(entries: Iterable[Entry]) -> None:
    pieces = sorted((piece for entry in entries for piece in entry.pieces), key=lambda piece: piece.rank)
    for rank in sorted({piece.rank for piece in pieces}):
        same = [piece for piece in pieces if piece.rank == rank]
        for piece in same:  # an end before the beginning that follows it
            if not piece.is_new:
                piece.row.save(update_fields=list(piece.before))
        for model in dict.fromkeys(type(piece.row) for piece in same if piece.is_new):
            model._default_manager.bulk_create([p.row for p in same if p.is_new and type(p.row) is model])


def _forget(groups: Iterable[Iterable[Entry]]) -> None:
    """What was rolled back has no primary key and is new again."""
    for group in groups:
        for entry in group:
            for piece in entry.pieces:
                if piece.is_new:
                    piece.row.pk = None
                    piece.row._state.adding = True


def _blame(dataset: Dataset, group: list[Entry], error: Exception, beat: Beat) -> None:
    """Find the line that the database refuses, by halves: it takes all lines before it, and not this one with them."""
    taken, refused = 0, len(group)
    while refused - taken > 1:
        middle = (taken + refused) // 2
        refusal = _refusal_of(group[:middle])
        _forget([group])
        beat()
        if refusal is None:
            taken = middle
        else:
            refused, error = middle, refusal
    guilty = group[refused - 1]
    column, text = _told(dataset, guilty, error)
    guilty.refuse(column, text)


def _refusal_of(entries: list[Entry]) -> Exception | None:
    """What the database says to these lines; nothing of them stays."""
    try:
        with transaction.atomic():
            _save(entries)
            transaction.set_rollback(True)
    except REFUSALS as refusal:
        return refusal
    return None


def _told(dataset: Dataset, entry: Entry, error: Exception) -> tuple[str, str]:
    """The column and the sentence for what the database said."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    for piece in entry.pieces:
        for constraint in piece.row._meta.constraints:
            if constraint.name == name:
                return _column_of(dataset, constraint), str(constraint.get_violation_error_message())
    return "", _("The database refuses this line: %(why)s") % {
        "why": getattr(diagnosis, "message_primary", error)
    }


def _column_of(dataset: Dataset, constraint: Any) -> str:
    """The column, where a constraint is about one field only."""
    names = set(getattr(constraint, "fields", ()))
    for expression in getattr(constraint, "expressions", ()):
        parts: list[Any] = list(getattr(expression, "flatten", list)())
        names |= {part.name for part in parts if isinstance(part, models.F)}  # type: ignore[attr-defined] # the stubs leave it out
    if isinstance(constraint, models.CheckConstraint):
        names |= constraint.condition.referenced_base_fields  # type: ignore[union-attr] # ours are Q objects
    own = [column.name for column in dataset.columns if column.field in names]
    return own[0] if len(own) == 1 else ""


def _stand_or_fall(group: list[Entry]) -> None:
    """Lines of a group are taken over together: those without a problem say which line has one."""
    bad = [entry.line for entry in group if entry.problems]
    if not bad or len(group) == 1:
        return
    lines = ", ".join(map(str, bad[:5]))
    for entry in group:
        if not entry.problems:
            text = ngettext(
                "Belongs to line %(lines)s, which has an error.",
                "Belongs to lines %(lines)s, which have errors.",
                len(bad),
            )
            entry.left_out = text % {"lines": lines}


def _portions(groups: Iterable[list[Entry]]) -> Iterator[list[list[Entry]]]:
    portion: list[list[Entry]] = []
    for group in groups:
        portion.append(group)
        if sum(map(len, portion)) >= LINES_AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion

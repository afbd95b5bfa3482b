"""Titles to choose from: those that there are, and the usual ladders, whose steps are made when first chosen."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Position
from accounts.models.position import Track

LADDERS = {
    Track.AM: (
        "Junior account manager",
        "Account manager",
        "Senior account manager",
        "Key account manager",
        "Account director",
    ),
    Track.AE: (
        "Sales representative",
        "Junior account executive",
        "Account executive",
        "Senior account executive",
        "Key account executive",
        "Sales manager",
        "Sales director",
    ),
}


SHORT = {"am": LADDERS[Track.AM][1], "ae": LADDERS[Track.AE][2]}


def usual(name: str) -> Position | None:
    """The step of a usual ladder that is called so, not saved; also for “AM” and “AE”."""
    wanted = SHORT.get(name.casefold(), name).casefold()
    steps = ((track, title) for track, ladder in LADDERS.items() for title in ladder)
    return next(
        (Position(name=title, track=track) for track, title in steps if title.casefold() == wanted), None
    )


def next_rank(track: str) -> int:
    """Of a new position: above all others of its ladder."""
    highest = Position.objects.filter(track=track).aggregate(Max("rank"))["rank__max"]
    return (highest or 0) + 1


class Titles:
    """What a choice of positions offers; `rows` are positions by what the choice sends, saved or not."""

    def __init__(self) -> None:
        self.rows = {str(position.pk): position for position in Position.objects.all()}
        there = {position.name.casefold() for position in self.rows.values()}
        self.choices: list[Any] = [("", _("No position"))]
        self.choices += [(value, position.name) for value, position in self.rows.items()]
        for track, ladder in LADDERS.items():
            usual = {
                f"{track}-{number}": Position(name=name, track=track)
                for number, name in enumerate(ladder)
                if name.casefold() not in there
            }
            self.rows |= usual
            self.choices += [(track.label, [(value, row.name) for value, row in usual.items()])] * bool(usual)


def made(position: Position | None) -> Position | None:
    """The row of a position; a new one takes the next step of its ladder. Chosen twice on a page it is one object."""
    if position is None or position.pk:
        return position
    position.rank = next_rank(position.track)
    position.save()
    return position

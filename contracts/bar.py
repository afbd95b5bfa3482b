"""The term bar: where today, the notice deadline and the end lie in the running term, ready to draw."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.models import Contract

WIDTH = 1000


@dataclass(frozen=True)
class TermBar:
    """Positions in an SVG that is WIDTH wide: 0 = first day, WIDTH = the day after the last."""

    first: date
    last: date
    deadline: date | None
    today: int | None
    notice: int | None

    @property
    def width(self) -> int:
        return WIDTH


def term_bar(first: date, last: date, deadline: date | None, today: date) -> TermBar:
    """Both ends of the term are included; a day outside of it has no mark."""

    def mark(day: date | None) -> int | None:
        if day is None or not first <= day <= last:
            return None
        return (day - first).days * WIDTH // ((last - first).days + 1)

    return TermBar(first, last, deadline, mark(today), mark(deadline))


def card_of(contract: Contract, day: date) -> dict[str, Any]:
    """A contract of `for_card` with its state on `day` and, while a term runs, its bar."""
    first, last = contract.term_first, contract.term_last  # type: ignore[attr-defined] # for_card
    bar = term_bar(first, last, contract.term_deadline, day) if first else None  # type: ignore[attr-defined] # for_card
    return {"contract": contract, "state": contract.state_on(day), "bar": bar}

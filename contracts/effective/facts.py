"""What the rules need to know: the facts of one client, as plain values.

`projection.py` fills them from the models, a preview from the models plus a change that is not saved yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that change history (kpis.md section 9).

    `grace_days`: days a lapsed line keeps its value (R5.5; 0 = off).
    `pause_limit_days`: days of a pause on which the client is still active (R6).
    `horizon_months`: how far ahead automatic terms are listed (section 6); it changes no value.
    `reporting_currency`: all amounts are added up in it (R4); the rules of this package do not look at it.
    """

    grace_days: int = 30
    pause_limit_days: int = 90
    horizon_months: int = 24
    reporting_currency: str = "IDR"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line of a contract. `start` and `end` (last day) only where they are the line's own, else None.

    `amount` is for one `period`, for "term" for the line's whole start..end (R2). `family` is any value that
    is equal for lines of the same family; a product without a family is its own.
    """

    key: int
    family: Hashable
    amount: Decimal
    period: str
    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PauseFacts:
    """Paused from `start` to `end`, both included; `end` None = until further notice."""

    start: dt.date
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """One contract of the client. `end` and `terminated_on` are last days in effect; `end` None = open-ended.

    `notice_days` None = no notice period agreed. `renewed_from` is the key of the contract that this one
    renews. Raises ValueError for an end before the start, as such a contract would have terms without days.
    """

    key: int
    signed: bool
    start: dt.date
    end: dt.date | None
    currency: str
    lines: tuple[LineFacts, ...]
    auto_renew: bool = False
    notice_days: int | None = None
    notice_on: dt.date | None = None
    terminated_on: dt.date | None = None
    renewed_from: int | None = None
    pauses: tuple[PauseFacts, ...] = ()

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"contract {self.key} ends on {self.end}, before its start on {self.start}")

"""R6: pauses take the value at once, and the client after the limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.effective.days import ONE_DAY, Span, merged
from contracts.effective.facts import ContractFacts, Rules
from contracts.effective.running import Run
from contracts.effective.schedule import own_days


@dataclass(frozen=True, slots=True)
class Pause:
    """Pauses of one contract that touch. `began_on` is before its days if it goes on from a predecessor."""

    days: Span
    began_on: dt.date

    def days_still_active(self, rules: Rules) -> Span:
        """The days from the pause's beginning on which the client counts as active."""
        return Span(self.began_on, self.began_on + dt.timedelta(days=rules.pause_limit_days - 1))


def pauses_of(contracts: Iterable[ContractFacts], rules: Rules) -> dict[int, list[Pause]]:
    """R6: the pauses of each contract by key, in order; `contracts` all exist (R5.1).

    A pause that goes on through a linked renewal is one pause: renewing does not start a new limit.
    """
    by_key: dict[int | None, ContractFacts] = {contract.key: contract for contract in contracts}
    pauses: dict[int, list[Pause]] = {}
    for contract in sorted(by_key.values(), key=lambda contract: contract.start):
        eve = contract.start - ONE_DAY
        renewed = by_key.get(contract.renewed_from)
        ran_until_now = renewed is not None and own_days(renewed, rules).covers(eve)
        pauses[contract.key] = own_pauses(contract, pauses[renewed.key] if renewed and ran_until_now else [])
    return pauses


def own_pauses(contract: ContractFacts, before: Sequence[Pause]) -> list[Pause]:
    """R6: pauses that touch are one. `before` are those of the renewed contract, if it ran until this one."""
    eve = contract.start - ONE_DAY
    carried = [pause.began_on for pause in before if pause.days.covers(eve)]
    spans = merged(Span(pause.start, pause.end) for pause in contract.pauses)
    return [
        Pause(days, min([days.first_day, *carried]) if days.covers(contract.start) else days.first_day)
        for days in spans
    ]


def split_by_pauses(days: Span, pauses: Sequence[Pause]) -> list[tuple[Span, Pause | None]]:
    """The days of a run in adjacent pieces, each with the pause it lies in or None. `pauses` are in order."""
    pieces: list[tuple[Span, Pause | None]] = []
    rest: Span | None = days
    for pause in pauses:
        paused = rest.overlap(pause.days) if rest else None
        if rest is None or paused is None:
            continue
        if rest.first_day < paused.first_day:
            pieces.append((replace(rest, last_day=paused.first_day - ONE_DAY), None))
        pieces.append((paused, pause))
        rest = None if paused.last_day is None else rest.overlap(Span(paused.last_day + ONE_DAY, None))
    return [*pieces, (rest, None)] if rest else pieces


def active_spans(runs: Sequence[Run], pauses: Mapping[int, Sequence[Pause]], rules: Rules) -> list[Span]:
    """Section 2 and R6: the days on which the client is active, as the fewest spans."""
    active: list[Span] = []
    for run in runs:
        for days, pause in split_by_pauses(run.days, pauses[run.contract.key]):
            kept = days if pause is None else days.overlap(pause.days_still_active(rules))
            if kept is not None:
                active.append(kept)
    return merged(active)

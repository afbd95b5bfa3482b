"""R6: pauses take the value at once, and the client after the limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.effective.days import ONE_DAY, Span, merged
from contracts.effective.facts import ContractFacts, Rules
from contracts.effective.running import Run


@dataclass(frozen=True, slots=True)
class Pause:
    """Pauses of one contract that touch. `began_on` is before its days if it goes on from a predecessor."""

    days: Span
    began_on: dt.date

    def days_still_active(self, rules: Rules) -> Span:
        """The days from the pause's beginning on which the client counts as active."""
        return Span(self.began_on, self.began_on + dt.timedelta(days=rules.pause_limit_days - 1))


def pauses_of(contracts: Sequence[ContractFacts], runs: Sequence[Run]) -> dict[int, list[Pause]]:
    """R6: the pauses of each contract by key, in order.

    A pause that goes on through a linked renewal without a gap is one pause: renewing does not start a new
    limit.
    """
    pauses: dict[int, list[Pause]] = {}
    for contract in sorted(contracts, key=lambda contract: contract.start):  # predecessors first
        own = merged(Span(pause.start, pause.end) for pause in contract.pauses)
        before = predecessor_pause(contract, runs, pauses)
        pauses[contract.key] = [
            Pause(days, min(days.first_day, before.began_on))
            if before and days.covers(contract.start)
            else Pause(days, days.first_day)
            for days in own
        ]
    return pauses


def predecessor_pause(
    contract: ContractFacts, runs: Sequence[Run], pauses: Mapping[int, Sequence[Pause]]
) -> Pause | None:
    """The pause in which the renewed contract, still in effect, was on the day before this one started."""
    eve = contract.start - ONE_DAY
    in_effect = any(run.contract.key == contract.renewed_from and run.days.covers(eve) for run in runs)
    if contract.renewed_from is None or not in_effect:
        return None
    return next((pause for pause in pauses[contract.renewed_from] if pause.days.covers(eve)), None)


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

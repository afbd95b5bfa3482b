"""The stored sums of a viewpoint by window, as pages and charts read them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Self

from kpis.measures import Sums
from kpis.models import Edition, Scope, Snapshot
from kpis.windows import Window
from portfolio.viewpoints import Viewpoint

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Numbers:
    """Sums by window, zero where the viewpoint had nothing. The company's rows say which windows there are.

    A tree of teams is that of today in every window (kpis.md R7).
    """

    point: Viewpoint
    windows: dict[Window, datetime] = field(default_factory=dict)  # with the moment of their computation
    sums: dict[Window, Sums] = field(default_factory=dict)

    @classmethod
    def load(cls, point: Viewpoint, since: date) -> Self:
        """Current windows that end on or after `since`. One statement."""
        return cls.by_edition(point, [Edition.CURRENT], last_day__gte=since)[Edition.CURRENT]

    @classmethod
    def by_edition(cls, point: Viewpoint, editions: list[Edition], **which: Any) -> dict[str, Self]:
        """The windows that `which` (a filter of snapshots) chooses, in each of the editions. One statement."""
        found = {edition.value: cls(point) for edition in editions}
        rows = point.snapshots(editions) | Snapshot.objects.for_company(point.role, editions)
        for total in rows.filter(**which).totals():
            numbers = found[total.edition]
            window = Window(total.kind, total.first_day, total.last_day)
            if total.scope == Scope.COMPANY:
                numbers.windows[window] = total.computed_at
            if total.scope == point.scope:
                numbers.sums[window] = total.sums.with_net_transfers() if point.teams else total.sums
        for numbers in found.values():
            numbers.sums.update({window: Sums() for window in numbers.windows.keys() - numbers.sums.keys()})
        return found

    def newest(self, kind: str) -> Window | None:
        return max((w for w in self.windows if w.kind == kind), key=lambda w: w.last_day, default=None)

    def before(self, window: Window) -> Window | None:
        """The window of the same kind that ends with the month before."""
        last_day = window.last_day.replace(day=1) - ONE_DAY
        return next((w for w in self.windows if w.kind == window.kind and w.last_day == last_day), None)

    def of_kind(self, kind: str) -> list[Window]:
        """Oldest first."""
        return sorted((w for w in self.windows if w.kind == kind), key=lambda w: w.last_day)

"""A closed month: what was reported beside what is known now, measure by measure (kpis.md R8).

Display rounds from the sums; a ratio shows its base, few clients give counts, nothing to divide by a reason (R9, R10).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import formats
from contracts.values import monthly
from kpis.measures import MISSING_FX, NO_OPENING_CLIENTS, NO_OPENING_VALUE, Ratio, Sums
from kpis.models import Edition, MonthClose, Snapshot, WindowKind, last_day_of
from kpis.windows import Window
from portfolio.figures import LABELS, Figure
from portfolio.numbers import Numbers
from portfolio.tiles import FEW, rows_url, uncertainty
from portfolio.viewpoints import Viewpoint

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Amount = Decimal | int | Ratio | None  # money is annual; None = an exchange rate is missing
BOTH = (Edition.CURRENT, Edition.REPORTED)
REASONS = {
    MISSING_FX: gettext_lazy("An exchange rate is missing"),
    NO_OPENING_CLIENTS: gettext_lazy("There was no client at the beginning"),
    NO_OPENING_VALUE: gettext_lazy("There was no value at the beginning"),
}


@dataclass(frozen=True)
class Measure:
    """A number of a window; `figure` names the page of its rows (portfolio/figures.py)."""

    label: "_StrPromise"
    figure: str
    of: Callable[[Sums], Amount]


STOCKS = (
    Measure(gettext_lazy("Closing value (MRR)"), "movements", lambda sums: sums.closing_arr),
    Measure(gettext_lazy("Active clients"), "active_clients", lambda sums: sums.closing_clients),
)
FLOWS = (
    Measure(gettext_lazy("Client retention"), "logo_retention", lambda sums: sums.logo_retention),
    Measure(gettext_lazy("Gross revenue retention (GRR)"), "grr", lambda sums: sums.grr),
    Measure(gettext_lazy("Net revenue retention (NRR)"), "nrr", lambda sums: sums.nrr),
    Measure(gettext_lazy("Churned value (MRR)"), "movements", lambda sums: sums.churn_arr),
    Measure(gettext_lazy("Upsell and cross-sell (MRR)"), "upsell", lambda sums: sums.gained_arr),
    Measure(gettext_lazy("New value (MRR)"), "movements", lambda sums: sums.new_arr),
)


@dataclass(frozen=True)
class Told:
    """A measure as it is shown, what must stand below it, and the page of its rows."""

    text: str
    notes: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One measure in both editions; `reported` is None while the month is open."""

    label: "_StrPromise"
    reported: Told | None
    current: Told
    difference: str

    @property
    def differs(self) -> bool:
        return bool(self.difference)


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]


Reading = Mapping[Window, Sums]  # of one edition


@dataclass(frozen=True)
class Month:
    """A line of the list: its latest closing, and the company's closing value in both editions, with its rows."""

    first_day: date
    closing: MonthClose | None
    reported: Decimal | None
    current: Decimal | None
    differs: bool
    url: str

    @property
    def last_day(self) -> date:
        return last_day_of(self.first_day)

    @property
    def is_closed(self) -> bool:
        return self.closing is not None and self.closing.reopened_at is None


def numbers_of(point: Viewpoint, last_days: Collection[date]) -> tuple[Reading, Reading]:
    """The current and the reported sums of the windows that end on these days. One statement."""
    found = Numbers.by_edition(point, list(BOTH), last_day__in=last_days)
    return found[Edition.CURRENT].sums, found[Edition.REPORTED].sums


def comparison(point: Viewpoint, current: Reading, reported: Reading, month: date) -> list[Group]:
    """Stocks at the month's end, and what happened in the month and in the 12 months up to its end.

    Current numbers lead to their rows. Reported ones have none: they are kept as sums.
    """
    last_day = last_day_of(month)
    whole = Window(WindowKind.MONTH, month, last_day)
    year = Window.trailing_year(last_day)
    parts = [
        (_("On %(day)s") % {"day": formats.day(last_day)}, whole, STOCKS),
        (_("In the month"), whole, FLOWS),
        (_("In the 12 months since %(day)s") % {"day": formats.day(year.first_day)}, year, FLOWS),
    ]
    return [
        Group(title, [_row(measure, point, window, current, reported) for measure in measures])
        for title, window, measures in parts
        if window in current or window in reported
    ]


def _row(measure: Measure, point: Viewpoint, window: Window, current: Reading, reported: Reading) -> Row:
    now, before = current.get(window, Sums()), reported.get(window)
    url = rows_url(point, measure.figure, window) if window in current else ""
    return Row(
        measure.label,
        _told(measure.of(before), before) if before else None,
        replace(_told(measure.of(now), now), url=url),
        difference(measure.of(before), measure.of(now)) if before else "",
    )


def _told(amount: Amount, sums: Sums) -> Told:
    if isinstance(amount, Ratio):
        return _told_ratio(amount, sums)
    if amount is None:
        return Told(formats.DASH, (str(REASONS[MISSING_FX]),))
    return Told(formats.number(amount) if isinstance(amount, int) else formats.money(monthly(amount)))


def _told_ratio(ratio: Ratio, sums: Sums) -> Told:
    if ratio.reason:
        return Told(formats.DASH, (str(REASONS[ratio.reason]),))
    if isinstance(ratio.numerator, int):
        return _told_counts(ratio.numerator, int(ratio.denominator or 0), uncertainty(ratio))
    part, whole = Decimal(ratio.numerator or 0), Decimal(ratio.denominator or 0)
    words = {
        "part": formats.compact_money(monthly(part)),
        "whole": formats.compact_money(monthly(whole)),
    }
    clients = ngettext("%(n)s client", "%(n)s clients", sums.cohort_clients) % {
        "n": formats.number(sums.cohort_clients)
    }
    base = _("%(part)s of %(whole)s") % words
    few = (_("indicative"),) if sums.cohort_clients < FEW else ()
    return Told(formats.percent(part, whole), (f"{base}, {clients}", *few))


def _told_counts(part: int, whole: int, uncertain: tuple[str, ...]) -> Told:
    counts = {"kept": formats.number(part), "all": formats.number(whole)}
    if whole < FEW:
        return Told(_("%(kept)s of %(all)s") % counts, (_("too few clients for a percentage"),))
    base = ngettext("%(kept)s of %(all)s client", "%(kept)s of %(all)s clients", whole) % counts
    return Told(formats.percent(part, whole), (base, *uncertain))


def difference(reported: Amount, current: Amount) -> str:
    """From reported to current, with its sign; "" if they are the same."""
    if reported == current:
        return ""
    if isinstance(reported, Ratio) and isinstance(current, Ratio):
        return _difference_of_ratios(reported, current)
    if isinstance(reported, Ratio) or isinstance(current, Ratio) or reported is None or current is None:
        return _("changed")
    if isinstance(reported, int) and isinstance(current, int):
        return _signed(current - reported, formats.number(abs(current - reported)))
    change = Decimal(current) - Decimal(reported)
    return _signed(change, formats.money(monthly(abs(change))))


def _difference_of_ratios(reported: Ratio, current: Ratio) -> str:
    few = (
        isinstance(current.numerator, int) and min(reported.denominator or 0, current.denominator or 0) < FEW
    )
    if reported.reason or current.reason or few:
        return _("changed")
    before, after = (
        Decimal(ratio.numerator or 0) * 100 / Decimal(ratio.denominator or 1) for ratio in (reported, current)
    )
    return _signed(after - before, _("%(n)s points") % {"n": formats.number(abs(after - before), 1)})


def _signed(change: Decimal | int, amount: str) -> str:
    if not change:
        return ""
    return f"+{amount}" if change > 0 else f"\N{MINUS SIGN}{amount}"


def first_days(day: date) -> list[date]:
    """The months with numbers that are over on `day`, the newest first."""
    rows = Snapshot.objects.for_company(editions=BOTH).filter(
        kind=WindowKind.MONTH, last_day__lt=day, first_day__lt=day.replace(day=1)
    )
    return list(rows.order_by("-first_day").values_list("first_day", flat=True).distinct())


def months(first: Collection[date], role: str) -> list[Month]:
    """Lines of the list, in the order of `first`. Two statements."""
    point = Viewpoint.of_company(role)
    current, reported = numbers_of(point, [last_day_of(month) for month in first])
    latest: dict[date, MonthClose] = {}
    for closing in closings(first):
        latest.setdefault(closing.first_day, closing)
    return [_month(month, latest.get(month), point, current, reported) for month in first]


def closings(first: Collection[date]) -> list[MonthClose]:
    """Every closing of some months, the newest first."""
    rows = MonthClose.objects.filter(first_day__in=first).select_related("closed_by", "reopened_by")
    return list(rows.order_by("-pk"))


def _month(
    month: date, closing: MonthClose | None, point: Viewpoint, current: Reading, reported: Reading
) -> Month:
    window = Window(WindowKind.MONTH, month, last_day_of(month))
    return Month(
        month,
        closing,
        reported[window].closing_arr if window in reported else None,
        current[window].closing_arr if window in current else None,
        any(row.differs for group in comparison(point, current, reported, month) for row in group.rows),
        rows_url(point, "movements", window) if window in current else "",
    )


def reported_otherwise(figure: Figure, point: Viewpoint, window: Window) -> list[tuple[str, str]]:
    """The columns of a figure that were reported otherwise when their month was closed: label and reported amount."""
    current, reported = numbers_of(point, [window.last_day])
    if window not in reported:
        return []
    show = formats.money if figure.is_money else formats.number
    pairs = [
        (name, getattr(reported[window], name), getattr(current[window], name)) for name in figure.columns
    ]
    return [(str(LABELS[name]), show(before)) for name, before, now in pairs if before != now]

"""A scope's last 24 months as charts, each with its finding in words and the table that says the same."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts import formats
from contracts.projection import current_rules
from contracts.values import monthly
from kpis.measures import Sums
from kpis.models import WindowKind
from kpis.windows import Window
from portfolio.tiles import (
    FEW,
    Change,
    Numbers,
    change_of_share,
    is_running,
    money_change,
    month_name,
    told_share,
)

MONTHS = 24
RETENTION_FLOOR = 0.5  # the axis begins lower only where a point does
Point = tuple[Window, Sums]


def retention_chart(numbers: Numbers) -> dict[str, Any] | None:
    """Client retention over 12 months, at each month's end (K1); a gap where too few clients allow a percentage."""
    points = _points(numbers, WindowKind.TRAILING_YEAR)
    if not points:
        return None
    shares = [_share(sums) for _window, sums in points]
    known = [share for share in shares if share is not None]
    return {
        "finding": _retention_finding(points),
        "data": {
            "type": "line",
            "labels": [month_name(window.last_day) for window, _sums in points],
            "series": [{"label": _("Client retention, 12 months"), "data": shares, "color": "series-1"}],
            "unit": "percent",
            "running": is_running(points[-1][0]),
            "floor": min([RETENTION_FLOOR, *known]),
        },
        "heads": [_("Up to"), _("Client retention"), _("Base")],
        "rows": [[month_name(window.last_day), *told_share(sums.logo_retention)] for window, sums in points],
    }


def value_chart(numbers: Numbers) -> dict[str, Any] | None:
    """Monthly value at each month's end."""
    points = _points(numbers, WindowKind.MONTH)
    if not points:
        return None
    worth = [None if sums.closing_arr is None else monthly(sums.closing_arr) for _window, sums in points]
    return {
        "finding": _value_finding(points),
        "data": {
            "type": "bar",
            "labels": [month_name(window.last_day) for window, _sums in points],
            # Only drawn, never added up, so a float is exact enough.
            "series": [
                {
                    "label": _("Monthly value (MRR)"),
                    "data": [None if amount is None else float(amount) for amount in worth],
                    "color": "series-1",
                }
            ],
            "unit": "currency",
            "currency": current_rules().reporting_currency,
            "running": is_running(points[-1][0]),
        },
        "heads": [_("Month"), _("Monthly value (MRR)"), _("Clients")],
        "rows": [
            [month_name(window.last_day), formats.money(amount), formats.number(sums.closing_clients)]
            for (window, sums), amount in zip(points, worth, strict=True)
        ],
    }


def _points(numbers: Numbers, kind: str) -> list[Point]:
    return [(window, numbers.sums[window]) for window in numbers.of_kind(kind)[-MONTHS:]]


def _share(sums: Sums) -> float | None:
    share = sums.logo_retention.value
    return None if share is None or sums.cohort_clients < FEW else float(share)


def _retention_finding(points: Sequence[Point]) -> str:
    (first, before), (last, now) = points[max(0, len(points) - 13)], points[-1]
    value, base = told_share(now.logo_retention)
    words = {"value": value, "base": base, "month": month_name(last.last_day)}
    told = _("Client retention up to %(month)s: %(value)s (%(base)s)") % words
    return _with_change(told, change_of_share(now.logo_retention, before.logo_retention, first))


def _value_finding(points: Sequence[Point]) -> str:
    (first, before), (last, now) = points[max(0, len(points) - 13)], points[-1]
    if now.closing_arr is None:
        return _("Monthly value: an exchange rate is missing")
    words = {"value": formats.compact_money(monthly(now.closing_arr)), "month": month_name(last.last_day)}
    told = _("Monthly value in %(month)s: %(value)s") % words
    return _with_change(told, money_change(now.closing_arr, before.closing_arr, month_name(first.last_day)))


def _with_change(told: str, change: Change | None) -> str:
    return f"{told}, {change.text}." if change else f"{told}."

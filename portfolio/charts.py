"""A scope's last 24 months as charts, each with its finding in words and the table that says the same."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts import formats
from contracts.projection import current_rules
from contracts.values import monthly
from kpis.measures import Sums
from kpis.models import TargetKind, WindowKind
from kpis.windows import Window
from portfolio.attainment import Aims
from portfolio.numbers import Numbers
from portfolio.target_entry import told
from portfolio.tiles import (
    FEW,
    Change,
    change_of_share,
    is_running,
    money_change,
    told_share,
)

MONTHS = 24
RETENTION_FLOOR = 0.5  # the axis begins lower only where a point does
Point = tuple[Window, Sums]


def retention_chart(numbers: Numbers, aims: Aims) -> dict[str, Any] | None:
    """Client retention over 12 months, at each month's end (K1); a gap where too few clients allow a percentage."""
    points = _points(numbers, WindowKind.TRAILING_YEAR)
    if not points:
        return None
    months = [formats.short_month(window.last_day) for window, _sums in points]
    shares = [_share(sums) for _window, sums in points]
    targets = [_target(aims, window) for window, _sums in points]
    known = [share for share in [*shares, *targets] if share is not None]
    has_target = any(target is not None for target in targets)
    line = {"label": _("Target"), "data": targets, "color": "series-2", "dashed": True}
    return {
        "finding": _retention_finding(points, aims),
        "data": {
            "type": "line",
            "labels": months,
            "series": [
                {"label": _("Client retention, 12 months"), "data": shares, "color": "series-1"},
                *([line] if has_target else []),
            ],
            "unit": "percent",
            "running": is_running(points[-1][0]),
            "floor": min([RETENTION_FLOOR, *known]),
        },
        "heads": [_("Up to"), _("Client retention"), _("Base"), *([_("Target")] if has_target else [])],
        "rows": [
            [
                month,
                *told_share(sums.logo_retention),
                *([_told_target(aims, window)] if has_target else []),
            ]
            for month, (window, sums) in zip(months, points, strict=True)
        ],
    }


def value_chart(numbers: Numbers) -> dict[str, Any] | None:
    """Monthly value at each month's end."""
    points = _points(numbers, WindowKind.MONTH)
    if not points:
        return None
    months = [formats.short_month(window.last_day) for window, _sums in points]
    worth = [None if sums.closing_arr is None else monthly(sums.closing_arr) for _window, sums in points]
    return {
        "finding": _value_finding(points),
        "data": {
            "type": "bar",
            "labels": months,
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
            [month, formats.money(amount), formats.number(sums.closing_clients)]
            for month, (_window, sums), amount in zip(months, points, worth, strict=True)
        ],
    }


def _points(numbers: Numbers, kind: str) -> list[Point]:
    return [(window, numbers.sums[window]) for window in numbers.of_kind(kind)[-MONTHS:]]


def _share(sums: Sums) -> float | None:
    share = sums.logo_retention.value
    return None if share is None or sums.cohort_clients < FEW else float(share)


def _target(aims: Aims, window: Window) -> float | None:
    value = aims.value(TargetKind.LOGO_RETENTION, window)
    return None if value is None else float(value / 100)


def _told_target(aims: Aims, window: Window) -> str:
    value = aims.value(TargetKind.LOGO_RETENTION, window)
    return formats.DASH if value is None else told(TargetKind.LOGO_RETENTION, value)


def _retention_finding(points: Sequence[Point], aims: Aims) -> str:
    (first, before), (last, now) = points[max(0, len(points) - 13)], points[-1]
    value, base = told_share(now.logo_retention)
    words = {"value": value, "base": base, "month": formats.short_month(last.last_day)}
    said = _("Client retention up to %(month)s: %(value)s (%(base)s)") % words
    aim = aims.aim(TargetKind.LOGO_RETENTION, last, now)
    said = f"{said}, {aim.text}" if aim else said
    return _with_change(said, change_of_share(now.logo_retention, before.logo_retention, first))


def _value_finding(points: Sequence[Point]) -> str:
    (first, before), (last, now) = points[max(0, len(points) - 13)], points[-1]
    if now.closing_arr is None:
        return _("Monthly value: an exchange rate is missing")
    words = {
        "value": formats.compact_money(monthly(now.closing_arr)),
        "month": formats.short_month(last.last_day),
    }
    said = _("Monthly value in %(month)s: %(value)s") % words
    return _with_change(
        said, money_change(now.closing_arr, before.closing_arr, formats.short_month(first.last_day))
    )


def _with_change(said: str, change: Change | None) -> str:
    return f"{said}, {change.text}." if change else f"{said}."

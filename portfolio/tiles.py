"""A number that explains itself (screens.md 2.2): value, base, comparison in words, as of when, and the rows behind it.

Display rounds from the sums, never from something rounded (kpis.md R3). Few clients give counts, no percentage (R9).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts import formats
from accounts.days import jakarta_day
from contracts.models import ClientStanding
from contracts.values import monthly
from kpis.definitions import BY_KEY, Definition
from kpis.measures import Nps, Ratio, Sums
from kpis.models import StaleClient, TargetKind, WindowKind
from kpis.windows import Window
from portfolio.attainment import Aim, Aims
from portfolio.numbers import Numbers
from portfolio.viewpoints import Viewpoint

FEW, SOME = 10, 30  # fewer than FEW: counts only; fewer than SOME: "indicative" (R9)
STALE_AFTER = timedelta(hours=24)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """The way from an earlier number to this one; the arrow never stands without words."""

    icon: str
    tone: str
    text: str


@dataclass(frozen=True)
class Tile:
    """`key` is that of the number's definition."""

    key: str
    name: str
    value: str
    base: str
    as_of: datetime
    read_at: datetime
    url: str
    exact: str = ""
    notes: tuple[str, ...] = ()
    change: Change | None = None
    aim: Aim | None = None
    is_unknown: bool = False

    @property
    def definition(self) -> Definition:
        return BY_KEY[self.key]

    @property
    def is_stale(self) -> bool:
        return self.read_at - self.as_of > STALE_AFTER


def is_running(window: Window) -> bool:
    """Whether the month of the window's last day is not over with it."""
    return (window.last_day + ONE_DAY).day != 1


def rows_url(point: Viewpoint, measure: str, window: Window | None = None) -> str:
    """The page of the clients behind a number."""
    days = f"&first={window.first_day}&last={window.last_day}" if window else ""
    return f"{reverse('portfolio:figure_rows', args=[measure])}?{point.query}{days}"


def aims_of(numbers: Numbers) -> Aims:
    """The targets for the newest windows, and for those of the retention of the months before."""
    years = [(TargetKind.LOGO_RETENTION, window) for window in numbers.of_kind(WindowKind.TRAILING_YEAR)]
    year, month = numbers.newest(WindowKind.TRAILING_YEAR), numbers.newest(WindowKind.MONTH)
    newest = [(TargetKind.NPS, year), *((kind, month) for kind in TargetKind.additive())]
    return Aims.load(numbers.point, [*years, *((kind, window) for kind, window in newest if window)])


def tiles_of(numbers: Numbers, aims: Aims, now: datetime) -> list[Tile]:
    """Retention, value, upsell, NPS if anybody answered, and clients where there is a target for them."""
    year, month = numbers.newest(WindowKind.TRAILING_YEAR), numbers.newest(WindowKind.MONTH)
    tiles = [value_tile(numbers, now)]
    if year and month:
        tiles = [
            retention_tile(numbers, aims, year, now),
            *tiles,
            upsell_tile(numbers, aims, month, now),
            *clients_tiles(numbers, aims, month, now),
        ]
        if numbers.sums[year].nps.n:
            tiles.append(nps_tile(numbers, aims, year, now))
    return tiles


def retention_tile(numbers: Numbers, aims: Aims, window: Window, now: datetime) -> Tile:
    """K1 over 12 months."""
    before = numbers.before(window)
    ratio = numbers.sums[window].logo_retention
    value, base = told_share(ratio)
    return Tile(
        key="logo_retention",
        name=_("Client retention, 12 months"),
        value=value,
        base=base,
        notes=uncertainty(ratio),
        change=change_of_share(ratio, numbers.sums[before].logo_retention, before) if before else None,
        aim=aims.aim(TargetKind.LOGO_RETENTION, window, numbers.sums[window]),
        is_unknown=not ratio.denominator,
        url=rows_url(numbers.point, "logo_retention", window),
        as_of=numbers.windows[window],
        read_at=now,
    )


def told_share(ratio: Ratio) -> tuple[str, str]:
    """Value and base of kept clients: a percentage only where there are enough of them (R9)."""
    kept, all_ = int(ratio.numerator or 0), int(ratio.denominator or 0)
    if not all_:
        return formats.DASH, _("There was no client 12 months ago")
    counts = {"kept": formats.number(kept), "all": formats.number(all_)}
    if all_ < FEW:
        base = ngettext(
            "client stayed; too few for a percentage", "clients stayed; too few for a percentage", all_
        )
        return _("%(kept)s of %(all)s") % counts, base
    base = ngettext("%(kept)s of %(all)s client", "%(kept)s of %(all)s clients", all_) % counts
    return formats.percent(kept, all_), base


def uncertainty(ratio: Ratio) -> tuple[str, ...]:
    """A note beside a percentage of few clients."""
    interval = ratio.wilson if FEW <= (ratio.denominator or 0) < SOME else None
    if not interval:
        return ()
    limits = {"low": formats.percent(interval.low, 1), "high": formats.percent(interval.high, 1)}
    return (_("Indicative: between %(low)s and %(high)s (95%% certain)") % limits,)


def change_of_share(ratio: Ratio, before: Ratio, window: Window) -> Change | None:
    """In percentage points, or the earlier counts where there are too few clients."""
    month = formats.short_month(window.last_day)
    if not before.denominator or not ratio.denominator:
        return None
    if min(before.denominator, ratio.denominator) < FEW:
        counts = {"kept": before.numerator, "all": before.denominator, "month": month}
        return Change("minus", "", _("%(kept)s of %(all)s up to %(month)s") % counts)
    points = 100 * (
        Decimal(ratio.numerator or 0) / Decimal(ratio.denominator)
        - Decimal(before.numerator or 0) / Decimal(before.denominator)
    )
    amount = _("%(n)s points") % {"n": formats.number(abs(points), 1)}
    return change_in_words(
        points if formats.number(abs(points), 1) != formats.number(0, 1) else Decimal(0), amount, month
    )


def change_in_words(difference: Decimal, amount: str, than: str) -> Change:
    """“up 2.1 points on Oct 2026”."""
    words = {"amount": amount, "than": than}
    if not difference:
        return Change("minus", "", _("unchanged since %(than)s") % words)
    if difference > 0:
        return Change("arrow-up", "better", _("up %(amount)s on %(than)s") % words)
    return Change("arrow-down", "worse", _("down %(amount)s on %(than)s") % words)


def value_tile(numbers: Numbers, now: datetime) -> Tile:
    """What the portfolio is worth today (kpis.md 6.6), monthly; the annual value is the exact one (R2).

    It is right as of now, unless a change of one of its clients still waits for the worker.
    """
    day = jakarta_day(now)
    clients = numbers.point.holders(day).values("client")
    standings = ClientStanding.objects.filter(client__in=clients)
    marks = StaleClient.objects.filter(client__in=clients).order_by("marked_at")
    worth = standings.aggregate(
        annual=Sum("annual_value"),
        clients=Count("pk", filter=Q(status=ClientStanding.Status.ACTIVE)),
        unpriced=Count("pk", filter=Q(annual_value=None)),
        waiting=Min(Subquery(marks.values("marked_at")[:1])),
        overdue=Min("computed_at", filter=Q(next_change_on__lte=day, as_of__lt=day)),
    )
    annual = None if worth["unpriced"] else worth["annual"] or Decimal("0.00")
    return Tile(
        key="value",
        name=_("Monthly value (MRR) today"),
        value=formats.DASH if annual is None else formats.compact_money(monthly(annual)),
        exact="" if annual is None else formats.money(monthly(annual)),
        base=_of_active_clients(worth["clients"]),
        notes=(_("An exchange rate is missing"),)
        if annual is None
        else (_("%(value)s a year, before VAT") % {"value": formats.money(annual)},),
        change=_change_of_value(numbers, annual, day),
        is_unknown=annual is None,
        as_of=min(moment for moment in (worth["waiting"], worth["overdue"], now) if moment),
        read_at=now,
        url=rows_url(numbers.point, "value"),
    )


def _of_active_clients(n: int) -> str:
    return ngettext("from %(n)s active client", "from %(n)s active clients", n) % {"n": formats.number(n)}


def _change_of_value(numbers: Numbers, annual: Decimal | None, day: date) -> Change | None:
    last_day = day.replace(day=1) - ONE_DAY
    month = Window(WindowKind.MONTH, last_day.replace(day=1), last_day)
    before = numbers.sums[month].closing_arr if month in numbers.sums else None
    return money_change(annual, before, formats.short_month(last_day))


def money_change(annual: Decimal | None, before: Decimal | None, than: str) -> Change | None:
    """Between two annual values, told monthly; nothing to tell if one is unknown."""
    if annual is None or before is None:
        return None
    amount = formats.compact_money(monthly(abs(annual - before)))
    return change_in_words(annual - before, amount, than)


def upsell_tile(numbers: Numbers, aims: Aims, window: Window, now: datetime) -> Tile:
    """K8 of the running month: upsell and cross-sell, monthly."""
    sums, before = numbers.sums[window], numbers.before(window)
    annual = sums.gained_arr
    earlier = numbers.sums[before].gained_arr if before else None
    name = _("Upsell and cross-sell, %(month)s") % {"month": formats.short_month(window.last_day)}
    return Tile(
        key="upsell",
        name=name,
        value=formats.DASH if annual is None else formats.compact_money(monthly(annual)),
        exact="" if annual is None else formats.money(monthly(annual)),
        base=_share_of_opening(annual, sums),
        notes=(_("The month is still running"),) if is_running(window) else (),
        change=Change(
            "minus",
            "",
            _("%(month)s in full: %(amount)s")
            % {
                "month": formats.short_month(before.last_day),
                "amount": formats.compact_money(monthly(earlier)),
            },
        )
        if before and earlier is not None
        else None,
        aim=aims.aim(TargetKind.UPSELL, window, sums),
        is_unknown=annual is None,
        url=rows_url(numbers.point, "upsell", window),
        as_of=numbers.windows[window],
        read_at=now,
    )


def _share_of_opening(annual: Decimal | None, sums: Sums) -> str:
    if annual is None:
        return _("An exchange rate is missing")
    if not sums.opening_arr:
        return _("There was no value when the month began")
    share = {
        "share": formats.percent(annual, sums.opening_arr),
        "opening": formats.compact_money(monthly(sums.opening_arr)),
    }
    return _("a month, %(share)s of %(opening)s at the beginning") % share


def clients_tiles(numbers: Numbers, aims: Aims, window: Window, now: datetime) -> list[Tile]:
    """K9: active and new clients, each only beside its target."""
    month, sums = formats.short_month(window.last_day), numbers.sums[window]
    active = (TargetKind.ACTIVE_CLIENTS, _("Active clients, %(month)s"), sums.closing_clients)
    new = (TargetKind.NEW_CLIENTS, _("New clients, %(month)s"), sums.new_clients)
    return [
        Tile(
            key="targets",
            name=name % {"month": month},
            value=formats.number(reached),
            base=_("up to %(day)s") % {"day": formats.day(window.last_day)},
            aim=aim,
            url=rows_url(numbers.point, kind, window),
            as_of=numbers.windows[window],
            read_at=now,
        )
        for kind, name, reached in (active, new)
        if (aim := aims.aim(kind, window, sums))
    ]


def nps_tile(numbers: Numbers, aims: Aims, window: Window, now: datetime) -> Tile:
    """K7 over 12 months; few answers show only who said what (R9)."""
    nps = numbers.sums[window].nps
    counts = {"promoters": nps.promoters, "passives": nps.passives, "detractors": nps.detractors}
    told = _("%(promoters)d promoters, %(passives)d passives, %(detractors)d detractors") % counts
    answers = ngettext("from %(n)d answer", "from %(n)d answers", nps.n) % {"n": nps.n}
    return Tile(
        key="nps",
        name=_("NPS, 12 months"),
        value=_nps_points(nps),
        base=answers if nps.n >= FEW else _("%(answers)s; too few for a score") % {"answers": answers},
        notes=(told,),
        aim=aims.aim(TargetKind.NPS, window, numbers.sums[window]),
        is_unknown=nps.n < FEW,
        url=rows_url(numbers.point, "nps", window),
        as_of=numbers.windows[window],
        read_at=now,
    )


def _nps_points(nps: Nps) -> str:
    if nps.n < FEW or nps.value is None or nps.margin is None:
        return pgettext("NPS", "No score yet")
    return f"{formats.number(nps.value)} ±{formats.number(nps.margin)}"

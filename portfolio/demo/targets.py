"""What the company aims at: three years of rates, last year and this one month by month; next year is still empty."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from contracts.effective import add_months
from kpis.models import Target, TargetKind
from kpis.targets import window_of
from kpis.windows import Window
from portfolio.demo import seasons
from portfolio.demo.catalogue import JUTA
from portfolio.demo.people import CORPORATE, People, Seller

# Every year a little more: the years before last, last year, this year.
RATES = {
    TargetKind.LOGO_RETENTION: (88, 89, 90),
    TargetKind.GRR: (88, 89, 90),
    TargetKind.NRR: (102, 103, 104),
    TargetKind.NPS: (18, 24, 30),
    TargetKind.CSAT: (76, 80, 84),
}
OF_KEY_CLIENTS = {TargetKind.LOGO_RETENTION: 92, TargetKind.GRR: 93}  # the team of the large ones aims higher
MORE_CLIENTS = 4  # months in which an account manager is to hold one client more
UPSELL_PER_CLIENT = Decimal("0.28")  # million a month


def targets(people: People, day: date) -> Iterator[Target]:
    """Not saved. A newcomer has none yet."""
    yield from _of_rates(people, day.year)
    first = day.replace(day=1)
    for seller in people.sellers:
        if seller.since < first:
            for month in _months(day.year - 1, 2):
                yield from _of_seller(seller, month, day)


def _of_rates(people: People, year: int) -> Iterator[Target]:
    key_team = people.teams[CORPORATE]
    for month in _months(year - 2, 3):
        for kind, values in RATES.items():
            yield _target(kind, month, values[month.first_day.year - year + 2])
        for kind, value in OF_KEY_CLIENTS.items():
            if month.first_day.year == year:
                yield _target(kind, month, value, team=key_team)


def _of_seller(seller: Seller, month: Window, day: date) -> Iterator[Target]:
    """Clients and upsell for an account manager, new clients in the busy months for an executive."""
    number = month.first_day.month - 1
    if not seller.is_am:
        yield _target(
            TargetKind.NEW_CLIENTS, month, 2 if seasons.NEW_BUSINESS[number] > 1 else 1, user=seller.user
        )
        return
    ago = (day.year - month.first_day.year) * 12 + day.month - month.first_day.month
    clients = max(1, seller.load + 1 - ago // MORE_CLIENTS)
    yield _target(TargetKind.ACTIVE_CLIENTS, month, clients, user=seller.user)
    monthly = round(Decimal(str(seasons.UPSELL[number])) * UPSELL_PER_CLIENT * clients * 2) * JUTA / 2
    yield _target(TargetKind.UPSELL, month, 12 * monthly, user=seller.user)


def _target(kind: TargetKind, month: Window, value: Decimal | int, **scope: object) -> Target:
    window = window_of(kind, month)
    return Target(
        kind=kind, first_day=window.first_day, last_day=window.last_day, value=Decimal(value), **scope
    )


def _months(year: int, count: int) -> list[Window]:
    """Whole months of `count` years."""
    begins = (add_months(date(year, 1, 1), number) for number in range(12 * count))
    return [Window.month(day, date.max) for day in begins]

"""How people read money, days and times (indonesia.md 4.1). Rounds half away from zero; nothing shown is added up."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency
from django.utils import formats, timezone, translation
from django.utils.translation import gettext, npgettext, pgettext

DASH = "–"
FAR = 60  # days; beyond them a day says more than a distance
_SCALES = [
    (Decimal(10**12), {"id": "T", "en": "trillion"}),
    (Decimal(10**9), {"id": "miliar", "en": "billion"}),
    (Decimal(10**6), {"id": "jt", "en": "million"}),
    (Decimal(10**3), {"id": "rb", "en": "thousand"}),
]
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def _language() -> str:
    return "en" if (translation.get_language() or "id").startswith("en") else "id"


def _rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def money(amount: Decimal | int | None, currency: str = "IDR") -> str:
    """Rupiah without decimals (Rp8.000.000), other currencies with two; a dash for nothing."""
    if amount is None:
        return DASH
    amount = Decimal(amount)
    if currency == "IDR":  # “Rp” in every language; Babel's English says IDR
        sign = "-" if amount <= Decimal("-0.5") else ""
        return f"{sign}Rp{number(abs(amount))}"
    return format_currency(
        _rounded(amount, 2), currency, format="¤#,##0.00", currency_digits=False, locale=_language()
    )


def compact_money(amount: Decimal | None, currency: str = "IDR") -> str:
    """Three significant digits and a word: Rp12,5 jt, Rp1,25 miliar; always beside or above the exact amount."""
    if amount is None:
        return DASH
    for size, words in _SCALES:
        if abs(amount) >= size:
            scaled = _rounded(amount / size, 2 if abs(amount / size) < 10 else 1)
            symbol, sign = money(Decimal(0), currency).rstrip("0.,"), "-" if amount < 0 else ""
            told = formats.number_format(abs(scaled).normalize(), force_grouping=True)
            return f"{sign}{symbol}{told}\N{NO-BREAK SPACE}{words[_language()]}"
    return money(amount, currency)


def percent(part: Decimal | int, whole: Decimal | int) -> str:
    """One decimal, rounded from numerator and denominator; a dash when there is nothing to divide by."""
    if not whole:
        return DASH
    return f"{number(_rounded(Decimal(part) * 100 / Decimal(whole), 1), 1)}%"


def number(value: Decimal | int | None, places: int = 0) -> str:
    """A plain number with the reader's separators."""
    if value is None:
        return DASH
    return formats.number_format(_rounded(Decimal(value), places), places, force_grouping=True)


def day(value: date | None) -> str:
    """21 Nov 2026."""
    return formats.date_format(value, "j M Y") if value else DASH


def month(value: date) -> str:
    """November 2026."""
    return formats.date_format(value, "F Y")


def short_month(value: date) -> str:
    """Nov 2026: in tables and charts."""
    return formats.date_format(value, "M Y")


def long_day(value: date | None) -> str:
    """Sabtu, 21 November 2026."""
    return formats.date_format(value, "l, j F Y") if value else DASH


def clock(moment: datetime | None) -> str:
    """21 Nov 2026 13.05 WIB, in the reader's zone with its label."""
    if moment is None:
        return DASH
    local = timezone.localtime(moment)
    label = _ZONES.get(str(local.tzinfo), local.tzname() or "")
    return f"{formats.date_format(local, 'SHORT_DATETIME_FORMAT')} {label}"


def distance(value: date | None, today: date) -> str:
    """“in 12 days”, “today”, “3 days ago”; beyond 60 days the day itself."""
    if value is None:
        return DASH
    if abs((value - today).days) > FAR:
        return day(value)
    days = (value - today).days
    if days == 0:
        return pgettext("distance of a day", "today")
    if days > 0:
        return npgettext("distance of a day", "in %(n)d day", "in %(n)d days", days) % {"n": days}
    return npgettext("distance of a day", "%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}


def near(value: date | None, today: date) -> str:
    """“ (in 12 days)” beside a day of the next or last 60 days, else nothing: the day itself stands there already."""
    return f" ({distance(value, today)})" if value and abs((value - today).days) <= FAR else ""


def yes_no(value: bool) -> str:
    return gettext("Yes") if value else gettext("No")

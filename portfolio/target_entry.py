"""A target as people type it, read it in a field and are told it; upsell monthly, as everywhere on pages (R2)."""

import re
from decimal import Decimal

from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts import formats
from contracts.forms.money import parse_amount
from contracts.values import monthly
from kpis.measures import rounded
from kpis.models import TargetKind

MONTHS = 12
_RATE = re.compile(r"^(?P<number>-?\d{1,4}(?:[.,]\d{1,2})?)\s*(?P<sign>%?)$", re.ASCII)
_SHOWN = 20  # letters of a wrong entry in its message


def typed(kind: TargetKind, value: Decimal | None) -> str:
    """As it stands in a field."""
    if value is None:
        return ""
    amount = monthly(value) if kind.is_money else value
    return formats.number(amount, 0 if amount == amount.to_integral_value() else 2)


def told(kind: TargetKind, value: Decimal) -> str:
    """As it stands in a sentence: 12, Rp60 jt, 90%, 30."""
    if kind.is_money:
        return formats.compact_money(monthly(value))
    sign = "" if kind.is_additive or kind == TargetKind.NPS else "%"
    return f"{typed(kind, value)}{sign}"


def read(kind: TargetKind, text: str) -> Decimal | None:
    """What `text` says in the language of the page, None for nothing. Its ValueError names what is expected."""
    text = text.strip()
    if not text:
        return None
    try:
        value = _amount(text) if kind.is_additive else rate(text)
    except ValueError:
        raise refusal(kind, text) from None
    value = value * MONTHS if kind.is_money else value
    least, most = kind.limits
    is_whole = value == value.to_integral_value()
    if not least <= value <= most or (kind in TargetKind.counts() and not is_whole):
        raise refusal(kind, text)
    return value


def rate(text: str) -> Decimal:
    """90, 92,5, 92.5 % or -10: a comma and a point can mean only one thing here."""
    match = _RATE.match(text.strip())
    if not match:
        raise ValueError(text)
    return Decimal(match["number"].replace(",", "."))


def _amount(text: str) -> Decimal:
    language = "en" if (translation.get_language() or "id").startswith("en") else "id"
    return parse_amount(text, language)


def refusal(kind: TargetKind, text: str) -> ValueError:
    """Names the entry and what is expected instead."""
    shown = Truncator(text.replace("\x00", "")).chars(_SHOWN)
    return ValueError(
        _("“%(text)s” is not %(expected)s.") % {"text": shown, "expected": expected(kind)},
    )


def expected(kind: TargetKind) -> str:
    if kind in TargetKind.counts():
        return _("a whole number of 0 or more, for example 12")
    if kind.is_money:
        return _("an amount of 0 or more, for example %(example)s") % {
            "example": formats.number(Decimal(60_000_000))
        }
    if kind == TargetKind.NPS:
        return _("a number between -100 and 100, for example 30")
    words = {"most": formats.number(kind.limits[1]), "example": formats.number(Decimal("92.5"), 1)}
    return _("a percentage between 0 and %(most)s, for example %(example)s") % words


def raised(kind: TargetKind, value: Decimal, by: Decimal) -> Decimal:
    """`value` and `by` per cent of it, of a rate or NPS `by` points more; within the limits, rounded as it is typed."""
    least, most = kind.limits
    if not kind.is_additive:
        return min(max(value + by, Decimal(least)), Decimal(most))
    more = (monthly(value) if kind.is_money else value) * (100 + by) / 100
    whole = rounded(more, 0)  # clients and rupiah
    return min(max(whole * MONTHS if kind.is_money else whole, Decimal(least)), Decimal(most))

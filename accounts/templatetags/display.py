"""Template filters over accounts/formats.py."""

from datetime import date

from django import template

from accounts import formats
from accounts.days import today

register = template.Library()

register.filter("money", formats.money)
register.filter("compact_money", formats.compact_money)
register.filter("number", formats.number)
register.filter("day", formats.day)
register.filter("long_day", formats.long_day)
register.filter("clock", formats.clock)
register.filter("yes_no", formats.yes_no)
register.filter("percent_of", formats.percent)


@register.filter
def near(value: date | None) -> str:
    """How far a day is from today, in brackets, unless that is far."""
    return formats.near(value, today())


@register.filter
def distance(value: date | None) -> str:
    """How far a day is from today, in words."""
    return formats.distance(value, today())

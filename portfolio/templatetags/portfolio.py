"""What pages of this room print."""

from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

from contracts import values
from portfolio import tables

register = template.Library()


@register.simple_tag
def status_badge(status: str) -> SafeString:
    return tables.status_badge(status)


@register.filter
def monthly(annual: Decimal | None) -> Decimal | None:
    """A twelfth of an annual value, for display."""
    return None if annual is None else values.monthly(annual)

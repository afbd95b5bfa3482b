"""Money of rows in the reporting currency, inside statements (kpis.md R4)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, ExpressionWrapper, F, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Round

from contracts.models import ExchangeRate
from contracts.projection import current_rules


def money() -> "DecimalField[Any, Any]":
    """The type of a converted amount or a sum of them."""
    return DecimalField(max_digits=24, decimal_places=2)


def in_reporting_currency(amount: str, day: date) -> Combinable:
    """Column `amount` of a row with a `currency`, at the rate of `day`, rounded once (R3); NULL without a rate."""
    rates = ExchangeRate.objects.filter(currency=OuterRef("currency"), day__lte=day).order_by("-day")
    factor = Case(
        When(currency=current_rules().reporting_currency, then=Value(Decimal(1))),
        default=Subquery(rates.values("rate")[:1]),
        output_field=DecimalField(max_digits=20, decimal_places=6),
    )
    worth = ExpressionWrapper(F(amount) * factor, output_field=DecimalField(max_digits=30, decimal_places=8))
    return Round(worth, precision=2, output_field=money())

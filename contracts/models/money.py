"""Money: numeric(20,2) with its currency beside it. PostgreSQL's numeric knows NaN, which passes `>= 0`."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST = 10**18  # below this no NaN and no overflow of numeric(20,2) in sums of a line


def money_field(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=20, decimal_places=2, **options)


def currency_field(**options: Any) -> "models.CharField[Any, Any]":
    """ISO 4217 code in capitals."""
    return models.CharField(
        _("currency"),
        max_length=3,
        default="IDR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, for example IDR."))],
        **options,
    )


def is_amount(field: str) -> Q:
    """A real amount: not negative, not NaN, not absurd."""
    return Q(**{f"{field}__gte": 0, f"{field}__lt": MOST})


def is_currency(field: str = "currency") -> Q:
    return Q(**{f"{field}__regex": r"^[A-Z]{3}$"})

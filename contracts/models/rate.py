from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.money import currency_field, is_currency


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def on(self, day: date) -> Self:
        """For each currency its latest rate dated on or before `day` (kpis.md R4)."""
        return self.filter(day__lte=day).order_by("currency", "-day").distinct("currency")


@pghistory.track()
class ExchangeRate(models.Model):
    """How much reporting currency one unit of `currency` is worth from `day` until the next rate."""

    day = models.DateField(_("day"))
    currency = currency_field()
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=6)
    source = models.CharField(
        _("source"), max_length=120, help_text=_("For example: Bank Indonesia, middle rate.")
    )

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "day"],
                name="rate_once_a_day",
                violation_error_message=_("This currency has a rate on this day already."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0, rate__lt=10**12),
                name="rate_is_positive",
                violation_error_message=_("Enter a rate above 0."),
            ),
            models.CheckConstraint(
                condition=is_currency(),
                name="rate_currency_is_a_code",
                violation_error_message=_("A currency is three capital letters."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate}"

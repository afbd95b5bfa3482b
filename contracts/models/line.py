from datetime import date
from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import ClientScopedQuerySet
from contracts.models.money import is_amount, money_field

MOST_PER_PERIOD = (
    10**15
)  # a price per day of this size still has a value per year that fits into numeric(20,2)


class Period(models.TextChoices):
    """What one amount of a line pays for; kpis.md R2 turns it into a value a year."""

    MONTH = "month", pgettext_lazy("price period", "month")
    QUARTER = "quarter", pgettext_lazy("price period", "quarter")
    SEMESTER = "semester", pgettext_lazy("price period", "half-year")
    YEAR = "year", pgettext_lazy("price period", "year")
    WEEK = "week", pgettext_lazy("price period", "week")
    DAY = "day", pgettext_lazy("price period", "day")
    TERM = "term", pgettext_lazy("price period", "whole term")
    ONE_OFF = "one_off", pgettext_lazy("price period", "once")


class ContractLineQuerySet(ClientScopedQuerySet):
    client_lookup = "contract__client"


@pghistory.track(exclude=["amount"])
class ContractLine(models.Model):
    """One product at one price. A change of a running contract ends a line and begins a new one."""

    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, verbose_name=_("contract"), related_name="lines"
    )
    product = models.ForeignKey(
        "contracts.Product", models.PROTECT, verbose_name=_("product"), related_name="lines"
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, default=Decimal(1))
    unit_price = money_field(_("unit price"))
    discount_percent = models.DecimalField(
        _("discount %"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    amount = models.GeneratedField(
        expression=Round(
            F("quantity")
            * F("unit_price")
            * (Value(Decimal(100)) - F("discount_percent"))
            / Value(Decimal(100)),
            precision=2,
        ),
        output_field=models.DecimalField(_("amount per period"), max_digits=20, decimal_places=2),
        db_persist=True,
    )
    period = models.CharField(_("period"), max_length=10, choices=Period, default=Period.MONTH)
    start = models.DateField(_("first day"), null=True, blank=True, help_text=_("Empty = the contract's."))
    end = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty = the contract's."))

    objects = ContractLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract line")
        verbose_name_plural = _("contract lines")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(end__isnull=True) | Q(end__gte=F("start")),
                name="line_end_not_before_start",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=is_amount("unit_price"),
                name="line_price_is_an_amount",
                violation_error_message=_("Enter an amount of 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lt=10**9),
                name="line_quantity_is_positive",
                violation_error_message=_("Enter a quantity above 0."),
            ),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="line_discount_is_0_to_100",
                violation_error_message=_("A discount is 0 to 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} – {self.product}"

    @property
    def first_day(self) -> date:
        """The first day in effect: its own, else the contract's."""
        return self.start or self.contract.start

    @property
    def last_day(self) -> date | None:
        """The last day in effect: its own, else the contract's; None for an open end."""
        return self.end or self.contract.end

    def clean(self) -> None:
        super().clean()
        if self.start and self.end and self.end < self.start:
            raise ValidationError({"end": _("The last day is before the first day.")})
        if self.quantity and self.unit_price and self.quantity * self.unit_price >= MOST_PER_PERIOD:
            raise ValidationError({"unit_price": _("This amount is too large.")})

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from contracts.models.line import Period
from contracts.models.money import currency_field, is_amount, is_currency, money_field


class Product(models.Model):
    """What we sell. More of a family already held is upsell, a family not held is cross-sell (kpis.md K8)."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    family = models.CharField(_("family"), max_length=60)
    list_price = money_field(_("list price"), help_text=_("Per period, before VAT."))
    currency = currency_field()
    period = models.CharField(_("period"), max_length=10, choices=Period, default=Period.MONTH)
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["family", "code"]
        constraints = [
            models.UniqueConstraint(
                Lower("code"),
                name="product_code_once",
                violation_error_message=_("Another product has this code already."),
            ),
            models.CheckConstraint(
                condition=is_amount("list_price"),
                name="product_price_is_an_amount",
                violation_error_message=_("Enter an amount of 0 or more."),
            ),
            models.CheckConstraint(
                condition=is_currency(),
                name="product_currency_is_a_code",
                violation_error_message=_("A currency is three capital letters."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

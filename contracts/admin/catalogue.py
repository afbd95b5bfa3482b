from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ModelAdmin, TrackedAdmin
from contracts.admin.amounts import with_currency
from contracts.models import ExchangeRate, Product


@admin.register(Product)
class ProductAdmin(ModelAdmin):
    list_display = ("code", "name", "family", "price", "period", "is_active")
    list_filter = ("is_active", "family", "period", "currency")
    search_fields = ("code", "name", "family")

    @admin.display(description=_("list price"), ordering="list_price")
    def price(self, product: Product) -> str:
        return with_currency(product.list_price, product.currency)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(TrackedAdmin):
    list_display = ("day", "currency", "rate", "source")
    list_filter = ("currency",)
    search_fields = ("currency", "source")
    date_hierarchy = "day"

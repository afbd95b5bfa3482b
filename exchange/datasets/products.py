"""The catalogue: products found by their code."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contracts.models import Product
from contracts.models.line import Period
from exchange.datasets.base import Dataset, Entry, of, refuse_repeated
from exchange.datasets.finding import ByText
from exchange.datasets.kinds import Choice, Currency


class ProductDataset(Dataset):
    slug = "products"
    models = (Product,)
    label = Product._meta.verbose_name_plural
    about = gettext_lazy("One line per product or service that you sell, with its list price before VAT.")
    columns = (
        of(
            Product,
            "code",
            is_required=True,
            is_single=True,
            example="SEO-B",
            also=("kode", "sku", "kode produk"),
        ),
        of(
            Product,
            "name",
            is_required=True,
            example="Optimasi mesin pencari, dasar",
            also=("nama", "produk", "layanan", "product", "service", "nama produk"),
        ),
        of(Product, "family", is_required=True, example="SEO", also=("kategori", "kelompok", "category")),
        of(Product, "list_price", is_required=True, example="4.500.000", also=("harga", "price", "tarif")),
        of(Product, "currency", Currency(), example="IDR", also=("mata uang",)),
        of(Product, "period", Choice(Period), example="bulan", also=("satuan", "per")),
        of(Product, "is_active", example="ya", also=("aktif", "active")),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return user.has_perm("contracts.add_product") or user.has_perm("contracts.change_product")

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        return Product.objects.order_by("family", "code")

    def values_of(self, row: Product) -> Iterable[dict[str, Any]]:
        yield self.own_values(row)

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        refuse_repeated(entries, lambda e: (e.get("code") or "").casefold() or None, "code")
        known = ByText(Product.objects.all(), "code", [e.get("code") for e in entries], "")
        for entry in entries:
            piece = self.fill(entry, known.get(entry.get("code")) or Product())
            act = "add" if piece.is_new else "change"
            if (piece.is_new or piece.before) and not user.has_perm(f"contracts.{act}_product"):
                entry.refuse("", _("The catalogue is kept by the administration; you may not change it."))

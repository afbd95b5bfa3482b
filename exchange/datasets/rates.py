"""Exchange rates: one per currency and day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contracts.models import ExchangeRate
from exchange.datasets.base import Dataset, Entry, of, refuse_repeated
from exchange.datasets.kinds import Currency


class RateDataset(Dataset):
    slug = "rates"
    models = (ExchangeRate,)
    label = ExchangeRate._meta.verbose_name_plural
    about = gettext_lazy("What one unit of a foreign currency is worth from a day until its next rate.")
    columns = (
        of(ExchangeRate, "currency", Currency(), is_required=True, example="USD", also=("mata uang", "kode")),
        of(ExchangeRate, "day", is_required=True, example="2026-11-02", also=("tanggal", "date")),
        of(
            ExchangeRate, "rate", is_required=True, example="16.250,00", also=("kurs", "nilai", "kurs tengah")
        ),
        of(ExchangeRate, "source", is_required=True, example="Bank Indonesia, kurs tengah", also=("sumber",)),
    )

    def is_open_to(self, user: User, day: date) -> bool:
        return user.has_perm("contracts.add_exchangerate") or user.has_perm("contracts.change_exchangerate")

    def rows(self, user: User, day: date) -> QuerySet[Any]:
        return ExchangeRate.objects.order_by("currency", "day")

    def values_of(self, row: ExchangeRate) -> Iterable[dict[str, Any]]:
        yield self.own_values(row)

    def place(self, entries: Collection[Entry], user: User, day: date) -> None:
        def key(entry: Entry) -> Any:
            return (entry.get("currency"), entry.get("day")) if entry.get("day") else None

        refuse_repeated(entries, key, "day")
        rows = ExchangeRate.objects.filter(day__in={e.get("day") for e in entries if e.get("day")})
        known = {(row.currency, row.day): row for row in rows}
        for entry in entries:
            if entry.get("currency") == settings.KPI_REPORTING_CURRENCY:
                entry.refuse("currency", _("This is the currency of the reports; it needs no rate."))
            piece = self.fill(entry, known.get(key(entry)) or ExchangeRate())
            act = "add" if piece.is_new else "change"
            if (piece.is_new or piece.before) and not user.has_perm(f"contracts.{act}_exchangerate"):
                entry.refuse("", _("You may not change exchange rates."))

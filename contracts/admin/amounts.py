from decimal import Decimal

from django.utils.formats import number_format


def with_currency(amount: Decimal | None, currency: str) -> str:
    """An amount as the reader's language writes it, with two decimals and its currency code: IDR 8.000.000,00."""
    return "–" if amount is None else f"{currency} {number_format(amount, 2, force_grouping=True)}"

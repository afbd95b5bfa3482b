"""The canonical measure is annual recurring value; a monthly value is for display only (kpis.md R2)."""

from decimal import ROUND_HALF_UP, Decimal


def monthly(annual: Decimal) -> Decimal:
    """A twelfth, two decimals, half away from zero. Never add monthly values up; add annual ones."""
    return (annual / 12).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

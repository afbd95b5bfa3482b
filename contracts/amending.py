"""Changing a running contract: lines are ended and begun, never rewritten (kpis.md R2)."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from contracts.models import Contract, ContractLine, Product

ONE_DAY = timedelta(days=1)


@transaction.atomic
def amend_line(
    line: ContractLine, *, from_day: date, quantity: Decimal, unit_price: Decimal, discount_percent: Decimal
) -> ContractLine:
    """From `from_day` on the line has another price; returns the line in effect from then.

    On its first day a line is replaced as a whole; its history stays in the trail.
    """
    successor = ContractLine(
        contract=line.contract,
        product=line.product,
        quantity=quantity,
        unit_price=unit_price,
        discount_percent=discount_percent,
        period=line.period,
        start=from_day,
        end=line.end,
    )
    end_line(line, last_day=from_day - ONE_DAY)
    successor.full_clean()
    successor.save()
    return successor


@transaction.atomic
def add_line(
    contract: Contract,
    *,
    from_day: date,
    product: Product,
    quantity: Decimal,
    unit_price: Decimal,
    discount_percent: Decimal,
    period: str,
) -> ContractLine:
    """One more line, in effect from `from_day` to the contract's end."""
    line = ContractLine(
        contract=contract,
        product=product,
        quantity=quantity,
        unit_price=unit_price,
        discount_percent=discount_percent,
        period=period,
        start=from_day,
    )
    line.full_clean()
    line.save()
    return line


def end_line(line: ContractLine, *, last_day: date) -> None:
    """The line's last day in effect is `last_day`; a line that ends before its first day is removed."""
    if last_day < line.first_day:
        line.delete()
        return
    line.end = last_day
    line.full_clean()
    line.save(update_fields=["end"])

"""Renewing a contract: a linked successor, or the recorded decision to let it renew by itself."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from contracts.effective.values import add_months, term_months
from contracts.models import Contract, ContractLine, ContractTerm, RenewalDecision

CENT = Decimal("0.01")
ONE_DAY = timedelta(days=1)


@transaction.atomic
def renew_contract(
    old: Contract,
    *,
    number: str,
    start: date,
    end: date,
    price_change: Decimal,
    auto_renew: bool,
    signed_on: date,
    by: User,
) -> Contract:
    """A signed successor from `start` to `end` with the lines in effect at the end of `old`.

    `price_change` is a percentage of each unit price. Raises ValidationError, for example for a number in use or a
    successor that is there already.
    """
    new = Contract(
        client=old.client,
        number=number,
        start=start,
        end=end,
        auto_renew=auto_renew,
        notice_days=old.notice_days,
        currency=old.currency,
        payment_terms=old.payment_terms,
        renewed_from=old,
        status=Contract.Status.SIGNED,
        signed_on=signed_on,
        created_by=by,
    )
    new.full_clean()
    new.save()
    lines = [_renewed(line, new, price_change) for line in lasting_lines(old)]
    for line in lines:
        line.clean()
    ContractLine.objects.bulk_create(lines)
    return new


def following_term(contract: Contract, day: date) -> tuple[date, date]:
    """First and last day of a term of equal length after the one running on `day` (R5.4); a year if it is open."""
    term = ContractTerm.objects.filter(contract=contract, last_day__gte=day).order_by("number").first()
    start = (term.last_day if term else contract.end or day) + ONE_DAY
    if contract.end is None:
        return start, add_months(start, 12) - ONE_DAY
    months = term_months(contract.start, contract.end)
    if months.denominator == 1:
        return start, add_months(start, int(months)) - ONE_DAY
    return start, start + (contract.end - contract.start)


def lasting_lines(contract: Contract) -> list[ContractLine]:
    """The lines that run to the contract's end: what a renewal renews."""
    return [line for line in contract.lines.all() if line.last_day == contract.end]


def _renewed(line: ContractLine, contract: Contract, price_change: Decimal) -> ContractLine:
    price = line.unit_price * (100 + price_change) / 100
    return ContractLine(
        contract=contract,
        product=line.product,
        quantity=line.quantity,
        unit_price=price.quantize(CENT, rounding=ROUND_HALF_UP),
        discount_percent=line.discount_percent,
        period=line.period,
    )


def term_to_decide(contract: Contract, day: date) -> ContractTerm | None:
    """The running term whose automatic renewal nobody has decided about yet."""
    decided = RenewalDecision.objects.filter(contract=contract, term_end=OuterRef("last_day"))
    terms = ContractTerm.objects.filter(
        contract=contract, last_day__gte=day, successor=None, notice_on=None, terminated_on=None
    )
    first = terms.annotate(is_decided=Exists(decided)).order_by("number").first()
    return None if first is None or first.is_decided else first


def let_renew(contract: Contract, *, day: date, by: User) -> RenewalDecision:
    """Record that the running term may roll over. Raises ValidationError when there is nothing to decide."""
    term = term_to_decide(contract, day)
    if term is None:
        raise ValidationError(_("There is no term to decide about."))
    decision = RenewalDecision(contract=contract, term_end=term.last_day, by=by, decided_at=timezone.now())
    decision.full_clean()
    decision.save()
    return decision

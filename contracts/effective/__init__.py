"""The law of contracts: the facts of one client in; terms, value segments and active spans out.

The one home of R2, R5 and R6 of kpis.md. Pure: no database, no clock, no settings.

    ledger = build_ledger(contracts, Rules(), day=today)
    ledger.value_on(today), ledger.next_change_on(today)

`values` is R2 and R3, `schedule` what one contract decides alone, `running` R5, `pauses` R6, `terms` the
renewal decisions of K5, `ledger` puts them together.
"""

from contracts.effective.days import Span
from contracts.effective.facts import ContractFacts, LineFacts, PauseFacts, Rules
from contracts.effective.ledger import Ledger, Segment, build_ledger
from contracts.effective.terms import Term
from contracts.effective.values import add_months, annual_value, term_months

__all__ = [
    "ContractFacts",
    "Ledger",
    "LineFacts",
    "PauseFacts",
    "Rules",
    "Segment",
    "Span",
    "Term",
    "add_months",
    "annual_value",
    "build_ledger",
    "term_months",
]

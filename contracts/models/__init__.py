from contracts.models.alert import AlertLadder, RenewalAlert, RenewalDecision
from contracts.models.contract import Contract
from contracts.models.derived import ActiveSpan, ClientStanding, ContractTerm, TermState, ValueSegment
from contracts.models.line import ContractLine, Period
from contracts.models.pause import Pause
from contracts.models.product import Product
from contracts.models.rate import ExchangeRate

__all__ = [
    "ActiveSpan",
    "AlertLadder",
    "ClientStanding",
    "Contract",
    "ContractLine",
    "ContractTerm",
    "ExchangeRate",
    "Pause",
    "Period",
    "Product",
    "RenewalAlert",
    "RenewalDecision",
    "TermState",
    "ValueSegment",
]

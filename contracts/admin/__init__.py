from contracts.admin.catalogue import ExchangeRateAdmin, ProductAdmin
from contracts.admin.contracts import ContractAdmin, ContractLineAdmin, PauseAdmin
from contracts.admin.renewals import RenewalAlertAdmin, RenewalDecisionAdmin

__all__ = [
    "ContractAdmin",
    "ContractLineAdmin",
    "ExchangeRateAdmin",
    "PauseAdmin",
    "ProductAdmin",
    "RenewalAlertAdmin",
    "RenewalDecisionAdmin",
]

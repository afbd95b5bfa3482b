from kpis import stale
from kpis.models.credit import BEGINNING, Credit, Role
from kpis.models.month_close import MonthClose, last_day_of
from kpis.models.snapshot import Edition, Scope, Snapshot, WindowKind
from kpis.models.stale_client import StaleClient
from kpis.models.stale_window import StaleWindow
from kpis.models.target import Target, TargetKind

__all__ = [
    "BEGINNING",
    "Credit",
    "Edition",
    "MonthClose",
    "Role",
    "Scope",
    "Snapshot",
    "StaleClient",
    "StaleWindow",
    "Target",
    "TargetKind",
    "WindowKind",
    "last_day_of",
    "stale",
]

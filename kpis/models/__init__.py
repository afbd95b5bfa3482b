from kpis import stale
from kpis.models.credit import BEGINNING, Credit, Role
from kpis.models.snapshot import Edition, Scope, Snapshot, WindowKind
from kpis.models.stale_client import StaleClient
from kpis.models.target import Target, TargetKind

__all__ = [
    "BEGINNING",
    "Credit",
    "Edition",
    "Role",
    "Scope",
    "Snapshot",
    "StaleClient",
    "Target",
    "TargetKind",
    "WindowKind",
    "stale",
]

from exchange.models.exports import Export
from exchange.models.imports import Import, ImportLine
from exchange.models.job import Heartbeat, Job

__all__ = ["Export", "Heartbeat", "Import", "ImportLine", "Job"]

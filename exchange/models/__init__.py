from exchange.models.exports import Export
from exchange.models.imports import Import, ImportLine
from exchange.models.job import Heartbeat, Job
from exchange.models.tokens import ApiToken

__all__ = ["ApiToken", "Export", "Heartbeat", "Import", "ImportLine", "Job"]

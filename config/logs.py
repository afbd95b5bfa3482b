"""One line per event with request and task ids: JSON for machines, or readable for a terminal."""

import structlog
from structlog.types import Processor

# Before rendering, for our events and for those of other packages' plain loggers.
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]

# Settings name the formatter below, so this runs once, before the first event.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

# Without the variables of each frame (structlog's default): they hold passwords and personal numbers.
TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """For logging's dictConfig; `readable` is for a person at a terminal."""

    def __init__(self, readable: bool = False) -> None:
        rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
        if readable:
            rendering += [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
        else:
            rendering += [TRACEBACKS, structlog.processors.JSONRenderer()]
        super().__init__(foreign_pre_chain=SHARED, processors=rendering)

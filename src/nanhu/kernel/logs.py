"""Log lines as data: readable on a console, JSON for a collector. No names, numbers or secrets of persons in them."""

from typing import Any

import structlog


def logging_settings(form: str) -> dict[str, Any]:
    """Python's logging and structlog end in the same handler. Tracebacks are plain: the pretty ones print the locals of
    every frame, secrets included, and take seconds.
    """
    readable = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Any = structlog.processors.JSONRenderer() if form == "json" else readable
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "campus": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "campus"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"nanhu": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
    }

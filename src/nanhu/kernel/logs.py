"""Log lines as data: readable on a console, JSON for a collector. No names, numbers or secrets of persons in them."""

from typing import Any

import structlog


def logging_settings(form: str) -> dict[str, Any]:
    renderer: Any = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
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

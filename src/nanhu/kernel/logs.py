"""Log lines as data: readable on a console, JSON for a collector. No names, numbers or secrets of persons in them."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

ROW_OF_THE_DATABASE = re.compile(r"^(DETAIL|CONTEXT):.*?(?=\n\n|\nTraceback|\Z)", re.MULTILINE | re.DOTALL)


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
        without_rows,
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


def without_rows(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """PostgreSQL tells under DETAIL which row it refused: names and numbers of persons."""
    for name in ("event", "exception"):
        if isinstance(text := line.get(name), str):
            line[name] = ROW_OF_THE_DATABASE.sub(r"\1: (not written down)", text)
    return line

"""Log lines as data: readable on a console, JSON for a collector. No names, numbers or secrets of persons in them."""

import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

MOST_A_MINUTE, MINUTE_SECONDS, MOST_MESSAGES = 60, 60.0, 500
ROW_OF_THE_DATABASE = re.compile(r"^(DETAIL|CONTEXT):.*?(?=\n\n|\nTraceback|\Z)", re.MULTILINE | re.DOTALL)


def logging_settings(form: str) -> dict[str, Any]:
    """Python's logging and structlog end in the same handler. Tracebacks are plain: the pretty ones print the locals of
    every frame, secrets included, and take seconds.
    """
    readable = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
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
        "filters": {"bounded": {"()": "nanhu.kernel.logs.Bounded"}, "quiet": {"()": "nanhu.kernel.logs.Quiet"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "campus", "filters": ["quiet", "bounded"]}
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"nanhu": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
    }


quiet_paths: set[str] = set()
"""Beginnings of addresses of which no line is written, not even of a failure: a line has its moment (registered by rooms)."""


def is_quiet(path: object) -> bool:
    return str(path).startswith(tuple(quiet_paths))


class Quiet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        said: Any = record.msg
        path = said.get("path") if isinstance(said, dict) else getattr(getattr(record, "request", None), "path", "")
        return not is_quiet(path)


class Bounded(logging.Filter):
    """Of one message (a logger's own text, before its facts) so many a minute; how many were left out is told with the next.

    Whoever can provoke a line must not be able to fill the disk with it.
    """

    def __init__(self, *, most: int = MOST_A_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.most, self.clock = most, clock
        self.begun = float("-inf")
        self.counts: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if self.clock() - self.begun > MINUTE_SECONDS:
            left_out = sum(max(0, count - self.most) for count in self.counts.values())
            self.begun, self.counts = self.clock(), Counter()
            if left_out:
                logging.getLogger(__name__).warning(
                    "left out %d lines of the minute before: they said the same", left_out
                )
        mark = (record.name, template_of(record))
        self.counts[mark if len(self.counts) < MOST_MESSAGES else ("", "")] += 1
        return self.counts[mark if mark in self.counts else ("", "")] <= self.most


def template_of(record: logging.LogRecord) -> str:
    """structlog hands over a dict with its event, everything else a text with places for its facts."""
    said: Any = record.msg
    return str(said.get("event", ""))[:200] if isinstance(said, dict) else str(said)[:200]


def without_rows(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """PostgreSQL tells under DETAIL which row it refused: names and numbers of persons."""
    for name in ("event", "exception"):
        if isinstance(text := line.get(name), str):
            line[name] = ROW_OF_THE_DATABASE.sub(r"\1: (not written down)", text)
    return line

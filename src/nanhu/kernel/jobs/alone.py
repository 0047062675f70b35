"""Fault isolation for batch work: one row that breaks is logged, and the rest go on."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import transaction

log = structlog.get_logger()


@contextmanager
def alone(trouble: str, **facts: object) -> Iterator[None]:
    """What stands within is one transaction; what breaks it is logged as `trouble` with these facts, and raised to nobody."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        log.exception(trouble, **facts)

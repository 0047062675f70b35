"""Requests that were refused before a good key was known leave a trace: a log line, an audit row and, where a key is known, a line in its vendor's log.

For each network and key one in ten minutes, and sixty an hour in all: guessing at keys must not fill the audit log.
What was shown is written nowhere, for it may be a key with one letter wrong.
"""

import logging
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.platforms.openapi.errors import ApiError
from nanhu.platforms.openapi.models import ApiKey, RequestLog
from nanhu.platforms.openapi.services import rate_limits

log = logging.getLogger(__name__)
PAUSE_SECONDS: Final = 600
MOST_AN_HOUR: Final = 60


class Attempt(NamedTuple):
    """A request that came to the door; `operation` is empty where there is none of that method."""

    request_id: UUID
    address: str
    method: str
    path: str
    operation: str


@transaction.atomic
def note(attempt: Attempt, error: ApiError, *, why: str, key: ApiKey | None) -> None:
    network = throttle.network_of(attempt.address)
    subject = f"noted:{error.code}:{network}:{key.number if key else ''}"
    if not rate_limits.is_free(subject, per_hour=3600 // PAUSE_SECONDS):
        return
    if not rate_limits.is_free("noted:all", per_hour=MOST_AN_HOUR, burst=MOST_AN_HOUR):
        return
    log.warning("turned away %s at %s: %s (%s)", network, attempt.path, error.code, why)
    known = f"{attempt.method} {attempt.operation}" if attempt.operation else ""
    audit.record(
        by=Actor(account_id=None, name="anonymous", address=attempt.address),
        action="openapi.refuse_request",
        target=f"openapi_vendor:{key.vendor_id}" if key else "openapi_vendor",
        reason=why,
        facts={"code": error.code, "key": key.number if key else "", "operation": known},
    )
    if key is not None:
        RequestLog.objects.create(
            public_id=attempt.request_id,
            vendor=key.vendor,
            key=key,
            mode=key.mode,
            operation=attempt.operation,
            method=attempt.method,
            path=attempt.path[:200],
            status=error.http_status,
            code=error.code,
            address=attempt.address,
            milliseconds=0,
        )

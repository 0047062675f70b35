"""Whoever is turned away at the door leaves a trace: a log line, an audit row and, where a key is known, a line in its vendor's log.

For each network and key one in ten minutes, and sixty an hour in all: guessing at keys must not fill the audit log.
What was shown is written nowhere, for it may be a key with one letter wrong.
"""

import logging
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.vendors.errors import ApiError
from nanhu.systems.card.vendors.models import ApiCall, VendorKey
from nanhu.systems.card.vendors.services import buckets

log = logging.getLogger(__name__)
PAUSE_SECONDS: Final = 600
MOST_AN_HOUR: Final = 60


class Visit(NamedTuple):
    """A request that came to the door; `operation` is empty where there is none of that method."""

    request_id: UUID
    address: str
    method: str
    path: str
    operation: str


@transaction.atomic
def note(visit: Visit, error: ApiError, *, why: str, key: VendorKey | None) -> None:
    network = identity.network_of(visit.address)
    subject = f"noted:{error.code}:{network}:{key.number if key else ''}"
    if not buckets.is_free(subject, per_hour=3600 // PAUSE_SECONDS):
        return
    if not buckets.is_free("noted:all", per_hour=MOST_AN_HOUR, burst=MOST_AN_HOUR):
        return
    log.warning("turned away %s at %s: %s (%s)", network, visit.path, error.code, why)
    audit.record(
        by=Actor(account_id=None, name="anonymous", address=visit.address), action="card.turn_vendor_away",
        target=f"card_vendor:{key.vendor_id}" if key else "card_vendor", reason=why,
        facts={"code": error.code, "key": key.number if key else "", "path": visit.path[:200]},
    )  # fmt: skip
    if key is not None:
        ApiCall.objects.create(
            public_id=visit.request_id, vendor=key.vendor, key=key, mode=key.mode, operation=visit.operation,
            method=visit.method, path=visit.path[:200], status=error.http_status, code=error.code,
            address=visit.address, milliseconds=0,
        )  # fmt: skip

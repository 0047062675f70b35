"""What other systems read of the portal: the shared tables portal.correction and portal.integration_health, hourly, without whose or what."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import alone
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.portal.models import Correction, Integration

BY: Final = Actor.system("portal.publish")
TOLD_FOR: Final = timedelta(days=45)
"""After their end; older rows stay as they were written."""
type Row = Mapping[str, Any]


def correction_rows() -> Iterator[Row]:
    found = Correction.objects.filter(Q(closed_at=None) | Q(closed_at__gte=now() - TOLD_FOR))
    for one in found.select_related("case", "unit").order_by("pk").iterator(1_000):
        yield {
            "number": one.case.number,
            "fact": one.field,
            "unit_code": one.unit.code if one.unit else "",
            "outcome": one.case.outcome or "open",
            "opened_at": one.created_at,
            "arrived_at": one.arrived_at,
            "closed_at": one.closed_at,
            "is_appealed": one.appealed_at is not None,
        }


def health_rows() -> Iterator[Row]:
    living = Integration.objects.filter(state__in=[Integration.State.LIVE, Integration.State.RESTING])
    for one in living.select_related("owner_unit").defer("secret").order_by("key"):
        yield {
            "integration": one.key,
            "name": one.name,
            "kind": one.kind,
            "state": one.state,
            "unit_code": one.owner_unit.code if one.owner_unit else "",
            "failures": one.failures,
            "failed_at": one.failed_at,
        }


TABLES: Final[Mapping[str, tuple[Callable[[], Iterator[Row]], bool]]] = {
    "portal.correction": (correction_rows, False),
    "portal.integration_health": (health_rows, True),
}
"""Each with its rows, and whether these are all there is."""


def publish() -> int:
    """A table that cannot be written takes the other not with it."""
    changed = 0
    for table, (rows, is_whole) in TABLES.items():
        with alone("portal.table_not_published", table=table):
            changed += datahub.put_own(table, rows(), by=BY, is_whole=is_whole)
    return changed

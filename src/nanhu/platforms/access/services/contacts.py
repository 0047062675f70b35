"""When a door last spoke with us, as of an hour ago: what it decided by itself before, it would have sent then."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, F, Q, When

from nanhu.kernel.clock import now
from nanhu.platforms.access.models import Door

HOUR: Final = timedelta(hours=1)
SLACK: Final = timedelta(minutes=10)
"""By so much a door's clock may be wrong."""


def spoke(moment: datetime) -> dict[str, Any]:
    """What a poll changes: once an hour a contact is kept, and the one before it."""
    is_over = Q(contact_at=None) | Q(contact_at__lte=moment - HOUR)
    return {
        "contact_at": Case(When(is_over, then=moment), default=F("contact_at")),
        "contact_before": Case(When(is_over, then=F("contact_at")), default=F("contact_before")),
    }


def is_before_contact(door: Door, at: datetime) -> bool:
    """Whether the door spoke with us since, and more than an hour ago. Within the hour it may have come back with what it kept."""
    is_kept = door.contact_at is not None and door.contact_at <= now() - HOUR
    contact = door.contact_at if is_kept else door.contact_before
    return contact is not None and at < contact - SLACK

"""Emergency open (紧急开门): the doors of a place stand open until it ends by itself or by hand."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import one_value
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.proposals import given
from nanhu.platforms.access.errors import EmergencyTooLongError
from nanhu.platforms.access.models import DoorEmergency
from nanhu.platforms.campus.api import Place

LONGEST: Final = timedelta(hours=12)
OPEN_UNTIL = """
    SELECT max(e.ends_at) FROM access_emergency e JOIN campus_upwards(%s) up ON up.id = e.place_id
    WHERE e.closed_at IS NULL AND e.ends_at > %s"""


@transaction.atomic
def open_place(*, by: Actor, place: Place, reason: str, minutes: int) -> DoorEmergency:
    """Holds from the commit on: online passages open at once, doors hear it with their next poll."""
    why = given(reason)
    if not 0 < minutes <= LONGEST.total_seconds() / 60:
        raise EmergencyTooLongError(most=int(LONGEST.total_seconds() // 3600))
    opened_at = now()
    made = DoorEmergency.objects.create(
        place=place,
        reason=why,
        opened_at=opened_at,
        ends_at=opened_at + timedelta(minutes=minutes),
        opened_by_id=by.account_id,
        opened_by_name=by.name,
    )
    facts = {"emergency": made.pk, "minutes": minutes}
    audit.record(by=by, action="access.emergency", target=f"place:{place.key}", reason=reason, facts=facts)
    return made


@transaction.atomic
def end(*, by: Actor, emergency: DoorEmergency) -> DoorEmergency:
    """Ending twice, or after its end, is harmless."""
    locked = (
        DoorEmergency.objects.select_for_update(of=("self",)).select_related("place").filter(pk=emergency.pk).first()
    )
    if locked is None:
        raise NotFoundError(what=_("这次紧急开门"))
    if locked.closed_at is None and locked.ends_at > now():
        locked.closed_at, locked.closed_by_name = now(), by.name
        locked.save(update_fields=["closed_at", "closed_by_name"])
        facts = {"emergency": locked.pk}
        audit.record(by=by, action="access.emergency_ended", target=f"place:{locked.place.key}", facts=facts)
    return locked


def open_until(place_id: int) -> datetime | None:
    """The latest end of the emergencies of a place and of those above it."""
    found: datetime | None = one_value(OPEN_UNTIL, [place_id, now()])
    return found

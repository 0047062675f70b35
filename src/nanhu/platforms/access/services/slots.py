"""A door for some hours: who booked a room passes its door then, and is known to have come."""

from datetime import datetime
from uuid import UUID

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.access.models import Door, DoorRule, Passage
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule, withdraw
from nanhu.platforms.campus.api import Place


def open_for_hours(
    *, by: Actor, place: Place, person_id: int, begins_at: datetime, ends_at: datetime, reason: str
) -> UUID | None:
    """None where the place has no door of its own, or the hours are of a day that is over."""
    first, last = campus_time(begins_at), campus_time(ends_at)
    if first.date() < campus_today() or not Door.objects.filter(place=place).exists():
        return None
    draft = DoorRuleDraft(
        is_allowed=True,
        covers_below=False,
        starts_on=first.date(),
        ends_on=first.date(),
        person_id=person_id,
        from_time=first.time(),
        until_time=last.time(),
    )
    return rule(by=by, place=place, draft=draft, reason=reason).public_id


def end_hours(*, by: Actor, rule_id: UUID, reason: str) -> None:
    """The hours were given back. Twice is harmless."""
    found = DoorRule.objects.filter(public_id=rule_id).first()
    if found is not None:
        withdraw(by=by, rule=found, reason=reason)


def came_in(place: Place, person_id: int, since: datetime, until: datetime) -> datetime | None:
    """When the door let somebody in first."""
    found = Passage.objects.filter(
        place_id=place.pk, person_id=person_id, is_opened=True, direction=Passage.Direction.IN, at__range=(since, until)
    )
    return found.order_by("at").values_list("at", flat=True).first()


def has_door(place_id: int) -> bool:
    return Door.objects.filter(place_id=place_id).exists()

"""A door for some hours: who booked a room passes its door then, and is known to have come."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.access.models import Door, DoorRule, Passage
from nanhu.platforms.access.services.ruling import WHOLE_DAY, DoorRuleDraft, rule, withdraw
from nanhu.platforms.campus.api import Place

A_DAY = timedelta(days=1)
type Stretch = tuple[date, date, time, time]
"""From a day to a day, on each of them from a time until a time, as a rule says it."""


def open_for_hours(
    *, by: Actor, place: Place, person_id: int, begins_at: datetime, ends_at: datetime, reason: str
) -> list[UUID]:
    """The rules that open it; none where the place has no door of its own, or the hours are of a day that is over."""
    first, last = campus_time(begins_at), campus_time(ends_at)
    if first.date() < campus_today() or not Door.objects.filter(place=place).exists():
        return []
    drafts = [
        DoorRuleDraft(
            is_allowed=True,
            covers_below=False,
            starts_on=starts_on,
            ends_on=ends_on,
            person_id=person_id,
            from_time=from_time,
            until_time=until_time,
        )
        for starts_on, ends_on, from_time, until_time in stretches(first, last)
    ]
    return [rule(by=by, place=place, draft=one, reason=reason).public_id for one in drafts]


def stretches(first: datetime, last: datetime) -> Iterator[Stretch]:
    """A rule says hours of a day, over midnight at most: a day and longer takes the rest of the first day, all of those between, and the
    beginning of the last."""
    if last - first < A_DAY:
        yield first.date(), first.date(), first.time(), last.time()
        return
    whole = first.date() if first.time() == WHOLE_DAY else first.date() + A_DAY
    if first.time() != WHOLE_DAY:
        yield first.date(), first.date(), first.time(), WHOLE_DAY
    if whole < last.date():
        yield whole, last.date() - A_DAY, WHOLE_DAY, WHOLE_DAY
    if last.time() != WHOLE_DAY:
        yield last.date(), last.date(), WHOLE_DAY, last.time()


def end_hours(*, by: Actor, rule_ids: Iterable[UUID], reason: str) -> None:
    """The hours were given back. Twice is harmless."""
    for found in DoorRule.objects.filter(public_id__in=list(rule_ids)).order_by("pk"):
        withdraw(by=by, rule=found, reason=reason)


def came_in(place: Place, person_id: int, since: datetime, until: datetime) -> datetime | None:
    """When the door let somebody in first."""
    found = Passage.objects.filter(
        place_id=place.pk, person_id=person_id, is_opened=True, direction=Passage.Direction.IN, at__range=(since, until)
    )
    return found.order_by("at").values_list("at", flat=True).first()


def has_door(place_id: int) -> bool:
    return Door.objects.filter(place_id=place_id).exists()

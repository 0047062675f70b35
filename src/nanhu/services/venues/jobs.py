"""Periodic jobs of venues: what nobody decided is released, who did not come is noted, the line moves on, the shared table is written."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.draw.models import Draw
from nanhu.kernel.jobs import alone, job
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub import api as datahub
from nanhu.services.venues.models import Application, Booking, DrawOrder, Venue, VenueDraw, Waiting
from nanhu.services.venues.rules import TIMES_TOLD
from nanhu.services.venues.services import booking, drawing, keys, waiting
from nanhu.services.venues.services.holding import BOOKINGS

log = structlog.get_logger()
BY: Final = Actor.system("venues.publish")
State = Booking.State
TOLD_FOR: Final = timedelta(days=400)
WORDS_KEPT: Final = timedelta(days=366)
FORGOTTEN: Final = "—"
MOST_FORGOTTEN: Final = 5_000


@job("venues.watch", every="*/5 * * * *")
def watch() -> int:
    """One that fails hinders no other: each is a transaction of its own."""
    idle = Booking.objects.filter(state=State.HELD).filter(
        Q(application__held_until__lte=now()) | Q(begins_at__lte=now())
    )
    begun = Booking.objects.filter(state__in=[State.APPROVED, State.IN_USE], begins_at__lte=now())
    lapsed = Waiting.objects.filter(
        Q(state=Waiting.State.OFFERED, offered_until__lte=now()) | Q(state=Waiting.State.WAITS, begins_at__lte=now())
    )
    waited_for = Venue.objects.filter(pk__in=Waiting.objects.filter(state=Waiting.State.WAITS).values("venue"))
    drawn = VenueDraw.objects.filter(settled_at=None, draw__state__in=[Draw.State.DRAWN, Draw.State.VOID])
    read = VenueDraw.objects.filter(
        draw__state=Draw.State.CLOSED, draw__value_known_at__lte=now(), times_told__lt=TIMES_TOLD
    )
    return (
        each(idle, booking.release_idle)
        + each(begun, keys.keep_watch)
        + each(lapsed, waiting.lapse)
        + each(waited_for, waiting.ask_next)
        + each(Booking.objects.filter(owes=True), keys.bill_again)
        + each(drawn, drawing.settle)
        + each(read, drawing.remind)
    )


def each(rows: Iterable[Any], work: Any) -> int:
    count = 0
    for one in list(rows):
        with alone("venues.watch_failed", row=one.pk):
            work(one)
            count += 1
    return count


@job("venues.forget", every="40 3 * * *")
def forget_words() -> int:
    """A year after its last hour what somebody wanted a room for is nobody's business; who had it when stays. The case forgets by itself."""
    recent = Booking.objects.filter(ends_at__gte=now() - WORDS_KEPT).values("application")
    old = Application.objects.exclude(pk__in=recent).exclude(title=FORGOTTEN)
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:MOST_FORGOTTEN])
    bookings = Booking.objects.filter(application__in=ids)
    with transaction.atomic():
        keys_of = [str(one) for one in bookings.values_list("public_id", flat=True)]
        campus.rename_rooms(source=BOOKINGS, keys=keys_of, what=FORGOTTEN)
        bookings.exclude(reason="").update(reason=FORGOTTEN)
        bookings.exclude(objected_at=None).update(objection=FORGOTTEN, objection_answer=FORGOTTEN)
        bookings.exclude(damage="").update(damage=FORGOTTEN)
        old_draws = VenueDraw.objects.filter(settled_at__lt=now() - WORDS_KEPT)
        DrawOrder.objects.filter(venue_draw__in=old_draws).exclude(order={}).update(order={})
        forgotten = {"title": FORGOTTEN, "purpose": FORGOTTEN, "details": {}, "equipment": ""}
        return Application.objects.filter(pk__in=ids).update(**forgotten)


@job("venues.publish", every="12 * * * *")
def publish_bookings() -> int:
    return datahub.put_own("venue.booking", rows(), by=BY)


def rows() -> Iterator[Mapping[str, Any]]:
    """What was granted, without who it was and what for."""
    shown = Booking.objects.exclude(state__in=[State.HELD, State.REFUSED, State.RELEASED])
    found = shown.filter(begins_at__gt=now() - TOLD_FOR).select_related("venue__room__place", "application__unit")
    for one in found.order_by("pk").iterator(chunk_size=2_000):
        yield {
            "booking": str(one.public_id),
            "place": one.venue.room.place.key,
            "venue": one.venue.name,
            "begins_at": one.begins_at,
            "ends_at": one.ends_at,
            "use": one.application.use,
            "unit_code": one.application.unit.code if one.application.unit else "",
            "headcount": one.application.headcount,
            "state": one.state,
        }

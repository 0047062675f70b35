"""The sign at a door (门牌: now and next) and the calendar of a venue: a secret address each, no session, no names of persons."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nanhu.kernel.calendar.icalendar_files import calendar_file
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.registry import Occurrence
from nanhu.kernel.ui import dates
from nanhu.services.venues import queries
from nanhu.services.venues.models import Booking, Venue

BACK, AHEAD = timedelta(days=30), timedelta(days=400)
SHOWN: Final = (
    Booking.State.APPROVED,
    Booking.State.IN_USE,
    Booking.State.CLOSED,
    Booking.State.CANCELLED,
    Booking.State.DISPLACED,
)
GONE: Final = frozenset({Booking.State.CANCELLED, Booking.State.DISPLACED})


def venue_at(request: HttpRequest, secret: str) -> Venue:
    """What is refused or breaks is written into the log, and no secret with it."""
    request.path = reverse("venues:book:overview")
    found = queries.venues().filter(sign_key=secret, withdrawn_at=None).first() if "\0" not in secret else None
    if found is None:
        raise NotFoundError(what=Venue.what)
    return found


@login_not_required
@require_safe
def sign(request: HttpRequest, secret: str) -> HttpResponse:
    found = venue_at(request, secret)
    facts = {"venue": found, "now": queries.sign_of(found), "at": dates.time_words(now()), "secret": secret}
    answer = render(request, "venues/sign.html", facts)
    answer["Cache-Control"] = "no-store"
    return answer


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    found = venue_at(request, secret)
    content = calendar_file(found.name, occurrences_of(found))
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-cache"
    return answer


def occurrences_of(venue: Venue) -> Iterator[Occurrence]:
    around = (now() - BACK, now() + AHEAD)
    for one in queries.bookings().filter(venue=venue, begins_at__range=around, state__in=SHOWN):
        yield occurrence_of(one)


def occurrence_of(one: Booking) -> Occurrence:
    """The same event as long as it is the same booking, wherever it was moved."""
    is_held = one.state == Booking.State.HELD
    return Occurrence(
        uid=f"venues.booking.{one.public_id}",
        title=_("待批：%(title)s") % {"title": one.application.title} if is_held else one.application.title,
        starts=one.begins_at,
        ends=one.ends_at,
        changed_at=one.changed_at,
        sequence=one.sequence,
        place=one.venue.name,
        is_cancelled=one.state in GONE,
    )

"""The sign at a door (门牌: now and next) and the calendar of a venue: a secret address each, no session, no names of persons; and the
sheet that hangs where there is no tablet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from nanhu.kernel.calendar.icalendar_files import calendar_file
from nanhu.kernel.clock import campus_time, campus_today, end_of, now, start_of
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.printing.rendering import pdf_of
from nanhu.kernel.registry import Occurrence
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates, qr
from nanhu.platforms.campus import api as campus
from nanhu.services.venues import queries
from nanhu.services.venues.models import LIVING, Booking, Venue
from nanhu.services.venues.services.holding import BOOKINGS, OFFERS

SHEET: Final = Path(__file__).parent / "door.typ"
DAYS_ON_SHEET: Final = 7
BACK, AHEAD = timedelta(days=30), timedelta(days=400)
SHOWN: Final = (
    Booking.State.APPROVED,
    Booking.State.IN_USE,
    Booking.State.CLOSED,
    Booking.State.CANCELLED,
    Booking.State.NO_SHOW,
    Booking.State.DISPLACED,
)
GONE: Final = frozenset(Booking.State) - {*LIVING, Booking.State.CLOSED}
"""Cancelled in a calendar that had them: what only left the file would stand there for ever."""


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    begins_at: datetime
    ends_at: datetime

    @property
    def when(self) -> str:
        return campus.span_words(self.begins_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Now:
    """What the sign at a door says."""

    current: Line | None
    following: Line | None
    rest: list[Line]


def sign_of(venue: Venue) -> Now:
    """The rest of today."""
    since = now()
    lines = lines_of(venue, since, end_of(campus_today()))
    current = next((one for one in lines if one.begins_at <= since), None)
    later = [one for one in lines if one is not current]
    return Now(current, later[0] if later else None, later[1:])


def lines_of(venue: Venue, since: datetime, until: datetime) -> list[Line]:
    """Bookings by their title, lessons and exams by their name, of the rest the kind alone."""
    booked = queries.bookings().filter(
        venue=venue,
        state__in=[Booking.State.APPROVED, Booking.State.IN_USE],
        ends_at__gt=since,
        begins_at__lt=until,
    )
    lines = [Line(one.application.title, one.begins_at, one.ends_at) for one in booked]
    lines += [Line(one.public_words, one.during.lower, one.during.upper) for one in others_in(venue, since, until)]
    return sorted(lines, key=lambda one: one.begins_at)


@override(settings.LANGUAGE_CODE)
def week_sheet(venue: Venue, address: str) -> bytes:
    """The next days on one page, as the sign says them; its code leads to the sign (`address`)."""
    today = campus_today()
    days = [today + timedelta(days=number) for number in range(DAYS_ON_SHEET)]
    lines = lines_of(venue, start_of(today), end_of(days[-1]))
    facts = {
        "issuer": school().name,
        "name": venue.name,
        "room": venue.room.place.full_name,
        "days": [{"day": dates.day(day, today.year), "lines": on_day(lines, day)} for day in days],
        "qr": qr.svg(address),
        "note": _("%(when)s 打印。扫码看现在的安排。") % {"when": dates.time_words(now())},
    }
    return pdf_of(SHEET.read_text("utf-8"), facts, code="")


def on_day(lines: list[Line], day: date) -> list[list[str]]:
    """Hours and title of what goes on then, cut at midnight."""
    first, last = start_of(day), end_of(day)
    found = [(max(one.begins_at, first), min(one.ends_at, last), one.title) for one in lines]
    return [
        [f"{campus_time(begins):%H:%M}–{campus_time(ends):%H:%M}", title]
        for begins, ends, title in found
        if begins < ends
    ]


def others_in(venue: Venue, since: datetime, until: datetime) -> QuerySet[campus.Occupancy]:
    """Whoever stands there without having booked it here."""
    return campus.stays(venue.room, since, until).exclude(source__in=[BOOKINGS, OFFERS])


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
    facts = {"venue": found, "now": sign_of(found), "at": dates.time_words(now()), "secret": secret}
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
    for stay in others_in(venue, *around):
        yield Occurrence(
            uid=f"campus.occupancy.{stay.pk}",
            title=stay.public_words,
            starts=stay.during.lower,
            ends=stay.during.upper,
            changed_at=stay.created_at,
            place=venue.name,
        )


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
        place=str(one.venue.called),
        url=reverse("venues:book:booking", args=[one.public_id]),
        is_cancelled=one.state in GONE,
    )

"""Occurrences as a calendar program reads them (iCalendar, RFC 5545)."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

from icalendar import Calendar, Event

from nanhu.kernel.registry import Occurrence

END: Final = b"END:VCALENDAR\r\n"
EVENTS_KEPT: Final = 8192
"""A calendar is read again each hour, and most of it is everybody's: an event is written once for what it says, which takes a fifth of a
millisecond."""


def calendar_file(name: str, occurrences: Iterable[Occurrence]) -> bytes:
    """A calendar that is asked for again each hour."""
    calendar = Calendar()
    calendar.add("prodid", "-//Nanhu//Smart Campus//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", "PT1H")
    frame: bytes = calendar.to_ical()
    return b"".join([frame.removesuffix(END), *map(event_lines, occurrences), END])


@lru_cache(maxsize=EVENTS_KEPT)
def event_lines(one: Occurrence) -> bytes:
    content: bytes = event_of(one).to_ical()
    return content


def event_of(one: Occurrence) -> Event:
    event = Event()
    event.add("uid", f"{one.uid}@nanhu")
    event.add("dtstamp", one.changed_at)
    event.add("sequence", one.sequence)
    event.add("summary", str(one.title))
    event.add("dtstart", one.starts)
    if one.ends != one.starts:  # of a deadline there is no end later than its beginning, and no other is one (3.8.2.2)
        event.add("dtend", one.ends)
    if type(one.starts) is date:
        event.add("transp", "TRANSPARENT")
    if one.place:
        event.add("location", one.place)
    if one.description:
        event.add("description", str(one.description))
    if one.is_cancelled:
        event.add("status", "CANCELLED")
    return event

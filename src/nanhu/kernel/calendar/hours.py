"""Hours of work (办公时间): spans of a day, and whether somebody is there now, until when, or from when on. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from nanhu.kernel.folding import halfwidth, listed, plain_dashes

ABOUT_DASH: Final = re.compile(r"\s*[-~〜至到]+\s*")
CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})")


class Span(NamedTuple):
    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True)
class Opening:
    """`is_open` until `at`, or closed until `at`; without `at` nobody knows."""

    is_open: bool
    at: datetime | None


def plain_spans(typed: str) -> str:
    """Spans as people write them (8:00～12:00；14:00—22:00, ８：００ 至 12:00), as `span_of` reads them one by one."""
    text = ABOUT_DASH.sub("-", plain_dashes(halfwidth(typed)))
    return " ".join(listed(text))


def span_of(said: str) -> Span:
    """ "08:30-12:00". Raises ValueError."""
    opens, closes = map(clock_of, said.split("-"))
    return Span(opens, closes)


def clock_of(said: str) -> time:
    """ "8:30" or "08:30". Without a zone: hours of the campus are compared with each other."""
    found = CLOCK.fullmatch(said)
    if found is None:
        raise ValueError(said)
    return time(int(found[1]), int(found[2]))


def opening_at(moment: datetime, spans_on: Callable[[date], Iterable[Span]], *, days: int) -> Opening:
    """`moment` in the campus's own time; the next opening is looked for so many days ahead."""
    for span in spans_on(moment.date()):
        if span.opens <= moment.time() < span.closes:
            return Opening(is_open=True, at=datetime.combine(moment.date(), span.closes, moment.tzinfo))
    for ahead in range(days):
        day = moment.date() + timedelta(days=ahead)
        for span in spans_on(day):
            opens = datetime.combine(day, span.opens, moment.tzinfo)
            if opens > moment:
                return Opening(is_open=False, at=opens)
    return Opening(is_open=False, at=None)


def spans_of(said: str) -> tuple[Span, ...]:
    """ "08:30-12:00 14:30-17:30" in order, none over another. Raises ValueError."""
    spans = tuple(span_of(one) for one in said.split())
    ends = [time.min, *(span.closes for span in spans)]
    if any(span.opens >= span.closes or span.opens < before for span, before in zip(spans, ends, strict=False)):
        raise ValueError(said)
    return spans


@dataclass(frozen=True, slots=True)
class Season:
    """Hours from a day to a day, both included, on working days and on the rest. `is_closure`: the days of it are no season, but a few on
    which nobody is there, or at other hours."""

    starts_on: date
    ends_on: date | None
    hours: tuple[Span, ...]
    other_hours: tuple[Span, ...] = ()
    is_closure: bool = False

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The seasons and closed days of one office (作息)."""

    seasons: tuple[Season, ...] = ()

    def season_on(self, day: date) -> Season | None:
        """A closed day goes before the season that it lies in; None where nobody said anything of this day."""
        holding = [one for one in self.seasons if one.holds_on(day)]
        return next((one for one in holding if one.is_closure), holding[0] if holding else None)

    def spans_on(self, day: date, *, is_working: bool) -> tuple[Span, ...] | None:
        found = self.season_on(day)
        if found is None:
            return None
        return found.hours if is_working or found.is_closure else found.other_hours

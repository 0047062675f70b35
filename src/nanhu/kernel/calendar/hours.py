"""Hours of work (办公时间): spans of a day, and whether somebody is there now, until when, or from when on. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple


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


def span_of(said: str) -> Span:
    """ "08:30-12:00". Raises ValueError."""
    opens, closes = (time.fromisoformat(one) for one in said.split("-"))
    return Span(opens, closes)


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

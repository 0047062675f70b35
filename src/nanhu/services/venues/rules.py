"""Pure rules of venues: dates of a series, hours as they are typed, what an hour costs, deadlines."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from nanhu.kernel.calendar.hours import span_of
from nanhu.kernel.clock import campus_time, start_of

IDLE: Final = timedelta(hours=24)
"""After so long without a decision a booking lets its hours go."""
FREE_CANCEL: Final = timedelta(hours=24)
OFFERED_FOR: Final = timedelta(hours=2)
COMES_WITHIN: Final = timedelta(minutes=20)
GRACE: Final = timedelta(minutes=15)
"""How much earlier a key is given, and how much later it may come back."""
MOST_MISSED: Final = 3
OBJECTS_WITHIN: Final = timedelta(days=7)
"""After it was said of somebody that he did not come."""
MANY: Final = 100
MOST_DATES: Final = 40
MOST_WAITING: Final = 5
MOST_SLOTS: Final = 60
"""Places of one draw."""
TIMES_TOLD: Final = 2
MOST_COMING: Final = 30
"""Bookings that a person may have before him."""
STEP: Final = 15
MIDNIGHT: Final = 1440


def dates_of(first: date, last: date, weeks: int) -> list[date]:
    """The same weekday each so many weeks; at most one more than may be."""
    step = timedelta(weeks=max(weeks, 1))
    count = min((last - first) // step, MOST_DATES) + 1 if last >= first else 0
    return [first + number * step for number in range(count)]


def spans_in(said: str) -> list[tuple[int, int]]:
    """ "08:00-12:00 14:00-24:00" as minutes, in order and none over another. Raises ValueError."""
    found = [minutes_of(one) for one in said.split()]
    ends = [0, *(last for _first, last in found)]
    if any(first >= last or first < before for (first, last), before in zip(found, ends, strict=False)):
        raise ValueError(said)
    return found


def minutes_of(said: str) -> tuple[int, int]:
    if said.endswith("-24:00"):
        begins, _end = span_of(said.replace("-24:00", "-23:59"))
        return begins.hour * 60 + begins.minute, MIDNIGHT
    begins, ends = span_of(said)
    return begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute


def words_of(minutes: int) -> str:
    """570 → 09:30, 1440 → 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def fee_of(fen_an_hour: int, begins_at: datetime, ends_at: datetime) -> int:
    return fee_for(fen_an_hour, ends_at - begins_at)


def fee_for(fen_an_hour: int, length: timedelta) -> int:
    """Each half hour that was begun counts."""
    return fen_an_hour * -(length // -timedelta(minutes=30)) // 2


def is_late(begins_at: datetime, moment: datetime) -> bool:
    """Whether who cancels now counts as one who did not come."""
    return begins_at - moment < FREE_CANCEL


def cut(spans: Sequence[tuple[int, int]], first: int, last: int, step: int) -> list[tuple[int, int, bool]]:
    """Bands of `step` minutes from `first` to `last`, each with whether all of it lies within one of the spans."""
    bands = [(one, min(one + step, last)) for one in range(first, last, step)]
    return [(a, b, any(begins <= a and b <= ends for begins, ends in spans)) for a, b in bands]


def slot_key(begins_at: datetime, ends_at: datetime) -> str:
    """20261207-0900-1200: a place of a draw, on the campus' clock; until midnight is 2400."""
    begins, ends = campus_time(begins_at), campus_time(ends_at)
    last = f"{ends:%H%M}" if ends.date() == begins.date() else "2400"
    return f"{begins:%Y%m%d-%H%M}-{last}"


def hours_of_slot(key: str) -> tuple[datetime, datetime]:
    day, first, last = key.split("-")
    midnight = start_of(date.fromisoformat(day))
    begins, ends = (midnight + timedelta(hours=int(one[:2]), minutes=int(one[2:])) for one in (first, last))
    return begins, ends


def times_to_tell(value_known_at: datetime, publish_by: datetime, moment: datetime) -> int:
    """How often by now it was to be said that the public value waits: at its hour, and when half of the time until the draw is void is over."""
    half = value_known_at + (publish_by - value_known_at) / 2
    return (moment >= value_known_at) + (moment >= half)


def first_after_draw(publish_by: datetime, notice_days: int) -> datetime:
    """When a slot may begin at the earliest: whoever drew it has what a booking needs, and a day to be decided."""
    return publish_by + max(timedelta(days=notice_days + 1), IDLE)

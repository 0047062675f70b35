"""Arithmetic of weeks and days, pure: which week a day lies in, whose lessons are held on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from nanhu.kernel.calendar import DayKind

DAYS_A_WEEK = 7
A_DAY = 24 * 60


class Kind(StrEnum):
    """What a day of a term is to lessons. `UNDECIDED`: one works on it, and the school has not said whose lessons are held."""

    LESSONS = "lessons"
    OFF = "off"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Followed:
    """The week and weekday whose lessons a day has; None: no lessons."""

    week: int | None
    weekday: int | None


@dataclass(frozen=True, slots=True)
class TermDay:
    """`week` and `weekday` are those whose lessons are held, which on a moved day are another day's; 0 where none are."""

    day: date
    kind: Kind
    week: int = 0
    weekday: int = 0
    is_moved: bool = False


def week_of(first_monday: date, day: date) -> int:
    """1 is the week that begins on the first Monday; 0 and less lie before it."""
    return (day - first_monday).days // DAYS_A_WEEK + 1


def day_of(first_monday: date, week: int, weekday: int) -> date:
    """`weekday` 1 is Monday."""
    return first_monday + timedelta(days=DAYS_A_WEEK * (week - 1) + weekday - 1)


def term_day(first_monday: date, day: date, kind: DayKind, moved: Mapping[date, Followed]) -> TermDay:
    """What the school decided of a day goes before the public calendar. A day of the weekend on which one works waits for that."""
    decided = moved.get(day)
    if decided is not None:
        if decided.week is None or decided.weekday is None:
            return TermDay(day, Kind.OFF, is_moved=True)
        return TermDay(day, Kind.LESSONS, decided.week, decided.weekday, is_moved=True)
    if kind is DayKind.HOLIDAY:
        return TermDay(day, Kind.OFF)
    if kind is DayKind.MOVED:
        return TermDay(day, Kind.UNDECIDED, is_moved=True)
    return TermDay(day, Kind.LESSONS, week_of(first_monday, day), day.isoweekday())


@dataclass(frozen=True, slots=True)
class Band:
    """A row of a day's grid, from minute to minute. `number`: of the period, 0 between two."""

    first: int
    last: int
    number: int = 0

    @property
    def words(self) -> str:
        return f"{self.first // 60:02}:{self.first % 60:02}–{self.last // 60:02}:{self.last % 60:02}"


@dataclass(frozen=True, slots=True)
class Stay[What]:
    """From minute to minute of a day."""

    first: int
    last: int
    what: What


def hours() -> list[tuple[time, time]]:
    return [(time(hour), time(hour + 1)) for hour in range(7, 22)]


def bands_of(periods: Sequence[tuple[time, time]]) -> list[Band]:
    """The whole day: the periods and what lies before, between and after them."""
    found, until = [], 0
    for number, (begins, finishes) in enumerate(periods, start=1):
        first, last = minute(begins), minute(finishes)
        found += [Band(until, first)] if first > until else []
        found.append(Band(first, last, number))
        until = last
    return [*found, Band(until, A_DAY)]


def minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def bands_with[What](
    bands: Sequence[Band], days: Sequence[Sequence[Stay[What]]]
) -> list[tuple[Band, list[list[What]]]]:
    """Who stands in each band on each day. A band between periods is a row only where somebody stands in it and in no period."""
    rows = [(band, [[stay.what for stay in day if stands(stay, band, bands)] for day in days]) for band in bands]
    return [(band, cells) for band, cells in rows if band.number or any(cells)]


def stands[What](stay: Stay[What], band: Band, bands: Sequence[Band]) -> bool:
    if not meets(stay, band):
        return False
    return bool(band.number) or not any(one.number and meets(stay, one) for one in bands)


def meets[What](stay: Stay[What], band: Band) -> bool:
    return stay.first < band.last and stay.last > band.first

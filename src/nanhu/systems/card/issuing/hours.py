"""When the office is open (A112): summer and winter hours switch by date, holidays come from the school's calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from nanhu.kernel.calendar import hours as calendar_hours
from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.calendar.hours import Span
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.school import school
from nanhu.kernel.school.tables import Table
from nanhu.kernel.ui import dates

DEFAULT: dict[str, Any] = {
    "summer_from": "05-01",
    "winter_from": "10-01",
    "summer": ["09:00-12:30", "15:30-18:30"],
    "winter": ["09:00-12:30", "15:00-18:00"],
}
SEARCHED_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    season: str
    spans: tuple[Span, ...]

    @property
    def days(self) -> str:
        """5月1日 – 9月30日."""
        summer, winter = (
            date.fromisoformat(f"2000-{first_day(table(), key)}") for key in ("summer_from", "winter_from")
        )
        first, after = (summer, winter) if self.season == "summer" else (winter, summer)
        return " – ".join(dates.short_day(day, day.year) for day in (first, after - timedelta(days=1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`until` the door closes, or else `opens_at` the next time."""

    is_open: bool
    until: datetime | None
    opens_at: datetime | None
    is_working_day: bool


def table() -> Table:
    given = school().table("card_office.hours")
    given.only(DEFAULT)
    return Table(given.name, DEFAULT | dict(given.members))


def season_of(day: date) -> str:
    """Summer from its first day up to the day before winter's."""
    summer, winter = (first_day(table(), key) for key in ("summer_from", "winter_from"))
    return "summer" if summer <= f"{day:%m-%d}" < winter else "winter"


def first_day(hours: Table, key: str) -> str:
    text = hours.text(key, "")
    try:
        return f"{date.fromisoformat(f'2000-{text}'):%m-%d}"
    except ValueError as error:
        raise hours.fault(key, text, "05-01") from error


def hours_in(season: str) -> OfficeHours:
    hours = table()
    spans = hours.members[season]
    if not isinstance(spans, list):
        raise hours.fault(season, spans, '["09:00-12:30", "15:00-18:00"]')
    return OfficeHours(season=season, spans=tuple(span_of(hours, season, text) for text in spans))


def hours_on(day: date) -> OfficeHours:
    return hours_in(season_of(day))


def span_of(hours: Table, season: str, text: object) -> Span:
    try:
        found = calendar_hours.span_of(str(text))
    except ValueError as error:
        raise hours.fault(season, text, "09:00-12:30") from error
    if found.opens >= found.closes:
        raise hours.fault(season, text, "09:00-12:30")
    return found


def read_hours() -> list[OfficeHours]:
    """Both seasons, for the start and the doctor."""
    return [hours_on(campus_today()), *(hours_in(season) for season in ("summer", "winter"))]


def standing(moment: datetime | None = None) -> Standing:
    at = (moment or now()).astimezone(CAMPUS_ZONE)
    found = calendar_hours.opening_at(at, spans_on, days=SEARCHED_DAYS)
    return Standing(
        is_open=found.is_open,
        until=found.at if found.is_open else None,
        opens_at=None if found.is_open else found.at,
        is_working_day=is_working_day(at.date()),
    )


def spans_on(day: date) -> tuple[Span, ...]:
    return hours_on(day).spans if is_working_day(day) else ()

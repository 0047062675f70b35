"""What the school's calendar tells the rooms above it, in the transaction that made it true."""

from dataclasses import dataclass
from datetime import date

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChanged(Event):
    """Planned, changed, opened, closed, archived or withdrawn; a withdrawn one is found no more. Whoever acts on it reads the term."""

    term_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayDecided(Event):
    """Whose lessons are held on a day was decided, decided anew or taken back. Whoever acts on it asks for the lessons of that day."""

    term_key: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodsChanged(Event):
    """The periods of a campus on some days: set, or ended (from `starts_on` on). Without `ends_on` from there on."""

    campus_key: str
    starts_on: date
    ends_on: date | None

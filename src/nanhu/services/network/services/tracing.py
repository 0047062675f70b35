"""Who had an address at a moment (溯源): read with a reason, kept in the audit, seen by whom it found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.ui import dates
from nanhu.platforms.people import api as people
from nanhu.services.network import rules
from nanhu.services.network.errors import LogGoneError
from nanhu.services.network.statements import QUERIES

LOOK: Final = "network.trace_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A line of the log as an engineer reads it. `campus_no` is empty where nobody stands behind it; `is_silent`: nothing was heard after the
    end, and no Stop. `place`: where an address was; `here`: where a device is that is on line now, and was asked for now."""

    person_id: int | None
    name: str
    campus_no: str
    unit: str
    station: str
    address: str
    nas: str
    place: str
    here: str
    began_at: datetime
    ended_at: datetime | None
    is_silent: bool

    @property
    def began_words(self) -> str:
        """To the second: whoever asks for a moment of today compares it."""
        return dates.second_words(self.began_at)

    @property
    def ended_words(self) -> str:
        return dates.second_words(self.ended_at) if self.ended_at else ""


def refuse_forgotten(since: datetime) -> None:
    first = campus_today() - rules.KEPT_DAYS
    if campus_time(since).date() < first:
        raise LogGoneError(day=dates.day(first, campus_today().year))


@transaction.atomic
def trace(*, by: Actor, sought: str, at: datetime, reason: str) -> list[Trace]:
    """The lines of that moment, and a look at each person in them. Also a search that finds nobody is kept."""
    lines = lines_of("log_at", sought, at=at)
    facts = {"sought": sought, "moment": campus_time(at).isoformat(timespec="minutes")}
    audit.record(by=by, action="network.search_log", target=f"network-log:{sought}", reason=reason, facts=facts)
    for person_id in sorted({one.person_id for one in lines if one.person_id is not None}):
        audit.record(by=by, action=LOOK, target=f"person:{person_id}", reason=reason, facts=facts)
    return lines


def lines_of(query: str, sought: str, **moments: datetime) -> list[Trace]:
    """`sought`: an address or a MAC."""
    mac = rules.mac_of(sought)
    named = {"address": None if mac else sought, "station": mac or None}
    rows = QUERIES.rows(query, {**named, **moments, "now": now()})
    cards = people.person_cards({row[0] for row in rows if row[0] is not None})
    return [line(row, cards.get(row[0])) for row in rows]


def line(row: tuple[Any, ...], card: people.PersonCard | None) -> Trace:
    person_id, guest, station, address, nas, place, here, began_at, ended_at, is_silent = row
    tie = card.leading_tie() if card else None
    return Trace(
        person_id=person_id if card else None,
        name=card.name if card else guest,
        campus_no=tie.campus_no if tie else "",
        unit=tie.unit_name if tie else "",
        station=station,
        address=address or "",
        nas=nas or "",
        place=place or "",
        here=here or "",
        began_at=began_at,
        ended_at=ended_at,
        is_silent=is_silent,
    )

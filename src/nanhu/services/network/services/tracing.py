"""Who had an address at a moment (溯源): read with a reason, kept in the audit, seen by whom it found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.ui import dates
from nanhu.platforms.people import api as people
from nanhu.services.network import rules
from nanhu.services.network.statements import QUERIES

LOOK: Final = "network.trace_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A line of the log as an engineer reads it. `campus_no` is empty where nobody stands behind it; `is_silent`: nothing was heard after the
    end, and no Stop."""

    name: str
    campus_no: str
    unit: str
    station: str
    address: str
    nas: str
    place: str
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


@transaction.atomic
def trace(*, by: Actor, sought: str, at: datetime, reason: str) -> list[Trace]:
    """The lines of that moment, and a look at each person in them. Also a search that finds nobody is kept."""
    rows = QUERIES.rows("log_at", {**named(sought), "at": at, "now": now()})
    cards = people.person_cards({row[0] for row in rows if row[0] is not None})
    facts = {"sought": sought, "moment": campus_time(at).isoformat(timespec="minutes")}
    audit.record(by=by, action="network.search_log", target=f"network-log:{sought}", reason=reason, facts=facts)
    for person_id in sorted(cards):
        audit.record(by=by, action=LOOK, target=f"person:{person_id}", reason=reason, facts=facts)
    return [line(row, cards.get(row[0])) for row in rows]


def named(sought: str) -> dict[str, str | None]:
    """By an address or by a MAC."""
    mac = rules.mac_of(sought)
    return {"address": None if mac else sought, "station": mac or None}


def line(row: tuple[object, ...], card: people.PersonCard | None) -> Trace:
    _person, guest, station, address, nas, place, began_at, ended_at, is_silent = row
    tie = card.affiliations[0] if card and card.affiliations else None
    return Trace(
        name=card.name if card else str(guest or ""),
        campus_no=tie.campus_no if tie else "",
        unit=tie.unit_name if tie else "",
        station=str(station),
        address=str(address or ""),
        nas=str(nas or ""),
        place=str(place or ""),
        began_at=began_at,  # type: ignore[arg-type]
        ended_at=ended_at,  # type: ignore[arg-type]
        is_silent=bool(is_silent),
    )

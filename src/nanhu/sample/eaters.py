"""Who uses a card: everybody who is on campus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from nanhu.sample import cast

if TYPE_CHECKING:
    from nanhu.sample.truth import Truth


type Kind = Literal["student", "staff", "temporary"]
CAST_NUMBERS = {member.campus_no for member in cast.MEMBERS}


@dataclass(frozen=True, slots=True)
class Eater:
    """Who uses a card. `unit` tells the part of the campus, `since` the first day there."""

    campus_no: str
    kind: Kind
    sex: str
    unit: str = ""
    since: date | None = None
    is_regular: bool | None = None  # None: drawn


def eaters_of(truth: Truth) -> list[Eater]:
    """Everybody with a running affiliation, once, by the first of them. The newcomer has not been anywhere yet."""
    found = []
    for person in truth.people:
        running = [one for one in person.affiliations if one.state == "active"]
        if running and running[0].campus_no != cast.CAST["newcomer"].campus_no:
            one = running[0]
            kind: Kind = "student" if one.kind == "student" else "staff" if one.kind == "staff" else "temporary"
            is_cast = one.campus_no in CAST_NUMBERS or None
            found.append(Eater(one.campus_no, kind, person.sex, one.unit, _day(one.starts_on), is_cast))
    return found


def _day(text: str) -> date:
    return date.fromisoformat(text)

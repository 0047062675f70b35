"""Which units answer for what, from the table [requests] of the school's file; working time as processes have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from nanhu.kernel.calendar import add_working_days
from nanhu.kernel.clock import end_of
from nanhu.kernel.school import school
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.services.requests.rules import COMPLAINT_DAYS, PROMISES

USUAL: Final[Mapping[str, str]] = {
    "complaints": "1001",
    "discipline": "1002",
    "publicity": "1004",
    "party": "1001",
    "information": "1032",
}
"""Codes: 党委办公室、校长办公室 receives complaints, 纪委 those against it; 宣传部 and 党办 read opinion; 信息中心 answers for its systems."""


@dataclass(frozen=True, slots=True)
class Offices:
    complaints: str
    discipline: str
    publicity: str
    party: str
    information: str

    @property
    def of_opinion(self) -> frozenset[str]:
        return frozenset({self.publicity, self.party})


@cache
def offices() -> Offices:
    return read_offices()


def read_offices() -> Offices:
    """Of the school's file. Raises SchoolFileError."""
    table = school().table("requests")
    table.only(USUAL)
    return Offices(**{name: table.text(name, code) for name, code in USUAL.items()})


def unit_id(code: str) -> int:
    return people.unit_ids_by_code([code])[code]


def upwards(code: str) -> frozenset[int]:
    """The unit itself and those that it is part of."""
    return frozenset(people.unit_ids_by_code(people.unit_codes_upwards(code)).values())


def above(unit: int) -> frozenset[int]:
    code = next((one.code for one in people.unit_choices() if one.id == unit), "")
    return upwards(code) if code else frozenset({unit})


def school_id() -> int:
    """The unit that all others are part of."""
    codes = people.unit_codes_upwards(offices().complaints)
    return unit_id(codes[-1]) if codes else 0


def due_of_answer(kind: str, start: datetime) -> datetime:
    return flows.due_after(start, PROMISES[kind])


def due_of_complaint(day: date, days: int = COMPLAINT_DAYS) -> datetime:
    """The end of a working day: of an anonymous one nobody knows the minute."""
    return end_of(add_working_days(day, days))

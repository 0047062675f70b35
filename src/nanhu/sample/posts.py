"""Posts of the sample campus: each unit that has staff has a head and a secretary, each college a counsellor and a teaching secretary."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.units import offices_and_colleges

COLLEGE: Final = "教学学院"
OF_ALL: Final = ("head", "secretary", "deputy", "asset_keeper", "finance_contact")
OF_COLLEGES: Final = (
    "head",
    "secretary",
    "counsellor",
    "teaching_secretary",
    "deputy",
    "asset_keeper",
    "finance_contact",
)
DOCUMENT: Final = "湖理工任〔2026〕3 号"
SINCE: Final = date(2026, 3, 1)
OF_THE_CAST: Final = {
    ("12", "counsellor"): CAST["teacher"].campus_no,
    ("1017", "head"): CAST["security"].campus_no,
    ("1001", "deputy"): CAST["affairs"].campus_no,
    ("1032", "head"): CAST["administrator"].campus_no,
    ("1033", "head"): CAST["clerk"].campus_no,
    ("1032", "asset_keeper"): CAST["clerk"].campus_no,
    ("1014", "asset_keeper"): CAST["assets"].campus_no,
}
"""Whom the demo knows by name: the counsellor of the student, and heads of offices."""


def appoint_everybody(*, by: Actor) -> int:
    """Again: nothing."""
    units = [unit for unit in offices_and_colleges() if unit.parent]
    ids = people.unit_ids_by_code([unit.code for unit in units])
    if any(people.find_post(unit_id, "head") for unit_id in ids.values()):
        return 0
    cast = people.find_people_by_campus_no(OF_THE_CAST.values())
    count = 0
    for unit in units:
        offices = OF_COLLEGES if unit.kind == COLLEGE else OF_ALL
        for office, person_id in holders(unit.code, offices, cast):
            people.appoint(
                by=by,
                unit_id=ids[unit.code],
                office=office,
                person_id=person_id,
                starts_on=SINCE,
                ends_on=None,
                document=DOCUMENT,
            )
            count += 1
    return count


def holders(code: str, offices: tuple[str, ...], cast: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """The cast where it has a name for the post, else the unit's own staff, one after another."""
    staff = iter([one for one in people.members_of([code], kind="staff") if one not in cast.values()])
    for office in offices:
        number = OF_THE_CAST.get((code, office))
        person_id = cast.get(number) if number else next(staff, None)
        if person_id is not None:
            yield office, person_id

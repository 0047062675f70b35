"""Duties of the sample campus: the guards day and night by a roster that was agreed, two offices, a roster that waits; summer and winter hours."""

from datetime import date, timedelta
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.services.directory import sample as directory

BY: Final = Actor.system("demo")
DAYS: Final = 30
GUARDS, CENTRE, FINANCE = "1017", "1032", "1012"
PHONES: Final = {GUARDS: "8640110", CENTRE: "8640300", FINANCE: "8640101"}
DAY, NIGHT = "08:00-20:00", "20:00-08:00"


def fill_the_rosters() -> str:
    units = people.unit_ids_by_code([GUARDS, CENTRE, FINANCE])
    security, administrator = (member_of(role) for role in ("security", "administrator"))
    guards = [security[0], *colleagues(GUARDS, security[0])]
    rows = [
        shift(GUARDS, units, day, hours, guards[(2 * day + night) % len(guards)])
        for day in range(-1, DAYS)  # until eight the night of the day before is on duty; what is over is left out
        for night, hours in enumerate((DAY, NIGHT))
    ]
    leading = [shift(GUARDS, units, day, DAY, None) for day in range(DAYS)]
    directory.hand_in(by=security[1], title="保卫处值班表", rows=[*rows, *leading], second=administrator[1])
    holiday = [shift(GUARDS, units, DAYS + day, DAY, guards[day % len(guards)]) for day in range(7)]
    directory.hand_in(by=security[1], title="假期值班表", rows=holiday, second=None)
    busy = [*guards, administrator[0]]  # some belong to two units
    for code, first in ((CENTRE, [administrator[0]]), (FINANCE, [])):
        known = [*first, *colleagues(code, *first, *busy, count=3)]
        busy += known
        directory.enter_duties(
            by=BY, rows=[shift(code, units, day, DAY, known[day % len(known)]) for day in range(DAYS) if known]
        )
    directory.ask_exchange(by=BY, unit_id=units[GUARDS], other_id=security[0], reason="那天要送孩子上学")
    set_the_hours()
    directory.publish()
    return f"{3 * DAYS + 7 + 2 * DAYS} 个班次"


def member_of(role: str) -> tuple[int, Actor]:
    number = CAST[role].campus_no
    person_id = people.find_person_by_campus_no(number)
    assert person_id is not None  # noqa: S101  (the cast is enrolled before)
    return person_id, Actor(account_id=identity.account_with(number).pk, name=CAST[role].name)


def colleagues(code: str, *without: int, count: int = 3) -> list[int]:
    return [one for one in people.members_of([code], kind="staff") if one not in without][:count]


def shift(code: str, units: dict[str, int], ahead: int, hours: str, person_id: int | None) -> directory.Shift:
    """Without a person the head of the unit leads."""
    day = campus_today() + timedelta(days=ahead)
    begins_at, ends_at = directory.shift_on(day, hours)
    name = people.person_cards([person_id])[person_id].name if person_id else ""
    return directory.Shift(
        unit_id=units[code],
        day=day,
        begins_at=begins_at,
        ends_at=ends_at,
        task="值班" if person_id else "带班",
        person_id=person_id,
        person_name=name,
        office="" if person_id else "head",
        phone=PHONES[code],
    )


def set_the_hours() -> None:
    """This year's and the next's: summer with a long noon, winter with a short one."""
    code = people.unit_codes_upwards(GUARDS)[-1]
    unit_id = people.unit_ids_by_code([code])[code]
    for year in (campus_today().year - 1, campus_today().year, campus_today().year + 1):
        summer = date(year, 5, 1), date(year, 9, 30)
        winter = date(year, 10, 1), date(year + 1, 4, 30)
        directory.add_season(
            by=BY, unit_id=unit_id, title=f"{year} 年夏季作息", days=summer, spans=("09:00-12:30 15:30-18:30", "")
        )
        directory.add_season(
            by=BY, unit_id=unit_id, title=f"{year} 年冬季作息", days=winter, spans=("09:00-12:30 15:00-18:00", "")
        )

"""The roster that a unit hands in, and what is wrong with it, checked as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.folding import tidied, unspaced
from nanhu.kernel.sheets import Checked, Column, Fault, Line, Sheet, campus_no, day, phrase
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.directory import rules
from nanhu.services.directory.errors import NotANumberError, NotAShiftError
from nanhu.services.directory.models import Duty
from nanhu.services.directory.services.duties import Shift

LONGEST_TASK: Final = 20
USUAL_TASK: Final = "值班"
type Hours = tuple[datetime, datetime]


def shift(said: str) -> str:
    try:
        rules.shift_on(campus_today(), said)
    except ValueError as error:
        raise NotAShiftError from error
    return said


def number(said: str) -> str:
    found = tidied(said)
    if not rules.NUMBER.fullmatch(found):
        raise NotANumberError
    return found


ROSTER: Final = Sheet(
    Column("unit", "单位", also=("部门", "单位代码"), needed=True, width=24),
    Column("day", "日期", also=("值班日期",), kind=day, needed=True, width=14),
    Column("hours", "时间", also=("班次", "值班时间"), kind=shift, needed=True, width=16),
    Column("task", "任务", also=("职责",), kind=phrase(LONGEST_TASK), width=12),
    Column("campus_no", "学工号", also=("工号",), kind=campus_no, read=unspaced, width=16),
    Column("name", "姓名", also=("值班人",), width=12),
    Column("office", "岗位", also=("职务",), width=14),
    Column("phone", "电话", also=("值班电话",), kind=number, width=16),
    Column("place", "地点", also=("值班地点", "地点代码"), width=20),
    most=5_000,
    named_by=("unit", "day", "name"),
)


def units_by_word() -> dict[str, list[int]]:
    """By code and by name; under a name there may be several."""
    found: dict[str, list[int]] = {}
    for one in people.unit_choices(without_kinds=people.SMALL_UNITS):
        for word in (one.code, one.name):
            found.setdefault(word, []).append(one.id)
    return found


def unit_meant(units: Mapping[str, list[int]], typed: str) -> int | None:
    word = tidied(typed)
    found = units.get(word, []) or units.get(word.partition(" ")[0], [])
    return found[0] if len(set(found)) == 1 else None


def check_roster(lines: Sequence[Line]) -> Checked[Shift]:
    """A handful of queries, however long it is."""
    checker = RosterChecker(lines)
    faults = [fault for line in lines for fault in checker.faults_of(line)]
    faults += checker.clashes() if not faults else []
    return Checked([], faults) if faults else Checked([one for _typed, one in checker.rows], [])


class RosterChecker:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.units = units_by_word()
        self.offices = {name: key for key, name in people.office_names().items()}
        self.persons = people.find_people_by_campus_no({line["campus_no"] for line in lines})
        self.names = {key: card.name for key, card in people.person_cards(self.persons.values()).items()}
        wanted = {line["place"].strip().partition(" ")[0] for line in lines}
        self.places = {one.key: one.pk for one in campus.open_places().filter(key__in=wanted)}
        self.rows: list[tuple[Line, Shift]] = []

    def unit_of(self, typed: str) -> int | None:
        return unit_meant(self.units, typed)

    def faults_of(self, line: Line) -> list[Fault]:
        found = [*line.faults(), *self.meaning_faults(line)]
        if not found:
            self.rows.append((line, self.row_of(line)))
        return found

    def meaning_faults(self, line: Line) -> Iterator[Fault]:
        if self.unit_of(line["unit"]) is None:
            yield line.fault("unit", _("没有这个单位，或有几个同名的：请写单位代码"))
        if line["place"] and line["place"].strip().partition(" ")[0] not in self.places:
            yield line.fault("place", _("没有这个地点，或已停用：请写地点代码"))
        yield from self.holder_faults(line)
        try:
            if line["day"] and line.meant("day") < campus_today():
                yield line.fault("day", _("这一天已经过去"))
            if line["day"] and line.meant("day") > campus_today() + rules.LONGEST_AHEAD:
                yield line.fault("day", _("最多排到两年以后。"))
        except CampusError:
            return

    def holder_faults(self, line: Line) -> Iterator[Fault]:
        who, office = line["campus_no"], line["office"].strip()
        if bool(who) == bool(office):
            yield line.fault("campus_no", _("写学工号，或写岗位，只写一样"))
        elif office and office not in self.offices:
            yield line.fault("office", _("没有这种岗位：%(all)s") % {"all": "、".join(self.offices)})
        elif who and who not in self.persons:
            yield line.fault("campus_no", _("没有这个学工号，或已经离校"))
        elif who and line["name"] and people.comparable_name(line["name"]) != people.comparable_name(self.name_of(who)):
            yield line.fault("name", _("姓名与学工号不符"))

    def name_of(self, number: str) -> str:
        return self.names.get(self.persons[number], "")

    def row_of(self, line: Line) -> Shift:
        who, first = line["campus_no"], line.meant("day")
        begins_at, ends_at = rules.shift_on(first, line["hours"])
        unit_id = self.unit_of(line["unit"])
        assert unit_id is not None  # noqa: S101  (its fault was looked for before)
        return Shift(
            unit_id=unit_id,
            day=first,
            begins_at=begins_at,
            ends_at=ends_at,
            task=line.meant("task") or USUAL_TASK,
            person_id=self.persons[who] if who else None,
            person_name=self.name_of(who) if who else "",
            office="" if who else self.offices[line["office"].strip()],
            phone=line.meant("phone") if line["phone"] else "",
            place_id=self.places.get(line["place"].strip().partition(" ")[0]),
            line=line.number,
        )

    def clashes(self) -> list[Fault]:
        """Nobody is in two places: neither within the file, nor beside what it does not replace."""
        replaced = {(one.unit_id, one.day) for _typed, one in self.rows}
        taken: dict[object, list[Hours]] = {}
        for row in self.standing():
            if (row.unit_id, row.day) not in replaced:
                taken.setdefault(row.person_id, []).append((row.begins_at, row.ends_at))
        faults = []
        for line, one in self.rows:
            key = one.person_id or (one.unit_id, one.office, one.task)
            known = taken.setdefault(key, [])
            if any(first < one.ends_at and last > one.begins_at for first, last in known):
                faults.append(line.fault("hours", _("这段时间已经有班")))
            known.append((one.begins_at, one.ends_at))
        return faults

    def standing(self) -> Any:
        days: list[date] = [one.day for _typed, one in self.rows]
        persons = {one.person_id for _typed, one in self.rows if one.person_id}
        if not persons:
            return []
        around = (min(days) - timedelta(days=1), max(days) + timedelta(days=1))
        return Duty.objects.filter(state=Duty.State.STANDING, person__in=persons, day__range=around)

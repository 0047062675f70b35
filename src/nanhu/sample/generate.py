"""The entry of the generator: one call writes the offices' files and the truth beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from nanhu.sample import files, population, truth
from nanhu.sample.dirt import CLEAN, Dirt, Rates
from nanhu.sample.offices import academic, hr, organisation, security, student_affairs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from nanhu.sample.population import Campus
    from nanhu.sample.rows import Sheet

DEFAULT_SEED = 20261124
DEFAULT_PEOPLE = 3_000
FULL_PEOPLE = population.FULL

type Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFiles:
    """The written files. `rows`: rows of data per file name; `dirt`: how often each kind of dirt happened."""

    staff: Path
    students: Path
    student_contacts: Path
    temporary: Path
    units: Path
    truth: Path
    people: int
    golden: int
    rejects: int
    rows: Mapping[str, int]
    dirt: Mapping[str, int]


@dataclass(slots=True)
class _Sheets:
    organisation: Sheet
    staff: Sheet
    students: Sheet
    temporary: Sheet
    contacts: Sheet
    dirt: Counter[str]

    @property
    def of_people(self) -> list[Sheet]:
        return [self.staff, self.students, self.temporary, self.contacts]


def generate(
    *, seed: int, people: int, out_dir: Path, today: date, report: Report | None = None, rates: Rates | None = None
) -> SampleFiles:
    """Same arguments, same bytes. `report` hears (done, total, what)."""
    notify = report or _silent
    notify(0, 4, "抽取人员")
    campus = population.populate(seed=seed, people=people, today=today)
    notify(1, 4, "各部门填表")
    sheets = _fill_in(campus, seed, rates or Rates())
    notify(2, 4, "写出文件")
    out_dir.mkdir(parents=True, exist_ok=True)
    written = _write(sheets, out_dir, today)
    notify(3, 4, "写出真值")
    path = out_dir / truth.FILE_NAME
    golden, rejects = truth.write_truth(
        path, sheets=sheets.of_people, organisation=sheets.organisation, units=organisation.all_units(campus.classes)
    )
    notify(4, 4, "完成")
    rows = {sheet.layout.file_name: len(sheet.rows) for sheet in [*sheets.of_people, sheets.organisation]}
    return SampleFiles(
        **written,
        truth=path,
        people=len(campus.people),
        golden=golden,
        rejects=rejects,
        rows=rows,
        dirt=dict(sorted(sheets.dirt.items())),
    )


def _silent(done: int, total: int, what: str) -> None:
    pass


def _fill_in(campus: Campus, seed: int, rates: Rates) -> _Sheets:
    count: Counter[str] = Counter()

    def dice(office: str) -> tuple[Dirt, Dirt]:
        rng = Random(f"{seed}:{office}")
        return Dirt(rng, rates, count), Dirt(rng, CLEAN)

    classes = {unit.code: unit for unit in campus.classes}
    staff = hr.sheet(campus.people, *dice("hr"))
    students = academic.sheet(campus.people, classes, *dice("academic"))
    temporary = security.sheet(campus.people, dice("security")[0])
    accepted = {row.campus_no: row.human.name for row in students.rows if row.human and not row.fault}
    contacts = student_affairs.sheet(campus.people, classes, accepted, *dice("student affairs"))
    sheets = _Sheets(
        organisation.sheet(campus.classes, dice("organisation")[0]), staff, students, temporary, contacts, count
    )
    for sheet in [*sheets.of_people, sheets.organisation]:
        sheet.number_lines()
    return sheets


def _write(sheets: _Sheets, folder: Path, today: date) -> dict[str, Path]:
    return {
        "staff": files.write_staff_workbook(sheets.staff, folder, today=today),
        "students": files.write_csv(sheets.students, folder, encoding="gb18030"),
        "student_contacts": files.write_csv(sheets.contacts, folder, encoding="gb18030"),
        "temporary": files.write_csv(sheets.temporary, folder, encoding="utf-8-sig"),
        "units": files.write_csv(sheets.organisation, folder, encoding="utf-8-sig"),
    }

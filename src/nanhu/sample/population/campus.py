"""The whole population, in the proportions of the school."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from nanhu.sample import cast, units
from nanhu.sample.population.draw import Draw
from nanhu.sample.population.staff import draw_staff
from nanhu.sample.population.students import class_code, draw_students
from nanhu.sample.population.temporary import draw_temporary

if TYPE_CHECKING:
    from datetime import date

    from nanhu.sample.persons import Human
    from nanhu.sample.units import Unit


FULL = 31_000
STUDENTS_OF_FULL, STAFF_OF_FULL = 28_000, 2_000
MAJORS = {major.code: major for major in units.majors()}


@dataclass(slots=True)
class Campus:
    people: list[Human]
    classes: list[Unit]


def populate(*, seed: int, people: int, today: date) -> Campus:
    draw = Draw(Random(f"{seed}:population"), today)
    everyone = cast.humans()
    students = max(round(people * STUDENTS_OF_FULL / FULL) - 2, 0)
    staff = max(round(people * STAFF_OF_FULL / FULL) - 3, 0)
    for code, year, number in cast.CAST_CLASSES:
        class_code(draw, MAJORS[code], year, number)
    for human in everyone:
        draw.documents.add(human.document_number)
        draw.phones.add(human.phone)
    everyone += draw_students(draw, students)
    everyone += draw_staff(draw, staff)
    everyone += draw_temporary(draw, max(people - len(everyone), 0))
    for number, human in enumerate(everyone, start=1):
        human.key = human.key or f"P{number:06d}"
    return Campus(everyone, sorted(draw.classes.values(), key=lambda unit: unit.code))

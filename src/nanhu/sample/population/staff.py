"""Staff: where they work, as what, since when; who also studies, who was temporary before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from nanhu.sample import units
from nanhu.sample.persons import Affiliation
from nanhu.sample.population.humans import FOREIGN_WEIGHTS, draw_human
from nanhu.sample.population.students import enrolment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanhu.sample.persons import Human
    from nanhu.sample.population.draw import Draw
    from nanhu.sample.units import Unit


STAFF_CATEGORIES = {"正式在编": 72, "人事代理": 16, "劳务派遣": 12}
DEPARTMENT_KINDS = {"党政部门", "群团组织", "教辅单位", "直属单位", "科研机构"}
TEACHER_TITLES = {"教授": 15, "副教授": 33, "讲师": 42, "助教": 10}
OFFICE_TITLES = {"科员": 40, "科长": 20, "工程师": 12, "馆员": 8, "实验师": 8, "会计师": 6, "": 6}


def draw_staff(draw: Draw, count: int) -> list[Human]:
    rng, people = draw.rng, []
    places = {unit: 60 for unit in units.offices_and_colleges() if unit.kind == "教学学院"}
    places |= {unit: 24 for unit in units.offices_and_colleges() if unit.kind in DEPARTMENT_KINDS}
    for _ in range(count):
        sex = rng.choice("12")
        foreign = draw.pick(FOREIGN_WEIGHTS) if rng.random() < 0.008 else ""
        born = draw.day_between(date(draw.today.year - 64, 1, 1), date(draw.today.year - 25, 12, 31))
        human = draw_human(draw, sex=sex, birth_date=born, foreign=foreign)
        human.affiliations.append(_employment(draw, human, draw.pick(places)))
        people.append(human)
    _staff_who_study(draw, people)
    _staff_who_were_temporary(draw, people)
    return people


def _employment(draw: Draw, human: Human, unit: Unit) -> Affiliation:
    first = human.birth_date.replace(day=1, year=human.birth_date.year + 24)
    starts = draw.day_between(first, min(date(human.birth_date.year + 36, 12, 31), draw.today - timedelta(days=20)))
    if draw.rng.random() < 0.7:
        starts = starts.replace(day=1)
    affiliation = Affiliation(
        kind="staff",
        campus_no=draw.next_number(f"00{starts.year}", 4),
        unit=unit.code,
        category=draw.pick(STAFF_CATEGORIES),
        starts_on=starts,
        note="在职",
        title=draw.pick(TEACHER_TITLES if unit.kind == "教学学院" else OFFICE_TITLES),
    )
    _end_of_employment(draw, human, affiliation)
    return affiliation


def _end_of_employment(draw: Draw, human: Human, affiliation: Affiliation) -> None:
    age = (draw.today - human.birth_date).days // 365
    if age >= 61 or draw.rng.random() < 0.01:
        affiliation.note = "退休" if age >= 61 else "调出"
        affiliation.ends_on = draw.day_between(max(affiliation.starts_on, draw.today - timedelta(days=300)), draw.today)
        affiliation.state = "ended"


def _staff_who_study(draw: Draw, people: Sequence[Human]) -> None:
    """Teachers who take a higher degree: staff and student at once, with two campus numbers."""
    newest = draw.today.year if draw.today.month >= 9 else draw.today.year - 1
    degrees = [major for major in units.majors() if major.level == "研究生"]
    for human in people:
        job = human.affiliations[0]
        if human.is_foreign or job.state != "active" or draw.rng.random() > 0.02:
            continue
        year = max(newest - draw.rng.randrange(3), job.starts_on.year)
        human.affiliations.append(enrolment(draw, draw.rng.choice(degrees), min(year, newest), number=1))


def _staff_who_were_temporary(draw: Draw, people: Sequence[Human]) -> None:
    for human in people:
        job = human.affiliations[0]
        if job.starts_on.year < draw.today.year - 3 or draw.rng.random() > 0.06:
            continue
        starts = job.starts_on - timedelta(days=draw.rng.randint(200, 500))
        human.affiliations.insert(
            0,
            Affiliation(
                kind="temporary",
                campus_no=draw.next_number(f"L{starts:%y}", 5),
                unit=job.unit,
                category="临聘",
                starts_on=starts,
                ends_on=job.starts_on - timedelta(days=1),
                state="ended",
            ),
        )

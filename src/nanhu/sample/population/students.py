"""Students: what they study, since when, in which class."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from nanhu.sample import id_numbers, units
from nanhu.sample.names import make
from nanhu.sample.persons import Affiliation
from nanhu.sample.population.humans import FOREIGN_WEIGHTS, draw_human, resident_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanhu.sample.persons import Human, State
    from nanhu.sample.population.draw import Draw
    from nanhu.sample.units import Major


LEVEL_SHARES = {"统招本科": 850, "专升本": 70, "研究生": 50, "五年制": 20, "留学生": 10}
WOMEN_PERCENT = {
    "11": 30,
    "12": 30,
    "13": 15,
    "14": 24,
    "16": 35,
    "18": 62,
    "19": 76,
    "20": 82,
    "24": 84,
    "25": 34,
    "26": 66,
}
STUDENT_STATES: dict[tuple[State, str], int] = {
    ("active", "在读"): 985,
    ("suspended", "休学"): 9,
    ("suspended", "保留入学资格"): 3,
    ("ended", "退学"): 3,
}


def draw_students(draw: Draw, count: int) -> list[Human]:
    places = _places(draw, count)
    rng, people = draw.rng, []
    for (major, year), seats in sorted(places.items(), key=lambda item: (item[0][0].code, item[0][1])):
        for seat in range(seats):
            sex = "2" if rng.random() * 100 < WOMEN_PERCENT.get(major.college, 52) else "1"
            foreign = draw.pick(FOREIGN_WEIGHTS) if major.level == "留学生" else ""
            human = draw_human(draw, sex=sex, birth_date=_student_birth(draw, major, year), foreign=foreign)
            human.affiliations.append(enrolment(draw, major, year, number=seat // units.CLASS_SIZE + 1))
            people.append(human)
    _earlier_studies(draw, people)
    _twins_and_families(draw, people)
    return people


def _places(draw: Draw, count: int) -> Counter[tuple[Major, int]]:
    newest = draw.today.year if draw.today.month >= 9 else draw.today.year - 1
    places: Counter[tuple[Major, int]] = Counter()
    left = count
    for level, share in reversed(LEVEL_SHARES.items()):
        wanted = left if level == "统招本科" else round(count * share / 1000)
        left -= wanted
        of_level = [major for major in units.majors() if major.level == level]
        slots = {(major, newest - age): major.weight for major in of_level for age in range(major.years)}
        places.update(draw.rng.choices(list(slots), cum_weights=list(accumulate(slots.values())), k=wanted))
    return places


def _student_birth(draw: Draw, major: Major, year: int) -> date:
    age = {"研究生": 23, "专升本": 21, "留学生": 20}.get(major.level, 18)
    spread = {"研究生": 4, "留学生": 4}.get(major.level, 1)
    return draw.day_between(date(year - age - spread, 9, 1), date(year - age, 12, 31))


def class_code(draw: Draw, major: Major, year: int, number: int) -> str:
    unit = units.class_unit(major, year=year, number=number)
    draw.classes.setdefault(unit.code, unit)
    return unit.code


def enrolment(draw: Draw, major: Major, year: int, *, number: int) -> Affiliation:
    prefix = f"{units.LEVELS[major.level]}{year % 100:02d}{major.college}"
    state, note = draw.pick(STUDENT_STATES)
    return Affiliation(
        kind="student",
        campus_no=draw.next_number(prefix, 5),
        unit=class_code(draw, major, year, number),
        category=major.level,
        starts_on=date(year, 9, 1),
        ends_on=date(year + major.years, 6, 30),
        state=state,
        note=note,
        grade=year,
    )


def _earlier_studies(draw: Draw, people: Sequence[Human]) -> None:
    """Some postgraduates took their first degree here: one person, an ended and a running affiliation."""
    for human in people:
        now = human.affiliations[0]
        if now.category != "研究生" or draw.rng.random() > 0.06:
            continue
        bachelors = [one for one in units.majors() if one.level == "统招本科" and one.college == now.unit[:2]]
        if not bachelors:
            continue
        earlier = enrolment(draw, draw.rng.choice(bachelors), now.grade - 4, number=1)
        earlier.state, earlier.note = "ended", "毕业"
        human.affiliations.insert(0, earlier)


def _twins_and_families(draw: Draw, people: Sequence[Human]) -> None:
    """Traps for matching: twins (surname, birth date, area, neighbouring numbers) and pairs that share one phone."""
    for one, other in zip(people[::2], people[1::2], strict=False):
        if one.is_foreign or other.is_foreign or one.nationality != other.nationality:
            continue
        luck = draw.rng.random()
        if luck < 0.002 and one.sex == other.sex and other.affiliations[0].grade == one.affiliations[0].grade:
            _make_twin(draw, one, other)
        elif luck > 0.997:
            other.phone = one.phone


def _make_twin(draw: Draw, one: Human, other: Human) -> None:
    if one.ethnic not in {"01", "15", "06"}:
        return
    given = make.given_name(draw.rng, sex=other.sex, birth_year=one.birth_date.year)
    other.name, other.birth_date, other.ethnic = one.name[0] + given, one.birth_date, one.ethnic
    area, order = one.document_number[:6], int(one.document_number[14:17])
    number = id_numbers.eighteen_digits(area=area, birth=one.birth_date, order=(order + 2) % 998 or 2)
    other.document_number = number if number not in draw.documents else other.document_number
    if other.document_number != number:
        other.document_number = resident_number(draw, area=area, birth_date=one.birth_date, sex=other.sex)
    draw.documents.add(other.document_number)

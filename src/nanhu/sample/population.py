"""Draws the population: who they are, what they study, where they work. Nothing here is dirty."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from nanhu.sample import areas, cast, id_numbers, units
from nanhu.sample.names import make
from nanhu.sample.persons import Affiliation, Human

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanhu.sample.persons import State
    from nanhu.sample.units import Major, Unit

FULL = 31_000
STUDENTS_OF_FULL, STAFF_OF_FULL = 28_000, 2_000
RUNNING_NUMBERS_RESERVED = 10  # for the cast

LEVEL_SHARES = {"统招本科": 850, "专升本": 70, "研究生": 50, "五年制": 20, "留学生": 10}
STAFF_CATEGORIES = {"正式在编": 72, "人事代理": 16, "劳务派遣": 12}
TEMPORARY_CATEGORIES = {"临聘": 60, "培训": 12, "访问": 8, "交流": 8, "讲学": 6, "公务": 6}
ETHNIC_WEIGHTS = {
    "01": 8850, "15": 420, "06": 320, "12": 120, "13": 80, "08": 40, "03": 40, "14": 30, "11": 25, "02": 15, "05": 20,
    "04": 15, "07": 15, "09": 10, "17": 5, "22": 5, "10": 4, "33": 4,
}  # fmt: skip
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
FOREIGN_WEIGHTS = {
    "PAK": 30, "BGD": 20, "VNM": 18, "LAO": 14, "THA": 10, "NPL": 8, "RUS": 6, "KAZ": 5, "GHA": 5, "NGA": 5, "IDN": 5,
    "KOR": 4, "JPN": 3, "USA": 5, "GBR": 4,
}  # fmt: skip
DEPARTMENT_KINDS = {"党政部门", "群团组织", "教辅单位", "直属单位", "科研机构"}
TEACHER_TITLES = {"教授": 15, "副教授": 33, "讲师": 42, "助教": 10}
OFFICE_TITLES = {"科员": 40, "科长": 20, "工程师": 12, "馆员": 8, "实验师": 8, "会计师": 6, "": 6}
PHONE_PREFIXES = "130 131 132 133 135 136 137 138 139 150 151 152 155 156 157 158 159 166 173 175 176 177 178 180 181 182 183 185 186 187 188 189 191 193 198 199"  # fmt: skip


@dataclass(slots=True)
class Campus:
    people: list[Human]
    classes: list[Unit]


@dataclass(slots=True)
class Draw:
    """The dice of one population, and what must not come twice."""

    rng: Random
    today: date
    documents: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    running: Counter[str] = field(default_factory=Counter)
    classes: dict[str, Unit] = field(default_factory=dict)

    def pick[Choice](self, weights: dict[Choice, int]) -> Choice:
        return self.rng.choices(list(weights), cum_weights=list(accumulate(weights.values())))[0]

    def next_number(self, prefix: str, width: int) -> str:
        self.running[prefix] += 1
        return f"{prefix}{self.running[prefix] + RUNNING_NUMBERS_RESERVED:0{width}d}"

    def phone(self) -> str:
        while True:
            phone = self.rng.choice(PHONES) + f"{self.rng.randrange(10**8):08d}"
            if phone not in self.phones:
                self.phones.add(phone)
                return phone

    def day_between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randrange(max((last - first).days, 0) + 1))


PHONES = PHONE_PREFIXES.split()


def populate(*, seed: int, people: int, today: date) -> Campus:
    draw = Draw(Random(f"{seed}:population"), today)
    everyone = cast.humans()
    students = max(round(people * STUDENTS_OF_FULL / FULL) - 2, 0)
    staff = max(round(people * STAFF_OF_FULL / FULL) - 3, 0)
    for code, year, number in cast.CAST_CLASSES:
        _class_code(draw, MAJORS[code], year, number)
    for human in everyone:
        draw.documents.add(human.document_number)
        draw.phones.add(human.phone)
    everyone += _students(draw, students)
    everyone += _staff(draw, staff)
    everyone += _temporary(draw, max(people - len(everyone), 0))
    for number, human in enumerate(everyone, start=1):
        human.key = human.key or f"P{number:06d}"
    return Campus(everyone, sorted(draw.classes.values(), key=lambda unit: unit.code))


MAJORS = {major.code: major for major in units.majors()}


# --- one human ---


def _human(draw: Draw, *, sex: str, birth_date: date, foreign: str = "") -> Human:
    if foreign:
        return _foreigner(draw, sex=sex, birth_date=birth_date, nationality=foreign)
    rng = draw.rng
    ethnic = draw.pick(ETHNIC_WEIGHTS)
    nationality, kind = "CHN", "resident_id"
    area = areas.area_code(rng, ethnic=ethnic)
    if rng.random() < 0.0015:
        nationality, kind = rng.choice(list(id_numbers.HMT_AREAS)), "hmt_residence_permit"
        area, ethnic = id_numbers.HMT_AREAS[nationality], "01"
    name = make.chinese_name(rng, sex=sex, ethnic=ethnic, birth_year=birth_date.year)
    number = _resident_number(draw, area=area, birth_date=birth_date, sex=sex)
    return Human("", name, sex, birth_date, nationality, kind, number, draw.phone(), ethnic)


def _resident_number(draw: Draw, *, area: str, birth_date: date, sex: str) -> str:
    while True:
        order = draw.rng.randrange(499) * 2 + int(sex) % 2
        number = id_numbers.eighteen_digits(area=area, birth=birth_date, order=order)
        if number not in draw.documents:
            draw.documents.add(number)
            return number


def _foreigner(draw: Draw, *, sex: str, birth_date: date, nationality: str) -> Human:
    rng, kind = draw.rng, "passport" if draw.rng.random() < 0.9 else "foreign_permanent_residence"
    while True:
        if kind == "passport":
            number = id_numbers.passport(rng, nationality)
        else:
            order = rng.randrange(499) * 2 + int(sex) % 2
            number = id_numbers.permanent_residence(rng, nationality=nationality, birth=birth_date, order=order)
        if number not in draw.documents:
            break
    draw.documents.add(number)
    name = make.foreign_name(rng, sex=sex, nationality=nationality)
    return Human("", name, sex, birth_date, nationality, kind, number, draw.phone(), None)


# --- students ---


def _students(draw: Draw, count: int) -> list[Human]:
    places = _places(draw, count)
    rng, people = draw.rng, []
    for (major, year), seats in sorted(places.items(), key=lambda item: (item[0][0].code, item[0][1])):
        for seat in range(seats):
            sex = "2" if rng.random() * 100 < WOMEN_PERCENT.get(major.college, 52) else "1"
            foreign = draw.pick(FOREIGN_WEIGHTS) if major.level == "留学生" else ""
            human = _human(draw, sex=sex, birth_date=_student_birth(draw, major, year), foreign=foreign)
            human.affiliations.append(_enrolment(draw, major, year, number=seat // units.CLASS_SIZE + 1))
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


def _class_code(draw: Draw, major: Major, year: int, number: int) -> str:
    unit = units.class_unit(major, year=year, number=number)
    draw.classes.setdefault(unit.code, unit)
    return unit.code


def _enrolment(draw: Draw, major: Major, year: int, *, number: int) -> Affiliation:
    prefix = f"{units.LEVELS[major.level]}{year % 100:02d}{major.college}"
    state, note = draw.pick(STUDENT_STATES)
    return Affiliation(
        kind="student", campus_no=draw.next_number(prefix, 5), unit=_class_code(draw, major, year, number),
        category=major.level, starts_on=date(year, 9, 1), ends_on=date(year + major.years, 6, 30),
        state=state, note=note, grade=year,
    )  # fmt: skip


STUDENT_STATES: dict[tuple[State, str], int] = {
    ("active", "在读"): 985,
    ("suspended", "休学"): 9,
    ("suspended", "保留入学资格"): 3,
    ("ended", "退学"): 3,
}


def _earlier_studies(draw: Draw, people: Sequence[Human]) -> None:
    """Some postgraduates took their first degree here: one person, an ended and a running affiliation."""
    for human in people:
        now = human.affiliations[0]
        if now.category != "研究生" or draw.rng.random() > 0.06:
            continue
        bachelors = [one for one in units.majors() if one.level == "统招本科" and one.college == now.unit[:2]]
        if not bachelors:
            continue
        earlier = _enrolment(draw, draw.rng.choice(bachelors), now.grade - 4, number=1)
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
        other.document_number = _resident_number(draw, area=area, birth_date=one.birth_date, sex=other.sex)
    draw.documents.add(other.document_number)


# --- staff ---


def _staff(draw: Draw, count: int) -> list[Human]:
    rng, people = draw.rng, []
    places = {unit: 60 for unit in units.offices_and_colleges() if unit.kind == "教学学院"}
    places |= {unit: 24 for unit in units.offices_and_colleges() if unit.kind in DEPARTMENT_KINDS}
    for _ in range(count):
        sex = rng.choice("12")
        foreign = draw.pick(FOREIGN_WEIGHTS) if rng.random() < 0.008 else ""
        born = draw.day_between(date(draw.today.year - 64, 1, 1), date(draw.today.year - 25, 12, 31))
        human = _human(draw, sex=sex, birth_date=born, foreign=foreign)
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
        kind="staff", campus_no=draw.next_number(f"00{starts.year}", 4), unit=unit.code,
        category=draw.pick(STAFF_CATEGORIES), starts_on=starts, note="在职",
        title=draw.pick(TEACHER_TITLES if unit.kind == "教学学院" else OFFICE_TITLES),
    )  # fmt: skip
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
        human.affiliations.append(_enrolment(draw, draw.rng.choice(degrees), min(year, newest), number=1))


def _staff_who_were_temporary(draw: Draw, people: Sequence[Human]) -> None:
    for human in people:
        job = human.affiliations[0]
        if job.starts_on.year < draw.today.year - 3 or draw.rng.random() > 0.06:
            continue
        starts = job.starts_on - timedelta(days=draw.rng.randint(200, 500))
        human.affiliations.insert(
            0,
            Affiliation(
                kind="temporary", campus_no=draw.next_number(f"L{starts:%y}", 5), unit=job.unit, category="临聘",
                starts_on=starts, ends_on=job.starts_on - timedelta(days=1), state="ended",
            ),
        )  # fmt: skip


# --- temporary people ---


def _temporary(draw: Draw, count: int) -> list[Human]:
    rng, people = draw.rng, []
    services = {
        unit: 6 if unit.code in {"1043", "1044", "1017", "1016"} else 1
        for unit in units.offices_and_colleges()
        if unit.code != "1000"
    }
    for _ in range(count):
        category = draw.pick(TEMPORARY_CATEGORIES)
        is_guest = category in {"讲学", "访问", "交流"}
        foreign = draw.pick(FOREIGN_WEIGHTS) if is_guest and rng.random() < 0.25 else ""
        born = draw.day_between(date(draw.today.year - 62, 1, 1), date(draw.today.year - 20, 12, 31))
        human = _human(draw, sex=rng.choice("12"), birth_date=born, foreign=foreign)
        human.affiliations.append(_stay(draw, category, draw.pick(services)))
        people.append(human)
    return people


def _stay(draw: Draw, category: str, unit: Unit) -> Affiliation:
    starts = draw.day_between(draw.today - timedelta(days=700), draw.today - timedelta(days=1))
    days = 365 * draw.rng.randint(1, 3) if category == "临聘" else draw.rng.randint(5, 180)
    ends = starts + timedelta(days=days)
    return Affiliation(
        kind="temporary", campus_no=draw.next_number(f"L{starts:%y}", 5), unit=unit.code, category=category,
        starts_on=starts, ends_on=ends, state="active" if ends >= draw.today else "ended",
    )  # fmt: skip

"""The organisation: the school's departments and colleges, its majors, and the classes the students fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
CLASS_SIZE = 42
LEVELS = {"研究生": "12", "专升本": "13", "统招本科": "14", "留学生": "15", "五年制": "16"}


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str
    short_name: str
    parent: str
    kind: str


@dataclass(frozen=True, slots=True)
class Major:
    code: str
    name: str
    short_name: str
    level: str
    years: int
    weight: int

    @property
    def college(self) -> str:
        return self.code[:2]


@cache
def offices_and_colleges() -> tuple[Unit, ...]:
    return tuple(Unit(*line.split("\t")) for line in _lines("school_units.tsv"))


@cache
def majors() -> tuple[Major, ...]:
    rows = (line.split("\t") for line in _lines("school_majors.tsv"))
    return tuple(
        Major(code, name, short, level, int(years), int(weight)) for code, name, short, level, years, weight in rows
    )


@cache
def unit_names() -> dict[str, Unit]:
    """Departments, colleges and majors by code."""
    listed = {unit.code: unit for unit in offices_and_colleges()}
    return listed | {one.code: major_unit(one) for one in majors()}


def major_unit(major: Major) -> Unit:
    return Unit(major.code, major.name, major.short_name, major.college, "专业")


def class_unit(major: Major, *, year: int, number: int) -> Unit:
    """`11032301`: major, year of entry, number of the class; by name 自动化2301班."""
    tail = f"{year % 100:02d}{number:02d}"
    return Unit(major.code + tail, f"{major.short_name}{tail}班", f"{major.short_name}{tail}", major.code, "班级")


def _lines(file_name: str) -> list[str]:
    text = (HERE / file_name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]

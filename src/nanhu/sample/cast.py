"""The people with names: the cast that the demo, the tests and the screenshots know. Their records are clean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from nanhu.sample.id_numbers import eighteen_digits
from nanhu.sample.persons import Affiliation, Human

if TYPE_CHECKING:
    from nanhu.sample.persons import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    role: str
    campus_no: str
    name: str
    sex: str
    birth_date: date
    id_number: str
    phone: str
    kind: Kind
    unit: str
    category: str
    starts_on: date
    ends_on: date | None = None
    title: str = ""
    is_activated: bool = True


def _student(
    *,
    role: str,
    campus_no: str,
    name: str,
    sex: str,
    birth: date,
    area: str,
    order: int,
    phone: str,
    unit: str,
    is_activated: bool,
) -> Member:
    year = 2000 + int(campus_no[2:4])
    return Member(
        role=role,
        campus_no=campus_no,
        name=name,
        sex=sex,
        birth_date=birth,
        phone=phone,
        id_number=eighteen_digits(area=area, birth=birth, order=order),
        kind="student",
        unit=unit,
        category="统招本科",
        starts_on=date(year, 9, 1),
        ends_on=date(year + 4, 6, 30),
        is_activated=is_activated,
    )


def _staff(
    *,
    role: str,
    campus_no: str,
    name: str,
    sex: str,
    birth: date,
    area: str,
    order: int,
    phone: str,
    unit: str,
    title: str,
) -> Member:
    return Member(
        role=role,
        campus_no=campus_no,
        name=name,
        sex=sex,
        birth_date=birth,
        phone=phone,
        id_number=eighteen_digits(area=area, birth=birth, order=order),
        kind="staff",
        unit=unit,
        category="正式在编",
        starts_on=date(int(campus_no[2:6]), 7, 1),
        title=title,
    )


MEMBERS = (
    _student(
        role="student",
        campus_no="14231200001",
        name="林晓湖",
        sex="2",
        birth=date(2005, 3, 18),
        area="430602",
        order=126,
        phone="13907300001",
        unit="12012301",
        is_activated=True,
    ),
    _staff(
        role="teacher",
        campus_no="0020090001",
        name="周明远",
        sex="1",
        birth=date(1978, 6, 9),
        area="430104",
        order=35,
        phone="13907300002",
        unit="12",
        title="副教授",
    ),
    _staff(
        role="clerk",
        campus_no="0020120001",
        name="陈丽华",
        sex="2",
        birth=date(1983, 11, 2),
        area="430624",
        order=48,
        phone="13907300003",
        unit="1033",
        title="科员",
    ),
    _staff(
        role="administrator",
        campus_no="0020030001",
        name="吴建国",
        sex="1",
        birth=date(1970, 10, 1),
        area="430681",
        order=17,
        phone="13907300004",
        unit="1032",
        title="高级工程师",
    ),
    _staff(
        role="security",
        campus_no="0020040002",
        name="何静",
        sex="2",
        birth=date(1976, 4, 12),
        area="430602",
        order=64,
        phone="13907300006",
        unit="1032",
        title="工程师",
    ),
    _staff(
        role="auditor",
        campus_no="0020050003",
        name="宋明",
        sex="1",
        birth=date(1974, 8, 30),
        area="430611",
        order=23,
        phone="13907300007",
        unit="1013",
        title="审计师",
    ),
    _staff(
        role="treasurer",
        campus_no="0020060004",
        name="罗敏",
        sex="2",
        birth=date(1979, 5, 6),
        area="430623",
        order=82,
        phone="13907300008",
        unit="1033",
        title="会计师",
    ),
    _staff(
        role="assets",
        campus_no="0020080005",
        name="刘国芳",
        sex="2",
        birth=date(1981, 9, 14),
        area="430611",
        order=46,
        phone="13907300009",
        unit="1014",
        title="科长",
    ),
    _staff(
        role="affairs",
        campus_no="0020070006",
        name="谭海燕",
        sex="2",
        birth=date(1980, 7, 22),
        area="430602",
        order=88,
        phone="13907300010",
        unit="1001",
        title="科长",
    ),
    _student(
        role="newcomer",
        campus_no="14261200001",
        name="刘一帆",
        sex="1",
        birth=date(2008, 5, 21),
        area="430102",
        order=53,
        phone="13907300005",
        unit="12012601",
        is_activated=False,
    ),
)
CAST = {member.role: member for member in MEMBERS}
CAST_CLASSES = (("1201", 2023, 1), ("1201", 2026, 1))


def humans() -> list[Human]:
    """The cast as people of the campus; their keys are `P` and their role."""
    return [
        Human(
            key=f"P-{member.role}",
            name=member.name,
            sex=member.sex,
            birth_date=member.birth_date,
            nationality="CHN",
            document_kind="resident_id",
            document_number=member.id_number,
            phone=member.phone,
            ethnic="01",
            is_cast=True,
            affiliations=[_affiliation(member)],
        )
        for member in MEMBERS
    ]


def _affiliation(member: Member) -> Affiliation:
    is_student = member.kind == "student"
    return Affiliation(
        kind=member.kind,
        campus_no=member.campus_no,
        unit=member.unit,
        category=member.category,
        starts_on=member.starts_on,
        ends_on=member.ends_on,
        note="在读" if is_student else "在职",
        grade=member.starts_on.year if is_student else 0,
        title=member.title,
    )

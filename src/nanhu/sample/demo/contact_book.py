"""企业微信 on the sample campus: staff by their record, two hundred students and a teacher who agreed that their phones go out, newcomers, and a book that was kept by hand before."""

from typing import Any, Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.secret_files import write_private
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.services.mobile import sample as mobile

BY: Final = Actor.system("demo")
COLLEGE: Final = "12"
STUDENTS: Final = 200
ACTIVE: Final = 1
NEWCOMERS: Final = (("罗新来", "0020260901", "13907300901"), ("唐报到", "0020260902", "13907300902"))
PURPOSE: Final = "样例企业微信的旧通讯录"


@transaction.atomic
def fill_the_contact_book() -> str:
    cast = people.find_people_by_campus_no([CAST[role].campus_no for role in ("student", "teacher", "security")])
    student = cast.get(CAST["student"].campus_no)
    students = [one for one in people.members_of([COLLEGE], kind="student") if one != student][:STUDENTS]
    teacher = cast.get(CAST["teacher"].campus_no)
    queued = mobile.begin(students=students, staff=[teacher] if teacher else [])
    if not queued:
        return "已有"
    units = people.unit_ids_by_code([COLLEGE])
    for name, campus_no, phone in NEWCOMERS if COLLEGE in units else ():
        mobile.register_newcomer(name=name, campus_no=campus_no, unit_id=units[COLLEGE], phone=phone)
    write_private(configuration().data_dir / "emulators" / "wecom-book.json", old_book(cast))
    return f"{queued} 人待推送，{len(NEWCOMERS)} 份新进登记"


def old_book(cast: dict[str, int]) -> list[dict[str, Any]]:
    """The teacher under a userid of his own, the security officer's number under another name, and somebody of no school."""
    found: list[dict[str, Any]] = [{"userid": "waidanwei", "name": "外单位", "mobile": "13900000099", "status": ACTIVE}]
    for role, own_userid, name in (("teacher", "old-teacher", ""), ("security", "", "保卫处值班")):
        member = CAST[role]
        person_id = cast.get(member.campus_no)
        if person_id is not None:
            phone = people.phone_of(person_id, by=BY, purpose=PURPOSE) if own_userid else ""
            userid = own_userid or member.campus_no.lower()
            found.append({"userid": userid, "name": name or member.name, "mobile": phone, "status": ACTIVE})
    return found
